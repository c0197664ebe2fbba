"""How far a run is, how fast it goes, and what it reported of each file: read from the books."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from opensearchpy import OpenSearch

from clippings.ingestion.books import Book, Document, index_of, read_one, write
from clippings.ingestion.reports import Counts, run_id
from clippings.ingestion.run import RunRequest
from clippings.settings import OpenSearchSettings

COUNTS = tuple(one.name for one in fields(Counts))


@dataclass(frozen=True, slots=True)
class FileLine:
    """What a run reported of one file, or of a byte range of one."""

    path: str
    start: int | None
    end: int | None
    counts: Counts
    format: str
    reasons: Mapping[str, int]
    vanished: bool


@dataclass(frozen=True, slots=True)
class RunState:
    """One run as the books know it.

    `files`, `size` (bytes) and `batches` are None while it is planned. `counts`, `items` and `done_size` sum up what
    tasks have reported since it began; a batch reports when it is done. `ended` is None while it is under way, or
    where it stopped without being settled; `message` and `balanced` are then None, too.
    """

    run: str
    feed: str
    kind: str
    at: str | None
    began: datetime
    files: int | None
    size: int | None
    batches: int | None
    counts: Counts
    items: int
    done_size: int
    last_reported: datetime | None
    ended: datetime | None = None
    balanced: bool | None = None
    message: str | None = None
    removed: int = 0
    reasons: Mapping[str, int] | None = None

    @property
    def seconds(self) -> float:
        """How long it took; while it is under way, how long it has taken."""
        return max(0.0, ((self.ended or datetime.now(UTC)) - self.began).total_seconds())

    @property
    def rate(self) -> float | None:
        """Records a second, those of other runs that were looked at included; None where nothing was read."""
        seen = self.counts.read + self.counts.elsewhere
        until = self.ended or self.last_reported
        seconds = 0.0 if until is None else (until - self.began).total_seconds()
        return seen / seconds if seen and seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """What is left of it, at the pace it had so far, by bytes; None once it ended, or before a batch was done."""
        if self.ended is not None or not self.size or not self.done_size or self.last_reported is None:
            return None
        took = (self.last_reported - self.began).total_seconds()
        since = (datetime.now(UTC) - self.last_reported).total_seconds()
        return max(0.0, took * (self.size - self.done_size) / self.done_size - since)


def note_start(
    client: OpenSearch, settings: OpenSearchSettings, request: RunRequest, began: str, planned: Mapping[str, int]
) -> None:
    """Write that a run began; `planned` holds its files, size (bytes) and batches once they are known."""
    entry: Document = {
        "kind": "start",
        "run": request.run,
        "feed": request.feed.id,
        "run_kind": request.kind.value,
        "source": request.source,
        "reprocess": request.reprocess.value,
        "at": request.at.isoformat(),
        "began": began,
        **planned,
    }
    write(client, settings, Book.RUNS, [{"_op_type": "index", "_id": run_id("start", request.run), "_source": entry}])


def began_at(client: OpenSearch, settings: OpenSearchSettings, run: str) -> str | None:
    """When a run began, as `note_start` wrote it; None where it did not."""
    entry = read_one(client, settings, Book.RUNS, run_id("start", run))
    return None if entry is None else str(entry["began"])


def run_state(client: OpenSearch, settings: OpenSearchSettings, run: str) -> RunState | None:
    """How a run stands; None where it never began, or nothing was ever ingested."""
    if not client.indices.exists(index=index_of(settings, Book.RUNS)):
        return None
    start = read_one(client, settings, Book.RUNS, run_id("start", run))
    return None if start is None else _state(client, settings, start)


def latest_run(client: OpenSearch, settings: OpenSearchSettings, feed: str) -> RunState | None:
    """The run of a feed that began last; None where there was none."""
    body: Document = {
        "size": 1,
        "query": {"bool": {"filter": [{"term": {"feed": feed}}, {"term": {"kind": "start"}}]}},
        "sort": [{"began": {"order": "desc", "unmapped_type": "date"}}],
    }
    hits = client.search(index=index_of(settings, Book.RUNS), body=body)["hits"]["hits"]
    return _state(client, settings, hits[0]["_source"]) if hits else None


def _state(client: OpenSearch, settings: OpenSearchSettings, start: Document) -> RunState:
    run, began = start["run"], datetime.fromisoformat(start["began"])
    body: Document = {
        "size": 0,
        "track_total_hits": True,
        "query": {"bool": {"filter": [*_items_of(run), {"range": {"reported": {"gte": start["began"]}}}]}},
        "aggs": {
            **{name: {"sum": {"field": name}} for name in (*COUNTS, "size")},
            "last": {"max": {"field": "reported"}},
        },
    }
    found = client.search(index=index_of(settings, Book.RUNS), body=body)
    sums, last = found["aggregations"], found["aggregations"]["last"]["value"]
    report = read_one(client, settings, Book.RUNS, run_id("run", run))
    # A run whose tasks were cleared began anew, and the report that it had is no longer its own.
    settled = report if report is not None and datetime.fromisoformat(report["ended"]) >= began else None
    counts = {name: int(sums[name]["value"]) if settled is None else settled[name] for name in COUNTS}
    return RunState(
        run=run,
        feed=start["feed"],
        kind=start["run_kind"],
        at=start.get("at"),
        began=began,
        files=start.get("files"),
        size=start.get("size"),
        batches=start.get("batches"),
        counts=Counts(**counts),
        items=found["hits"]["total"]["value"],
        done_size=int(sums["size"]["value"]),
        last_reported=None if last is None else datetime.fromtimestamp(last / 1000, UTC),
        ended=None if settled is None else datetime.fromisoformat(settled["ended"]),
        balanced=None if settled is None else settled["balanced"],
        message=None if settled is None else settled["message"],
        removed=0 if settled is None else settled["removed"],
        reasons=None if settled is None else settled["reasons"],
    )


def _items_of(run: str) -> list[Document]:
    return [{"term": {"kind": "item"}}, {"term": {"run": run}}]


def file_lines(
    client: OpenSearch, settings: OpenSearchSettings, run: str, *, page: int = 1, size: int = 50
) -> tuple[FileLine, ...]:
    """One page (from 1) of what a run reported by file: what does not balance first, then the files with most records
    in quarantine, then by path."""
    body: Document = {
        "from": (page - 1) * size,
        "size": size,
        "query": {"bool": {"filter": _items_of(run)}},
        "_source": {"excludes": ["ids", "days"]},
        "sort": [
            {
                "_script": {
                    "type": "number",
                    "order": "desc",
                    "script": "doc['balance'].size() == 0 ? 0 : Math.abs(doc['balance'].value)",
                }
            },
            {"quarantined": "desc"},
            {"path": "asc"},
            {"start": "asc"},
        ],
    }
    hits = client.search(index=index_of(settings, Book.RUNS), body=body, ignore_unavailable=True)["hits"]["hits"]
    return tuple(_line(hit["_source"]) for hit in hits)


def _line(entry: Document) -> FileLine:
    return FileLine(
        path=entry["path"],
        start=entry.get("start"),
        end=entry.get("end"),
        counts=Counts(**{name: entry[name] for name in COUNTS}),
        format=entry["format"],
        reasons=entry.get("reasons") or {},
        vanished=bool(entry.get("vanished")),
    )
