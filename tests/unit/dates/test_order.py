"""Whether the day or the month comes first, by everything that tells."""

import pytest

from clippings.dates import date_page
from clippings.dates.order import BY_COUNTRY, BY_LANGUAGE, BY_SPELLING, GUESSED, SURE, Order, order_of
from clippings.extraction import extract, parse
from clippings.records import ContentType

STORY = (
    "The bridge over the mill stream was opened again on {day}, after three winters in which nobody could cross it.",
    "Children from both banks walked over it first, and the band played until the rain came down upon the drums.",
    "The council paid for the timber, and the carpenter, who is ninety, paid for the nails, as he had once promised.",
)


@pytest.mark.parametrize(
    ("lines", "language", "url", "order"),
    [
        (("Posted 03/04/2012", "Updated 17/04/2012"), "en", None, Order(day_first=True, sureness=SURE)),
        (("Posted 03/04/2012", "Updated 04/17/2012"), "de", None, Order(day_first=False, sureness=SURE)),
        (("03/04/2012",), "fr", None, Order(day_first=True, sureness=BY_LANGUAGE)),
        (("03/04/2012",), "en", "https://bugle.co.uk/a", Order(day_first=True, sureness=BY_COUNTRY)),
        ((), "en", "https://news.example.com/en-gb/story", Order(day_first=True, sureness=BY_COUNTRY)),
        ((), "en", "https://news.example.com/en-us/story", Order(day_first=False, sureness=GUESSED)),
        (("03/04/2012", "Colour, honour, and £4 for the theatre"), "en", None, Order(True, BY_SPELLING)),
        (("03/04/2012", "Color, honor, 10 percent of the theater"), "en", None, Order(False, BY_SPELLING)),
        (("03/04/2012",), "en", "https://news.example.com/story", Order(day_first=False, sureness=GUESSED)),
    ],
)
def test_order_is_told_by_the_surest_evidence(lines, language, url, order) -> None:
    """Other dates on the page come before the site's country, that before the language, and that before the spelling."""
    assert order_of(lines, language, url) == order


@pytest.mark.parametrize(
    ("day", "published"), [("September 29, 2020", "2020-10-02"), ("February 9, 2020", "2020-02-10")]
)
def test_a_date_in_words_settles_the_order(day: str, published: str) -> None:
    """The reading of 02/10/2020 that lies near a date written in words on the same page is the one."""
    head = ("The Mill Stream Courier", "", "Bridge opened again", "02/10/2020", "")
    text = "\n\n".join(line.format(day=day) for line in STORY)
    page = parse("\n".join(head) + "\n" + text, ContentType.TEXT, None)
    found = date_page(page, extract(page), language="en")
    assert found.value == published
    assert "day and month in doubt" in {one.reason_lost for one in found.candidates}
