"""A scheduler of the benchmarks' own: the repo's DAGs over a feed that is declared for the measurement."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import yaml

from clippings.node.ports import free_port
from clippings.settings import PROJECT, OpenSearchSettings
from clippings.stack.airflow import AirflowStack

FEED = "bench"
DAG = f"ingest_{FEED}"
NOOP = "bench_noop"
_NOOP_DAG = """
from datetime import datetime, timezone
from airflow.sdk import DAG, CronDataIntervalTimetable, task

with DAG("bench_noop", schedule=CronDataIntervalTimetable("0 0 * * *", timezone="UTC"),
         start_date=datetime(2000, 1, 1, tzinfo=timezone.utc), catchup=False, max_active_runs=16):

    @task
    def select() -> list[int]:
        return []

    @task
    def ingest(batch: int) -> None:
        pass

    @task(trigger_rule="none_failed")
    def reconcile() -> None:
        pass

    ingest.expand(batch=select()) >> reconcile()
"""
"""As many tasks as a run of a feed has, with nothing in them."""


@contextmanager
def scheduler(settings: OpenSearchSettings, location: Path, schedule: str) -> Iterator[AirflowStack]:
    """A healthy Airflow that knows the DAG of a feed over `location`, unpaused, and one that does nothing."""
    with tempfile.TemporaryDirectory(prefix="clippings-bench-") as name:
        home = Path(name)
        dags = home / "dags"
        dags.mkdir()
        for file in (PROJECT / "dags").glob("*.py"):
            (dags / file.name).symlink_to(file)
        (dags / "noop.py").write_text(_NOOP_DAG, encoding="utf-8")
        feed = {
            "id": FEED,
            "title": "Bench",
            "location": str(location),
            "schedule": schedule,
            "start": date(2000, 1, 1),
        }
        feeds = home / "feeds.yaml"
        feeds.write_text(yaml.safe_dump({"feeds": [{**feed, "patterns": "*.txt", "format": "separated"}]}))
        with AirflowStack(
            home / "home", free_port(), settings, dags=dags, environment={"CLIPPINGS_FEEDS": str(feeds)}
        ) as stack:
            for dag in (DAG, NOOP):
                stack.api.wait_for_dag(dag, 180)
                stack.api.unpause(dag)
                _await_first_run(stack, dag)
            yield stack


def _await_first_run(stack: AirflowStack, dag: str) -> None:
    """Unpausing makes one scheduled run: it is to be over before anything is measured."""
    deadline = time.monotonic() + 180
    while not stack.api.dag_runs(dag):
        if time.monotonic() > deadline:
            raise TimeoutError(f"no scheduled run of {dag} came")
        time.sleep(0.5)
    for run in stack.api.dag_runs(dag):
        stack.api.wait_for_run(dag, run["dag_run_id"], 600)


def seconds_of(runs: list[dict[str, str]]) -> float:
    """Seconds from the start of the first run to the end of the last."""
    begun = min(datetime.fromisoformat(run["start_date"]) for run in runs)
    ended = max(datetime.fromisoformat(run["end_date"]) for run in runs)
    return (ended - begun).total_seconds()
