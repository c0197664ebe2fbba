"""An index on the real node for each module's tests."""

from collections.abc import Iterator
from dataclasses import replace
from zlib import crc32

import pytest
from opensearchpy import OpenSearch

from clippings.search.aliases import ensure_index
from clippings.search.client import connect
from clippings.settings import OpenSearchSettings


@pytest.fixture(scope="module")
def client(opensearch: OpenSearchSettings) -> Iterator[OpenSearch]:
    """A client; the index is there."""
    with connect(opensearch) as connected:
        ensure_index(connected, opensearch)
        yield connected


@pytest.fixture
def own(opensearch: OpenSearchSettings, request: pytest.FixtureRequest) -> OpenSearchSettings:
    """An archive of the test's own."""
    return replace(opensearch, index_prefix=f"{opensearch.index_prefix}{crc32(request.node.name.encode()):x}-")
