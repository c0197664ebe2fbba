"""The button of the quarantine page, pressed in a real browser, over the real scheduler; and the pool its tasks run in."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from clippings.feeds import Feed, load_feeds
from clippings.ingestion.local import run_here
from clippings.ingestion.reports import Counts
from clippings.ingestion.run import RunKind, RunRequest
from clippings.search.client import connect
from clippings.settings import OpenSearchSettings
from clippings.stack.airflow import POOL, WRITERS, AirflowStack

REPLAY = "replay_quarantine"
STORY = "Harbour tunnel\n\n" + "The city council voted on the tunnel after a debate that lasted into the night. " * 5


@pytest.fixture(scope="module")
def letters(archive: OpenSearchSettings, feeds_file: Path) -> Iterator[Feed]:
    """The feed `letters` with one record filed and one in quarantine, which is mended by now."""
    (feed,) = (feed for feed in load_feeds(feeds_file) if feed.id == "letters")
    folder = Path(feed.location)
    (folder / "good.txt").write_text(STORY.replace("tunnel", "bridge"), encoding="utf-8")
    (folder / "mended.txt").write_text("", encoding="utf-8")
    client = connect(archive)
    request = RunRequest("e2e/letters", feed, RunKind.MANUAL, None, datetime(2012, 6, 1, tzinfo=UTC))
    assert run_here(client, archive, request).counts == Counts(read=2, indexed=1, quarantined=1)
    (folder / "mended.txt").write_text(STORY, encoding="utf-8")
    yield feed
    client.indices.delete(index=f"{archive.index_prefix}*", ignore_unavailable=True)


@pytest.fixture
def elsewhere(airflow: AirflowStack) -> Iterator[str]:
    """The address of a page of another site on this machine, which sends the form as soon as it is opened."""
    form = (
        f'<form method="post" action="{airflow.url}/clippings/quarantine/replay">'
        '<input name="feed" value="letters"></form><script>document.forms[0].submit()</script>'
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(form.encode())

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_button_replays_and_the_record_leaves_quarantine(
    page: Page, airflow: AirflowStack, letters: Feed, elsewhere: str
) -> None:
    """A form that another site makes the browser send is refused; pressed on the page, the button starts the DAG as the
    reader, and once it has run the mended record is filed and quarantine is empty."""
    airflow.api.wait_for_dag(REPLAY)
    page.goto(elsewhere)
    expect(page.get_by_role("heading", name="Nothing was changed")).to_be_visible()
    assert airflow.api.dag_runs(REPLAY) == []

    page.goto(f"{airflow.url}/clippings/quarantine?feed=letters")
    expect(page.locator(".hit")).to_contain_text("mended.txt")
    page.get_by_role("button", name="Replay these").click()
    page.wait_for_url("**/clippings/run?name=*")
    dag_id, _, run_id = parse_qs(urlsplit(page.url).query)["name"][0].partition("/")
    (run,) = airflow.api.dag_runs(REPLAY)
    assert (dag_id, run_id) == (REPLAY, run["dag_run_id"])
    assert run["conf"] == {"feed": "letters", "reason": "any", "since": None}
    assert run["triggering_user_name"] == "admin"
    assert airflow.api.wait_for_run(REPLAY, run_id) == "success"

    page.reload()
    expect(page.get_by_role("status")).to_contain_text("The run balances")
    expect(page.locator("table").last).to_contain_text("mended.txt")
    page.goto(f"{airflow.url}/clippings/quarantine?feed=letters")
    expect(page.locator(".empty")).to_contain_text("Nothing of this lies in quarantine")
    links = airflow.api.request("GET", f"dags/{REPLAY}/dagRuns/{run_id}/taskInstances/reconcile/links")["extra_links"]
    page.goto(airflow.url + links["Report"])
    expect(page.get_by_role("status")).to_contain_text("The run balances")

    pools = {one["task_id"]: one["pool"] for one in airflow.api.task_instances(REPLAY, run_id)}
    assert pools == {"select": "default_pool", "ingest": POOL, "reconcile": "default_pool"}


def test_the_pool_of_writing_tasks_is_made_once(airflow: AirflowStack) -> None:
    """The pool is there with its slots, and how many its user has set since stays when the stack starts again."""
    assert airflow.api.request("GET", f"pools/{POOL}")["slots"] == WRITERS
    airflow.api.request("PATCH", f"pools/{POOL}", {"pool": POOL, "slots": 7, "include_deferred": False})
    airflow.api.ensure_pool(POOL, WRITERS, "")
    assert airflow.api.request("GET", f"pools/{POOL}")["slots"] == 7
