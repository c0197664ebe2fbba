"""Runs through the real scheduler: the seeds, a backfill on an empty index, again, and after a loss; the pool."""

import re
import time
from ast import literal_eval
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch, helpers
from tests.e2e.conftest import OWN_DAG, STORIES, pause

from clippings.ingestion.planning import SMALLEST_BATCH_FILES
from clippings.search.aliases import ensure_index, read_alias, refresh
from clippings.search.client import connect
from clippings.search.requests import SearchRequest
from clippings.settings import OpenSearchSettings
from clippings.stack.airflow import POOL, AirflowStack
from clippings.standing.matches import matches_of
from clippings.standing.saved import remove, save

DAG = "ingest_seeds"
FIRST, LAST = datetime(2008, 1, 1, tzinfo=UTC), datetime(2012, 6, 1, tzinfo=UTC)
EXPECTED = {"2008-03": 1, "2011-09": 1, "2011-10": 1, "2012-05": 2}


def documents(client: OpenSearch, archive: OpenSearchSettings) -> dict[str, tuple[int, dict[str, Any]]]:
    """Every document of the index with its version."""
    refresh(client, archive)
    hits = helpers.scan(client, index=read_alias(archive), query={"version": True, "query": {"match_all": {}}})
    return {hit["_id"]: (hit["_version"], hit["_source"]) for hit in hits}


def report(airflow: AirflowStack, run_id: str) -> dict[str, Any]:
    """What `reconcile` handed on: the counts of a run."""
    found: dict[str, Any] = airflow.api.xcom(DAG, run_id, "reconcile")
    return found


def backfill(airflow: AirflowStack, first: datetime, last: datetime, reprocess: str) -> dict[str, dict[str, Any]]:
    """Backfill the intervals that begin from `first` to `last`. Returns the run reports by month."""
    started = airflow.api.backfill(DAG, first, last, reprocess=reprocess, max_active_runs=4)
    airflow.api.wait_for_backfill(started, 900)
    runs = [
        run
        for run in airflow.api.backfill_runs(DAG)
        if first <= datetime.fromisoformat(run["data_interval_start"]) <= last
    ]
    assert {run["state"] for run in runs} == {"success"}
    return {run["data_interval_start"][:7]: report(airflow, run["dag_run_id"]) for run in runs}


def filed(reports: dict[str, dict[str, Any]], count: str) -> dict[str, int]:
    """The months in which a count is not zero."""
    return {month: one[count] for month, one in reports.items() if one[count]}


def test_runs_and_backfills_of_the_seeds(
    airflow: AirflowStack, archive: OpenSearchSettings, empty_archive: Callable[[], OpenSearch]
) -> None:
    """A single run files five documents; a backfill on an empty index files each in the run of its interval and
    nothing else, "All Runs" again changes no document, and a deleted document comes back with its month."""
    client = empty_archive()
    single = airflow.api.trigger(DAG)
    assert airflow.api.wait_for_run(DAG, single) == "success"
    assert (report(airflow, single)["indexed"], report(airflow, single)["balanced"]) == (5, True)
    assert "5 read = 5 indexed" in airflow.api.task_log(DAG, single, "reconcile")
    links = airflow.api.request("GET", f"dags/{DAG}/dagRuns/{single}/taskInstances/reconcile/links")["extra_links"]
    assert links["Documents"].endswith("/clippings/?feed=seeds")
    after_single = documents(client, archive)
    assert len(after_single) == 5

    client = empty_archive()
    reports = backfill(airflow, FIRST, LAST, "completed")
    assert len(reports) == 54
    assert filed(reports, "indexed") == EXPECTED
    assert filed(reports, "read") == EXPECTED
    after_backfill = documents(client, archive)
    assert {key: body for key, (_, body) in after_backfill.items()} == {
        key: body for key, (_, body) in after_single.items()
    }
    empty_runs = [run for run in airflow.api.backfill_runs(DAG) if run["data_interval_start"][:7] not in EXPECTED]
    mapped = [one for one in airflow.api.task_instances(DAG, empty_runs[0]["dag_run_id"]) if one["map_index"] >= 0]
    assert mapped == []

    lost = next(key for key, (_, body) in after_backfill.items() if body["month"] == "2011-10")
    client.delete(index=read_alias(archive), id=lost, refresh=True)
    october = datetime(2011, 10, 1, tzinfo=UTC)
    assert filed(backfill(airflow, october, october, "completed"), "indexed") == {"2011-10": 1}

    before = documents(client, archive)
    may = datetime(2012, 5, 1, tzinfo=UTC)
    assert filed(backfill(airflow, datetime(2011, 9, 1, tzinfo=UTC), may, "completed"), "unchanged") == {
        month: count for month, count in EXPECTED.items() if month >= "2011-09"
    }
    assert documents(client, archive) == before


def test_copies_are_grouped_after_a_run(
    airflow: AirflowStack, archive: OpenSearchSettings, empty_archive: Callable[[], OpenSearch]
) -> None:
    """When a run has filed the seeds, the DAG of stories follows by itself: 000 and 001 get one story, the others not."""
    client = empty_archive()
    before = {run["dag_run_id"] for run in airflow.api.dag_runs(STORIES)}
    pause(airflow, STORIES, paused=False)
    try:
        assert airflow.api.wait_for_run(DAG, airflow.api.trigger(DAG)) == "success"
        deadline = time.monotonic() + 120
        while not (new := [run for run in airflow.api.dag_runs(STORIES) if run["dag_run_id"] not in before]):
            assert time.monotonic() < deadline, "no run of the stories' DAG came within two minutes"
            time.sleep(0.5)
        for run in new:
            assert airflow.api.wait_for_run(STORIES, run["dag_run_id"]) == "success"
    finally:
        pause(airflow, STORIES, paused=True)
    stories: dict[str, set[str]] = {}
    for _, body in documents(client, archive).values():
        stories.setdefault(body["story_id"], set()).add(body["file"][:3])
    assert sorted(map(sorted, stories.values())) == [["000", "001"], ["002"], ["003"], ["004"]]


def test_a_dag_of_ones_own_runs_when_new_articles_match(
    airflow: AirflowStack, archive: OpenSearchSettings, empty_archive: Callable[[], OpenSearch]
) -> None:
    """The DAG of the guide runs once a run has filed articles that match a standing query, and is told which; a run that
    files nothing new has no event for it."""
    client = empty_archive()
    ensure_index(client, archive)
    query = save(client, archive, "Shield", SearchRequest("missile shield", sources=("CNN",)), "Ann")
    airflow.api.wait_for_dag(OWN_DAG)
    airflow.api.unpause(OWN_DAG)
    filing = airflow.api.trigger(DAG)
    assert airflow.api.wait_for_run(DAG, filing) == "success"
    deadline = time.monotonic() + 120
    while not (runs := airflow.api.dag_runs(OWN_DAG)):
        assert time.monotonic() < deadline, "the DAG of one's own did not run within two minutes"
        time.sleep(0.5)
    assert airflow.api.wait_for_run(OWN_DAG, runs[0]["dag_run_id"]) == "success"
    told = airflow.api.task_log(OWN_DAG, runs[0]["dag_run_id"], "tell")
    [matched] = re.findall(r"'matched': (\{[^}]*\})", told)
    assert literal_eval(matched) == {"Shield": matches_of(client, archive, query)[0]}
    again = airflow.api.trigger(DAG)
    assert airflow.api.wait_for_run(DAG, again) == "success"
    events = airflow.api.request("GET", "assets/events", parameters={"order_by": "-timestamp", "limit": 100})
    latest = [one["source_run_id"] for one in events["asset_events"] if one["name"] == "standing-queries"]
    assert filing in latest
    assert again not in latest
    remove(client, archive, query)


@contextmanager
def slots(airflow: AirflowStack, number: int) -> Iterator[None]:
    """The pool of the tasks that write, with so many slots."""
    before = airflow.api.request("GET", f"pools/{POOL}")["slots"]

    def give(count: int) -> None:
        airflow.api.request("PATCH", f"pools/{POOL}", {"pool": POOL, "slots": count, "include_deferred": False})

    give(number)
    try:
        yield
    finally:
        give(before)


def at_once(airflow: AirflowStack, dag: str, run: str) -> tuple[int, int]:
    """How many ingest tasks a run had, and how many of them were running at the same time at most."""
    tasks = [one for one in airflow.api.task_instances(dag, run) if one["task_id"] == "ingest"]
    assert {(one["state"], one["try_number"]) for one in tasks} == {("success", 1)}
    changes = [(datetime.fromisoformat(one["start_date"]), 1) for one in tasks]
    changes += [(datetime.fromisoformat(one["end_date"]), -1) for one in tasks]
    running = most = 0
    for _, change in sorted(changes):
        running += change
        most = max(most, running)
    return len(tasks), most


def test_the_pool_bounds_how_many_tasks_write_at_once(
    airflow: AirflowStack, archive: OpenSearchSettings, feeds_file: Path
) -> None:
    """With one slot no two of a run's ingest tasks ever run at the same time; with four they do."""
    dag = "ingest_leaflets"
    for number in range(3 * SMALLEST_BATCH_FILES):
        page = feeds_file.parent / "leaflets" / f"{number}.txt"
        page.write_text(f"Leaflet {number}\n\nThe ferry of pier {number} leaves at noon, the harbour office said.\n")
    airflow.api.wait_for_dag(dag)
    with slots(airflow, 1):
        airflow.api.unpause(dag)  # which makes a run
        deadline = time.monotonic() + 60
        while not (runs := airflow.api.dag_runs(dag)):
            assert time.monotonic() < deadline, "no scheduled run came within 60 s"
            time.sleep(0.5)
        first = runs[0]["dag_run_id"]
        assert airflow.api.wait_for_run(dag, first, 600) == "success"
        assert at_once(airflow, dag, first) == (3, 1)
    with slots(airflow, 4):
        again = airflow.api.trigger(dag, {"reprocess": "all"})
        assert airflow.api.wait_for_run(dag, again, 600) == "success"
        tasks, most = at_once(airflow, dag, again)
        assert tasks == 3
        assert most > 1
    connect(archive).indices.delete(index=f"{archive.index_prefix}*")
