"""What the books say of each feed, asked of the cluster; and what of its files is yet to be processed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from opensearchpy import OpenSearch

from clippings.errors import ClippingsError
from clippings.feeds import Feed
from clippings.ingestion.books import Book, Document, index_of
from clippings.ingestion.progress import latest_run
from clippings.ingestion.quarantine import count_by_reason
from clippings.ingestion.selecting import is_due, with_entries
from clippings.settings import OpenSearchSettings


@dataclass(frozen=True, slots=True)
class Unprocessed:
    """The files of a feed that the next run takes: new, changed, or not wholly filed yet. `oldest` is the one whose
    content has waited longest by its modification time, if any has one; `problem` says why nobody knows."""

    files: int = 0
    oldest: str | None = None
    oldest_modified: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """One feed: files known and wholly filed, records in them, what lies in quarantine by reason, what is yet to be
    processed (None where it was not asked), and its last run.

    `rate` is in records a second, of the last run (so far, while it is under way). `seconds_left` of a run under way is
    None before its first batch is done, and where none is. `silent_seconds` is how long nothing was heard of a run that
    is not settled: it may have stopped.
    """

    feed: str
    files: int
    filed_files: int
    records: int
    undated: int
    quarantined: dict[str, int]
    unprocessed: Unprocessed | None
    last_run: str | None
    last_run_at: str | None
    last_message: str | None
    balanced: bool | None
    under_way: bool
    rate: float | None
    seconds_left: float | None
    silent_seconds: float | None


def feed_status(client: OpenSearch, settings: OpenSearchSettings, feed: Feed, *, listing: bool = True) -> FeedStatus:
    """The status of one feed. The books must exist (`books.ensure_books`).

    With `listing` the feed's files are listed, a thousand at a time, to know what is yet to be processed.
    """
    body: Document = {
        "size": 0,
        "track_total_hits": True,
        "query": {"term": {"feed": feed.id}},
        "aggs": {
            "records": {"sum": {"field": "records"}},
            "undated": {"sum": {"field": "undated"}},
            "filed": {"filter": {"exists": {"field": "filed_version"}}},
        },
    }
    files = client.search(index=index_of(settings, Book.FILES), body=body)
    run = latest_run(client, settings, feed.id)
    under_way = run is not None and run.ended is None
    return FeedStatus(
        feed=feed.id,
        files=files["hits"]["total"]["value"],
        filed_files=files["aggregations"]["filed"]["doc_count"],
        records=int(files["aggregations"]["records"]["value"]),
        undated=int(files["aggregations"]["undated"]["value"]),
        quarantined=count_by_reason(client, settings, feed.id),
        unprocessed=unprocessed(client, settings, feed) if listing else None,
        last_run=None if run is None else run.run,
        last_run_at=None if run is None else run.at,
        last_message=None if run is None else (run.message or f"so far {run.counts}"),
        balanced=None if run is None else run.balanced,
        under_way=under_way,
        rate=None if run is None else run.rate,
        seconds_left=None if run is None else run.seconds_left,
        silent_seconds=(
            (datetime.now(UTC) - (run.last_reported or run.began)).total_seconds() if run and under_way else None
        ),
    )


def unprocessed(client: OpenSearch, settings: OpenSearchSettings, feed: Feed) -> Unprocessed:
    """What of a feed's files the next run takes. Never raises for a feed that cannot be listed: it says so."""
    files = 0
    oldest: tuple[datetime, str] | None = None
    try:
        for stat, entry in with_entries(client, settings, feed):
            if is_due(stat, entry):
                files += 1
                if stat.modified is not None and (oldest is None or (stat.modified, stat.path) < oldest):
                    oldest = (stat.modified, stat.path)
    except ClippingsError as error:
        return Unprocessed(problem=str(error))
    return Unprocessed(files, oldest[1] if oldest else None, oldest[0].isoformat() if oldest else None)
