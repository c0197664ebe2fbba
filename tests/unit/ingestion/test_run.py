"""What a run takes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

from clippings.articles import UNDATED, Precision, Publication
from clippings.feeds import Feed
from clippings.ingestion.run import Interval, RunKind, RunRequest

FEED = Feed(id="pages", title="Pages", location=".", schedule="0 0 1 * *", start=date(2008, 1, 1))
MARCH = Interval(date(2008, 3, 1), date(2008, 4, 1))
BACKFILL = RunRequest("r", FEED, RunKind.BACKFILL, MARCH, datetime(2008, 4, 1, tzinfo=UTC))


def published(value: str, precision: Precision) -> Publication:
    """A publication date as a page's finder gives it."""
    return Publication(value, precision, None)


def test_a_month_belongs_to_its_first_day() -> None:
    """An article known to the month belongs to the interval that holds the first of that month."""
    assert BACKFILL.takes(published("2008-03", Precision.MONTH), "CNN")
    late = replace(BACKFILL, interval=Interval(date(2008, 3, 2), date(2008, 4, 1)))
    assert not late.takes(published("2008-03", Precision.MONTH), "CNN")


def test_the_end_of_an_interval_is_not_in_it() -> None:
    """An article of the last day belongs to the interval, one of the day after does not."""
    assert BACKFILL.takes(published("2008-03-31", Precision.DAY), "CNN")
    assert not BACKFILL.takes(published("2008-04-01", Precision.DAY), "CNN")


def test_the_undated_belong_to_no_interval() -> None:
    """A backfill leaves undated articles, a manual run takes them."""
    assert not BACKFILL.takes(UNDATED, "CNN")
    assert replace(BACKFILL, kind=RunKind.MANUAL).takes(UNDATED, "CNN")


def test_a_source_narrows_a_run() -> None:
    """With a source asked for, only articles of that source belong to the run."""
    narrowed = replace(BACKFILL, source="CNN")
    assert narrowed.takes(published("2008-03-01", Precision.DAY), "CNN")
    assert not narrowed.takes(published("2008-03-01", Precision.DAY), "BBC")


def test_a_feed_with_dated_paths_is_backfilled_by_path() -> None:
    """Where paths are dated, the articles' own dates do not matter."""
    dated = replace(BACKFILL, feed=replace(FEED, date_in_path="%Y/%m/%d"))
    assert dated.scope is None
    assert dated.path_interval == MARCH
    assert dated.takes(UNDATED, "CNN")


def test_every_day_lies_in_one_interval_of_a_schedule() -> None:
    """Whatever the hour and the length of a schedule's intervals, they divide the days among themselves."""
    zone = timezone(timedelta(hours=3))
    for hours in (1, 6, 24, 24 * 7):
        first = datetime(2012, 5, 1, 5, tzinfo=zone)
        moments = [first + timedelta(hours=hours * step) for step in range(24 * 21 // hours + 1)]
        intervals = [Interval.of(start, end) for start, end in pairwise(moments)]
        for day in (date(2012, 5, 3) + timedelta(days=step) for step in range(14)):
            assert sum(interval.holds(day) for interval in intervals) == 1
