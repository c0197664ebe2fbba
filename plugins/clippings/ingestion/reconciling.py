"""The last step of a run: hold it to the law, and the index to the report.

The law: read = indexed + unchanged + duplicate + quarantined, for every file and in all; and the index holds, of every
file, just the articles that the run says it filed or found unchanged.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, islice

from opensearchpy import OpenSearch

from clippings.errors import RejectedShareError, UnbalancedError
from clippings.ingestion.catalogue import Filed, FileEntry, note_files, now_text
from clippings.ingestion.filed import count_held, count_in_scope, remove, scan_ids
from clippings.ingestion.missing import remove_missing
from clippings.ingestion.planning import PlannedItem, planned_batch
from clippings.ingestion.progress import began_at
from clippings.ingestion.quarantine import release
from clippings.ingestion.reports import Counts, ItemReport, RunReport, note_run, reports_of
from clippings.ingestion.run import RunRequest
from clippings.readers import FileGoneError, stat_file
from clippings.search.aliases import refresh
from clippings.settings import OpenSearchSettings

log = logging.getLogger(__name__)

FILES_AT_ONCE = 1000
REPORTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _FileSum:
    """One file of the run: its items' reports put together."""

    item: PlannedItem
    counts: Counts
    ids: frozenset[str]
    days: tuple[str, ...]
    undated: int
    format: str
    content_hash: str | None
    pipeline_version: str
    vanished: bool

    def in_scope(self, request: RunRequest) -> int:
        """How many articles of the file the index must hold of what the run is narrowed to, by its report: of those
        made by an older version none is left."""
        return 0 if request.only_stale else len(self.ids)


@dataclass(slots=True)
class _Total:
    """What has been summed up so far."""

    began: str
    counts: Counts
    files: int
    removed: int
    reasons: Counter[str]
    faults: list[str]


def reconcile(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest, batches: list[int]) -> RunReport:
    """Check a run whose batches are done, tidy up after changed files, bring the catalogue up to date, note the report.

    Articles of a file that the file no longer carries leave the index. Raises UnbalancedError where the law does not
    hold, RejectedShareError where more records were rejected than the feed allows; the report is noted first, and what
    was filed stays.
    """
    refresh(client, settings)
    began = began_at(client, settings, request.run) or now_text()
    total = _Total(began, Counts(), 0, 0, Counter(), [])
    sums = _sums(_reported(client, settings, request, batches, total))
    while chunk := list(islice(sums, FILES_AT_ONCE)):
        _settle(client, settings, request, chunk, total)
    total.removed += remove_missing(client, settings, request)
    return _conclude(client, settings, request, total)


def _reported(
    client: OpenSearch, settings: OpenSearchSettings, request: RunRequest, batches: list[int], total: _Total
) -> Iterator[tuple[PlannedItem, ItemReport]]:
    """Every item of the plan with its report, in the plan's order; one without a report is a fault."""
    for batch in batches:
        items = iter(planned_batch(client, settings, request.run, batch))
        while chunk := list(islice(items, REPORTS_AT_ONCE)):
            keys = [(item.path, item.start) for item in chunk]
            reports = reports_of(client, settings, request.run, keys)
            for item, key in zip(chunk, keys, strict=True):
                report = reports.get(key)
                if report is None:
                    total.faults.append(f"{item.path} was planned but no task reported on it")
                else:
                    yield item, report
                    total.reasons.update(report.reasons)


def _sums(reported: Iterator[tuple[PlannedItem, ItemReport]]) -> Iterator[_FileSum]:
    """The reports on one file put together: a plan keeps the ranges of a file next to one another."""
    for _, parts in groupby(reported, key=lambda one: one[0].path):
        yield _sum_of(list(parts))


def _sum_of(parts: list[tuple[PlannedItem, ItemReport]]) -> _FileSum:
    counts = sum((report.counts for _, report in parts), Counts())
    ids = frozenset[str]().union(*(report.ids for _, report in parts))
    # A record that stands in two ranges of a file is counted once as filed, and otherwise as a duplicate.
    repeated = sum(len(report.ids) for _, report in parts) - len(ids)
    of_unchanged = min(repeated, counts.unchanged)
    counts = replace(
        counts,
        duplicate=counts.duplicate + repeated,
        unchanged=counts.unchanged - of_unchanged,
        indexed=counts.indexed - (repeated - of_unchanged),
    )
    first, report = parts[0]
    return _FileSum(
        item=first,
        counts=counts,
        ids=ids,
        days=tuple(sorted({day for _, one in parts for day in one.days})),
        undated=sum(one.undated for _, one in parts),
        format=report.format,
        content_hash=report.content_hash,
        pipeline_version=report.pipeline_version,
        vanished=any(one.vanished for _, one in parts),
    )


def _settle(
    client: OpenSearch,
    settings: OpenSearchSettings,
    request: RunRequest,
    sums: list[_FileSum],
    total: _Total,
) -> None:
    """Hold the index to these files' reports, and note the files in the catalogue."""
    present = [one for one in sums if not one.vanished]
    paths = [one.item.path for one in present]
    held = count_in_scope(client, settings, request, paths)
    stale: list[str] = []
    moved_on: set[str] = set()
    for one in present:
        if held.get(one.item.path, 0) != one.in_scope(request):
            if _has_moved_on(request, one.item):
                moved_on.add(one.item.path)
                continue
            stale += [
                former for former in scan_ids(client, settings, request, [one.item.path]) if former not in one.ids
            ]
    if stale:
        total.removed += remove(client, settings, stale)
        refresh(client, settings)
        held = count_in_scope(client, settings, request, paths)
    for one in sums:
        total.files += 1
        total.counts += one.counts
    for one in present:
        if one.counts.balance:
            total.faults.append(f"{one.item.path}: {one.counts}, which is {one.counts.balance} off")
        in_index = held.get(one.item.path, 0)
        if in_index != one.in_scope(request) and one.item.path not in moved_on:
            total.faults.append(_difference(request, one, in_index))
        if request.only_stale and (missing := len(one.ids) - count_held(client, settings, one.ids)):
            total.faults.append(
                f"{one.item.path}: {missing} of {len(one.ids)} articles filed again are not in the index"
            )
    note_files(client, settings, [_entry(request, one, total.began) for one in present])
    if request.takes_whole_files:
        release(client, settings, request.feed.id, paths, run=request.run)


def _difference(request: RunRequest, one: _FileSum, in_index: int) -> str:
    """By how much the index differs from the report on a file."""
    if request.only_stale:
        return f"{one.item.path}: the index still holds {in_index} articles that an older pipeline version made"
    accounted = f"the run accounts for {len(one.ids)} articles, the index holds {in_index}"
    return f"{one.item.path}: {accounted}, {abs(in_index - len(one.ids))} too {'many' if in_index > len(one.ids) else 'few'}"


def _has_moved_on(request: RunRequest, item: PlannedItem) -> bool:
    """Whether the file is no longer what was planned: then what it carries is for the next run to settle, which takes
    it as changed, and another run may be filing it right now."""
    try:
        moved_on = stat_file(request.feed, item.path) != item.stat
    except FileGoneError:
        moved_on = True
    if moved_on:
        log.warning("%s was changed while the run was under way: the next run takes it again", item.path)
    return moved_on


def _entry(request: RunRequest, one: _FileSum, observed: str) -> tuple[FileEntry, Filed]:
    entry = FileEntry(
        feed=request.feed.id,
        path=one.item.path,
        size=one.item.size,
        modified=one.item.modified,
        etag=one.item.etag,
        content_hash=one.content_hash,
        format=one.format,
        records=one.counts.read + one.counts.elsewhere,
        rejected=one.counts.quarantined,
        days=one.days,
        undated=one.undated,
        pipeline_version=one.pipeline_version,
        last_run=request.run,
        observed=observed,
    )
    if request.only_stale:
        return entry, Filed.RENEWED
    return entry, Filed.WHOLE if request.takes_whole_files and not one.counts.elsewhere else Filed.PART


def _conclude(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest, total: _Total) -> RunReport:
    counts = total.counts
    if counts.balance:
        total.faults.append(f"in all: {counts}, which is {counts.balance} off")
    # A replay reads what is bad and little else: how bad that is is told by all the records of its files.
    seen = counts.read + counts.elsewhere if request.only_quarantined else counts.read
    share = counts.quarantined / seen if seen else 0.0
    limit = request.feed.bad_share_limit
    too_many = share > limit
    balanced = not total.faults
    message = str(counts) if balanced else "; ".join(total.faults[:20])
    report = RunReport(
        run=request.run,
        feed=request.feed.id,
        kind=request.kind.value,
        files=total.files,
        counts=counts,
        removed=total.removed,
        reasons=dict(total.reasons),
        balanced=balanced,
        message=message,
        began=total.began,
        ended=now_text(),
        scope=None if request.scope is None else request.scope.written(),
    )
    interval = request.interval
    note_run(
        client,
        settings,
        report,
        at=request.at.isoformat(),
        interval=None if interval is None else (interval.start.isoformat(), interval.end.isoformat()),
    )
    log.info("run %s: %s (%d elsewhere, %d removed)", request.run, counts, counts.elsewhere, total.removed)
    if not balanced:
        raise UnbalancedError(
            f"Run {request.run} does not balance: {message}. "
            "What was filed stays; clear the run's tasks to take it again."
        )
    if too_many:
        raise RejectedShareError(
            f"Run {request.run} rejected {counts.quarantined} of {seen} records ({share:.1%}), more than the "
            f"{limit:.1%} that feed {request.feed.id} allows (bad_share_limit). Everything good is filed; the rest is "
            f"in quarantine: {dict(total.reasons)}."
        )
    return report
