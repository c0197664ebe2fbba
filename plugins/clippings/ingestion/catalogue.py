"""What is known of each file of each feed, so that an unchanged file costs no reading."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from opensearchpy import OpenSearch

from clippings.ingestion.books import Book, Document, read_many, scan_sorted, write
from clippings.ingestion.run import Interval
from clippings.readers import FileStat
from clippings.settings import OpenSearchSettings


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file as it was when it was last read.

    `observed` is the moment by the clock (ISO, in UTC, to the microsecond) before which nobody had asked for this state
    of the file: of two runs that write at once the one that looked later is right. `content_hash` is the SHA-256 of the
    stored bytes; `format` is what the file was found to be (`readers.FormatFound`). `days`: the first day of every
    article's publication date, without repeats, as ISO dates; `undated` counts the articles that have none.
    `pipeline_version` is what told the days; `filed_version` is the pipeline version by which every record of this state
    of the file has been filed, None where no run has.
    """

    feed: str
    path: str
    size: int
    modified: str | None
    etag: str | None
    content_hash: str | None
    format: str
    records: int
    rejected: int
    days: tuple[str, ...]
    undated: int
    pipeline_version: str
    last_run: str
    observed: str
    filed_version: str | None = None

    def describes(self, stat: FileStat) -> bool:
        """Whether the file still is as this entry knows it (size, modification time and etag)."""
        return (self.size, self.modified, self.etag) == (stat.size, moment_text(stat.modified), stat.etag)


class Filed(StrEnum):
    """What a run has filed of a file, which decides on its `filed_version`."""

    WHOLE = "whole"
    """Every record: by this version of the pipeline."""
    RENEWED = "renewed"
    """Those that an older version had made: the file is wholly filed by this version if it was by that."""
    PART = "part"
    """Some of the records: what was said of this state of the file stays true."""
    NOTHING = "nothing"
    """It was only read."""


_NOTE = """
Map known = ctx._source;
Map entry = params.entry;
boolean same = known.size == entry.size && known.modified == entry.modified && known.etag == entry.etag;
if (known.observed != null && known.observed.compareTo(entry.observed) > 0) {
  if (same || params.filed == 'nothing') {
    ctx.op = 'none';
  } else {
    known.filed_version = null;
  }
} else {
  def before = same ? known.filed_version : null;
  known.putAll(entry);
  if (params.filed == 'whole' || (params.filed == 'renewed' && before != null)) {
    known.filed_version = entry.pipeline_version;
  } else {
    known.filed_version = before;
  }
}
"""
"""Decided by the index itself, so that nothing can come between reading an entry and writing it.

What is known of a later look at the file stays. But a run that filed a former state of it and ends late may have left
articles of that state behind: so the file has to be taken again.
"""


def now_text() -> str:
    """The clock, as `FileEntry.observed` has it: such texts are in order as their moments are."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


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


def note_files(client: OpenSearch, settings: OpenSearchSettings, entries: Iterable[tuple[FileEntry, Filed]]) -> int:
    """Write what was found of files; what a later look at the same file found stays. Returns how many were noted."""

    def actions() -> Iterator[Document]:
        for entry, filed in entries:
            source = asdict(entry)
            first = {**source, "filed_version": entry.pipeline_version if filed is Filed.WHOLE else None}
            yield {
                "_op_type": "update",
                "_id": entry_id(entry.feed, entry.path),
                "retry_on_conflict": 10,
                "script": {"lang": "painless", "source": _NOTE, "params": {"entry": source, "filed": filed.value}},
                "upsert": first,
            }

    return write(client, settings, Book.FILES, actions())


def note_planned(
    client: OpenSearch, settings: OpenSearchSettings, feed: str, stats: Iterable[FileStat], *, run: str, observed: str
) -> None:
    """Make an entry for each file that has none, before anything of it is filed: a file that is gone before its run has
    ended is known all the same, so that its articles can be found."""

    def actions() -> Iterator[Document]:
        for stat in stats:
            entry = FileEntry(
                feed=feed,
                path=stat.path,
                size=stat.size,
                modified=moment_text(stat.modified),
                etag=stat.etag,
                content_hash=None,
                format="",
                records=0,
                rejected=0,
                days=(),
                undated=0,
                pipeline_version="",
                last_run=run,
                observed=observed,
            )
            yield {"_op_type": "create", "_id": entry_id(feed, stat.path), "_source": asdict(entry)}

    write(client, settings, Book.FILES, actions())


def files_by_path(
    client: OpenSearch, settings: OpenSearchSettings, feed: str, interval: Interval | None = None
) -> Iterator[FileEntry]:
    """The files of a feed, or those that hold at least one article dated to the interval, sorted by path as
    `list_files` sorts them; a thousand at a time."""
    filters: list[Document] = [{"term": {"feed": feed}}]
    if interval is not None:
        filters.append({"range": {"days": {"gte": interval.start.isoformat(), "lt": interval.end.isoformat()}}})
    for entry in scan_sorted(client, settings, Book.FILES, {"bool": {"filter": filters}}, by="path"):
        yield _entry(entry)


def _entry(entry: Document) -> FileEntry:
    # Entries of earlier versions know neither of the two.
    known = {"content_hash": None, "observed": "", **entry}
    return FileEntry(**{**known, "days": tuple(entry["days"])})
