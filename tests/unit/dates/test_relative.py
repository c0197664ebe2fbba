"""Days told by how long ago they were."""

import pytest

from clippings.dates import date_page
from clippings.extraction import extract, parse
from clippings.records import ContentType

STORY = (
    "The ferry between the two villages was taken out of the water for the winter, a month earlier than in other years.",
    "The ferryman said that the ice had come down from the lakes overnight and that he would not argue with the ice.",
    "Until the spring the road over the pass is the only way across, and the school bus will leave an hour earlier.",
)


def dated(header: str, line: str):
    """The date of a page with these two lines above its text."""
    text = "\n\n".join(STORY)
    page = parse(f"Valley Post\n{header}\n\nFerry stops early\n{line}\n\n{text}\n", ContentType.TEXT, None)
    return date_page(page, extract(page), language="en")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Yesterday, 18:40", "2013-11-05T18:40:00"),
        ("3 days ago", "2013-11-03"),
        ("vor 2 Tagen", "2013-11-04"),
        ("2 дня назад", "2013-11-04"),
        ("Posted 5 days ago", "2013-11-01"),
    ],
)
def test_a_relative_date_stands_on_a_known_day(line: str, value: str) -> None:
    """Counted back from the day that the page names above it."""
    candidates = dated("Wednesday, November 6, 2013", line)
    assert value in {candidates.value, *(one.value for one in candidates.candidates)}


def test_without_a_known_day_nothing_is_made_up() -> None:
    """How long ago says nothing where the page names no day to count from."""
    found = dated("Weather: frost", "3 days ago")
    assert (found.value, found.candidates) == (None, ())
