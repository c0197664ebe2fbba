"""An empty archive on the real node for each test of runs."""

import pytest
from opensearchpy import OpenSearch

from clippings.search.aliases import ensure_index
from clippings.search.client import connect
from clippings.settings import OpenSearchSettings


@pytest.fixture
def client(opensearch: OpenSearchSettings) -> OpenSearch:
    """A client of a cluster that holds an empty index and no books."""
    client = connect(opensearch)
    client.indices.delete(index=f"{opensearch.index_prefix}*", expand_wildcards="all", ignore_unavailable=True)
    ensure_index(client, opensearch)
    return client
