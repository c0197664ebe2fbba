"""A feed over files of a test's own, its runs, and all that an archive holds afterwards."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.texts import made_pages
from opensearchpy import OpenSearch, helpers

from clippings.feeds import Feed, Format
from clippings.ingestion.books import Book, index_of
from clippings.ingestion.local import run_here
from clippings.ingestion.reports import RunReport
from clippings.ingestion.run import RunKind, RunRequest
from clippings.search.aliases import read_alias, refresh
from clippings.search.client import connect
from clippings.settings import OpenSearchSettings

DUE = datetime(2021, 6, 1, tzinfo=UTC)
BROKEN = '{"content": "this line never ends'
PAGES = [page.scrape for page in made_pages(160, seed=4)]
"""Texts for the files of the tests, no two alike, dated from 2000 to 2019."""

FEED_DECLARED = """
  - id: {id}
    title: Lines
    location: {location}
    patterns: "**/*.jsonl"
    schedule: "{schedule}"
    start: 2000-01-01
    format: jsonl
    columns: {{content: content}}
    bad_share_limit: 1.0
"""
"""The same feed as `lines_feed` makes, as it stands under `feeds:` in a file of feeds."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Holding:
    """All that an archive holds of a feed: what must be the same after a fault as without it."""

    articles: dict[str, Document]
    quarantine: frozenset[tuple[str, int, str]]
    """Path, position and reason of each entry."""
    files: frozenset[tuple[str, int, int, int, str | None]]
    """Path, size, records, rejected and the pipeline version that filed it, of each file in the catalogue."""


@dataclass(slots=True)
class Archive:
    """A feed and the archive that it is filed to."""

    settings: OpenSearchSettings
    feed: Feed
    client: OpenSearch = field(init=False)
    numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.client = connect(self.settings)

    def request(self, **changes: object) -> RunRequest:
        """A manual run of the feed under a name of its own."""
        run = f"test/{self.settings.index_prefix}{next(self.numbers)}"
        return replace(RunRequest(run, self.feed, RunKind.MANUAL, None, DUE), **changes)

    def run(self, **changes: object) -> RunReport:
        """A run in this process, over this archive's own connection."""
        return run_here(self.client, self.settings, self.request(**changes))

    def holding(self) -> Holding:
        """What the archive holds, asked of the index."""
        refresh(self.client, self.settings)
        return Holding(
            articles=self._everything(read_alias(self.settings)),
            quarantine=frozenset(
                (entry["path"], entry["position"], entry["reason"])
                for entry in self._everything(index_of(self.settings, Book.QUARANTINE)).values()
            ),
            files=frozenset(
                (entry["path"], entry["size"], entry["records"], entry["rejected"], entry["filed_version"])
                for entry in self._everything(index_of(self.settings, Book.FILES)).values()
            ),
        )

    def _everything(self, index: str) -> dict[str, Document]:
        self.client.indices.refresh(index=index)
        hits = helpers.scan(self.client, index=index, query={"query": {"term": {"feed": self.feed.id}}})
        return {hit["_id"]: hit["_source"] for hit in hits}

    def undisturbed(self, calm: OpenSearchSettings) -> Holding:
        """What the archive would hold if nothing had ever happened: the feed, filed at once to an empty one, `calm`."""
        other = Archive(calm, self.feed)
        other.client.indices.delete(index=f"{calm.index_prefix}*", ignore_unavailable=True)
        other.assert_lawful(other.run())
        return other.holding()

    def assert_lawful(self, report: RunReport) -> None:
        """The law holds for a run, and the books hold its report."""
        counts = report.counts
        assert counts.read == counts.indexed + counts.unchanged + counts.duplicate + counts.quarantined
        assert report.balanced
        noted = {
            entry["run"]: entry
            for entry in self._everything(index_of(self.settings, Book.RUNS)).values()
            if entry["kind"] == "run"
        }
        assert (noted[report.run]["read"], noted[report.run]["balanced"]) == (counts.read, True)


def lines_feed(folder: Path, **changes: object) -> Feed:
    """A feed of JSON lines over the folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    feed = Feed(
        id="lines",
        title="Lines",
        location=str(folder),
        schedule="0 0 1 * *",
        start=date(2000, 1, 1),
        patterns=("**/*.jsonl",),
        format=Format.JSONL,
        columns={"content": "content"},
        bad_share_limit=1.0,
    )
    return replace(feed, **changes)


def lines_of(pages: list[str]) -> str:
    """Pages as JSON lines, each page once."""
    return "".join(json.dumps({"content": page}) + "\n" for page in pages)


def fill(feed: Feed, files: int = 3, pages: int = 20) -> None:
    """Files of a feed of JSON lines, each with some pages and one broken line in their midst."""
    folder = Path(feed.location)
    for number in range(files):
        own = PAGES[number * pages : (number + 1) * pages]
        half = pages // 2
        text = lines_of(own[:half]) + BROKEN + "\n" + lines_of(own[half:])
        (folder / f"{number}.jsonl").write_text(text, encoding="utf-8")
