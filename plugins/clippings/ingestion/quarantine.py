"""Quarantine: every record that could not be filed, with the reason and its bytes in the file, to be seen and replayed."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from opensearchpy import OpenSearch

from clippings.articles import Rejected
from clippings.ingestion.books import Book, Document, index_of, scan, write
from clippings.readers import MEMBER_MARK
from clippings.search.scanning import scan_hits
from clippings.settings import OpenSearchSettings

MOST_RAW_BYTES = 64 * 1024
"""So much of a record is kept in quarantine itself; the rest is referred to by file and position."""

DEEPEST = 10_000
"""Entries that can be paged through; OpenSearch counts no further from the first."""

RUNS_KEPT = 8
"""So many runs may reject one record at the same time without taking each other's entry out of quarantine."""

_NOTE_TRY = """
def runs = ctx._source.runs == null ? new ArrayList() : ctx._source.runs;
if (!runs.contains(params.entry.last_run)) {
  ctx._source.tries += 1;
  runs.add(params.entry.last_run);
  if (runs.size() > params.kept) { runs.remove(0); }
}
long tries = ctx._source.tries;
def first = ctx._source.first_seen;
ctx._source.putAll(params.entry);
ctx._source.tries = tries;
ctx._source.first_seen = first;
ctx._source.runs = runs;
"""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which entries are meant: of this feed, for this reason, last seen on this day (UTC) or later. None: any.

    An entry is seen last when it is seen first or later, so one that came up since a day is always among those of
    `since`.
    """

    feed: str | None = None
    reason: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One record in quarantine. `raw` is what is kept of it, at most MOST_RAW_BYTES of its `size` bytes; the rest is
    where `path` and `position` (a byte offset in the uncompressed file) say."""

    feed: str
    path: str
    """The file within the feed, with the member after `!/` where it lies in an archive."""
    position: int
    stage: str
    reason: str
    message: str
    tries: int
    first_seen: datetime
    last_seen: datetime
    pipeline_version: str
    raw: bytes
    size: int
    encoding: str = "utf-8"
    """The codec of Python's in which `raw` is written, as far as that was known."""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some of the entries, those seen last first.

    `total` counts all that are meant; `feeds` and `reasons` count what each value would show, by value, the most first.
    """

    entries: tuple[Entry, ...]
    total: int
    feeds: dict[str, int]
    reasons: dict[str, int]


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
                "script": {"lang": "painless", "source": _NOTE_TRY, "params": {"entry": entry, "kept": RUNS_KEPT}},
                "upsert": {**entry, "tries": 1, "first_seen": at.isoformat(), "runs": [run]},
            }

    return write(client, settings, Book.QUARANTINE, actions())


def release(client: OpenSearch, settings: OpenSearchSettings, feed: str, paths: list[str], *, run: str) -> int:
    """Take out what lay in quarantine for these files and was not put there again by this run. Returns how many.

    To be called for files that the run has read as a whole: what it did not reject has been filed, or is gone. What
    another run rejects at the same moment stays.
    """
    if not paths:
        return 0
    query: Document = {
        "bool": {
            "filter": [{"term": {"feed": feed}}],
            "should": [{"terms": {"path": paths}}, {"wildcard": {"path": f"*{MEMBER_MARK}*"}}],
            "minimum_should_match": 1,
            "must_not": [{"term": {"runs": run}}],
        }
    }
    read = frozenset(paths)
    body: Document = {"query": query, "_source": ["path"], "seq_no_primary_term": True}
    leaving = [
        {"_op_type": "delete", "_id": hit["_id"], "if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}
        for hit in scan_hits(client, index_of(settings, Book.QUARANTINE), body)
        if not read.isdisjoint(_files_of(hit["_source"]["path"]))
    ]
    return write(client, settings, Book.QUARANTINE, leaving)


def count_by_reason(client: OpenSearch, settings: OpenSearchSettings, feed: str) -> dict[str, int]:
    """How many records of a feed lie in quarantine, by reason."""
    body = {
        "size": 0,
        "query": {"term": {"feed": feed}},
        "aggs": {"reasons": {"terms": {"field": "reason", "size": 100}}},
    }
    answer = client.search(index=index_of(settings, Book.QUARANTINE), body=body)
    return {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["reasons"]["buckets"]}


def entries_meant(narrowing: Narrowing) -> Document:
    """The query for the entries that are meant."""
    return {"bool": {"filter": [*_by_feed(narrowing), *_by_reason(narrowing), *_by_day(narrowing)]}}


def files_in_quarantine(client: OpenSearch, settings: OpenSearchSettings, narrowing: Narrowing) -> frozenset[str]:
    """The paths of the files that the entries come from, the archive's own for a member of one."""
    entries = scan(client, settings, Book.QUARANTINE, entries_meant(narrowing), fields=["path"])
    return frozenset(path for _, entry in entries for path in _files_of(entry["path"]))


def look_into(
    client: OpenSearch, settings: OpenSearchSettings, narrowing: Narrowing, *, page: int = 1, size: int = 20
) -> EntryPage:
    """One page (from 1) of the entries that are meant; an empty one where nothing was ever put into quarantine.

    Raises ServiceError where the cluster does not answer.
    """
    by_feed, by_reason = _by_feed(narrowing), _by_reason(narrowing)
    body: Document = {
        "from": min((page - 1) * size, DEEPEST - size),
        "size": size,
        "track_total_hits": True,
        "query": {"bool": {"filter": _by_day(narrowing)}},
        # A facet counts what its other values would show, so it is narrowed by everything but itself.
        "post_filter": {"bool": {"filter": by_feed + by_reason}},
        "aggs": {"feeds": _counted("feed", by_reason), "reasons": _counted("reason", by_feed)},
        "sort": [{"last_seen": "desc"}, {"feed": "asc"}, {"path": "asc"}, {"position": "asc"}],
        "_source": {"excludes": ["given"]},
    }
    answer = client.search(index=index_of(settings, Book.QUARANTINE), body=body, ignore_unavailable=True)
    counts = {
        name: {bucket["key"]: bucket["doc_count"] for bucket in found["values"]["buckets"]}
        for name, found in answer.get("aggregations", {}).items()
    }
    return EntryPage(
        entries=tuple(_seen(hit["_source"]) for hit in answer["hits"]["hits"]),
        total=answer["hits"]["total"]["value"],
        feeds=counts.get("feeds", {}),
        reasons=counts.get("reasons", {}),
    )


def _counted(field: str, filters: list[Document]) -> Document:
    return {"filter": {"bool": {"filter": filters}}, "aggs": {"values": {"terms": {"field": field, "size": 1000}}}}


def _by_feed(narrowing: Narrowing) -> list[Document]:
    return [] if narrowing.feed is None else [{"term": {"feed": narrowing.feed}}]


def _by_reason(narrowing: Narrowing) -> list[Document]:
    return [] if narrowing.reason is None else [{"term": {"reason": narrowing.reason}}]


def _by_day(narrowing: Narrowing) -> list[Document]:
    if narrowing.since is None:
        return []
    return [{"range": {"last_seen": {"gte": narrowing.since.isoformat(), "time_zone": "UTC"}}}]


def _files_of(path: str) -> Iterator[str]:
    """The file that an entry's path stands for: itself, or the archive before a member mark.

    A folder may be called so that its path holds the mark, too; then each reading of the path is given.
    """
    yield path
    at = path.find(MEMBER_MARK)
    while at >= 0:
        yield path[:at]
        at = path.find(MEMBER_MARK, at + 1)


def _seen(entry: Document) -> Entry:
    return Entry(
        feed=entry["feed"],
        path=entry["path"],
        position=entry["position"],
        stage=entry["stage"],
        reason=entry["reason"],
        message=entry["message"],
        tries=entry["tries"],
        first_seen=datetime.fromisoformat(entry["first_seen"]),
        last_seen=datetime.fromisoformat(entry["last_seen"]),
        pipeline_version=entry["pipeline_version"],
        raw=b64decode(entry["raw"]),
        size=entry["size"],
        encoding=entry.get("encoding", "utf-8"),
    )


def _entry(rejected: Rejected, run: str, at: datetime, pipeline_version: str) -> Document:
    record = rejected.record
    # A record that OpenSearch refused is no longer at hand but for its content.
    by_content = record is not None and not rejected.raw
    raw = record.content.encode("utf-8", "surrogatepass") if record is not None and by_content else rejected.raw
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
        "size": len(raw) if by_content or rejected.size is None else rejected.size,
        "encoding": rejected.encoding,
        "pipeline_version": pipeline_version,
        "last_run": run,
        "last_seen": at.isoformat(),
    }
