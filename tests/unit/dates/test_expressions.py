"""How dates are written on pages, in the shapes that scrapes have them."""

from datetime import date

import pytest

from clippings.dates.calendars import iranian
from clippings.dates.expressions import expressions, normal


def values(line: str, language: str | None) -> list[str]:
    """The dates found in a line, as ISO 8601."""
    return [one.value for one in expressions(normal(line), language)]


@pytest.mark.parametrize(
    ("line", "language", "found"),
    [
        ("Erschienen am 14 Feb ’20 | Thema: Gärten", "de", "2020-02-14"),
        ("Posted May 14 '08 by the editors", "en", "2008-05-14"),
        ("Publié le 27 Mar 20 à 9:21", "fr", "2020-03-27T09:21:00"),
        ("03-Mar-21", "en", "2021-03-03"),
        ("Dec 21 st , 2018 2:00 pm | Comments", "en", "2018-12-21T14:00:00"),
        ("© dpa-infocom, dpa:201227-99-820474/3", "de", "2020-12-27"),
        ("٠٢:٠٠ الثلاثاء ١ / ١٢ / ٢٠٢٠", "ar", "2020-12-01T02:00:00"),
        ("শনিবার, আগস্ট ২৯, ২০২০", "bn", "2020-08-29"),
        ("29 अगस्त 2020", "hi", "2020-08-29"),
        ("۲۹ بهمن ۱۳۹۸ - ۰۶:۵۵", "fa", "2020-02-18T06:55:00"),
        ("۱۳۹۸/۱۱/۲۹", "fa", "2020-02-18"),
        ("วันที่ 3 สิงหาคม 2563", "th", "2020-08-03"),
    ],
)
def test_a_date_is_read_in_the_shapes_that_pages_have_it(line: str, language: str, found: str) -> None:
    """Two-digit years, loose ordinals, story numbers, digits and calendars of other scripts are all one day."""
    assert values(line, language) == [found]


@pytest.mark.parametrize(
    ("line", "language", "found"),
    [
        ("15/01/201614/01/2016", "de", ["2016-01-15", "2016-01-14"]),
        ("Posted on 25. Januar 202224. Januar 2022 Author Redaktion", "de", ["2022-01-25", "2022-01-24"]),
    ],
)
def test_dates_glued_together_are_two(line: str, language: str, found: list[str]) -> None:
    """Where a scrape lost what stood between publication and change, both days are found."""
    assert values(line, language) == found


@pytest.mark.parametrize(
    "line",
    [
        "On 12 May 20 people were hurt",
        "From 3 March 15 trains run daily",
        "Call 14 Dec 12:30",
        "The number is 15/01/20161401",
        "1398/11/29 of the register",
    ],
)
def test_other_numbers_are_no_years(line: str) -> None:
    """A number after a day is a year only where nothing is counted by it."""
    assert values(line, "en") == []


def test_a_line_of_dates_keeps_the_full_years() -> None:
    """A number before a full date is not taken for that date's day."""
    assert values("Comments 5 March 15, 2019", "en") == ["2019-03-15"]


@pytest.mark.parametrize(
    ("day", "ours"),
    [
        ((1398, 1, 1), date(2019, 3, 21)),
        ((1399, 12, 30), date(2021, 3, 20)),
        ((1357, 11, 22), date(1979, 2, 11)),
        ((1403, 7, 1), date(2024, 9, 22)),
        ((1398, 12, 30), None),
        ((1398, 13, 1), None),
    ],
)
def test_iranian_days_are_ours(day: tuple[int, int, int], ours: date | None) -> None:
    """New Year, leap days, and days that the calendar does not have."""
    assert iranian(*day) == ours
