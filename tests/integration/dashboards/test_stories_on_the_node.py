"""The panels on stories against a real OpenSearch: what they count is what the search page says of its hits."""

import json

import pytest
from tests.integration.dashboards.as_dashboards_asks import answered
from tests.unit.search.samples import article
from tests.unit.stories.texts import edited, text

from clippings.dashboards.archive import archive_objects
from clippings.search.aliases import ensure_index, refresh
from clippings.search.client import connect
from clippings.search.indexing import file_articles
from clippings.search.queries import search
from clippings.search.requests import SearchRequest
from clippings.stories.grouping import group

STORIES = {"Zeppelin lands": ("CNN", "AP", "Interfax"), "Tunnel opens": ("BBC", "CNN"), "Only once": ("BBC",)}
"""Stories with the sources that printed each."""


@pytest.fixture(scope="module")
def client(opensearch):
    """A client of a node that holds the stories, grouped; the second is undated."""
    with connect(opensearch) as client:
        ensure_index(client, opensearch)
        articles = [
            article(
                f"{number}-{copy}",
                edited(text(number, 150), copy),
                title=title,
                source=source,
                date=None if number == 1 else f"2012-05-0{copy + 1}",
            )
            for number, (title, sources) in enumerate(STORIES.items())
            for copy, source in enumerate(sources)
        ]
        assert all(not outcome.message for outcome in file_articles(client, opensearch, articles))
        refresh(client, opensearch)
        group(client, opensearch)
        refresh(client, opensearch)
        yield client


@pytest.fixture(scope="module")
def objects(opensearch):
    """The saved objects for this node, as they are imported, by id."""
    lines = [json.loads(each.line()) for each in archive_objects(opensearch.index_prefix)]
    return {line["id"]: line for line in lines}


def test_stories_with_copies_are_counted_and_listed_as_on_the_search_page(client, opensearch, objects):
    """Each story that has copies is there once, dated or not, with as many as its hit on the search page has."""
    hits = search(client, opensearch, SearchRequest()).hits
    wanted = {hit.title: hit.copies.total for hit in hits if hit.copies.total}
    assert wanted == {title: len(sources) for title, sources in STORIES.items() if len(sources) > 1}
    assert answered(client, objects, "clippings-copied", "clippings-dashboard") == {(): (len(wanted),)}
    found = answered(client, objects, "clippings-most-copies", "clippings-dashboard")
    assert {title: copies for (_, title, _), (copies,) in found.items()} == wanted
    assert list(found.values()) == sorted(found.values(), reverse=True)
    for (_, title, source), _ in found.items():
        assert source in STORIES[title]
