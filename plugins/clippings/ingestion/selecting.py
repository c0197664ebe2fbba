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
    Filed,
    FileEntry,
    files_by_path,
    known_files,
    moment_text,
    note_files,
    note_planned,
    now_text,
)
from clippings.ingestion.clipping import Found, clip_item
from clippings.ingestion.filed import count_in_scope
from clippings.ingestion.planning import PlannedItem, batches, note_plan
from clippings.ingestion.progress import note_start
from clippings.ingestion.quarantine import Narrowing, files_in_quarantine
from clippings.ingestion.run import Interval, Reprocess, RunKind, RunRequest
from clippings.readers import FileStat, list_files, split_ranges
from clippings.search.aliases import refresh
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
    began = now_text()
    note_start(client, settings, request, began, {})
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
        spool.seek(0)
        stats = (PlannedItem(**json.loads(line)).stat for line in spool)
        note_planned(client, settings, request.feed.id, stats, run=request.run, observed=began)
    note_start(client, settings, request, began, {"files": files, "size": size, "batches": len(numbers)})
    log.info("run %s takes %d files (%d bytes) in %d batches", request.run, files, size, len(numbers))
    return Selection(numbers, files, size)


def _items(feed: Feed, stat: FileStat) -> Iterator[PlannedItem]:
    ranges = split_ranges(feed, stat, RANGE_BYTES) if stat.size > RANGE_BYTES else ()
    if len(ranges) < 2:
        yield PlannedItem.of(stat)
    else:
        for one in ranges:
            yield PlannedItem.of(stat, *one)


def with_entries(
    client: OpenSearch, settings: OpenSearchSettings, feed: Feed
) -> Iterator[tuple[FileStat, FileEntry | None]]:
    """Every file of the feed, sorted by path, with what the catalogue holds of it; a thousand at a time."""
    for chunk in _listing(feed):
        known = known_files(client, settings, feed.id, (stat.path for stat in chunk))
        for stat in chunk:
            yield stat, known.get(stat.path)


def _listing(feed: Feed) -> Iterator[list[FileStat]]:
    listing = iter(list_files(feed))
    while chunk := list(islice(listing, LISTED_AT_ONCE)):
        yield chunk


def _files_due(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest) -> Iterator[FileStat]:
    """The files of a run that does not ask for an interval of publication."""
    by_path = request.path_interval
    for stat in _files_wanted(client, settings, request):
        if by_path is None or by_path.holds(request.feed.day_of(stat.path)):
            yield stat


def _files_wanted(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest) -> Iterator[FileStat]:
    """The same, whatever their paths are dated to."""
    feed = request.feed
    if request.only_stale:
        # What is stale is asked of the index: it knows which version made each document.
        refresh(client, settings)
        for chunk in _listing(feed):
            stale = count_in_scope(client, settings, request, [stat.path for stat in chunk])
            yield from (stat for stat in chunk if stat.path in stale)
    elif request.only_quarantined:
        # What lies in quarantine is asked of quarantine itself: the catalogue counts a run's rejected records only.
        wanted = files_in_quarantine(client, settings, Narrowing(feed.id, request.reason, request.since))
        if wanted:
            yield from (stat for stat in list_files(feed) if stat.path in wanted)
    elif request.kind is RunKind.BACKFILL or request.reprocess is Reprocess.ALL:
        # A backfill takes its days again whatever was done before; a scheduled run only what is due of them.
        yield from list_files(feed)
    else:
        yield from (stat for stat, entry in with_entries(client, settings, feed) if is_due(stat, entry))


def is_due(stat: FileStat, entry: FileEntry | None) -> bool:
    """Whether a file is new or changed, or no run has wholly filed it yet."""
    return entry is None or entry.filed_version is None or not entry.describes(stat)


def _files_of_interval(
    client: OpenSearch, settings: OpenSearchSettings, feed: Feed, interval: Interval
) -> Iterator[FileStat]:
    """The files that hold articles of the interval. Catalogue and listing are sorted by path, so neither is held."""
    wanted = (entry.path for entry in files_by_path(client, settings, feed.id, interval))
    path = next(wanted, None)
    if path is None:
        return
    for stat in list_files(feed):
        while path is not None and path < stat.path:
            path = next(wanted, None)
        if path is None:
            return
        if path == stat.path:
            yield stat


def survey(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest) -> int:
    """Bring the catalogue up to date: read the files that it does not know in their present state, to learn the days
    that their articles belong to. Files nothing. Returns how many files were read."""
    version = pipeline_version()
    observed = now_text()
    unknown = (
        stat
        for stat, entry in with_entries(client, settings, request.feed)
        if entry is None or not entry.describes(stat) or entry.pipeline_version != version
    )
    read = 0
    pipeline = None
    while chunk := list(islice(unknown, SURVEYED_AT_ONCE)):
        if pipeline is None:
            # Loading the pipeline takes a second, and most backfill runs find nothing to survey.
            from clippings.pipeline import Pipeline  # noqa: PLC0415

            pipeline = Pipeline.load()
        entries = ((_survey_file(pipeline, request, stat, observed), Filed.NOTHING) for stat in chunk)
        note_files(client, settings, entries)
        read += len(chunk)
        log.info("surveyed %d files of feed %s", read, request.feed.id)
    return read


def _survey_file(pipeline: "Pipeline", request: RunRequest, stat: FileStat, observed: str) -> FileEntry:
    days: set[str] = set()
    records = rejected = undated = 0
    found = Found()
    for _, one in clip_item(pipeline, request.feed, PlannedItem.of(stat), found):
        records += 1
        if isinstance(one, Rejected):
            rejected += 1
        elif one.publication.day is None:
            undated += 1
        else:
            days.add(one.publication.day.isoformat())
    return FileEntry(
        feed=request.feed.id,
        path=stat.path,
        size=stat.size,
        modified=moment_text(stat.modified),
        etag=stat.etag,
        content_hash=found.content_hash,
        format=str(found.format),
        records=records,
        rejected=rejected,
        days=tuple(sorted(days)),
        undated=undated,
        pipeline_version=pipeline.version,
        last_run=request.run,
        observed=observed,
    )
