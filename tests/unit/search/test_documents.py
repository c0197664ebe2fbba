"""Articles as they are filed."""

from dataclasses import replace

import pytest
from tests.unit.search.samples import SHOWN, article, published

from clippings.articles import DateCandidate, Precision
from clippings.search.documents import article_of, body
from clippings.search.mapping import field_mappings


def test_an_article_comes_back_as_it_was_filed() -> None:
    """Reading a document gives the article it was made of, every tag with its evidence."""
    candidate = DateCandidate("2011", Precision.YEAR, SHOWN, "in a comment")
    filed = replace(
        article("1", "Текст.", title="Ракеты", language="ru", source="CNN", given={"id": "a", "x": "y"}),
        publication=published("2012-05-02T17:47:00-04:00", candidate),
    )
    document = body(filed)
    read = article_of({"_id": "1", "_source": document})
    assert read.article == filed
    assert read.record_id == "a"
    assert read.article_hash == document["article_hash"]


@pytest.mark.parametrize("language", ["en", "zh-cn", "nb", "xx", None])
def test_every_field_filed_is_in_the_mapping(language: str | None) -> None:
    """The mapping is strict: a field it does not know would refuse the document."""
    document = body(article("1", "text", title="title", language=language, date="2012-05-02", source="CNN"))
    assert set(document) <= set(field_mappings())


@pytest.mark.parametrize(
    ("date", "moment", "first", "last", "month", "day"),
    [
        ("2012", "2012-01-01T00:00:00Z", "2012-01-01", "2012-12-31", None, None),
        ("2012-02", "2012-02-01T00:00:00Z", "2012-02-01", "2012-02-29", "2012-02", None),
        ("2012-05-02", "2012-05-02T00:00:00Z", "2012-05-02", "2012-05-02", "2012-05", "2012-05-02"),
        ("2012-05-02T23:47:00-04:00", "2012-05-03T03:47:00Z", "2012-05-02", "2012-05-02", "2012-05", "2012-05-02"),
    ],
)
def test_a_date_is_filed_no_finer_than_it_is_known(
    date: str, moment: str, first: str, last: str, month: str | None, day: str | None
) -> None:
    """A month-precise document has no day, a year-precise one no month; a moment belongs to its local day."""
    document = body(article("1", "text", date=date))
    assert document["published"] == moment
    assert (document["published_on"], document["published_until"]) == (first, last)
    assert (document.get("month"), document.get("day")) == (month, day)
    assert document["published_text"] == date


def test_an_undated_article_has_no_date_fields() -> None:
    """Nothing stands in for a date that is not known, only the precision says so."""
    document = body(article("1", "text"))
    assert {"published", "published_on", "year", "month", "day"}.isdisjoint(document)
    assert document["published_precision"] == "unknown"


def test_the_hash_tells_articles_apart_and_nothing_else() -> None:
    """The same article has the same hash whatever the order of what is given; any other value changes it."""
    one = article("1", "text", given={"a": "1", "b": "2"})
    other = replace(one, given={"b": "2", "a": "1"})
    assert body(one) == body(other)
    assert body(one)["article_hash"] != body(replace(one, pipeline_version="2"))["article_hash"]


def test_accents_are_filed_in_one_spelling() -> None:
    """A decomposed accent is the same letter as a composed one."""
    assert body(article("1", "e\u0301cole", language="fr"))["text_fr"] == "école"
