"""Dates that a page's markup gives."""

import pytest
from lxml import html

from clippings.dates.markup import markup_mentions
from clippings.dates.mentions import Place


@pytest.mark.parametrize(
    ("markup", "place", "value"),
    [
        (
            '<script type="application/ld+json">{"@graph": [{"datePublished": "2019-03-02T08:00:00Z"}]}</script>',
            Place.LINKED,
            "2019-03-02T08:00:00+00:00",
        ),
        ('<meta property="article:published_time" content="2019-03-02">', Place.PUBLISHED, "2019-03-02"),
        ('<meta name="myPaper:publishDate" content="2019-03-02">', Place.PUBLISHED, "2019-03-02"),
        ('<meta name="myPaper:dateUpdated" content="2019-03-02">', Place.MODIFIED, "2019-03-02"),
        ('<meta name="newest_date" content="2019-03-02">', Place.UNSPECIFIC, "2019-03-02"),
        ('<time class="entry-date" datetime="2019-03-02">2 March</time>', Place.TIME, "2019-03-02"),
        ('<script>x = {"published_at":"2019-03-02T08:00:00"}</script>', Place.SCRIPT, "2019-03-02T08:00:00"),
        (r'<script>x = "{\"createdAt\":\"2019-03-02\"}"</script>', Place.SCRIPT, "2019-03-02"),
    ],
)
def test_markup_says_when(markup: str, place: Place, value: str) -> None:
    """Each kind of markup is read, under the name of what it says."""
    (found,) = markup_mentions(html.fromstring(f"<html><head>{markup}</head><body><p>Text</p></body></html>"))
    assert (found.place, found.value) == (place, value)


def test_scripts_are_read_only_where_nothing_else_says_when() -> None:
    """Data of a script, which may be another article's, do not stand beside a meta element."""
    markup = '<meta name="pubdate" content="2019-03-02"><script>x = {"published_at":"2020-01-01"}</script>'
    found = markup_mentions(html.fromstring(f"<html><head>{markup}</head><body></body></html>"))
    assert [one.place for one in found] == [Place.PUBLISHED]
