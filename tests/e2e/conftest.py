"""One real Airflow for all end-to-end tests: scheduler, api-server, dag-processor and triggerer."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from opensearchpy import OpenSearch
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from clippings.node.ports import free_port
from clippings.search.client import connect
from clippings.settings import PROJECT, OpenSearchSettings
from clippings.stack.airflow import USER, AirflowStack

SEEDS = "ingest_seeds"
STORIES = "group_stories"
OWN_DAG = "tell_me"


@pytest.fixture(scope="session")
def archive(opensearch_server: OpenSearchSettings) -> OpenSearchSettings:
    """The part of the node that the end-to-end tests file into."""
    return replace(opensearch_server, index_prefix="e2e-")


OWN_FEED = """
  - id: {id}
    title: "{id} of a test"
    location: {folder}
    patterns: "*.txt"
    format: text
    schedule: "0 0 1 * *"
    start: 2008-01-01
    bad_share_limit: 1.0
"""
"""Feeds of the tests' own, beside those of the repo, each over a folder of its name."""
OWN_FEEDS = ("letters", "leaflets")


@pytest.fixture(scope="session")
def feeds_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The feeds of the repo, and feeds of the tests' own over empty folders beside the file."""
    folder: Path = tmp_path_factory.mktemp("feeds")
    declared = (PROJECT / "include" / "feeds.yaml").read_text(encoding="utf-8")
    for feed in OWN_FEEDS:
        (folder / feed).mkdir()
        declared += OWN_FEED.format(id=feed, folder=folder / feed)
    (folder / "feeds.yaml").write_text(declared, encoding="utf-8")
    return folder / "feeds.yaml"


@pytest.fixture(scope="session")
def dags(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The DAGs of the repo, and beside them the DAG of a user's own that the guide to searching shows."""
    folder: Path = tmp_path_factory.mktemp("dags")
    for file in (PROJECT / "dags").glob("*.py"):
        shutil.copy(file, folder)
    guide = (PROJECT / "docs" / "guide" / "searching.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"^```python\n(.*?)^```", guide, re.DOTALL | re.MULTILINE)
    (folder / f"{OWN_DAG}.py").write_text(shown, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def airflow(
    archive: OpenSearchSettings, feeds_file: Path, dags: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AirflowStack]:
    """A healthy Airflow with the repo's DAGs, on a free port and in a home of its own."""
    home: Path = tmp_path_factory.mktemp("airflow")
    environment = {"CLIPPINGS_FEEDS": str(feeds_file)}
    with AirflowStack(home, free_port(), archive, dags=dags, environment=environment) as stack:
        stack.api.wait_for_dag(SEEDS)
        stack.api.wait_for_dag(STORIES)
        # It would write into the documents of whatever test comes after a run; the test of it lets it go.
        pause(stack, STORIES, paused=True)
        yield stack


def pause(stack: AirflowStack, dag_id: str, *, paused: bool) -> None:
    """Let a DAG run, or no longer."""
    stack.api.request("PATCH", f"dags/{dag_id}", {"is_paused": paused})


@pytest.fixture
def empty_archive(archive: OpenSearchSettings, airflow: AirflowStack) -> Callable[[], OpenSearch]:
    """Lets the seeds' DAG run, and empties index and books when called, once no run is under way; gives a client."""

    def empty() -> OpenSearch:
        # Unpausing alone makes a run, of the interval that has just ended; without catch-up there is no other.
        airflow.api.unpause(SEEDS)
        deadline = time.monotonic() + 60
        while not airflow.api.dag_runs(SEEDS):
            assert time.monotonic() < deadline, "no scheduled run came within 60 s"
            time.sleep(0.5)
        for run in airflow.api.dag_runs(SEEDS):
            airflow.api.wait_for_run(SEEDS, run["dag_run_id"])
        client = connect(archive)
        client.indices.delete(index=f"{archive.index_prefix}*", ignore_unavailable=True)
        return client

    return empty


CHROMIUM = "/usr/bin/chromium"
CHROMIUM_WORDS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
"""Without these a start looks for hosts of its maker, which a closed network refuses, slowly."""


PATIENCE = 60_000
"""Milliseconds that a page may take to show what is expected: on a busy machine, many."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium. `make test` installs it where it may; otherwise this says what to do."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing: install Debian's package `chromium`, as `make test` does when it is root.")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_WORDS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def login(browser: Browser, airflow: AirflowStack) -> StorageState:
    """The cookies of a reader who has typed name and password into Airflow's form."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{airflow.url}/auth/login?next=/clippings/")
    page.fill("input[name=username]", USER)
    page.fill("input[name=password]", airflow.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{airflow.url}/clippings/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(browser: Browser, login: StorageState) -> Iterator[Page]:
    """A page of a logged-in reader; whatever its scripts complain of fails the test."""
    context = browser.new_context(storage_state=login, viewport={"width": 1300, "height": 950})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()
