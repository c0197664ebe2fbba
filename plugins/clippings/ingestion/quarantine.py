"""Quarantine: every record that could not be filed, with the reason and the raw content, to be seen and replayed."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256

from opensearchpy import OpenSearch

from clippings.articles import Rejected
from clippings.ingestion.books import Book, Document, index_of, scan, write
from clippings.settings import OpenSearchSettings

MOST_RAW_BYTES = 64 * 1024
"""So much of a record is kept in quarantine itself; the rest is referred to by file and position."""

_NOTE_TRY = """
if (ctx._source.last_run != params.entry.last_run) { ctx._source.tries += 1; }
long tries = ctx._source.tries;
def first = ctx._source.first_seen;
ctx._source.putAll(params.entry);
ctx._source.tries = tries;
ctx._source.first_seen = first;
"""


def quarantine_id(rejected: Rejected) -> str:
    """One entry for each record of a file: by its content where it was read, otherwise by its position."""
    mark = str(rejected.position) if rejected.record is None else rejected.record.digest
    key = f"{rejected.feed}\0{rejected.file}\0{mark}"
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def quarantine(
    client: OpenSearch,
    settings: OpenSearchSettings,
    rejected: Iterable[Rejected],
    *,
    run: str,
    at: datetime,
    pipeline_version: str,
) -> int:
    """Put records into quarantine; one that is there already counts one more try (once a run). Returns how many."""

    def actions() -> Iterator[Document]:
        for one in rejected:
            entry = _entry(one, run, at, pipeline_version)
            yield {
                "_op_type": "update",
                "_id": quarantine_id(one),
                "retry_on_conflict": 5,
                "script": {"lang": "painless", "source": _NOTE_TRY, "params": {"entry": entry}},
                "upsert": {**entry, "tries": 1, "first_seen": at.isoformat()},
            }

    return write(client, settings, Book.QUARANTINE, actions())


def release(client: OpenSearch, settings: OpenSearchSettings, feed: str, paths: list[str], *, run: str) -> int:
    """Take out what lay in quarantine for these files and was not put there again by this run. Returns how many.

    To be called for files that the run has read as a whole: what it did not reject has been filed, or is gone.
    """
    if not paths:
        return 0
    query: Document = {
        "bool": {
            "filter": [{"term": {"feed": feed}}, {"terms": {"path": paths}}],
            "must_not": [{"term": {"last_run": run}}],
        }
    }
    leaving = [key for key, _ in scan(client, settings, Book.QUARANTINE, query, fields=["path"])]
    return write(client, settings, Book.QUARANTINE, ({"_op_type": "delete", "_id": key} for key in leaving))


def count_by_reason(client: OpenSearch, settings: OpenSearchSettings, feed: str) -> dict[str, int]:
    """How many records of a feed lie in quarantine, by reason."""
    body = {
        "size": 0,
        "query": {"term": {"feed": feed}},
        "aggs": {"reasons": {"terms": {"field": "reason", "size": 100}}},
    }
    answer = client.search(index=index_of(settings, Book.QUARANTINE), body=body)
    return {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["reasons"]["buckets"]}


def _entry(rejected: Rejected, run: str, at: datetime, pipeline_version: str) -> Document:
    record = rejected.record
    raw = rejected.raw if record is None else record.content.encode("utf-8", "surrogatepass")
    return {
        "feed": rejected.feed,
        "path": rejected.file,
        "position": rejected.position,
        "stage": rejected.stage,
        "reason": rejected.reason.value,
        "message": rejected.message,
        "record": None if record is None else record.id,
        "name": None if record is None else record.name,
        "content_type": None if record is None else record.content_type.value,
        "given": {} if record is None else dict(record.given),
        "raw": b64encode(raw[:MOST_RAW_BYTES]).decode("ascii"),
        "size": len(raw),
        "pipeline_version": pipeline_version,
        "last_run": run,
        "last_seen": at.isoformat(),
    }
