"""Quarantine seen, shown and replayed, over a real node."""

import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from opensearchpy import OpenSearch
from starlette.requests import Request

from clippings.articles import Reason
from clippings.cli.__main__ import main
from clippings.feeds import Feed, Format
from clippings.ingestion.books import ensure_books
from clippings.ingestion.local import run_here
from clippings.ingestion.quarantine import EntryPage, Narrowing, files_in_quarantine, look_into
from clippings.ingestion.reports import Counts, RunReport
from clippings.ingestion.run import Reprocess, RunKind, RunRequest
from clippings.settings import OpenSearchSettings
from clippings.web import create_app
from clippings.web.forgery import Forms

FIRST, SECOND, THIRD = (datetime(2012, 6, day, 5, 30, tzinfo=UTC) for day in (1, 2, 3))
TEXT = "The city council voted on the harbour tunnel after a debate that lasted well into the night. " * 4
HOSTILE = '{"content": "<script>alert(1)</script>\u202e\u0001 <img src=x onerror=alert(2)>" &amp; broken'
REPLAY = "/dags/replay_quarantine"


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    """A feed of JSON lines over an empty folder."""
    folder = tmp_path / "feed"
    folder.mkdir()
    return Feed(
        id="lines",
        title="Lines",
        location=str(folder),
        schedule="0 0 1 * *",
        start=date(2008, 1, 1),
        patterns=("**/*.jsonl", "**/*.zip"),
        format=Format.JSONL,
        columns={"content": "content"},
        bad_share_limit=1.0,
    )


@pytest.fixture
def page(opensearch: OpenSearchSettings, client: OpenSearch) -> TestClient:
    """The search page's app, as a browser asks it."""
    return TestClient(create_app(lambda: opensearch, replay_address=REPLAY))


def good(number: int) -> str:
    """A line with a record that passes."""
    return json.dumps({"content": f"Story number {number}\n\n{TEXT}"})


EMPTY = json.dumps({"content": " "})


def write(feed: Feed, path: str, *lines: str) -> None:
    """A file of the feed."""
    (Path(feed.location) / path).write_text("".join(line + "\n" for line in lines), encoding="utf-8")


class Runs:
    """Runs of a feed, each named and due at a moment of its own."""

    def __init__(self, client: OpenSearch, settings: OpenSearchSettings, feed: Feed) -> None:
        self.client, self.settings, self.feed, self.number = client, settings, feed, 0

    def __call__(self, at: datetime, **changes: object) -> RunReport:
        """The report of a manual run."""
        self.number += 1
        request = RunRequest(f"test/{self.number}", self.feed, RunKind.MANUAL, None, at)
        return run_here(self.client, self.settings, replace(request, **changes))

    def replay(self, at: datetime, **narrowed: object) -> RunReport:
        """The report of a run over what lies in quarantine."""
        return self(at, reprocess=Reprocess.QUARANTINED, **narrowed)

    def look(self, **narrowed: object) -> EntryPage:
        """What lies in quarantine."""
        return look_into(self.client, self.settings, Narrowing(**narrowed))


@pytest.fixture
def runs(client: OpenSearch, opensearch: OpenSearchSettings, feed: Feed) -> Runs:
    """Runs of the feed."""
    return Runs(client, opensearch, feed)


def test_an_entry_says_everything_of_a_broken_record(feed: Feed, runs: Runs) -> None:
    """A broken line of a file is an entry with its place, reason, message, bytes, moments and number of tries."""
    write(feed, "a.jsonl", good(1), HOSTILE)
    assert runs(FIRST).counts == Counts(read=2, indexed=1, quarantined=1)
    runs.replay(SECOND)
    found = runs.look()
    assert (found.total, found.feeds, found.reasons) == (1, {"lines": 1}, {"malformed": 1})
    entry = found.entries[0]
    assert (entry.feed, entry.path, entry.position, entry.stage, entry.reason) == (
        "lines",
        "a.jsonl",
        len(good(1)) + 1,
        "read",
        "malformed",
    )
    assert entry.message
    assert (entry.tries, entry.first_seen, entry.last_seen) == (2, FIRST, SECOND)
    assert entry.raw.strip() == HOSTILE.encode()


@pytest.mark.parametrize("codec", ["cp1251", "utf-16-le", "utf-8"])
def test_a_record_that_could_not_be_clipped_is_kept_as_it_was_written(feed: Feed, runs: Runs, codec: str) -> None:
    """What the pipeline rejects after it was read lies in quarantine with its very bytes, and the encoding to read them in."""
    line = json.dumps({"content": "— , — , —", "note": "«Заметка»"}, ensure_ascii=False)
    (Path(feed.location) / "a.jsonl").write_bytes(f"{good(1)}\n{line}\n".encode(codec))
    runs.feed = replace(feed, encoding=codec)
    assert runs(FIRST).counts == Counts(read=2, indexed=1, quarantined=1)
    (entry,) = runs.look().entries
    assert (entry.stage, entry.reason) == ("extract", "no-text")
    assert (entry.raw, entry.size, entry.encoding) == (line.encode(codec), len(line.encode(codec)), codec)
    assert entry.position == len((good(1) + "\n").encode(codec))


def test_entries_are_narrowed_and_counted_by_feed_and_reason(feed: Feed, runs: Runs) -> None:
    """Each facet counts what its values would show under the other narrowing, and the entries fit all of it."""
    write(feed, "a.jsonl", EMPTY, HOSTILE)
    runs(FIRST)
    runs.feed = replace(feed, id="other")
    runs(SECOND)
    narrowed = runs.look(feed="lines", reason="empty")
    assert [(entry.feed, entry.reason) for entry in narrowed.entries] == [("lines", "empty")]
    assert (narrowed.total, narrowed.feeds) == (1, {"lines": 1, "other": 1})
    assert narrowed.reasons == {"empty": 1, "malformed": 1}
    assert {entry.feed for entry in runs.look(since=SECOND.date()).entries} == {"other"}
    assert runs.look(since=THIRD.date()).total == 0


def test_a_replay_narrowed_by_reason_files_what_was_mended(feed: Feed, runs: Runs) -> None:
    """A replay for one reason reads only the files concerned, files the mended record, and empties quarantine of it."""
    write(feed, "broken.jsonl", good(1), HOSTILE)
    write(feed, "empty.jsonl", good(2), EMPTY)
    runs(FIRST)
    write(feed, "broken.jsonl", good(1), good(3))
    report = runs.replay(SECOND, reason=Reason.MALFORMED.value)
    assert (report.files, report.counts) == (1, Counts(read=2, indexed=1, unchanged=1))
    assert report.counts.balance == 0
    assert [(entry.path, entry.tries) for entry in runs.look().entries] == [("empty.jsonl", 1)]
    write(feed, "empty.jsonl", good(2), good(4))
    assert runs.replay(THIRD, reason=Reason.EMPTY.value).counts == Counts(read=2, indexed=1, unchanged=1)
    assert runs.look().total == 0


def test_a_replay_files_what_the_reader_takes_by_now(feed: Feed, runs: Runs) -> None:
    """An unchanged file whose record was too large passes once the feed allows the size, and leaves quarantine."""
    write(feed, "a.jsonl", good(1))
    runs.feed = replace(feed, record_limit=100)
    assert runs(FIRST).counts == Counts(read=1, quarantined=1)
    runs.feed = feed
    assert runs.replay(SECOND, reason=Reason.TOO_LARGE.value).counts == Counts(read=1, indexed=1)
    assert runs.look().total == 0


def test_a_replay_since_a_day_leaves_older_entries_alone(feed: Feed, runs: Runs) -> None:
    """A replay since a day reads only files of which a record was seen on that day or later."""
    write(feed, "old.jsonl", EMPTY)
    runs(FIRST)
    write(feed, "new.jsonl", EMPTY)
    runs(SECOND)
    assert runs.replay(THIRD, since=THIRD.date()).files == 0
    assert runs.replay(THIRD, since=SECOND.date()).files == 1
    assert {entry.path: entry.tries for entry in runs.look().entries} == {"old.jsonl": 1, "new.jsonl": 2}


def test_a_record_of_an_archive_is_traced_to_the_archive(
    feed: Feed, runs: Runs, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """A replay reads the archive of a member's broken record, and what the archive no longer holds leaves."""
    with zipfile.ZipFile(Path(feed.location) / "a.zip", "w") as archive:
        archive.writestr("inside/b.jsonl", EMPTY + "\n")
    runs(FIRST)
    assert [entry.path for entry in runs.look().entries] == ["a.zip!/inside/b.jsonl"]
    assert "a.zip" in files_in_quarantine(client, opensearch, Narrowing("lines", "empty"))
    with zipfile.ZipFile(Path(feed.location) / "a.zip", "w") as archive:
        archive.writestr("inside/c.jsonl", EMPTY + "\n")
    assert runs.replay(SECOND).counts == Counts(read=1, quarantined=1)
    assert [entry.path for entry in runs.look().entries] == ["a.zip!/inside/c.jsonl"]


def test_the_command_lists_and_replays_what_it_is_narrowed_to(
    feed: Feed,
    runs: Runs,
    opensearch: OpenSearchSettings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`./clippings quarantine list|replay` takes --feed, --reason and --since, and a replay files what now passes."""
    monkeypatch.setenv("AIRFLOW_CONN_OPENSEARCH_DEFAULT", opensearch.url)
    monkeypatch.setenv("CLIPPINGS_INDEX_PREFIX", opensearch.index_prefix)
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text(
        f"feeds:\n  - id: lines\n    title: Lines\n    location: {feed.location}\n    patterns: '*.jsonl'\n"
        "    schedule: '0 0 1 * *'\n    start: 2008-01-01\n    format: jsonl\n    columns: {content: content}\n",
        encoding="utf-8",
    )
    write(feed, "a.jsonl", good(1), HOSTILE)
    write(feed, "b.jsonl", EMPTY)
    runs(FIRST)
    narrowed = ["--feed", "lines", "--reason", "malformed", "--since", "2012-06-01", "--feeds", str(feeds)]
    assert main(["quarantine", "list", *narrowed]) == 0
    assert [json.loads(line)["path"] for line in capsys.readouterr().out.splitlines()] == ["a.jsonl"]
    write(feed, "a.jsonl", good(1), good(2))
    assert main(["quarantine", "replay", *narrowed]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["indexed"] == 1
    assert [entry.path for entry in runs.look().entries] == ["b.jsonl"]


def test_an_empty_quarantine_says_so(page: TestClient, client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """The page says that nothing lies in quarantine, before the books exist and after."""
    assert "Nothing lies in quarantine" in page.get("/quarantine").text
    ensure_books(client, opensearch)
    assert "Nothing lies in quarantine" in page.get("/quarantine").text


def test_the_page_shows_hostile_content_as_text(page: TestClient, feed: Feed, runs: Runs) -> None:
    """Markup in a record, a path or the address is escaped, unseen signs are written out, and no script may run."""
    write(feed, "<b>a&.jsonl", HOSTILE)
    runs(FIRST)
    answer = page.get("/quarantine", params={"since": "<i>never</i>"})
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "<b>a&" not in answer.text
    assert "<i>" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e\\x01 &lt;img" in answer.text
    assert "&lt;b&gt;a&amp;.jsonl" in answer.text
    assert "is not a day: write it as 2012-05-02" in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_page_shows_only_the_beginning_of_a_record(page: TestClient, feed: Feed, runs: Runs) -> None:
    """Of a long record the page shows about 2,000 characters and says that there is more."""
    write(feed, "a.jsonl", "{" + "ä" * 5000)
    runs(FIRST)
    text = page.get("/quarantine").text
    assert 1900 < text.count("ä") <= 2000
    assert "The record, its beginning" in text


def test_the_page_is_narrowed_and_paged_by_its_address(page: TestClient, feed: Feed, runs: Runs) -> None:
    """Facets carry counts and addresses, and a second page holds the rest of the entries."""
    write(feed, "a.jsonl", *(f"{{broken {number}" for number in range(25)))
    write(feed, "b.jsonl", EMPTY)
    runs(FIRST)
    first = page.get("/quarantine?reason=malformed")
    assert "1–20 of 25" in first.text
    assert 'href="?reason=malformed&amp;page=2"' in first.text
    assert first.text.count('<article class="hit">') == 20
    second = page.get("/quarantine?reason=malformed&page=2")
    assert second.text.count('<article class="hit">') == 5
    assert "b.jsonl" not in first.text + second.text
    assert 'href="?reason=empty"' in first.text
    assert "Nothing of this lies in quarantine" in page.get("/quarantine?feed=none").text


class Button:
    """Stands for what starts a replay: notes what it was asked for, and names the run."""

    def __init__(self) -> None:
        self.asked: list[Narrowing] = []

    async def __call__(self, request: Request, narrowing: Narrowing) -> str:
        """Start nothing."""
        self.asked.append(narrowing)
        return "replay_quarantine/manual 1"


OURS = {"Sec-Fetch-Site": "same-origin"}


def test_the_button_replays_what_the_page_is_narrowed_to(
    opensearch: OpenSearchSettings, feed: Feed, runs: Runs
) -> None:
    """The form of the page starts a replay of just that, and leads to the page of its run."""
    write(feed, "a.jsonl", EMPTY)
    runs(FIRST)
    button = Button()
    page = TestClient(create_app(lambda: opensearch, replay_address=REPLAY, start_replay=button, reader=lambda: "ann"))
    text = page.get("/quarantine?feed=lines&reason=empty&since=2012-06-01").text
    assert f'href="{REPLAY}"' in text
    assert "./clippings quarantine replay --feed lines --reason empty --since 2012-06-01" in text
    form = text.partition('action="/quarantine/replay"')[2].partition("</form>")[0]
    fields = dict(re.findall('<input type="hidden" name="([^"]*)" value="([^"]*)">', form))
    answer = page.post("/quarantine/replay", data=fields, headers=OURS, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/run?name=replay_quarantine%2Fmanual+1")
    assert button.asked == [Narrowing("lines", "empty", date(2012, 6, 1))]


def test_a_forged_form_starts_nothing(opensearch: OpenSearchSettings, client: OpenSearch) -> None:
    """Without the page's token, from another site, or without a feed nothing is replayed, and the reader is told why."""
    button, forms = Button(), Forms(b"secret")
    page = TestClient(create_app(lambda: opensearch, start_replay=button, forms=forms, reader=lambda: "ann"))
    fields = {"feed": "lines", "token": forms.token("ann")}
    for data, headers in (
        ({"feed": "lines"}, OURS),
        ({**fields, "token": forms.token("bob")}, OURS),
        (fields, {}),
        (fields, {"Sec-Fetch-Site": "cross-site"}),
        (fields, {"Origin": "http://evil.example"}),
    ):
        answer = page.post("/quarantine/replay", data=data, headers=headers)
        assert answer.status_code == 403
        assert "Nothing was changed" in answer.text
    without_feed = page.post("/quarantine/replay", data={"token": fields["token"]}, headers=OURS)
    assert (without_feed.status_code, "Choose a feed" in without_feed.text) == (400, True)
    assert page.get("/quarantine/replay").status_code == 405
    assert button.asked == []


def test_without_a_replay_to_start_the_page_changes_nothing(page: TestClient, feed: Feed, runs: Runs) -> None:
    """Where nothing can start a replay there is no button, and no request is taken that could change anything."""
    write(feed, "a.jsonl", EMPTY)
    runs(FIRST)
    assert 'method="post"' not in page.get("/quarantine?feed=lines").text.lower()
    assert page.post("/quarantine").status_code == 405
    assert page.post("/quarantine/replay").status_code == 404
    assert runs.look().entries[0].tries == 1


def test_the_search_page_leads_to_quarantine(page: TestClient) -> None:
    """Every page has a link to quarantine in its head."""
    assert 'href="/quarantine"' in page.get("/").text
