"""The second step of a run: read a batch's files, clip them, file the articles, and report on every record."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from opensearchpy import OpenSearch

from clippings.articles import Article, Reason, Rejected
from clippings.feeds import Feed
from clippings.ingestion.catalogue import known_files, now_text
from clippings.ingestion.clipping import Found, clip_item
from clippings.ingestion.filed import ids_in_scope
from clippings.ingestion.planning import PlannedItem, planned_batch
from clippings.ingestion.quarantine import quarantine
from clippings.ingestion.reports import Counts, ItemReport, note_reports
from clippings.ingestion.run import RunRequest
from clippings.pipeline import Pipeline
from clippings.readers import FileGoneError
from clippings.records import RawRecord
from clippings.search.indexing import Outcome, Status, file_articles
from clippings.settings import OpenSearchSettings
from clippings.standing.watching import watch

log = logging.getLogger(__name__)

REJECTED_AT_ONCE = 100


@dataclass(slots=True)
class _Tally:
    """What has been counted of one item so far."""

    item: PlannedItem
    found: Found = field(default_factory=Found)
    read: int = 0
    elsewhere: int = 0
    quarantined: int = 0
    undated: int = 0
    vanished: bool = False
    ids: set[str] = field(default_factory=set)
    days: set[str] = field(default_factory=set)
    statuses: Counter[Status] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def counts(self) -> Counts:
        return Counts(
            read=self.read,
            indexed=self.statuses[Status.INDEXED],
            unchanged=self.statuses[Status.UNCHANGED],
            duplicate=self.statuses[Status.DUPLICATE],
            quarantined=self.quarantined,
            elsewhere=self.elsewhere,
        )


class _Batch:
    """One batch under way: hands articles to the index, and counts what becomes of every record."""

    def __init__(
        self,
        client: OpenSearch,
        settings: OpenSearchSettings,
        pipeline: Pipeline,
        request: RunRequest,
        items: list[PlannedItem],
    ) -> None:
        self._client = client
        self._settings = settings
        self._pipeline = pipeline
        self._request = request
        self.tallies = [_Tally(item) for item in items]
        self._under_way: dict[str, list[tuple[_Tally, Article, RawRecord | None]]] = {}
        self._rejected: list[Rejected] = []
        paths = [item.path for item in items]
        narrowed = request.scope is not None or request.only_stale or request.only_quarantined
        self._held = ids_in_scope(client, settings, request, paths) if narrowed else frozenset[str]()
        """What the index holds of what the run is narrowed to."""
        self._unchanged_files = self._files_filed_before(paths) if request.only_quarantined else frozenset[str]()

    def _files_filed_before(self, paths: list[str]) -> frozenset[str]:
        """The files that are as they were when their good records were filed."""
        known = known_files(self._client, self._settings, self._request.feed.id, paths)
        return frozenset(
            tally.item.path
            for tally in self.tallies
            if (entry := known.get(tally.item.path)) is not None
            and entry.filed_version is not None
            and entry.describes(tally.item.stat)
        )

    def run(self) -> None:
        """Read, clip and file everything. Raises ServiceError where the index or a storage fails."""
        watching = watch(self._client, self._settings, self._request.run)
        for outcome in file_articles(self._client, self._settings, self._articles(), before_new=watching):
            self._account(outcome)
        self._flush()

    def _articles(self) -> Iterator[Article]:
        for tally in self.tallies:
            try:
                for record, one in clip_item(self._pipeline, self._request.feed, tally.item, tally.found):
                    if isinstance(one, Article):
                        if self._note_article(tally, one, record):
                            yield one
                    else:
                        self._note_rejected(tally, one)
            except FileGoneError:
                tally.vanished = True
                log.warning("%s was there when the run was planned and is gone: nothing to read", tally.item.path)

    def _note_article(self, tally: _Tally, article: Article, record: RawRecord | None) -> bool:
        """Count an article as read, or as another run's. Says whether it is to be filed."""
        day = article.publication.day
        if day is None:
            tally.undated += 1
        else:
            tally.days.add(day.isoformat())
        if not self._takes(tally, article):
            tally.elsewhere += 1
            return False
        tally.read += 1
        self._under_way.setdefault(article.id, []).append((tally, article, record))
        return True

    def _takes(self, tally: _Tally, article: Article) -> bool:
        """Whether an article belongs to this run. One that does not, and yet is of the files' articles in the index that
        the run accounts for, is noted."""
        if self._request.only_stale:
            return article.id in self._held
        if tally.item.path in self._unchanged_files and article.id in self._held:
            tally.ids.add(article.id)
            return False
        # What the index holds of the run's interval is taken again even if it is dated otherwise by now: else an
        # article that a newer pipeline moves out of the interval would stay behind under its old date.
        held_before = self._request.scope is not None and article.id in self._held
        return held_before or self._request.takes(article.publication, article.source.name)

    def _note_rejected(self, tally: _Tally, rejected: Rejected) -> None:
        record = rejected.record
        if not self._request.takes_whole_files and (record is None or record.id not in self._held):
            tally.elsewhere += 1
            return
        tally.read += 1
        self._put_aside(tally, rejected)

    def _put_aside(self, tally: _Tally, rejected: Rejected) -> None:
        tally.quarantined += 1
        tally.reasons[rejected.reason.value] += 1
        self._rejected.append(rejected)
        if len(self._rejected) >= REJECTED_AT_ONCE:
            self._flush()

    def _account(self, outcome: Outcome) -> None:
        waiting = self._under_way[outcome.id]
        tally, article, record = waiting.pop(0)
        if not waiting:
            del self._under_way[outcome.id]
        if outcome.status is Status.REFUSED:
            self._put_aside(tally, _refused(article, record, outcome.message))
            return
        tally.statuses[outcome.status] += 1
        filed = outcome.status in (Status.INDEXED, Status.UNCHANGED)
        if filed and (self._request.only_stale or self._request.takes(article.publication, article.source.name)):
            tally.ids.add(outcome.id)

    def _flush(self) -> None:
        quarantine(
            self._client,
            self._settings,
            self._rejected,
            run=self._request.run,
            at=self._request.at,
            pipeline_version=self._pipeline.version,
        )
        self._rejected = []


def _refused(article: Article, record: RawRecord | None, message: str) -> Rejected:
    return Rejected(
        feed=article.feed,
        file=article.file,
        position=article.position,
        stage="index",
        reason=Reason.REFUSED,
        message=f"OpenSearch refused the article: {message}. The file itself holds the record, at this position.",
        record=record,
    )


def ingest(
    client: OpenSearch, settings: OpenSearchSettings, pipeline: Pipeline, request: RunRequest, batch: int
) -> Counts:
    """Do one batch of a planned run and note a report for each of its items. Returns the batch's sum.

    Safe to repeat: what was filed before is found unchanged, and the reports are replaced.
    Raises ServiceError where the index or a storage fails beyond retrying.
    """
    under_way = _Batch(client, settings, pipeline, request, planned_batch(client, settings, request.run, batch))
    under_way.run()
    reports = [_report(tally, request, batch, request.feed, pipeline.version) for tally in under_way.tallies]
    note_reports(client, settings, reports)
    total = sum((report.counts for report in reports), Counts())
    log.info("run %s batch %d: %s", request.run, batch, total)
    return total


def _report(tally: _Tally, request: RunRequest, batch: int, feed: Feed, version: str) -> ItemReport:
    return ItemReport(
        run=request.run,
        feed=feed.id,
        batch=batch,
        path=tally.item.path,
        start=tally.item.start,
        end=tally.item.end,
        counts=tally.counts(),
        ids=frozenset(tally.ids),
        days=tuple(sorted(tally.days)),
        undated=tally.undated,
        format=str(tally.found.format),
        pipeline_version=version,
        size=tally.item.weight,
        content_hash=tally.found.content_hash,
        reported=now_text(),
        vanished=tally.vanished,
        reasons=dict(tally.reasons),
    )
