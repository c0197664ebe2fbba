"""OpenSearch itself fails in the middle of a run: killed, flooded with writes, read-only, without room."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from opensearchpy import OpenSearch
from opensearchpy.exceptions import TransportError
from tests.faults.archives import Archive, Holding
from tests.faults.conftest import FragileNode
from tests.faults.network import Hold, Where, proxy_before

from clippings.errors import ServiceError
from clippings.ingestion.local import run_here
from clippings.ingestion.reports import RunReport
from clippings.search import bulk, indexing
from clippings.search.aliases import write_alias
from clippings.search.client import Patience, UnavailableError, connect

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("small_bulks")]

AWAY = 20.0
"""Seconds for which a killed node is gone."""


class Background(threading.Thread):
    """A run in a thread, over a connection of its own; what came of it is asked afterwards."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(daemon=True)
        self.archive = archive
        self.request = archive.request()
        self.report: RunReport | None = None
        self.error: ServiceError | None = None

    def run(self) -> None:
        """As `./clippings ingest` does."""
        try:
            with connect(self.archive.settings) as client:
                self.report = run_here(client, self.archive.settings, self.request)
        except ServiceError as error:
            self.error = error


def test_the_node_is_killed_in_the_middle_of_a_bulk(
    fragile_node: FragileNode, fragile_archive: Archive, calm: Holding
) -> None:
    """The node is gone with kill -9 in the middle of a bulk and back after 20 seconds: the run waits for it and goes on,
    or fails in a plain sentence; one further run at most, and all is there once."""
    with proxy_before(fragile_archive.settings) as proxy:
        hold = Hold()
        proxy.arm(hold, Where.ANSWER)
        through = replace(fragile_archive, settings=proxy.settings)
        under_way = Background(through)
        under_way.start()
        hold.wait(120)
        for process in fragile_node.family.members():
            process.kill()
        hold.let_go()
        time.sleep(AWAY)
        fragile_node.start()
        under_way.join(300)
    assert not under_way.is_alive()
    assert under_way.report is not None or isinstance(under_way.error, UnavailableError)
    fragile_archive.assert_lawful(under_way.report or fragile_archive.run())
    assert fragile_archive.holding() == calm


@contextmanager
def storm(archive: Archive) -> Iterator[threading.Event]:
    """Others write so much at once that the node turns bulks away; the event is set by the first that is."""
    turned_away, over = threading.Event(), threading.Event()
    body = '{"create": {}}\n{"text": "flood"}\n' * 500

    def flood() -> None:
        with OpenSearch([{"host": archive.settings.host, "port": archive.settings.port}], max_retries=0) as client:
            while not over.is_set():
                try:
                    answer = client.bulk(body=body, index=f"{archive.settings.index_prefix}flood")
                    statuses = {item["create"]["status"] for item in answer["items"]}
                except TransportError as error:
                    statuses = {error.status_code}
                if 429 in statuses:
                    turned_away.set()
                time.sleep(0.05)

    threads = [threading.Thread(target=flood, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield turned_away
    finally:
        over.set()
        for thread in threads:
            thread.join()
        archive.client.indices.delete(index=f"{archive.settings.index_prefix}flood")


def test_a_storm_of_429(fragile_archive: Archive, calm: Holding) -> None:
    """Where the node's queue of writes is full most of the time, what is turned away is sent again until it is filed."""
    with storm(fragile_archive) as turned_away:
        assert turned_away.wait(60)
        before = turned_away_bulks(fragile_archive)
        under_way = Background(fragile_archive)
        under_way.run()
        assert turned_away_bulks(fragile_archive) > before
    fragile_archive.assert_lawful(under_way.report or fragile_archive.run())
    assert fragile_archive.holding() == calm


def turned_away_bulks(archive: Archive) -> int:
    """How many writes the node has turned away since it started."""
    nodes = archive.client.nodes.stats(metric="thread_pool")["nodes"]
    return sum(int(node["thread_pool"]["write"]["rejected"]) for node in nodes.values())


@pytest.mark.parametrize("block", ["write", "read_only_allow_delete"])
def test_the_index_is_set_read_only_in_the_middle_of_a_run(archive: Archive, calm: Holding, block: str) -> None:
    """The run stops with what to do; once the block is lifted, the next files the rest."""
    with proxy_before(archive.settings) as proxy:
        hold = Hold()
        proxy.arm(hold, Where.ANSWER)
        under_way = Background(replace(archive, settings=proxy.settings))
        under_way.start()
        hold.wait(120)
        index = write_alias(archive.settings)
        archive.client.indices.put_settings(index=index, body={f"index.blocks.{block}": True})
        hold.let_go()
        under_way.join(300)
    assert under_way.error is not None
    assert "lift the block" in str(under_way.error)
    archive.client.indices.put_settings(index=index, body={f"index.blocks.{block}": None})
    report = archive.run()
    assert report.counts.unchanged > 0
    archive.assert_lawful(report)
    assert archive.holding() == calm


def test_the_disk_is_full(
    fragile_node: FragileNode, fragile_archive: Archive, calm: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the node's data have no room left the run ends with what to do; with room again the next files the rest."""
    for module in (bulk, indexing):
        monkeypatch.setattr(module, "PATIENCE", Patience(total=20.0))
    with proxy_before(fragile_archive.settings) as proxy:
        hold = Hold()
        proxy.arm(hold, Where.ANSWER)
        under_way = Background(replace(fragile_archive, settings=proxy.settings))
        under_way.start()
        hold.wait(120)
        fragile_node.fill_disk()
        try:
            wait_for_block(fragile_archive.client, write_alias(fragile_archive.settings))
            hold.let_go()
            under_way.join(300)
            assert not under_way.is_alive()
            assert "make room" in str(under_way.error)
        finally:
            fragile_node.free_disk()
    wait_until_writable(fragile_archive.client)
    fragile_archive.assert_lawful(fragile_archive.run())
    assert fragile_archive.holding() == calm


def test_the_disk_has_not_one_byte_left(
    fragile_node: FragileNode, fragile_archive: Archive, calm: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the node cannot write one byte, and soon has no cluster manager, the run under way and one started then both
    end with what to do; with room again the next files the rest."""
    for module in (bulk, indexing):
        monkeypatch.setattr(module, "PATIENCE", Patience(total=10.0))
    hasty = replace(fragile_archive, settings=replace(fragile_archive.settings, timeout=10.0))
    with proxy_before(hasty.settings) as proxy:
        hold = Hold()
        proxy.arm(hold, Where.ANSWER)
        under_way = Background(replace(hasty, settings=proxy.settings))
        under_way.start()
        hold.wait(120)
        fragile_node.take_every_byte()
        try:
            hold.let_go()
            under_way.join(120)
            assert not under_way.is_alive()
            assert "has room" in str(under_way.error)
            too_soon = Background(hasty)
            too_soon.start()
            too_soon.join(120)
            assert not too_soon.is_alive()
            assert "has room" in str(too_soon.error)
        finally:
            fragile_node.give_bytes_back()
    wait_until_writable(fragile_archive.client)
    fragile_archive.assert_lawful(fragile_archive.run())
    assert fragile_archive.holding() == calm


def wait_for_block(client: OpenSearch, index: str) -> None:
    """Return once the node has noticed that its disk is full, and takes no more writes to this index."""
    deadline = time.monotonic() + 120
    while not client.indices.get_settings(index=index, name="index.blocks.read_only_allow_delete"):
        assert time.monotonic() < deadline, "the node did not notice that its disk is full"
        time.sleep(0.5)


def wait_until_writable(client: OpenSearch) -> None:
    """Return once the node has lifted its blocks and has all its shards, as a user waits who has made room."""
    deadline = time.monotonic() + 180
    while True:
        try:
            # OpenSearch tries five times to open a shard, and then only if it is asked to.
            client.cluster.reroute(params={"retry_failed": "true"})
            forbidden = client.cluster.get_settings(params={"filter_path": "**.create_index"})
            blocked = forbidden or client.indices.get_settings(index="*", name="index.blocks.*")
            if not blocked and client.cluster.health()["status"] != "red":
                return
        except UnavailableError as error:  # no cluster manager yet
            blocked = str(error)
        assert time.monotonic() < deadline, f"still blocked: {blocked}"
        time.sleep(1)
