"""The year of datelines that have none, and what is told of a day by where it stands."""

from datetime import date

import pytest

from clippings.dates import date_page
from clippings.dates.datelines import find_dateline
from clippings.extraction import extract, parse
from clippings.records import ContentType

OPENING = "LONDON, March 12 (Reuters) - Miners agreed on Thursday to end a strike."
"""12 March was a Thursday in 1998, 2009, 2015 and 2020."""


@pytest.mark.parametrize(
    ("told", "year"),
    [
        ("The company bought the pit in 2013 and opens a second by the end of 2016.", 2015),
        ("There was no lift until 1997, and none was mended from 2011 on; one is planned for 2017.", 2015),
        ("Work began in 2003 and is planned for 2010.", 2009),
        ("Nothing is said of any year.", None),
    ],
)
def test_the_year_is_the_one_that_most_of_the_text_agrees_with(told: str, year: int | None) -> None:
    """Years told of as past lie before it, years to come behind it, as far as they can; without any none is made up."""
    found = find_dateline([OPENING, told], [0, 1], "en", None)
    assert found is not None
    assert found.year == year


PARAGRAPHS = (
    "The pond at Nether Ridge has been given the same protection as a cathedral, after inspectors had looked at its edge.",
    "The discovery was made by a volunteer who was clearing weeds and came upon the mark of a mason known from the crypt.",
    "The parish council, which had planned to make room for eight cars, said that it would look for another place soon.",
)


def dated(head: str, tail: str = "") -> tuple[str | None, str | None]:
    """Value and method of a page's date with these lines between its title and its text, and below."""
    text = "\n\n".join(PARAGRAPHS)
    page = parse(f"The Ridge Post\n\nPond wins listed status\n{head}\n\n{text}\n\n{tail}\n", ContentType.TEXT, None)
    found = date_page(page, extract(page), language="en")
    return found.value, found.evidence.method if found.evidence else None


def test_a_comments_time_is_not_the_articles() -> None:
    """Where the article has a day and a comment of the same day a time, the article keeps its day alone."""
    value, _ = dated("Posted by Martin Keel, 11 April 2011", "#1 webfoot wrote on 11 Apr 2011, 19:02\nAbout time too!")
    assert value == "2011-04-11"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Thu 9 Jul 2015 14.02 BST", "2015-07-09T14:02:00+01:00"),
        ("9 July 2015, 14.02", "2015-07-09"),
        ("2016年2月9日 18時05分", "2016-02-09T18:05:00"),
        ("May 2nd, 2012 05:47 PM ET", "2012-05-02T17:47:00-04:00"),
        ("12.10.2016, 14:05 МСК", "2016-10-12T14:05:00+03:00"),
        ("12 October 2013, 14:05 MSK", "2013-10-12T14:05:00+04:00"),
        ("12 October 2016 14:05 +0530", "2016-10-12T14:05:00+05:30"),
    ],
)
def test_the_time_is_taken_with_its_zone(line: str, value: str) -> None:
    """Clocks with a dot count where a zone follows; zones by name have the offset of that day; offsets are read."""
    assert dated(line)[0] == value


@pytest.mark.parametrize(("line", "value"), [("March 2008", "2008-03"), ("First published 1998", "1998")])
def test_a_month_stays_a_month_and_a_year_a_year(line: str, value: str) -> None:
    """No day is made up where a page names none."""
    assert dated(line)[0] == value


def test_every_loser_says_why() -> None:
    """The day in the masthead, a comment's, one before the site was there, one of a change and one in the text lost."""
    text = "\n\n".join(
        (PARAGRAPHS[0], "The edge was laid anew on 3 May 2009, when the ducks were away.", *PARAGRAPHS[1:])
    )
    lines = (
        *("The Ridge Post", "Friday, 15 April 2011", "Archive of 4 June 2003", "", "Pond wins listed status"),
        *(
            "Posted by Martin Keel, 11 April 2011",
            "",
            text,
            "",
            "Comments",
            "webfoot wrote on 12 April 2011",
            "At last!",
        ),
        "© 2005-2011 The Ridge Post",
    )
    page = parse("\n".join(lines), ContentType.TEXT, None)
    found = date_page(page, extract(page), language="en", made_before=date(2011, 4, 14))
    reasons = {one.value: one.reason_lost for one in found.candidates}
    assert found.value == "2011-04-11"
    assert reasons == {
        "2011-04-15": "in the future: the page existed before",
        "2003-06-04": "before the site existed, by its copyright line",
        "2009-05-03": "the text tells of it",
        "2011-04-12": "a comment's date",
    }
    today = date_page(page, extract(page), language="en")
    assert {one.value: one.reason_lost for one in today.candidates}["2011-04-15"] == "the scrape's own day"
