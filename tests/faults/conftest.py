"""What the fault tests share: archives on the node for all tests, and a node that may be broken."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest
from tests.faults.archives import Archive, Holding, fill, lines_feed

from clippings.node import Node
from clippings.node.ports import free_port
from clippings.search import indexing
from clippings.settings import OpenSearchSettings


@pytest.fixture
def small_bulks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bulks of few documents, so that a small feed takes many."""
    monkeypatch.setattr(indexing, "MOST_DOCUMENTS", 10)


@pytest.fixture
def archive(opensearch: OpenSearchSettings, tmp_path: Path, request: pytest.FixtureRequest) -> Archive:
    """A feed of three files with 60 pages and three broken lines, to be filed to the node for all tests."""
    settings = replace(opensearch, index_prefix=f"{opensearch.index_prefix}{crc32(request.node.name.encode()):x}-")
    feed = lines_feed(tmp_path / "feed")
    fill(feed)
    return Archive(settings, feed)


@pytest.fixture(scope="session")
def calm(opensearch_server: OpenSearchSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holding]:
    """What an undisturbed run of the feed of `archive` leaves."""
    settings = replace(opensearch_server, index_prefix=f"calm{os.getpid()}-")
    feed = lines_feed(tmp_path_factory.mktemp("calm"))
    fill(feed)
    archive = Archive(settings, feed)
    yield archive.undisturbed(settings)
    archive.client.indices.delete(index=f"{settings.index_prefix}*")
    archive.client.indices.delete_index_template(name=f"{settings.index_prefix}*")


class FragileNode(Node):
    """A node with one writing thread and room for one more request, in a file system of its own where we may make one."""

    def configuration(self) -> dict[str, object]:
        """As little patience as the settings allow."""
        return {
            **super().configuration(),
            "thread_pool.write.size": 1,
            "thread_pool.write.queue_size": 1,
            "cluster.info.update.interval": "10s",
        }


@pytest.fixture(scope="session")
def fragile_node(open_folder: Path) -> Iterator[FragileNode]:
    """A node of its own for the tests that break it; each leaves it running and able to write."""
    with FragileNode(open_folder / "fragile", free_port(), heap_megabytes=256, quick=True) as node:
        yield node


@pytest.fixture
def fragile_archive(fragile_node: FragileNode, tmp_path: Path, request: pytest.FixtureRequest) -> Archive:
    """As `archive`, to be filed to the node that is broken."""
    settings = replace(fragile_node.settings, index_prefix=f"t{crc32(request.node.name.encode()):x}-")
    feed = lines_feed(tmp_path / "feed")
    fill(feed)
    return Archive(settings, feed)
