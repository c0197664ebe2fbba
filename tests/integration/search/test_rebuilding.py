"""Rebuilding the index on the real node, while it is searched and written to, and killed in between."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from opensearchpy import OpenSearch, helpers
from tests.unit.search.samples import article

from clippings.articles import Article
from clippings.errors import ServiceError
from clippings.ingestion.filed import remove
from clippings.search.aliases import behind, ensure_index, read_alias, refresh, versions, write_alias
from clippings.search.client import connect
from clippings.search.copying import RefusedError
from clippings.search.documents import body
from clippings.search.indexing import Status, file_articles
from clippings.search.mapping import index_body
from clippings.search.rebuilding import (
    Rebuilt,
    begin,
    current_index,
    fill,
    hand_over,
    rebuild,
    rebuilding_alias,
    remove_old,
    rollback,
    settle,
    unsettled_alias,
)
from clippings.settings import CONNECTION_VARIABLE, PROJECT, OpenSearchSettings

STORED = 3000


def articles(name: str, count: int, text: str = "as it was filed") -> list[Article]:
    """Some articles with a text of a kilobyte."""
    return [article(f"{name}-{number}", f"Article {number} of {name}, {text}. " * 25) for number in range(count)]


def file(client: OpenSearch, settings: OpenSearchSettings, filed: list[Article]) -> None:
    """File articles; each must have been taken."""
    for outcome in file_articles(client, settings, filed):
        assert outcome.status in {Status.INDEXED, Status.UNCHANGED}, outcome


def held(client: OpenSearch, index: str) -> dict[str, Any]:
    """All documents of an index, by id."""
    client.indices.refresh(index=index)
    return {hit["_id"]: hit["_source"] for hit in helpers.scan(client, index=index, size=1000)}


def expected(*filed: list[Article]) -> dict[str, Any]:
    """The documents that these articles make, later ones in the place of earlier ones."""
    return {each.id: body(each) for some in filed for each in some}


@pytest.fixture
def archive(own: OpenSearchSettings) -> Iterator[OpenSearch]:
    """A client of an archive that holds some articles."""
    with connect(own) as client:
        ensure_index(client, own)
        file(client, own, articles("stored", STORED))
        refresh(client, own)
        yield client
        client.ingest.delete_pipeline(id=f"{own.index_prefix}*", params={"ignore": 404})


@contextmanager
def under_load(settings: OpenSearchSettings) -> Iterator[dict[str, Any]]:
    """Writers that file, change and remove articles, and a reader, at work until the block is left.

    Yields what must be in the archive in the end. Each failure of theirs is raised at the end of the block.
    """
    wanted = expected(articles("stored", STORED))
    ending = threading.Event()

    def write(number: int) -> None:
        with connect(settings) as client:
            turn = 0
            while not ending.is_set():
                fresh = articles(f"fresh-{number}-{turn}", 20)
                changed = [article(f"stored-{number * 500 + turn % 400}", f"Changed in turn {turn}. " * 20)]
                file(client, settings, fresh + changed)
                gone = f"stored-{number * 500 + 499 - turn % 99}"
                remove(client, settings, [fresh[0].id, gone])
                wanted.update(expected(fresh[1:], changed))
                wanted.pop(gone, None)
                # As a run does in the end: what was filed is looked for under the alias that is searched.
                refresh(client, settings)
                found = client.count(
                    index=read_alias(settings), body={"query": {"ids": {"values": [each.id for each in fresh]}}}
                )
                assert found["count"] == 19, (number, turn, found)
                turn += 1

    def read() -> None:
        query = {"query": {"prefix": {"file": "stored-25"}}, "track_total_hits": True, "size": 5}
        with connect(settings) as client:
            while not ending.is_set():
                answer = client.search(index=read_alias(settings), body=query)
                assert answer["hits"]["total"]["value"] == NEVER_TOUCHED
                assert answer["_shards"]["failed"] == 0

    with ThreadPoolExecutor(4) as pool:
        works: list[Future[None]] = [pool.submit(write, 0), pool.submit(write, 1), pool.submit(read)]
        try:
            yield wanted
        finally:
            ending.set()
        for work in works:
            work.result(timeout=120)


NEVER_TOUCHED = sum(str(number).startswith("25") for number in range(STORED))
"""Stored articles whose number begins so: all above those that the writers change."""


def test_nobody_notices_a_rebuild(archive: OpenSearch, own: OpenSearchSettings) -> None:
    """During a rebuild writers and readers see no error and miss no document; nothing is lost, undone or revived."""
    with under_load(own) as wanted:
        time.sleep(1.0)
        done = rebuild(archive, own)
        time.sleep(1.0)
    assert done.index.endswith("articles-v2")
    assert done.compared > 0
    assert behind(archive, read_alias(own)) == behind(archive, write_alias(own)) == (done.index,)
    assert held(archive, done.index) == wanted


def test_a_rollback_keeps_what_was_filed_since(archive: OpenSearch, own: OpenSearchSettings) -> None:
    """Going back, under load, loses nothing that was filed, changed or removed since; a second one goes forth again."""
    rebuild(archive, own)
    with under_load(own) as wanted:
        time.sleep(1.0)
        back = rollback(archive, own)
        time.sleep(0.5)
    assert back.index.endswith("articles-v1")
    assert held(archive, read_alias(own)) == wanted
    assert rollback(archive, own).index.endswith("articles-v2")
    assert held(archive, read_alias(own)) == wanted


def test_a_rebuild_after_a_rollback_makes_a_new_version(archive: OpenSearch, own: OpenSearchSettings) -> None:
    """An index that was in use is never filled again; versions not in use go by choice, and then there is no rollback."""
    rebuild(archive, own)
    rollback(archive, own)
    wanted = held(archive, read_alias(own))
    assert rebuild(archive, own).index.endswith("articles-v3")
    assert held(archive, read_alias(own)) == wanted
    assert [name[-2:] for name in remove_old(archive, own)] == ["v1", "v2"]
    assert remove_old(archive, own) == ()
    with pytest.raises(ServiceError, match="no former index"):
        rollback(archive, own)
    assert [each.index[-2:] for each in versions(archive, own)] == ["v3"]


def test_a_mapping_that_refuses_stops_before_the_exchange(archive: OpenSearch, own: OpenSearchSettings) -> None:
    """Documents that the new mapping does not take are named with the reason; the index in use stays, and is written."""
    long = [article(f"long-{number}", "word " * 40_000) for number in range(3)]
    file(archive, own, long)
    narrow = index_body()
    narrow["mappings"]["properties"]["words"] = {"type": "short"}
    narrow["mappings"]["_meta"] = {"mapping_hash": "narrow"}
    before = current_index(archive, own)
    target = begin(archive, own, body=narrow)
    with pytest.raises(RefusedError, match="long-1") as refused:
        fill(archive, own, target)
    reasons = {each.id: each.reason for each in refused.value.refusals if each.id.startswith("long-")}
    assert set(reasons) == {"long-0", "long-1", "long-2"}
    assert all("words" in reason for reason in reasons.values())
    assert current_index(archive, own) == before
    file(archive, own, articles("later", 5))
    assert rebuild(archive, own).index != before
    assert "later-4" in held(archive, read_alias(own))


def test_a_document_refused_at_the_last_moment_stops_it(archive: OpenSearch, own: OpenSearchSettings) -> None:
    """A document that comes in after the filling and is refused stops the exchange; writers go on with what they had."""
    narrow = index_body()
    narrow["mappings"]["properties"]["words"] = {"type": "short"}
    narrow["mappings"]["_meta"] = {"mapping_hash": "narrow"}
    target = begin(archive, own, body=narrow)
    fill(archive, own, target)
    file(archive, own, [article("last", "word " * 40_000)])
    with pytest.raises(RefusedError, match="last"):
        hand_over(archive, own, target)
    file(archive, own, articles("later", 5))
    assert current_index(archive, own).endswith("articles-v1")


def test_a_write_that_lands_at_the_exchange_is_carried_over(archive: OpenSearch, own: OpenSearchSettings) -> None:
    """What still reaches the former index is carried over, unless the new one has something newer."""
    former = current_index(archive, own)
    done = rebuild(archive, own)
    # The state right after the exchange, with writes that were under way in that moment.
    archive.indices.put_settings(index=former, body={"index.final_pipeline": None})
    late = [article("stored-1", "Late."), article("stored-2", "Late."), article("late", "Late.")]
    for each in late:
        archive.index(index=former, id=each.id, body=body(each))
    archive.delete(index=former, id="stored-3")
    newer = [article("stored-2", "Newer."), article("newer", "Newer.")]
    file(archive, own, newer)
    alias = {"add": {"index": former, "alias": unsettled_alias(own)}}
    archive.indices.update_aliases(body={"actions": [alias]})
    assert settle(archive, own) is not None
    wanted = expected(articles("stored", STORED), late, newer)
    del wanted["stored-3"]
    assert held(archive, done.index) == wanted
    assert settle(archive, own) is None


def test_every_step_can_be_repeated(archive: OpenSearch, own: OpenSearchSettings) -> None:
    """Each step done twice gives what it gave, and the last does not exchange again."""
    target = begin(archive, own)
    assert begin(archive, own) == target
    assert fill(archive, own, target) == fill(archive, own, target) == STORED
    first = hand_over(archive, own, target)
    again = hand_over(archive, own, target)
    assert isinstance(first, Rebuilt)
    assert (again.index, again.former) == (first.index, first.former)
    assert fill(archive, own, target) == STORED


def run_killed(settings: OpenSearchSettings, ripe: Callable[[], bool]) -> None:
    """`./clippings index rebuild` in a process of its own, killed as soon as the time is ripe, if it has not ended."""
    environment = {
        **os.environ,
        CONNECTION_VARIABLE: settings.url,
        "CLIPPINGS_INDEX_PREFIX": settings.index_prefix,
        "PYTHONPATH": str(PROJECT / "plugins"),
    }
    started = subprocess.Popen([sys.executable, "-m", "clippings.cli", "index", "rebuild"], env=environment)
    while started.poll() is None:
        if ripe():
            started.send_signal(signal.SIGKILL)
            started.wait()


def is_right(archive: OpenSearch, own: OpenSearchSettings, done: Rebuilt, wanted: dict[str, Any]) -> None:
    """The rebuilt index is in use, holds just what it must, takes writes, and nothing is left to see to."""
    assert behind(archive, read_alias(own)) == behind(archive, write_alias(own)) == (done.index,)
    assert held(archive, done.index) == wanted
    assert not paused(archive, done.index)
    assert settle(archive, own) is None


def paused(client: OpenSearch, index: str) -> bool:
    """Whether writers to the index are put off."""
    return bool(client.indices.get_settings(index=index, name="index.final_pipeline"))


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(10))
def test_killed_at_any_moment_and_run_again_it_ends_right(
    archive: OpenSearch, own: OpenSearchSettings, seed: int
) -> None:
    """Killed with SIGKILL at a random moment, twice, under load, and run again: nothing is lost, nobody sees an error."""
    moments = random.Random(seed)  # noqa: S311 - chooses moments, keeps no secret
    with under_load(own) as wanted:
        for _ in range(2):
            ends = time.monotonic() + moments.uniform(0.5, 5.0)
            run_killed(own, lambda ends=ends: time.monotonic() > ends)
        done = rebuild(archive, own)
        time.sleep(0.5)
    is_right(archive, own, done, wanted)


@pytest.mark.faults
@pytest.mark.parametrize("step", ["filling", "handing over", "exchanged"])
def test_killed_in_each_step_and_run_again_it_ends_right(
    archive: OpenSearch, own: OpenSearchSettings, step: str
) -> None:
    """Killed while the index is filled, while writers are put off, or right after the exchange, it ends right."""
    ripe = {
        "filling": lambda: bool(behind(archive, rebuilding_alias(own))),
        "handing over": lambda: paused(archive, behind(archive, write_alias(own))[0]),
        "exchanged": lambda: bool(behind(archive, unsettled_alias(own))),
    }[step]
    with under_load(own) as wanted:
        run_killed(own, ripe)
        assert ripe()
        done = rebuild(archive, own)
        time.sleep(0.5)
    assert done.index.endswith("articles-v2")
    is_right(archive, own, done, wanted)
