"""An empty archive on the real node for each test of standing queries."""

from collections.abc import Iterator
from dataclasses import replace
from zlib import crc32

import pytest
from opensearchpy import OpenSearch

from clippings.ingestion.books import ensure_books
from clippings.search.aliases import ensure_index
from clippings.search.client import connect
from clippings.settings import OpenSearchSettings

Archive = tuple[OpenSearch, OpenSearchSettings]


@pytest.fixture
def archive(opensearch: OpenSearchSettings, request: pytest.FixtureRequest) -> Iterator[Archive]:
    """An empty archive of the test's own."""
    own = replace(opensearch, index_prefix=f"{opensearch.index_prefix}{crc32(request.node.name.encode()):x}-")
    with connect(own) as client:
        ensure_index(client, own)
        ensure_books(client, own)
        yield client, own
        client.indices.delete(index=f"{own.index_prefix}*")
