"""Backfills of intervals in which nothing is published, against a DAG of as many tasks that does nothing."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.filing import empty
from benchmarks.measure import Bench, Ratio
from benchmarks.scheduler import DAG, NOOP, scheduler, seconds_of
from benchmarks.texts import pages, write_files
from clippings.search.client import connect
from clippings.stack.airflow import AirflowStack

INTERVALS = 40
ROUNDS = 3
FIRST = datetime(2021, 1, 1, tzinfo=UTC)
"""Made pages are dated to the twenty years before."""
WAIT = 3600.0


def measure(bench: Bench) -> list[Ratio]:
    """Intervals a minute of both, backfilled in turn; the median of the rounds."""
    settings = bench.opensearch
    count = max(5, round(INTERVALS * min(bench.scale, 1.0)))
    with connect(settings) as client, tempfile.TemporaryDirectory(prefix="clippings-bench-") as folder:
        empty(client, settings)
        write_files(pages(bench, 50), Path(folder), 50)
        with scheduler(settings, Path(folder), "0 0 * * *") as stack:
            pairs = []
            for number in range(ROUNDS):
                first = FIRST + timedelta(days=number * count)
                pairs.append((_backfill(stack, DAG, first, count), _backfill(stack, NOOP, first, count)))
    pairs.sort(key=lambda pair: pair[1] / pair[0])
    ours, theirs = pairs[len(pairs) // 2]
    return [
        Ratio(
            "empty backfill intervals a minute",
            "a DAG of as many tasks that do nothing",
            theirs / ours,
            0.8,
            True,
            f"{60 * count / ours:.1f} against {60 * count / theirs:.1f} intervals a minute, {count} intervals",
        )
    ]


def _backfill(stack: AirflowStack, dag: str, first: datetime, count: int) -> float:
    """Seconds that the runs of so many days take."""
    last = first + timedelta(days=count - 1)
    started = stack.api.backfill(dag, first, last, reprocess="completed", max_active_runs=4)
    stack.api.wait_for_backfill(started, WAIT)
    runs = [
        run
        for run in stack.api.backfill_runs(dag)
        if first <= datetime.fromisoformat(run["data_interval_start"]) <= last
    ]
    if len(runs) != count or any(run["state"] != "success" for run in runs):
        raise ValueError(f"{dag}: of {count} intervals {len(runs)} were run: {[run['state'] for run in runs]}")
    return seconds_of(runs)
