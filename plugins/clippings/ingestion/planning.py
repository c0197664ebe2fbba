"""The plan of a run: which files its batches read. Kept in the books, so that XCom carries batch numbers only."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256

from opensearchpy import OpenSearch

from clippings.errors import ServiceError
from clippings.ingestion.books import Book, read_one, write
from clippings.readers import FileStat
from clippings.settings import OpenSearchSettings

MOST_BATCHES = 100
"""Airflow handles one to three task instances a second, so a run has few and large batches."""

SMALLEST_BATCH_BYTES = 16 * 2**20
SMALLEST_BATCH_FILES = 500
"""A task takes some three seconds of a processor before its first page, so a batch should be worth many times that: 16 MiB
of page scrapes are tagged in about twenty."""


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """A file, or the part of it from byte `start` to before byte `end`, as it was when the run was planned."""

    path: str
    size: int
    modified: str | None
    etag: str | None
    start: int | None = None
    end: int | None = None

    @classmethod
    def of(cls, stat: FileStat, start: int | None = None, end: int | None = None) -> "PlannedItem":
        """The item for a whole file, or for a range of it."""
        modified = None if stat.modified is None else stat.modified.isoformat()
        return cls(stat.path, stat.size, modified, stat.etag, start, end)

    @property
    def stat(self) -> FileStat:
        """The file's state at planning."""
        modified = None if self.modified is None else datetime.fromisoformat(self.modified)
        return FileStat(path=self.path, size=self.size, modified=modified, etag=self.etag)

    @property
    def made_before(self) -> date | None:
        """The day on which the file was last changed: what it holds was published by then."""
        return None if self.modified is None else datetime.fromisoformat(self.modified).date()

    @property
    def weight(self) -> int:
        """Bytes to read."""
        return self.size if self.start is None or self.end is None else self.end - self.start


def batches(items: Iterable[PlannedItem], total_bytes: int, total_files: int) -> Iterator[list[PlannedItem]]:
    """Items in order, divided into at most about MOST_BATCHES batches of like size (bytes and number of files)."""
    most_bytes = max(SMALLEST_BATCH_BYTES, total_bytes // MOST_BATCHES + 1)
    most_files = max(SMALLEST_BATCH_FILES, total_files // MOST_BATCHES + 1)
    batch: list[PlannedItem] = []
    weight = 0
    for item in items:
        if batch and (weight + item.weight > most_bytes or len(batch) >= most_files):
            yield batch
            batch, weight = [], 0
        batch.append(item)
        weight += item.weight
    if batch:
        yield batch


def plan_id(run: str, batch: int) -> str:
    """The id of a batch's plan in the books."""
    return sha256(f"plan\0{run}\0{batch}".encode()).hexdigest()[:40]


def note_plan(
    client: OpenSearch, settings: OpenSearchSettings, run: str, feed: str, planned: Iterable[list[PlannedItem]]
) -> list[int]:
    """Write the plan of a run; planning again replaces it. Returns the numbers of its batches."""
    numbers: list[int] = []
    for number, items in enumerate(planned):
        numbers.append(number)
        entry = {"kind": "plan", "run": run, "feed": feed, "batch": number, "files": len(items)}
        source = {**entry, "items": {"items": [asdict(item) for item in items]}}
        # One at a time: of a million files each batch has 10,000.
        write(client, settings, Book.RUNS, [{"_op_type": "index", "_id": plan_id(run, number), "_source": source}])
    return numbers


def planned_batch(client: OpenSearch, settings: OpenSearchSettings, run: str, batch: int) -> list[PlannedItem]:
    """The items of one batch. Raises ServiceError where the books hold no such batch."""
    entry = read_one(client, settings, Book.RUNS, plan_id(run, batch))
    if entry is None:
        raise ServiceError(
            f"The books hold no plan for batch {batch} of run {run}: clear the run's `select` task to plan it again."
        )
    return [PlannedItem(**item) for item in entry["items"]["items"]]
