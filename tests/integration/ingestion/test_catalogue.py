"""What is known of each file, over a real node: what is kept, who may overwrite it, and what a run takes by it."""

import gzip
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
from opensearchpy import OpenSearch

from clippings.feeds import Feed
from clippings.ingestion import ingesting, local
from clippings.ingestion.books import Book, ensure_books, index_of
from clippings.ingestion.catalogue import Filed, FileEntry, files_by_path, known_files, note_files
from clippings.ingestion.local import run_here
from clippings.ingestion.reports import Counts, RunReport
from clippings.ingestion.run import Interval, Reprocess, RunKind, RunRequest
from clippings.ingestion.selecting import select
from clippings.ingestion.status import unprocessed
from clippings.pipeline import Pipeline
from clippings.readers import FileStat
from clippings.search.aliases import read_alias, refresh
from clippings.settings import OpenSearchSettings

DUE = datetime(2012, 6, 1, tzinfo=UTC)
STORY = "Harbour {0}\n\n" + "The city council voted on the {0} after a debate that lasted into the night. " * 5
EARLY, LATE = "2012-06-01T00:00:00.000000+00:00", "2012-06-01T00:00:00.000001+00:00"
ENTRY = FileEntry("pages", "a.txt", 5, None, "one", "00", "text", 1, 0, ("2012-05-01",), 0, "2-a", "run/1", EARLY)


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    """A feed over an empty folder."""
    folder = tmp_path / "feed"
    folder.mkdir()
    return Feed("pages", "Pages", str(folder), "0 0 1 * *", date(2008, 1, 1), bad_share_limit=1.0)


class Runs:
    """Runs of the feed."""

    def __init__(self, client: OpenSearch, settings: OpenSearchSettings, feed: Feed) -> None:
        self.client, self.settings, self.feed, self.number = client, settings, feed, 0

    def request(self, **changes: object) -> RunRequest:
        """What a manual run is asked to do."""
        self.number += 1
        return replace(RunRequest(f"test/{self.number}", self.feed, RunKind.MANUAL, None, DUE), **changes)

    def __call__(self, **changes: object) -> RunReport:
        """The report of a manual run."""
        return run_here(self.client, self.settings, self.request(**changes))

    def known(self, *paths: str) -> list[FileEntry]:
        """What the catalogue holds of these files."""
        known = known_files(self.client, self.settings, self.feed.id, paths)
        return [known[path] for path in paths]

    def versions(self) -> dict[str, str]:
        """Which version of the pipeline made the article of each file."""
        refresh(self.client, self.settings)
        hits = self.client.search(index=read_alias(self.settings), body={"size": 100})["hits"]["hits"]
        return {hit["_source"]["file"]: hit["_source"]["pipeline_version"] for hit in hits}


@pytest.fixture
def runs(client: OpenSearch, opensearch: OpenSearchSettings, feed: Feed) -> Runs:
    """Runs of the feed over an empty archive."""
    return Runs(client, opensearch, feed)


def write(feed: Feed, path: str, content: str | bytes) -> Path:
    """A file of the feed."""
    file = Path(feed.location) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_format_and_content_hash_are_those_found(feed: Feed, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is known by what it is, whatever it is called or declared to be, and by the SHA-256 of its bytes, also
    where it is read in ranges."""
    monkeypatch.setattr("clippings.ingestion.selecting.RANGE_BYTES", 1000)
    files = {
        "page.csv": write(feed, "page.csv", STORY.format("tunnel")),
        "lines.txt": write(feed, "lines.txt", b"".join(b'{"text": "%s"}\n' % (b"A story. " * 40) for _ in range(20))),
        "packed": write(feed, "packed", gzip.compress(b"<html><body><p>A page of text.</p></body></html>")),
        "empty.txt": write(feed, "empty.txt", b""),
        "image.txt": write(feed, "image.txt", b"\x89PNG\r\n\x1a\n" + bytes(3000)),
        "many.zip": write(feed, "many.zip", b""),
    }
    with ZipFile(files["many.zip"], "w") as archive:
        archive.writestr("a.txt", STORY.format("bridge"))
        archive.writestr("b.html", "<html><body><p>Another page of text.</p></body></html>")
    runs()
    entries = dict(zip(files, runs.known(*files), strict=True))
    assert {path: entry.format for path, entry in entries.items()} == {
        "page.csv": "text",
        "lines.txt": "jsonl",
        "packed": "gz html",
        "empty.txt": "empty",
        "image.txt": "unreadable",
        "many.zip": "zip html + text",
    }
    digests = {path: sha256(file.read_bytes()).hexdigest() for path, file in files.items()}
    assert {path: entry.content_hash for path, entry in entries.items()} == digests
    assert runs().files == 0


def test_a_later_look_at_a_file_stays(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """A run that looked at a file earlier and writes later overwrites nothing; where it may have filed a former state
    of the file, the file is to be taken again."""
    ensure_books(client, opensearch)
    later = replace(ENTRY, etag="two", records=7, last_run="run/2", observed=LATE)

    def after(*noted: tuple[FileEntry, Filed]) -> FileEntry:
        client.delete_by_query(
            index=index_of(opensearch, Book.FILES), body={"query": {"match_all": {}}}, params={"refresh": "true"}
        )
        for one in noted:
            note_files(client, opensearch, [one])
        return known_files(client, opensearch, "pages", ["a.txt"])["a.txt"]

    whole = replace(later, filed_version="2-a")
    assert after((ENTRY, Filed.WHOLE), (later, Filed.WHOLE)) == whole
    assert after((later, Filed.WHOLE), (ENTRY, Filed.NOTHING)) == whole
    assert after((later, Filed.WHOLE), (ENTRY, Filed.WHOLE)) == later
    assert after((later, Filed.WHOLE), (replace(ENTRY, etag="two"), Filed.PART)) == whole
    assert after((later, Filed.WHOLE), (later, Filed.PART)) == whole
    assert after((ENTRY, Filed.WHOLE), (later, Filed.PART)) == later
    renewed = replace(whole, pipeline_version="2-b", filed_version=None)
    assert after((later, Filed.WHOLE), (renewed, Filed.RENEWED)) == replace(renewed, filed_version="2-b")
    assert after((later, Filed.PART), (renewed, Filed.RENEWED)) == renewed


def test_a_book_of_an_earlier_version_gains_the_new_fields(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """Books that were made before a field existed take it, and entries without it are still read."""
    properties = {"feed": {"type": "keyword"}, "path": {"type": "keyword"}, "days": {"type": "date"}}
    body = {"mappings": {"dynamic": "false", "properties": properties}}
    client.indices.create(index=index_of(opensearch, Book.FILES), body=body)
    old = {"feed": "pages", "path": "a.txt", "size": 5, "modified": None, "etag": "one", "format": "auto", "records": 1}
    old |= {"rejected": 0, "days": [], "undated": 1, "pipeline_version": "1-a", "filed_version": "1-a", "last_run": "r"}
    client.index(index=index_of(opensearch, Book.FILES), body=old, params={"refresh": "true"})
    ensure_books(client, opensearch)
    mapping = client.indices.get_mapping(index=index_of(opensearch, Book.FILES))
    assert "content_hash" in next(iter(mapping.values()))["mappings"]["properties"]
    (entry,) = files_by_path(client, opensearch, "pages")
    assert (entry.path, entry.content_hash, entry.filed_version) == ("a.txt", None, "1-a")
    assert entry.describes(FileStat("a.txt", 5, None, "one"))


def test_files_by_path_come_in_the_order_of_a_listing(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """The catalogue is gone through in the order in which files are listed, whatever signs their paths have."""
    ensure_books(client, opensearch)
    paths = ["a!/b", "a b", "a", "B", "é", "\uf7e9", "𝄞", "a/b", "zz/é.txt"]
    note_files(client, opensearch, ((replace(ENTRY, path=path), Filed.PART) for path in paths))
    assert [entry.path for entry in files_by_path(client, opensearch, "pages")] == sorted(paths)
    may = Interval(date(2012, 5, 1), date(2012, 6, 1))
    assert [entry.path for entry in files_by_path(client, opensearch, "pages", may)] == sorted(paths)
    june = Interval(date(2012, 6, 1), date(2012, 7, 1))
    assert list(files_by_path(client, opensearch, "pages", june)) == []


def test_stale_takes_only_documents_of_an_older_version(
    feed: Feed, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `stale` a run makes again what an older pipeline made, of a changed file too, and takes neither new files nor
    new records; what the file no longer carries leaves; done again it finds nothing."""
    older = replace(Pipeline.load(), version="1-older")
    write(feed, "old.txt", STORY.format("tunnel"))
    write(feed, "changed.txt", STORY.format("bridge"))
    write(feed, "grown.txt", STORY.format("tower") + "\n=====\n")
    with monkeypatch.context() as patched:
        patched.setattr(local, "Pipeline", type("Older", (), {"load": staticmethod(lambda: older)}))
        assert runs().counts == Counts(read=3, indexed=3)
    write(feed, "current.txt", STORY.format("airport"))
    assert runs().counts == Counts(read=1, indexed=1)
    write(feed, "changed.txt", STORY.format("canal"))
    write(feed, "new.txt", STORY.format("library"))
    report = runs(reprocess=Reprocess.STALE)
    assert (report.files, report.counts, report.removed) == (3, Counts(read=2, indexed=2, elsewhere=1), 1)
    assert set(runs.versions()) == {"old.txt", "grown.txt", "current.txt"}
    assert set(runs.versions().values()) == {Pipeline.load().version}
    assert [entry.filed_version for entry in runs.known("old.txt", "changed.txt")] == [Pipeline.load().version, None]
    assert runs(reprocess=Reprocess.STALE).files == 0
    assert runs().counts == Counts(read=2, indexed=2)


def test_quarantined_takes_only_what_lies_in_quarantine(
    feed: Feed, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `quarantined` a run reads the files concerned and takes the records that are not filed: the good ones of an
    unchanged file are not its own."""
    lines = [f'{{"text": "{STORY.format(what)}"}}'.replace("\n", " ") for what in ("tunnel", "bridge", "tower")]
    write(feed, "a.jsonl", "\n".join([*lines, '{"text": broken']))
    write(feed, "b.jsonl", lines[0])
    assert runs().counts == Counts(read=5, indexed=4, quarantined=1)
    report = runs(reprocess=Reprocess.QUARANTINED)
    assert (report.files, report.counts) == (1, Counts(read=1, quarantined=1, elsewhere=3))
    assert runs().files == 0
    write(feed, "a.jsonl", "\n".join([*lines, f'{{"text": "{"A mended story. " * 30}"}}']))
    assert runs(reprocess=Reprocess.QUARANTINED).counts == Counts(read=4, indexed=1, unchanged=3)
    assert runs().files == 0


def test_the_oldest_file_that_waits_is_known(
    feed: Feed, runs: Runs, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """New, changed and half-filed files wait; the oldest of them by its modification time is named."""
    for number, path in enumerate(("filed.txt", "changed.txt")):
        os.utime(write(feed, path, STORY.format(path)), (1000 + number, 1000 + number))
    runs()
    assert unprocessed(client, opensearch, feed).files == 0
    os.utime(write(feed, "changed.txt", STORY.format("canal")), (3000, 3000))
    os.utime(write(feed, "new.txt", STORY.format("library")), (2000, 2000))
    waiting = unprocessed(client, opensearch, feed)
    assert (waiting.files, waiting.oldest, waiting.oldest_modified) == (2, "new.txt", "1970-01-01T00:33:20+00:00")
    nowhere = unprocessed(client, opensearch, replace(feed, location=f"{feed.location}/nowhere"))
    assert "does not exist" in str(nowhere.problem)


def test_an_unchanged_file_is_never_opened(
    feed: Feed, runs: Runs, client: OpenSearch, opensearch: OpenSearchSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once its files are filed, neither a run nor a backfill of days that they hold nothing of opens any of them."""
    write(feed, "a.txt", STORY.format("tunnel"))
    runs()

    def refuse(*arguments: object, **settings: object) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr("clippings.readers.reading.open_bytes", refuse)
    assert select(client, opensearch, runs.request()).batches == []
    interval = Interval(date(1990, 1, 1), date(1990, 2, 1))
    assert select(client, opensearch, runs.request(kind=RunKind.BACKFILL, interval=interval)).batches == []
    with pytest.raises(AssertionError, match="a file was opened"):
        request = runs.request(reprocess=Reprocess.ALL)
        select(client, opensearch, request)
        ingesting.ingest(client, opensearch, Pipeline.load(), request, 0)
