"""`make run`: OpenSearch and Airflow on this machine, the seeds filed by a real run, and a table of what came of it."""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from clippings.errors import ServiceError
from clippings.node import Node
from clippings.node.disk import require_space
from clippings.node.ports import port_from_environment
from clippings.node.server import PORT_VARIABLE as OPENSEARCH_PORT
from clippings.settings import (
    CONNECTION_VARIABLE,
    OpenSearchSettings,
    connection_file,
    opensearch_from_environment,
    state_folder,
)
from clippings.stack.airflow import HOME_BYTES, AirflowStack
from clippings.stack.airflow import PORT_VARIABLE as AIRFLOW_PORT
from clippings.stack.api import POLL_SECONDS, AirflowApi

FEED = "seeds"
DAG = f"ingest_{FEED}"
RUN_SECONDS = 600.0
SCHEDULED_SECONDS = 20.0
"""How long the scheduler may take to make the first scheduled run."""


def report(line: str) -> None:
    """Tell the user how far things are, on standard error."""
    print(f"  {line}", file=sys.stderr, flush=True)


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home for this process; the system lets go of it however the process ends.

    Raises ServiceError when another process holds it.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        held = os.open(home / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ServiceError(
            f"Nothing can be kept in {home} ({error.strerror}): choose a folder of your own with CLIPPINGS_HOME."
        ) from error
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceError(
                f"Clippings already runs here, as process {os.read(held, 20).decode() or '?'}: end that with Ctrl-C, "
                f"or run a second one with other ports and another folder in CLIPPINGS_HOME."
            ) from None
        os.truncate(held, 0)
        os.write(held, str(os.getpid()).encode())
        yield
    finally:
        os.close(held)


@contextmanager
def announced(settings: OpenSearchSettings) -> Iterator[None]:
    """Let the other commands of this installation find the node while it runs."""
    connection_file().write_text(settings.url, encoding="utf-8")
    try:
        yield
    finally:
        connection_file().unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class LocalStack:
    """All that runs: Airflow, and the embedded node unless the user has a cluster."""

    airflow: AirflowStack
    node: Node | None

    def check(self) -> None:
        """Raise ServiceError when any of it has ended."""
        self.airflow.check()
        if self.node is not None:
            self.node.check()


@contextmanager
def running_stack() -> Iterator[LocalStack]:
    """Start everything at once, wait until all of it is healthy, and end it all afterwards, whatever happened.

    Raises ServiceError or ConfigurationError, in one sentence, when something cannot be had.
    """
    home = state_folder()
    own_cluster = bool(os.environ.get(CONNECTION_VARIABLE))
    with ExitStack() as cleanup:
        require_space(home, HOME_BYTES, "keeping Airflow's database and logs")
        cleanup.enter_context(only_one(home))
        node = None
        if not own_cluster:
            node = Node(home / "node", port_from_environment(OPENSEARCH_PORT, 9200), report=report)
        settings = node.settings if node else opensearch_from_environment()
        airflow = AirflowStack(home, port_from_environment(AIRFLOW_PORT, 8080), settings, report=report)
        airflow.claim()
        if node:
            node.claim()
            cleanup.callback(node.stop)
            report(f"starting OpenSearch on port {node.port}")
            node.launch()
        else:
            report(f"using your OpenSearch at {settings.url}")
            put_index_in_place(settings)
        cleanup.callback(airflow.stop)
        report(f"starting Airflow on port {airflow.port}")
        airflow.launch()
        if node:
            node.wait_until_up()
            cleanup.enter_context(announced(settings))
            put_index_in_place(settings)
        airflow.wait_until_healthy()
        yield LocalStack(airflow, node)


def put_index_in_place(settings: OpenSearchSettings) -> None:
    """Make the index where there is none. Raises ServiceError."""
    from clippings.search.aliases import ensure_index  # noqa: PLC0415 - not needed to say that a port is taken
    from clippings.search.client import connect  # noqa: PLC0415

    ensure_index(connect(settings), settings)


def start_run(api: AirflowApi) -> str:
    """Have the seeds ingested. Returns the id of the run that does it.

    A DAG that never ran makes a scheduled run of its own as soon as it is unpaused; to trigger another one would only
    queue it behind that.
    """
    never_ran = not api.dag_runs(DAG)
    api.unpause(DAG)
    deadline = time.monotonic() + SCHEDULED_SECONDS
    while never_ran and time.monotonic() < deadline:
        if runs := api.dag_runs(DAG):
            return str(runs[0]["dag_run_id"])
        time.sleep(POLL_SECONDS)
    return api.trigger(DAG)


def file_the_seeds(stack: LocalStack) -> str:
    """Run the DAG `ingest_seeds` through the scheduler. Returns the state in which the run ended.

    Raises ServiceError when Airflow does not know the DAG, or the run does not end.
    """
    api = stack.airflow.api
    api.wait_for_dag(DAG)
    run = start_run(api)
    report(f"{DAG} runs as {run}")
    began = reported = time.monotonic()

    def watch(state: str) -> None:
        nonlocal reported
        stack.check()
        if (now := time.monotonic()) - reported > 5:
            reported = now
            report(f"{DAG} is {state}, {now - began:.0f} s")

    return api.wait_for_run(DAG, run, RUN_SECONDS, watch)
