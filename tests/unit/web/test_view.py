"""What the search page shows of its results."""

from datetime import date

import pytest

from clippings.search.requests import SearchRequest, TimelineBar
from clippings.web.view import timeline


def bar(first: date, last: date) -> TimelineBar:
    """A bar with one document."""
    return TimelineBar("day", first.isoformat(), first, last, 1)


@pytest.mark.parametrize(
    ("first", "last", "ends"),
    [
        (date(1990, 1, 1), date(2012, 12, 31), ("1990", "2012")),
        (date(2011, 11, 1), date(2012, 5, 31), ("November 2011", "May 2012")),
        (date(2012, 3, 4), date(2012, 5, 28), ("4 March 2012", "28 May 2012")),
    ],
)
def test_the_ends_of_the_timeline_are_told_apart(first, last, ends):
    """Under the timeline stand years, months or days, as its span narrows."""
    drawn = timeline(SearchRequest(), (bar(first, first), bar(last, last)))
    assert drawn is not None
    assert (drawn.first, drawn.last) == ends
    assert drawn.bars[0].x == 0
    assert drawn.bars[-1].x + drawn.bars[-1].width == pytest.approx(drawn.width, abs=1)
