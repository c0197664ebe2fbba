"""What is known of each file of each feed, so that an unchanged file costs no reading."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

from opensearchpy import OpenSearch

from clippings.ingestion.books import Book, Document, read_many, scan, write
from clippings.ingestion.run import Interval
from clippings.readers import FileStat
from clippings.settings import OpenSearchSettings


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file as it was when it was last read.

    `days`: the first day of every article's publication date, without repeats, as ISO dates; `undated` counts the
    articles that have none. `pipeline_version` is what told the days; `filed_version` is the pipeline version by which
    a run has filed every record of this state of the file, None where no run has.
    """

    feed: str
    path: str
    size: int
    modified: str | None
    etag: str | None
    format: str
    records: int
    rejected: int
    days: tuple[str, ...]
    undated: int
    pipeline_version: str
    filed_version: str | None
    last_run: str

    def describes(self, stat: FileStat) -> bool:
        """Whether the file still is as this entry knows it (size, modification time and etag)."""
        return (self.size, self.modified, self.etag) == (stat.size, moment_text(stat.modified), stat.etag)


def moment_text(moment: datetime | None) -> str | None:
    """A modification time as the books write it."""
    return None if moment is None else moment.isoformat()


def entry_id(feed: str, path: str) -> str:
    """The id of a file's entry: 40 hex digits."""
    return sha256(f"{feed}\0{path}".encode("utf-8", "surrogatepass")).hexdigest()[:40]


def known_files(
    client: OpenSearch, settings: OpenSearchSettings, feed: str, paths: Iterable[str]
) -> dict[str, FileEntry]:
    """What the catalogue holds of these paths, by path."""
    ids = [entry_id(feed, path) for path in paths]
    return {entry["path"]: _entry(entry) for entry in read_many(client, settings, Book.FILES, ids).values()}


def note_files(client: OpenSearch, settings: OpenSearchSettings, entries: Iterable[FileEntry]) -> int:
    """Write entries; a later entry of the same file replaces the earlier. Returns how many."""
    actions = (
        {"_op_type": "index", "_id": entry_id(entry.feed, entry.path), "_source": asdict(entry)} for entry in entries
    )
    return write(client, settings, Book.FILES, actions)


def files_of_interval(
    client: OpenSearch, settings: OpenSearchSettings, feed: str, interval: Interval
) -> Iterator[FileEntry]:
    """The files that hold at least one article dated to the interval."""
    days = {"gte": interval.start.isoformat(), "lt": interval.end.isoformat()}
    query: Document = {"bool": {"filter": [{"term": {"feed": feed}}, {"range": {"days": days}}]}}
    for _, entry in scan(client, settings, Book.FILES, query):
        yield _entry(entry)


def _entry(entry: Document) -> FileEntry:
    return FileEntry(**{**entry, "days": tuple(entry["days"])})
