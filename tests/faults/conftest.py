"""What the fault tests share: archives on the node for all tests, and a node that may be broken."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE
from zlib import crc32

import pytest
from tests.faults.archives import Archive, Holding, fill, lines_feed

from clippings.node import Node
from clippings.node.ports import free_port
from clippings.search import indexing
from clippings.search.client import connect
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


ROOM = 1400 * 2**20
"""Bytes of the file system of the node that is broken; it asks for 1,000 MB to start, and uses few of them."""


ROOM_LEFT = 150 * 2**20
"""Bytes that are free on the full disk: fewer than the 300 MB at which the node blocks writes by itself."""


class FragileNode(Node):
    """A node with one writing thread, room for one more request, and a small disk of its own."""

    def configuration(self) -> dict[str, object]:
        """As little patience as the settings allow."""
        return {
            **super().configuration(),
            "thread_pool.write.size": 1,
            "thread_pool.write.queue_size": 1,
            "cluster.info.update.interval": "10s",
        }

    def fill_disk(self) -> None:
        """Leave too little room where the data lies: the file system becomes little larger than what is in it, and the
        node blocks its indices within ten seconds. Where we could not mount one, the node is told that a disk counts as
        full however much room it has."""
        if self.place.is_mount():
            disk = os.statvfs(self.place)
            used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
            self._resize(used + ROOM_LEFT)
        else:
            self._count_as_full("1000tb")

    def free_disk(self) -> None:
        """Give back the room that `fill_disk` took."""
        if self.place.is_mount():
            self._resize(ROOM)
        else:
            self._count_as_full(None)

    def take_every_byte(self) -> None:
        """Leave not one byte where the data lies, at once, so that the node has no time to block anything. Where we could
        not mount a file system, the node is ours, and the system lets it write to no file any more."""
        if not self.place.is_mount():
            self._limit_files(0)
            return
        with self.filler.open("wb", buffering=0) as filler:
            for piece in (2**20, 1):
                try:
                    while True:
                        filler.write(bytes(piece))
                except OSError as error:
                    assert error.errno == ENOSPC
        assert os.statvfs(self.place).f_bavail == 0

    def give_bytes_back(self) -> None:
        """Give back the room that `take_every_byte` took."""
        if self.place.is_mount():
            self.filler.unlink(missing_ok=True)
        else:
            self._limit_files(RLIM_INFINITY)

    @property
    def filler(self) -> Path:
        """A file of no use, beside the node's data."""
        return self.place / "filler"

    def _limit_files(self, size: int) -> None:
        for process in self.family.members():
            process.rlimit(RLIMIT_FSIZE, (size, RLIM_INFINITY))

    def _resize(self, size: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self.place)], check=True)

    def _count_as_full(self, needed: str | None) -> None:
        marks = {f"cluster.routing.allocation.disk.watermark.{name}": needed for name in ("low", "high", "flood_stage")}
        connect(self.settings).cluster.put_settings(body={"persistent": marks})


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of `ROOM` bytes in the folder, kept in memory (it takes only what is written to it); just the folder
    where we may not mount one, which needs root."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=755", "clippings-test", str(folder)]
    mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="session")
def fragile_node(open_folder: Path) -> Iterator[FragileNode]:
    """A node of its own for the tests that break it; each leaves it running and able to write."""
    folder = open_folder / "fragile"
    with small_disk(folder), FragileNode(folder, free_port(), heap_megabytes=256, quick=True) as node:
        yield node


@pytest.fixture
def fragile_archive(fragile_node: FragileNode, tmp_path: Path, request: pytest.FixtureRequest) -> Archive:
    """As `archive`, to be filed to the node that is broken."""
    settings = replace(fragile_node.settings, index_prefix=f"t{crc32(request.node.name.encode()):x}-")
    feed = lines_feed(tmp_path / "feed")
    fill(feed)
    return Archive(settings, feed)
