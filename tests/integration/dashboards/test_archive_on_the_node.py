"""The dashboard of the archive against a real OpenSearch: its fields, its searches and its counts."""

import json
from collections import Counter
from datetime import date

import pytest
from tests.integration.dashboards import as_dashboards_asks
from tests.integration.dashboards.as_dashboards_asks import MISSING, refreshed_fields, visible

from clippings.articles import UNDATED, Article, Evidence, LanguageTag, Precision, Publication, SourceTag
from clippings.dashboards.archive import archive_objects
from clippings.search.aliases import ensure_index, refresh
from clippings.search.client import connect
from clippings.search.indexing import file_articles
from clippings.search.queries import search
from clippings.search.requests import UNKNOWN, SearchRequest

FILED = (
    ("Reuters", "en", "2012-05-02T17:47:00-04:00", Precision.MINUTE, "byline"),
    ("Reuters", "en", "2012-05-03", Precision.DAY, "dateline"),
    ("RIA Novosti", "ru", "2011-10-17", Precision.DAY, "dateline"),
    ("RIA Novosti", "en", "2008-03", Precision.MONTH, "url"),
    ("unknown", None, "2008", Precision.YEAR, "url"),
    ("unknown", "de", None, Precision.UNKNOWN, None),
)
"""Source, language, date, its precision, and how it was found."""


def an_article(number, source, language, value, precision, method):
    """One article out of a row of `FILED`."""
    shown = Evidence(method or "none", "shown here", 0.9)
    return Article(
        id=f"{number:040x}",
        feed="press",
        file=f"{number}.txt",
        position=0,
        name=None,
        content_hash=f"{number:064x}",
        pipeline_version="1",
        given={},
        url=f"https://press.example/{number}",
        site="press.example",
        title=f"Headline {number}",
        author=None,
        text="A few words of main text.",
        words=6,
        doubtful=False,
        text_evidence=shown,
        language=LanguageTag(language, 0.9, shown),
        publication=UNDATED if value is None else Publication(value, precision, shown),
        source=SourceTag(source, shown),
    )


@pytest.fixture(scope="module")
def client(opensearch):
    """A client of a node that holds the articles of `FILED`."""
    with connect(opensearch) as client:
        ensure_index(client, opensearch)
        articles = [an_article(number, *row) for number, row in enumerate(FILED)]
        assert len(list(file_articles(client, opensearch, articles))) == len(FILED)
        refresh(client, opensearch)
        yield client


@pytest.fixture(scope="module")
def objects(opensearch):
    """The saved objects for this node's alias, as they are imported, by id."""
    lines = [json.loads(each.line()) for each in archive_objects(opensearch.index_prefix)]
    return {line["id"]: line for line in lines}


def answered(client, objects, identifier):
    """How many documents the visualization counts, by its groups, in the dashboard's time range."""
    found = as_dashboards_asks.answered(client, objects, identifier, "clippings-dashboard")
    return {key: documents for key, (documents,) in found.items()}


def expected(*columns, dated):
    """How many rows of `FILED` have each combination of columns, as text; only dated rows where `dated`."""
    rows = [row for row in FILED if row[2] is not None or not dated]
    return dict(
        Counter(tuple(MISSING if row[column] is None else str(row[column]) for column in columns) for row in rows)
    )


def test_both_patterns_have_the_fields_that_the_node_has(client, objects):
    """Refreshing an index pattern from the node would change none of its fields."""
    patterns = [each for each in objects.values() if each["type"] == "index-pattern"]
    assert len(patterns) == 2
    for pattern in patterns:
        node = client.field_caps(index=pattern["attributes"]["title"], fields="*")
        assert visible(pattern["attributes"]["fields"]) == refreshed_fields(node)


def test_both_patterns_find_the_same_documents(client, objects):
    """The pattern without a time field reads the same index as the one with it, and nothing else."""
    titles = [each["attributes"]["title"] for each in objects.values() if each["type"] == "index-pattern"]
    found = [set(client.indices.get(index=title)) for title in titles]
    assert found[0] == found[1]
    assert [client.count(index=title)["count"] for title in titles] == [len(FILED)] * 2


def test_every_counting_visualization_is_compared_below(objects):
    """No visualization with aggregations is left out of these tests."""
    counting = {
        each["id"]
        for each in objects.values()
        if each["type"] == "visualization" and json.loads(each["attributes"]["visState"])["aggs"]
    }
    assert counting == {
        "clippings-total",
        "clippings-sources",
        "clippings-languages",
        "clippings-languages-by-source",
        "clippings-sources-over-time",
        "clippings-languages-over-time",
        "clippings-precisions",
        "clippings-date-methods",
        "clippings-copied",
        "clippings-most-copies",
    }


def test_the_total_is_of_dated_documents(client, objects):
    """The large number counts every document with a date in the time range."""
    assert answered(client, objects, "clippings-total") == {(): 5}


@pytest.mark.parametrize(("identifier", "column"), [("clippings-sources", 0), ("clippings-languages", 1)])
def test_documents_by_source_and_by_language(client, objects, identifier, column):
    """Dated documents are counted by source and by language, those without a language too."""
    assert answered(client, objects, identifier) == expected(column, dated=True)


def test_languages_of_each_source(client, objects):
    """Dated documents are counted by source and within it by language."""
    assert answered(client, objects, "clippings-languages-by-source") == expected(0, 1, dated=True)


@pytest.mark.parametrize(
    ("identifier", "column"), [("clippings-sources-over-time", 0), ("clippings-languages-over-time", 1)]
)
def test_documents_over_time(client, objects, identifier, column):
    """A timeline has each document in its year, one known to the month or year on its first day."""
    found = answered(client, objects, identifier)
    wanted = Counter()
    for row in FILED:
        if row[2] is not None:
            wanted[(row[2][:4], row[column] or MISSING)] += 1
    assert {(year[:4], group): number for (year, group), number in found.items()} == dict(wanted)
    assert all(year.startswith(f"{year[:4]}-01-01T00:00:00") for year, _ in found)


def test_precisions_count_the_undated_too(client, objects):
    """How precisely dates are known is counted over all of the archive."""
    assert answered(client, objects, "clippings-precisions") == expected(3, dated=False)


def test_methods_of_dating_count_the_undated_too(client, objects):
    """Every document is in the table of how dates were found, without a method where it has no date."""
    assert answered(client, objects, "clippings-date-methods") == expected(4, 3, dated=False)


@pytest.mark.parametrize(
    ("identifier", "facet", "dated"),
    [
        ("clippings-sources", "source", True),
        ("clippings-languages", "language", True),
        ("clippings-precisions", "precision", False),
    ],
)
def test_dashboards_and_the_search_page_count_the_same(client, objects, opensearch, identifier, facet, dated):
    """A chart has the numbers that the search page's facet has for the same documents."""
    request = SearchRequest(date_from=date(1990, 1, 1) if dated else None)
    page = search(client, opensearch, request).facets[facet]
    charted = {
        UNKNOWN if key == MISSING else key: number for (key,), number in answered(client, objects, identifier).items()
    }
    assert charted == {each.value: each.count for each in page}


def test_the_saved_search_lists_the_newest_first(client, objects):
    """Discover's table has the dated documents, newest first, with something in its columns."""
    saved = objects["clippings-search-articles"]
    rows = as_dashboards_asks.listed(client, objects, saved["id"], "clippings-dashboard")
    assert [row["published_text"] for row in rows] == [
        "2012-05-03",
        "2012-05-02T17:47:00-04:00",
        "2011-10-17",
        "2008-03",
        "2008",
    ]
    for column in saved["attributes"]["columns"]:
        assert any(column in row for row in rows), column


def test_every_facet_offers_values(client, objects):
    """Each drop-down list of the facet box has the values of its field to choose from."""
    assert as_dashboards_asks.offered(client, objects, "clippings-facets", "clippings-dashboard") == {
        "source": {"Reuters", "RIA Novosti", "unknown"},
        "language": {"en", "ru"},
        "feed": {"press"},
        "published_precision": {"minute", "day", "month", "year"},
    }
