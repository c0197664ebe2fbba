"""How a run stands: on its page, in `status` and in what fails it, over a real node."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from opensearchpy import OpenSearch

from clippings.cli.__main__ import main
from clippings.errors import UnbalancedError
from clippings.feeds import Feed, Format
from clippings.ingestion.ingesting import ingest
from clippings.ingestion.local import run_here
from clippings.ingestion.progress import file_lines, run_state
from clippings.ingestion.reconciling import reconcile
from clippings.ingestion.reports import Counts, note_reports, reports_of
from clippings.ingestion.run import RunKind, RunRequest
from clippings.ingestion.selecting import select
from clippings.ingestion.status import feed_status
from clippings.pipeline import Pipeline
from clippings.search.aliases import write_alias
from clippings.settings import CONNECTION_VARIABLE, OpenSearchSettings
from clippings.web import create_app

DUE = datetime(2012, 6, 1, tzinfo=UTC)
STORY = "The city council voted on the harbour tunnel after a debate that lasted well into the night. " * 4


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    """A feed of two files: three good records, one broken, and one that is there twice."""
    folder = tmp_path / "feed"
    folder.mkdir()
    lines = [json.dumps({"text": f"Story {number}. {STORY}"}) for number in range(3)]
    (folder / "<b>a.jsonl").write_text("\n".join([lines[0], lines[1], lines[1]]), encoding="utf-8")
    (folder / "b.jsonl").write_text("\n".join([lines[2], "{broken"]), encoding="utf-8")
    return Feed("lines", "Lines", str(folder), "0 0 1 * *", date(2008, 1, 1), format=Format.JSONL, bad_share_limit=1.0)


@pytest.fixture
def request_(feed: Feed) -> RunRequest:
    """A manual run of the feed."""
    return RunRequest("ingest_lines/manual 1", feed, RunKind.MANUAL, None, DUE)


@pytest.fixture
def page(opensearch: OpenSearchSettings, client: OpenSearch) -> TestClient:
    """The search page's app, as a browser asks it."""
    return TestClient(create_app(lambda: opensearch))


def look(page: TestClient, run: str = "ingest_lines/manual 1", **more: object) -> str:
    """The text of a run's page."""
    return page.get("/run", params={"name": run, **more}).text


def test_a_run_that_balances_is_shown_file_by_file(
    page: TestClient, client: OpenSearch, opensearch: OpenSearchSettings, request_: RunRequest
) -> None:
    """The page has the counts in all and of each file, the reasons and the format found; paths are shown as text."""
    run_here(client, opensearch, request_)
    text = look(page)
    assert "The run balances" in text
    assert "<b>a" not in text
    assert text.index("b.jsonl") < text.index("&lt;b&gt;a.jsonl")
    assert "1 malformed" in text
    assert "<td>jsonl</td>" in text
    state = run_state(client, opensearch, request_.run)
    assert state is not None
    assert state.counts == Counts(read=5, indexed=3, duplicate=1, quarantined=1)
    assert (state.files, state.items, state.seconds_left) == (2, 2, None)
    assert state.rate is not None
    assert [line.counts.read for line in file_lines(client, opensearch, request_.run)] == [2, 3]
    assert [line.path for line in file_lines(client, opensearch, request_.run, page=2, size=1)] == ["<b>a.jsonl"]


def test_a_run_that_does_not_balance_says_by_how_much_and_where(
    page: TestClient, client: OpenSearch, opensearch: OpenSearchSettings, request_: RunRequest
) -> None:
    """Counters that do not add up, and an index that holds other articles than the report says, fail the run; message
    and page name the file and the difference."""
    batches = select(client, opensearch, request_).batches
    ingest(client, opensearch, Pipeline.load(), request_, batches[0])
    (report,) = reports_of(client, opensearch, request_.run, [("b.jsonl", None)]).values()
    note_reports(client, opensearch, [replace(report, counts=replace(report.counts, read=4))])
    (other,) = reports_of(client, opensearch, request_.run, [("<b>a.jsonl", None)]).values()
    client.delete(index=write_alias(opensearch), id=min(other.ids))
    with pytest.raises(UnbalancedError) as failed:
        reconcile(client, opensearch, request_, batches)
    message = str(failed.value)
    assert "b.jsonl: 4 read = 1 indexed + 0 unchanged + 0 duplicate + 1 quarantined, which is 2 off" in message
    assert "<b>a.jsonl: the run accounts for 2 articles, the index holds 1, 1 too few" in message
    assert "in all: 7 read = 3 indexed + 0 unchanged + 1 duplicate + 1 quarantined, which is 2 off" in message
    text = look(page)
    assert "The run does not balance" in text
    assert "which is 2 off" in text
    assert text.index("b.jsonl</td>") < text.index("&lt;b&gt;a.jsonl</td>")


def test_a_run_under_way_says_how_much_is_left(
    page: TestClient,
    client: OpenSearch,
    opensearch: OpenSearchSettings,
    request_: RunRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before it begins the page says so; after one of two batches page and status tell the time left and the rate; once
    it is settled it is done; and begun anew it is under way again."""
    assert page.get("/run", params={"name": request_.run}).status_code == 404
    monkeypatch.setattr("clippings.ingestion.planning.SMALLEST_BATCH_FILES", 1)
    batches = select(client, opensearch, request_).batches
    assert len(batches) == 2
    before = feed_status(client, opensearch, request_.feed)
    assert (before.under_way, before.seconds_left, before.rate) == (True, None, None)
    assert "0% of its bytes are done" in look(page)
    ingest(client, opensearch, Pipeline.load(), request_, 0)
    status = feed_status(client, opensearch, request_.feed)
    assert status.under_way
    assert status.rate is not None
    assert status.seconds_left is not None
    assert status.silent_seconds is not None
    sizes = [file.stat().st_size for file in sorted(Path(request_.feed.location).iterdir())]
    assert f"The run is under way: {sizes[0] / sum(sizes):.0%} of its bytes are done, about" in look(page)
    ingest(client, opensearch, Pipeline.load(), request_, 1)
    reconcile(client, opensearch, request_, batches)
    done = feed_status(client, opensearch, request_.feed)
    assert (done.under_way, done.seconds_left, done.balanced) == (False, None, True)
    assert (done.files, done.filed_files, done.records, done.quarantined) == (2, 2, 5, {"malformed": 1})
    select(client, opensearch, request_)
    assert feed_status(client, opensearch, request_.feed).under_way


def test_time_left_follows_the_pace_so_far(
    client: OpenSearch, opensearch: OpenSearchSettings, request_: RunRequest
) -> None:
    """Half of the bytes in ten minutes leave ten minutes, less what has passed since the last report."""
    select(client, opensearch, request_)
    found = run_state(client, opensearch, request_.run)
    assert found is not None
    now = datetime.now(UTC)
    state = replace(found, began=now - timedelta(minutes=14), last_reported=now - timedelta(minutes=4), size=200)
    half = replace(state, done_size=100, counts=Counts(read=1200))
    assert half.seconds_left == pytest.approx(360, abs=30)
    assert half.rate == pytest.approx(2)
    assert replace(half, done_size=200).seconds_left == 0
    assert replace(half, done_size=0).seconds_left is None


def test_the_command_prints_what_is_known_of_a_feed(
    feed: Feed,
    client: OpenSearch,
    opensearch: OpenSearchSettings,
    request_: RunRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`./clippings status` prints files, records, quarantine by reason, the oldest file that waits, and the last run."""
    monkeypatch.setenv(CONNECTION_VARIABLE, opensearch.url)
    monkeypatch.setenv("CLIPPINGS_INDEX_PREFIX", opensearch.index_prefix)
    feeds = tmp_path / "feeds.yaml"
    entry = f"  - id: lines\n    location: {feed.location}\n    schedule: '0 0 1 * *'\n    start: 2008-01-01\n"
    feeds.write_text(f"feeds:\n{entry}", encoding="utf-8")
    monkeypatch.setenv("CLIPPINGS_FEEDS", str(feeds))
    assert main(["status"]) == 0
    assert "never" in capsys.readouterr().out
    run_here(client, opensearch, request_)
    (Path(feed.location) / "new.jsonl").write_text("{}", encoding="utf-8")
    assert main(["status", "lines"]) == 0
    shown = capsys.readouterr().out
    assert "2 known, 2 of them wholly filed" in shown
    assert "1 malformed" in shown
    assert "1 files, the oldest new.jsonl of 20" in shown
    assert "balances" in shown
    assert "5 read = 3 indexed + 0 unchanged + 1 duplicate + 1 quarantined" in shown
    assert "records a second" in shown
    assert main(["status", "--json", "--no-listing"]) == 0
    assert json.loads(capsys.readouterr().out)["unprocessed"] is None
    assert main(["status", "nothing"]) == 1
