"""The first step of a run: find the files that belong to it and plan its batches."""

import json
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING

from opensearchpy import OpenSearch

from clippings.articles import Rejected
from clippings.feeds import Feed
from clippings.ingestion.books import ensure_books
from clippings.ingestion.catalogue import (
    FileEntry,
    files_of_interval,
    known_files,
    moment_text,
    note_files,
)
from clippings.ingestion.clipping import clip_item
from clippings.ingestion.planning import PlannedItem, batches, note_plan
from clippings.ingestion.quarantine import Narrowing, files_in_quarantine
from clippings.ingestion.run import Interval, Reprocess, RunKind, RunRequest
from clippings.readers import FileStat, list_files, split_ranges
from clippings.settings import OpenSearchSettings
from clippings.version import pipeline_version

if TYPE_CHECKING:
    from clippings.pipeline import Pipeline

log = logging.getLogger(__name__)

LISTED_AT_ONCE = 1000
SURVEYED_AT_ONCE = 100
RANGE_BYTES = 32 * 2**20
"""A larger file is read in parallel as ranges of about this size, where its format allows."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What `select` found: the numbers of the run's batches, and how many files and bytes they hold."""

    batches: list[int]
    files: int
    size: int


def select(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest) -> Selection:
    """Plan a run and write the plan to the books.

    A backfill by publication date first brings the catalogue up to date, which reads only new and changed files.
    Memory does not depend on the number of files.
    """
    ensure_books(client, settings)
    if request.scope is not None:
        survey(client, settings, request)
        stats = _files_of_interval(client, settings, request.feed, request.scope)
    else:
        stats = _files_due(client, settings, request)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        files = size = 0
        for stat in stats:
            files += 1
            size += stat.size
            for item in _items(request.feed, stat):
                spool.write(json.dumps(asdict(item)) + "\n")
        spool.seek(0)
        items = (PlannedItem(**json.loads(line)) for line in spool)
        planned = batches(items, size, files)
        numbers = note_plan(client, settings, request.run, request.feed.id, planned)
    log.info("run %s takes %d files (%d bytes) in %d batches", request.run, files, size, len(numbers))
    return Selection(numbers, files, size)


def _items(feed: Feed, stat: FileStat) -> Iterator[PlannedItem]:
    ranges = split_ranges(feed, stat, RANGE_BYTES) if stat.size > RANGE_BYTES else ()
    if len(ranges) < 2:
        yield PlannedItem.of(stat)
    else:
        for one in ranges:
            yield PlannedItem.of(stat, *one)


def _with_entries(
    client: OpenSearch, settings: OpenSearchSettings, feed: Feed
) -> Iterator[tuple[FileStat, FileEntry | None]]:
    """Every file of the feed with what the catalogue holds of it."""
    listing = iter(list_files(feed))
    while chunk := list(islice(listing, LISTED_AT_ONCE)):
        known = known_files(client, settings, feed.id, (stat.path for stat in chunk))
        for stat in chunk:
            yield stat, known.get(stat.path)


def _files_due(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest) -> Iterator[FileStat]:
    by_path = request.path_interval
    if request.reprocess is Reprocess.QUARANTINED and request.kind is not RunKind.BACKFILL:
        # What lies in quarantine is asked of quarantine itself: the catalogue counts a run's rejected records only.
        narrowing = Narrowing(request.feed.id, request.reason, request.since)
        wanted = files_in_quarantine(client, settings, narrowing)
        if wanted:
            yield from (
                stat
                for stat in list_files(request.feed)
                if stat.path in wanted and (by_path is None or by_path.holds(request.feed.day_of(stat.path)))
            )
        return
    for stat, entry in _with_entries(client, settings, request.feed):
        if by_path is not None:
            # A backfill takes its days again whatever was done before; a scheduled run only what is due of them.
            if by_path.holds(request.feed.day_of(stat.path)) and (
                request.kind is RunKind.BACKFILL or _is_due(stat, entry, request.reprocess)
            ):
                yield stat
        elif _is_due(stat, entry, request.reprocess):
            yield stat


def _is_due(stat: FileStat, entry: FileEntry | None, reprocess: Reprocess) -> bool:
    if reprocess is Reprocess.ALL or entry is None or entry.filed_version is None or not entry.describes(stat):
        return True
    return reprocess is Reprocess.STALE and entry.filed_version != pipeline_version()


def _files_of_interval(
    client: OpenSearch, settings: OpenSearchSettings, feed: Feed, interval: Interval
) -> Iterator[FileStat]:
    wanted = {entry.path for entry in files_of_interval(client, settings, feed.id, interval)}
    if wanted:
        yield from (stat for stat in list_files(feed) if stat.path in wanted)


def survey(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest) -> int:
    """Bring the catalogue up to date: read the files that it does not know in their present state, to learn the days
    that their articles belong to. Files nothing. Returns how many files were read."""
    version = pipeline_version()
    unknown = (
        (stat, entry)
        for stat, entry in _with_entries(client, settings, request.feed)
        if entry is None or not entry.describes(stat) or entry.pipeline_version != version
    )
    read = 0
    pipeline = None
    while chunk := list(islice(unknown, SURVEYED_AT_ONCE)):
        if pipeline is None:
            # Loading the pipeline takes a second, and most backfill runs find nothing to survey.
            from clippings.pipeline import Pipeline  # noqa: PLC0415

            pipeline = Pipeline.load()
        note_files(client, settings, (_survey_file(pipeline, request, stat, entry) for stat, entry in chunk))
        read += len(chunk)
        log.info("surveyed %d files of feed %s", read, request.feed.id)
    return read


def _survey_file(pipeline: "Pipeline", request: RunRequest, stat: FileStat, entry: FileEntry | None) -> FileEntry:
    days: set[str] = set()
    records = rejected = undated = 0
    for one in clip_item(pipeline, request.feed, PlannedItem.of(stat)):
        records += 1
        if isinstance(one, Rejected):
            rejected += 1
        elif one.publication.day is None:
            undated += 1
        else:
            days.add(one.publication.day.isoformat())
    same_state = entry is not None and entry.describes(stat)
    return FileEntry(
        feed=request.feed.id,
        path=stat.path,
        size=stat.size,
        modified=moment_text(stat.modified),
        etag=stat.etag,
        format=request.feed.format.value,
        records=records,
        rejected=rejected,
        days=tuple(sorted(days)),
        undated=undated,
        pipeline_version=pipeline.version,
        filed_version=entry.filed_version if entry is not None and same_state else None,
        last_run=request.run,
    )
