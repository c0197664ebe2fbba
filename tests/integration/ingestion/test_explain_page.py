"""How an article was read, shown from its file again: over real files and a real node."""

import json
import re
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from opensearchpy import OpenSearch

from clippings.feeds import load_feeds
from clippings.ingestion.local import run_here
from clippings.ingestion.rereading import Reread, Unreadable, read_again
from clippings.ingestion.run import RunKind, RunRequest
from clippings.search.aliases import refresh
from clippings.search.queries import get_article, search
from clippings.search.requests import SearchRequest
from clippings.settings import PROJECT, OpenSearchSettings
from clippings.web import create_app

FEEDS = """feeds:
  - id: lines
    title: Lines
    location: {folder}
    patterns: "**/*"
    schedule: "0 0 1 * *"
    start: 2008-01-01
"""
STORY = "The {what} was opened after a debate in the council that lasted well into the night. " * 4
HOSTILE = "</td><script>alert(1)</script> <img src=x onerror=alert(2)> & so on"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a declared feed: a file of two records, an archive, and a seed."""
    feed = tmp_path / "feed"
    feed.mkdir()
    records = [STORY.format(what="harbour tunnel"), f"{HOSTILE}\n\n{STORY.format(what='zeppelin')}"]
    lines = "".join(json.dumps({"content": text}) + "\n" for text in records)
    (feed / "two.jsonl").write_text(lines, encoding="utf-8")
    with zipfile.ZipFile(feed / "packed.zip", "w") as archive:
        archive.writestr("in/one.txt", STORY.format(what="lighthouse"))
    shutil.copy(next((PROJECT / "include/seeds").glob("002_*")), feed / "seed.txt")
    (tmp_path / "feeds.yaml").write_text(FEEDS.format(folder=feed), encoding="utf-8")
    monkeypatch.setenv("CLIPPINGS_FEEDS", str(tmp_path / "feeds.yaml"))
    return feed


@pytest.fixture
def pages(folder: Path, client: OpenSearch, opensearch: OpenSearchSettings) -> TestClient:
    """The pages over the feed's articles."""
    [feed] = load_feeds()
    run_here(client, opensearch, RunRequest("t/1", feed, RunKind.MANUAL, None, datetime(2012, 6, 1, tzinfo=UTC)))
    refresh(client, opensearch)
    return TestClient(create_app(lambda: opensearch))


def found(client: OpenSearch, settings: OpenSearchSettings, words: str) -> str:
    """The id of the one article with these words."""
    [hit] = search(client, settings, SearchRequest(words)).hits
    return hit.id


def test_an_article_is_explained_from_its_file(pages, client, opensearch):
    """Every line with verdict and score, every date with its fate, the language's distance and the source's marks."""
    page = pages.get(f"/article/{found(client, opensearch, 'guarantees')}/explain").text
    assert re.search(
        r'<tr class="kept"><td class="number">\d+</td><td class="number">[01]\.\d\d</td><td>kept</td>', page
    )
    assert '<tr class="left">' in page
    for seen in ("2011-10-18", "chosen", "2005-10-18", "fits the weekday", "Itar-Tass", "dateline", "nats", "English"):
        assert seen in page, seen


def test_records_of_larger_files_and_archives_are_found_again(pages, client, opensearch, folder):
    """The second record of a file, and the member of an archive, are read again; hostile text is only text."""
    for words in ("zeppelin", "lighthouse"):
        page = pages.get(f"/article/{found(client, opensearch, words)}/explain").text
        assert words in page
        assert "read again from its file" in page
        assert "<script" not in page
        assert "<img" not in page
    assert "&lt;script&gt;" in pages.get(f"/article/{found(client, opensearch, 'zeppelin')}/explain").text


def test_a_record_that_is_not_to_be_had_is_said_so(pages, client, opensearch, folder, monkeypatch):
    """Changed, moved, too far into a large file, gone with its file, or with its feed: each is said in words."""
    tunnel, lighthouse = (found(client, opensearch, words) for words in ("tunnel", "lighthouse"))
    lines = (folder / "two.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "two.jsonl").write_text("".join(reversed(lines)), encoding="utf-8")
    assert "tunnel" in pages.get(f"/article/{tunnel}/explain").text
    article = get_article(client, opensearch, tunnel).article
    assert isinstance(read_again(article, load_feeds()), Reread)
    assert "too large" in read_again(article, load_feeds(), patience=0).why
    (folder / "two.jsonl").write_text(lines[1], encoding="utf-8")
    assert "no longer holds it as it was" in pages.get(f"/article/{tunnel}/explain").text
    (folder / "packed.zip").unlink()
    assert "packed.zip is no longer there" in pages.get(f"/article/{lighthouse}/explain").text
    assert read_again(article, ()) == Unreadable("Its feed, lines, is no longer declared.")
    assert pages.get("/article/0/explain").status_code == 404
