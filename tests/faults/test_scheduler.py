"""Tasks and the scheduler itself are killed, and runs meet, in a real Airflow."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.faults.archives import FEED_DECLARED, Archive, fill, lines_feed
from tests.faults.network import Hold, Proxy, Where, proxy_before

from clippings.node.ports import free_port
from clippings.settings import OpenSearchSettings
from clippings.stack.airflow import AirflowStack

pytestmark = pytest.mark.faults

FEEDS = ("task", "scheduler", "plug", "backfill")
"""A feed for each test, because a DAG has its first scheduled run only once."""
QUICK_TO_NOTICE = {
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "40",
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    "SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
}
"""By default Airflow takes five minutes to notice that a task or a scheduler is dead."""
PATIENCE = 600.0


@pytest.fixture(scope="module")
def proxy(opensearch: OpenSearchSettings) -> Iterator[Proxy]:
    """What Airflow reaches the node through; requests may take two minutes."""
    with proxy_before(replace(opensearch, timeout=120.0)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the feeds of Airflow lie, each in a folder of its name."""
    return tmp_path_factory.mktemp("feeds")


@pytest.fixture(scope="module")
def airflow(proxy: Proxy, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowStack]:
    """A healthy Airflow with the repo's DAGs over these feeds."""
    feeds = folder / "feeds.yaml"
    yearly = "0 0 1 1 *"
    declared = (FEED_DECLARED.format(id=feed, location=folder / feed, schedule=yearly) for feed in FEEDS)
    feeds.write_text("feeds:\n" + "".join(declared), encoding="utf-8")
    environment = {f"AIRFLOW__{name}": value for name, value in QUICK_TO_NOTICE.items()}
    environment["CLIPPINGS_FEEDS"] = str(feeds)
    home = tmp_path_factory.mktemp("airflow")
    with AirflowStack(home, free_port(), proxy.settings, environment=environment) as stack:
        for feed in FEEDS:
            stack.api.wait_for_dag(f"ingest_{feed}")
        # It writes to the articles, too: what is compared here is what ingestion leaves.
        stack.api.request("PATCH", "dags/group_stories", {"is_paused": True})
        yield stack


class Feed:
    """One of the feeds in Airflow, with its files."""

    def __init__(self, airflow: AirflowStack, opensearch: OpenSearchSettings, folder: Path, feed: str) -> None:
        self.api, self.dag = airflow.api, f"ingest_{feed}"
        self.archive = Archive(opensearch, lines_feed(folder / feed, id=feed))
        fill(self.archive.feed)

    def start(self) -> str:
        """Unpause the DAG, which makes a scheduled run. Returns once there is one, with its id."""
        self.api.unpause(self.dag)
        return wait_until(lambda: [run["dag_run_id"] for run in self.api.dag_runs(self.dag)])[0]

    def report(self, run: str) -> dict[str, Any]:
        """What the run's task `reconcile` returned."""
        report: dict[str, Any] = self.api.xcom(self.dag, run, "reconcile")
        return report

    def ends_well(self, run: str) -> dict[str, Any]:
        """The report of a run once it has ended successfully, after it was held to the law."""
        assert self.api.wait_for_run(self.dag, run, PATIENCE) == "success", self.failures(run)
        report = self.report(run)
        assert report["balanced"]
        assert report["read"] == sum(report[term] for term in ("indexed", "unchanged", "duplicate", "quarantined"))
        return report

    def failures(self, run: str) -> str:
        """The ends of the logs of the tasks that failed."""
        failed = [one for one in self.api.task_instances(self.dag, run) if one["state"] == "failed"]
        logs = [
            self.api.task_log(self.dag, run, one["task_id"], one["try_number"], one["map_index"])[-3000:]
            for one in failed
        ]
        return "\n\n".join(logs) or str(self.api.task_instances(self.dag, run))

    def tries(self, run: str, task: str) -> list[int]:
        """How often a task was tried, for each of its instances."""
        return [one["try_number"] for one in self.api.task_instances(self.dag, run) if one["task_id"] == task]


def wait_until(find: Callable[[], Any]) -> Any:
    """What `find` finds, once it finds something."""
    deadline = time.monotonic() + PATIENCE
    while not (found := find()):
        assert time.monotonic() < deadline, "nothing came of it"
        time.sleep(0.2)
    return found


def whose(airflow: AirflowStack, port: int) -> psutil.Process:
    """The process of Airflow that has a connection from this port.

    Airflow hides a task and its supervisor from their own account; only root sees their connections. For others the task
    is the one hidden process whose parent is hidden, too: no test here has more than one under way.
    """
    hidden = []
    for process in airflow.family.members():
        try:
            if any(one.laddr.port == port for one in process.net_connections("tcp")):
                return process
        except psutil.AccessDenied:
            hidden.append(process)
        except psutil.Error:
            continue
    (task,) = (process for process in hidden if process.ppid() in {other.pid for other in hidden})
    return task


def test_a_task_is_killed_in_the_middle_of_a_bulk(
    airflow: AirflowStack, proxy: Proxy, opensearch: OpenSearchSettings, folder: Path
) -> None:
    """A task that ends with kill -9 after a part of it was filed is tried again by Airflow, and files the rest."""
    feed = Feed(airflow, opensearch, folder, "task")
    hold = Hold()
    proxy.arm(hold, Where.ANSWER)
    run = feed.start()
    whose(airflow, hold.wait(PATIENCE)).kill()
    hold.let_go()
    report = feed.ends_well(run)
    assert feed.tries(run, "ingest") == [2]
    assert report["unchanged"] > 0
    assert report["read"] == 63
    assert feed.archive.holding() == feed.archive.undisturbed(calm_beside(opensearch))


def calm_beside(opensearch: OpenSearchSettings) -> OpenSearchSettings:
    """Where undisturbed runs file."""
    return replace(opensearch, index_prefix=f"{opensearch.index_prefix}calm-")


@pytest.mark.parametrize("name", ["scheduler", "plug"])
def test_the_scheduler_is_killed_in_the_middle_of_a_bulk(
    airflow: AirflowStack, proxy: Proxy, opensearch: OpenSearchSettings, folder: Path, name: str
) -> None:
    """The scheduler ends with kill -9, alone or with all that it had started; a new one ends the run."""
    feed = Feed(airflow, opensearch, folder, name)
    hold = Hold()
    proxy.arm(hold, Where.ANSWER)
    run = feed.start()
    task = whose(airflow, hold.wait(PATIENCE))
    (scheduler,) = (psutil.Process(one.process.pid) for one in airflow.family.started if "scheduler" in one.name)
    children = scheduler.children(recursive=True)
    assert task in children
    scheduler.kill()
    if name == "plug":
        for process in children:
            process.kill()
    scheduler.wait()
    hold.let_go()
    airflow.restart("scheduler")
    assert feed.ends_well(run)["read"] == 63
    assert feed.archive.holding() == feed.archive.undisturbed(calm_beside(opensearch))


def test_a_backfill_and_a_scheduled_run_at_once(
    airflow: AirflowStack, proxy: Proxy, opensearch: OpenSearchSettings, folder: Path
) -> None:
    """A backfill that begins while a scheduled run files the same articles: all of their runs balance, and each article
    is there once."""
    feed = Feed(airflow, opensearch, folder, "backfill")
    hold = Hold()
    proxy.arm(hold, Where.ANSWER)
    run = feed.start()
    hold.wait(PATIENCE)
    first, last = datetime(2008, 1, 1, tzinfo=UTC), datetime(2011, 1, 1, tzinfo=UTC)
    backfill = feed.api.backfill(feed.dag, first, last, reprocess="completed")
    wait_until(lambda: [one for one in feed.api.backfill_runs(feed.dag) if one["state"] == "running"])
    assert feed.api.dag_run(feed.dag, run)["state"] == "running"
    hold.let_go()
    reports = [feed.ends_well(run)]
    feed.api.wait_for_backfill(backfill, PATIENCE)
    reports += [feed.ends_well(one["dag_run_id"]) for one in feed.api.backfill_runs(feed.dag)]
    assert len(reports) == 5
    assert sum(report["read"] for report in reports) > 63
    assert sum(report["indexed"] for report in reports) == 60
    feed.archive.assert_lawful(feed.archive.run())
    assert feed.archive.holding() == feed.archive.undisturbed(calm_beside(opensearch))
