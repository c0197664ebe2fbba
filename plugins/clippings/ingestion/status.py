"""What the books say of each feed, asked of the cluster."""

from dataclasses import dataclass

from opensearchpy import OpenSearch

from clippings.ingestion.books import Book, Document, index_of
from clippings.ingestion.quarantine import count_by_reason
from clippings.settings import OpenSearchSettings


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """One feed: files known and wholly filed, records in them, what lies in quarantine, and its last run."""

    feed: str
    files: int
    filed_files: int
    records: int
    undated: int
    quarantined: dict[str, int]
    last_run: str | None
    last_run_at: str | None
    last_message: str | None
    balanced: bool | None


def feed_status(client: OpenSearch, settings: OpenSearchSettings, feed: str) -> FeedStatus:
    """The status of one feed. The books must exist (`books.ensure_books`)."""
    body: Document = {
        "size": 0,
        "track_total_hits": True,
        "query": {"term": {"feed": feed}},
        "aggs": {
            "records": {"sum": {"field": "records"}},
            "undated": {"sum": {"field": "undated"}},
            "filed": {"filter": {"exists": {"field": "filed_version"}}},
        },
    }
    files = client.search(index=index_of(settings, Book.FILES), body=body)
    last = _last_run(client, settings, feed)
    return FeedStatus(
        feed=feed,
        files=files["hits"]["total"]["value"],
        filed_files=files["aggregations"]["filed"]["doc_count"],
        records=int(files["aggregations"]["records"]["value"]),
        undated=int(files["aggregations"]["undated"]["value"]),
        quarantined=count_by_reason(client, settings, feed),
        last_run=last.get("run"),
        last_run_at=last.get("at"),
        last_message=last.get("message"),
        balanced=last.get("balanced"),
    )


def _last_run(client: OpenSearch, settings: OpenSearchSettings, feed: str) -> Document:
    body: Document = {
        "size": 1,
        "query": {"bool": {"filter": [{"term": {"feed": feed}}, {"term": {"kind": "run"}}]}},
        "sort": [{"at": {"order": "desc", "unmapped_type": "date"}}],
    }
    hits = client.search(index=index_of(settings, Book.RUNS), body=body)["hits"]["hits"]
    return hits[0]["_source"] if hits else {}
