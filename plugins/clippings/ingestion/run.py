"""What one run is asked to do: which feed, which kind of run, which interval, and what the user narrowed it to."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from clippings.articles import Publication
from clippings.feeds import Feed


class RunKind(StrEnum):
    """How a run came about; anything Airflow has beside these (an asset event, say) counts as manual."""

    MANUAL = "manual"
    SCHEDULED = "scheduled"
    BACKFILL = "backfill"


class Reprocess(StrEnum):
    """What a scheduled or manual run takes. A backfill takes its interval whatever this says."""

    CHANGED = "changed"
    """New and changed files, and those that no run has wholly filed yet."""
    STALE = "stale"
    """Only the documents that an older pipeline version made, as the index knows them; not even new files."""
    QUARANTINED = "quarantined"
    """Only what lies in quarantine: of the files of which a record lies there, the records that the index does not hold
    (of a file that was changed since, all). `RunRequest.reason` and `since` narrow the files further."""
    ALL = "all"
    """Every record of every file."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from `start` to the day before `end`, in UTC."""

    start: date
    end: date

    @classmethod
    def of(cls, start: datetime, end: datetime) -> "Interval":
        """The days that begin (in UTC) between two moments of a data interval: so every day lies in just one of a
        schedule's intervals, even if it runs hourly or not at midnight."""
        return cls(_first_whole_day(start), _first_whole_day(end))

    def written(self) -> tuple[str, str]:
        """The first and the last day, as ISO dates."""
        return self.start.isoformat(), (self.end - timedelta(days=1)).isoformat()

    def holds(self, day: date | None) -> bool:
        """Whether the day lies in the interval; an unknown day lies in none."""
        return day is not None and self.start <= day < self.end


def _first_whole_day(moment: datetime) -> date:
    in_utc = moment.astimezone(UTC)
    day = in_utc.date()
    return day if in_utc.time() == time() else day + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One run of one feed."""

    run: str
    """Names the run in the books: `<dag id>/<run id>`."""
    feed: Feed
    kind: RunKind
    interval: Interval | None
    at: datetime
    """The moment the run was due: what the books note as its time, whenever it is really executed."""
    source: str | None = None
    reprocess: Reprocess = Reprocess.CHANGED
    reason: str | None = None
    """With `Reprocess.QUARANTINED`: only files of which a record lies in quarantine for this reason."""
    since: date | None = None
    """With `Reprocess.QUARANTINED`: only files of which a record was put, or put again, there on this day or later."""

    @property
    def scope(self) -> Interval | None:
        """The interval that publication dates are held to; None where a run takes whole files.

        Only a backfill of a feed without dates in its paths looks at the articles' own dates.
        """
        by_publication = self.kind is RunKind.BACKFILL and self.feed.date_in_path is None
        return self.interval if by_publication else None

    @property
    def path_interval(self) -> Interval | None:
        """The interval that the dates in paths are held to; None where the run does not select by path."""
        dated = self.feed.date_in_path is not None and self.kind is not RunKind.MANUAL
        return self.interval if dated else None

    def takes(self, publication: Publication, source: str) -> bool:
        """Whether an article dated and sourced like this belongs to the run."""
        if self.source is not None and source != self.source:
            return False
        return self.scope is None or self.scope.holds(publication.day)

    @property
    def only_stale(self) -> bool:
        """Whether only documents of an older pipeline version belong to the run."""
        return self.reprocess is Reprocess.STALE and self.kind is not RunKind.BACKFILL

    @property
    def only_quarantined(self) -> bool:
        """Whether only records in quarantine belong to the run."""
        return self.reprocess is Reprocess.QUARANTINED and self.kind is not RunKind.BACKFILL

    @property
    def takes_whole_files(self) -> bool:
        """Whether the run accounts for every record of a file (no interval of dates, no source asked for, no version)."""
        return self.scope is None and self.source is None and not self.only_stale
