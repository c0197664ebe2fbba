"""What became of every record: the report of one item of a plan, and the sum of a run."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from hashlib import sha256

from opensearchpy import OpenSearch

from clippings.ingestion.books import Book, Document, read_many, write
from clippings.settings import OpenSearchSettings

ID_BYTES = 20


@dataclass(frozen=True, slots=True)
class Counts:
    """The law's terms. `elsewhere` counts records that were seen but belong to another run (another interval or
    source): they are not read for this one."""

    read: int = 0
    indexed: int = 0
    unchanged: int = 0
    duplicate: int = 0
    quarantined: int = 0
    elsewhere: int = 0

    @property
    def balance(self) -> int:
        """Records read but not accounted for (or, below zero, accounted for twice): 0 where the law holds."""
        return self.read - self.indexed - self.unchanged - self.duplicate - self.quarantined

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Counts)))

    def __str__(self) -> str:
        terms = f"{self.indexed} indexed + {self.unchanged} unchanged + {self.duplicate} duplicate"
        return f"{self.read} read = {terms} + {self.quarantined} quarantined"


@dataclass(frozen=True, slots=True)
class ItemReport:
    """What became of one file, or of a byte range of one, in one run."""

    run: str
    feed: str
    batch: int
    path: str
    start: int | None
    end: int | None
    counts: Counts
    ids: frozenset[str]
    """Ids of the articles that this run filed or found unchanged, and that lie within its scope."""
    days: tuple[str, ...]
    undated: int
    format: str
    """What the file was found to be (`readers.FormatFound`)."""
    pipeline_version: str
    size: int = 0
    """Bytes that the item was planned to have."""
    content_hash: str | None = None
    """SHA-256 of the stored file; None of a range but the first, and of a file that is gone."""
    reported: str | None = None
    """When this was written, by the clock."""
    vanished: bool = False
    """The file was there when the run was planned and is no longer."""
    reasons: dict[str, int] = field(default_factory=dict)
    """Quarantined records by reason."""


def report_id(run: str, path: str, start: int | None) -> str:
    """The id of an item's report: a retry of the task replaces it."""
    return sha256(f"report\0{run}\0{path}\0{start or 0}".encode("utf-8", "surrogatepass")).hexdigest()[:40]


def note_reports(client: OpenSearch, settings: OpenSearchSettings, reports: Iterable[ItemReport]) -> int:
    """Write item reports to the books. Returns how many."""

    def actions() -> Iterator[Document]:
        for report in reports:
            entry = asdict(report)
            entry.update(entry.pop("counts"))
            packed = b"".join(bytes.fromhex(one) for one in sorted(report.ids))
            entry["ids"] = b64encode(packed).decode("ascii")
            entry["kind"] = "item"
            entry["balance"] = report.counts.balance
            key = report_id(report.run, report.path, report.start)
            yield {"_op_type": "index", "_id": key, "_source": entry}

    return write(client, settings, Book.RUNS, actions())


def reports_of(
    client: OpenSearch, settings: OpenSearchSettings, run: str, keys: list[tuple[str, int | None]]
) -> dict[tuple[str, int | None], ItemReport]:
    """The reports of a run on these items (path and start), by item; those that do not exist are left out."""
    found = read_many(client, settings, Book.RUNS, [report_id(run, path, start) for path, start in keys])
    reports = (_item_report(entry) for entry in found.values())
    return {(report.path, report.start): report for report in reports}


def _item_report(entry: Document) -> ItemReport:
    packed = b64decode(entry["ids"])
    counts = Counts(**{one.name: entry[one.name] for one in fields(Counts)})
    own = {one.name for one in fields(ItemReport)} - {"counts", "ids", "days"}
    return ItemReport(
        counts=counts,
        ids=frozenset(packed[at : at + ID_BYTES].hex() for at in range(0, len(packed), ID_BYTES)),
        days=tuple(entry["days"]),
        **{name: value for name, value in entry.items() if name in own},
    )


@dataclass(frozen=True, slots=True)
class RunReport:
    """The sum of a run, as it stands in the books and on the run in Airflow."""

    run: str
    feed: str
    kind: str
    files: int
    counts: Counts
    removed: int
    reasons: dict[str, int]
    balanced: bool
    message: str
    began: str
    ended: str
    """When the run began to look for its files and when it was settled, by the clock: they tell how fast it was."""
    scope: tuple[str, str] | None = None
    """First and last day (ISO) of publication that a backfill took; None where the run took whole files."""

    @property
    def rate(self) -> float | None:
        """Records a second, those of other runs that were looked at included; None where nothing was read."""
        seconds = (datetime.fromisoformat(self.ended) - datetime.fromisoformat(self.began)).total_seconds()
        seen = self.counts.read + self.counts.elsewhere
        return seen / seconds if seen and seconds > 0 else None

    def summary(self) -> dict[str, object]:
        """A small flat mapping, fit for XCom."""
        return {
            "run": self.run,
            "feed": self.feed,
            "files": self.files,
            **asdict(self.counts),
            "removed": self.removed,
            "reasons": self.reasons,
            "balanced": self.balanced,
            "message": self.message,
            "began": self.began,
            "ended": self.ended,
            "scope": None if self.scope is None else list(self.scope),
        }


def note_run(
    client: OpenSearch, settings: OpenSearchSettings, report: RunReport, *, at: str, interval: tuple[str, str] | None
) -> None:
    """Write the report of a run. `at` is the moment it was due; `interval` its data interval, if any."""
    entry: Document = {name: value for name, value in report.summary().items() if name != "scope"}
    entry["run_kind"] = report.kind
    entry["kind"] = "run"
    entry["balance"] = report.counts.balance
    entry["rate"] = report.rate
    entry["at"] = at
    if interval is not None:
        entry["interval_start"], entry["interval_end"] = interval
    write(client, settings, Book.RUNS, [{"_op_type": "index", "_id": run_id("run", report.run), "_source": entry}])


def run_id(kind: str, run: str) -> str:
    """The id of what the books hold once a run: its report (`run`) or its beginning (`start`)."""
    return sha256(f"{kind}\0{run}".encode()).hexdigest()[:40]
