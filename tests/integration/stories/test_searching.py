"""A story is found once, with its copies, by query and on the page; and each copy by itself where that is asked for."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from tests.integration.stories.conftest import Archive
from tests.unit.search.samples import article
from tests.unit.stories.texts import edited, text, words

from clippings.search.queries import more_like_this, ranked_ids, search
from clippings.search.requests import SearchRequest, SearchResults, Sort
from clippings.web import create_app

PASSAGE = " ".join(words(30, 60))
HOSTILE = "<script>alert(1)</script>"


def told(number: int, start: str) -> str:
    """A text that begins so."""
    return f"{start} {text(number, 150)}"


def fill(archive: Archive) -> None:
    """Eight stories, of which one has three copies and another two; only the first are about a zeppelin."""
    archive.file(
        article("a1", told(1, "A zeppelin landed."), title="Zeppelin", date="2012-05-03", source="CNN"),
        article("a2", told(1, "A zeppelin, a zeppelin landed."), date="2012-05-01", source="Interfax", title="Landing"),
        article("a3", told(1, "Zeppelin zeppelin!"), source=f"{HOSTILE}", title=HOSTILE),
        article("b1", f"{told(2, 'The zeppelin left.')} {PASSAGE}", date="2012-06-01", source="CNN"),
        article("b2", f"{edited(told(2, 'The zeppelin left.'), 3)} {PASSAGE}", date="2012-06-02", source="AP"),
        article("c", f"{told(3, 'One more zeppelin.')} {PASSAGE}", date="2012-07-01", source="CNN"),
        *(article(f"d{number}", told(10 + number, "Nothing of it."), date="2012-08-01") for number in range(5)),
    )


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """The articles, grouped."""
    fill(archive)
    archive.group()
    return archive


def find(archive: Archive, **asked: object) -> SearchResults:
    """What a search finds."""
    return search(archive.client, archive.settings, SearchRequest(**asked))


def test_a_story_is_a_hit_once_at_the_place_of_its_best_copy(filled: Archive) -> None:
    """Hits are those of all copies in their order, without those that follow another of their story."""
    every = find(filled, text="zeppelin", every_copy=True)
    assert {hit.id for hit in every.hits} == {"a1", "a2", "a3", "b1", "b2", "c"}
    stories = {hit.id: hit.id[0] for hit in every.hits}
    firsts = list({stories[hit.id]: hit.id for hit in reversed(every.hits)}.values())[::-1]
    once = find(filled, text="zeppelin")
    assert [hit.id for hit in once.hits] == sorted(firsts, key=[hit.id for hit in every.hits].index)
    scores = {hit.id: hit.score for hit in every.hits}
    assert all(hit.score == pytest.approx(scores[hit.id]) for hit in once.hits)
    assert all(hit.passages for hit in once.hits)
    assert ranked_ids(filled.client, filled.settings, "zeppelin") == tuple(hit.id for hit in every.hits)


def test_a_hit_names_all_copies_whatever_narrows_the_search(filled: Archive) -> None:
    """The copies of a hit are all of its story, oldest first, also those that the query or a facet does not find."""
    (hit,) = find(filled, text="zeppelin", sources=("Interfax",)).hits
    assert (hit.id, hit.copies.total) == ("a2", 3)
    assert [(one.id, one.source, one.earliest) for one in hit.copies.listed] == [
        ("a2", "Interfax", True),
        ("a1", "CNN", False),
        ("a3", HOSTILE, False),
    ]
    alone = find(filled, text="more zeppelin", sources=("CNN",), months=("2012-07",)).hits[0]
    assert (alone.id, alone.copies.total) == ("c", 0)
    assert all(not hit.copies.total for hit in find(filled, text="zeppelin", every_copy=True).hits)


@pytest.mark.parametrize("asked", [{"text": "zeppelin"}, {}, {"sort": Sort.OLDEST}])
def test_totals_and_facets_count_documents(filled: Archive, asked: dict[str, str]) -> None:
    """Total, facets and timeline are the same whether copies are shown or not."""
    once, every = find(filled, **asked), find(filled, **asked, every_copy=True)
    assert once.total == every.total
    assert once.facets == every.facets
    assert once.timeline == every.timeline
    assert len(once.hits) < len(every.hits)


def test_pages_of_stories_hold_each_story_once(filled: Archive) -> None:
    """Paged through, in every order, each story comes on just one page, and the last page says that it is the last."""
    for sort in Sort:
        stories, pages = [], 0
        while True:
            pages += 1
            found = find(filled, sort=sort, size=3, page=pages)
            stories += [hit.id if hit.id[0] == "d" else hit.id[0] for hit in found.hits]
            if not found.more:
                break
        assert sorted(stories) == ["a", "b", "c", "d0", "d1", "d2", "d3", "d4"]
        assert pages == 3


def test_a_page_is_full_however_many_copies_come_first(archive: Archive) -> None:
    """Where the first hits are all copies of one story, a page goes on until it has as many stories as it should."""
    same = text(1, 100)
    archive.file(*(article(f"same-{number:02}", f"zeppelin zeppelin {same}") for number in range(40)))
    archive.file(*(article(f"other-{number}", f"zeppelin {text(2 + number, 200)}") for number in range(3)))
    archive.group()
    found = find(archive, text="zeppelin", size=3)
    assert [hit.id[:5] for hit in found.hits] == ["same-", "other", "other"]
    assert (found.total, found.more) == (43, True)
    assert found.hits[0].copies.total == 40


def test_articles_not_grouped_yet_are_hits_of_their_own(archive: Archive) -> None:
    """Before a grouping nothing is collapsed and nothing hidden."""
    fill(archive)
    archive.documents()
    assert {hit.id for hit in find(archive, text="zeppelin").hits} == {"a1", "a2", "a3", "b1", "b2", "c"}


def test_more_like_this_leaves_out_the_own_story(archive: Archive) -> None:
    """Articles like one are of other stories, one of each: here one with the same words in another order."""
    made = words(5, 150)
    archive.file(*(article(id, " ".join(made)) for id in ("one", "two", "three")))
    archive.file(article("turned", " ".join(made[::-1])), *(article(f"n{number}", text(number)) for number in range(5)))
    archive.group()
    stories = archive.stories()

    def like(id: str) -> list[str]:
        found = more_like_this(archive.client, archive.settings, id, story=stories[id])
        return [stories[hit.id] for hit in found if hit.id[0] != "n"]

    assert like("one") == ["turned"]
    assert like("turned") == ["one"]


@pytest.fixture
def page(filled: Archive) -> TestClient:
    """The search page's app, as a browser asks it."""
    return TestClient(create_app(lambda: replace(filled.settings)))


def test_the_page_shows_a_story_once_and_can_be_told_not_to(page: TestClient) -> None:
    """A hit names its copies, opens to all, and a shareable address shows every copy instead."""
    once = page.get("/", params={"q": "zeppelin"}).text
    assert once.count('<article class="hit">') == 3
    assert "<summary>3 copies: Interfax, CNN, &lt;script&gt;" in once
    assert once.count('<span class="earliest">earliest</span>') == 2
    assert "of 6 documents" in once
    assert 'href="?q=zeppelin&amp;copies=all"' in once
    every = page.get("/?q=zeppelin&copies=all").text
    assert every.count('<article class="hit">') == 6
    assert "copies:" not in every
    assert 'href="?q=zeppelin"' in every
    assert '<input type="hidden" name="copies" value="all">' in every
    assert "copies=all" in page.get("/?copies=all&size=10").text.split("sorted by")[1]
    assert page.get("/api/search?q=zeppelin").json()["hits"][0]["copies"]["total"] == 3


def test_the_article_page_lists_copies_and_relatives(page: TestClient) -> None:
    """An article's page has the copies with the earliest marked, and related stories with the passages shared."""
    shown = page.get("/article/b2").text
    assert "2 copies of this story" in shown
    assert 'href="/article/b2/compare/b1"' in shown
    assert "Stories that share passages with this one" in shown
    assert 'href="/article/b2/compare/c"' in shown
    assert f'<q dir="auto">{PASSAGE}</q>' in shown
    assert '<span class="earliest">earliest</span>' in shown
    alone = page.get("/article/d1").text
    assert "copies of this story" not in alone
    assert "share passages" not in alone


def test_the_earliest_is_not_claimed_to_be_known_where_it_is_not(page: TestClient, filled: Archive) -> None:
    """Of two copies known to the same day each is perhaps the earliest."""
    filled.file(article("b3", f"{told(2, 'The zeppelin left.')} {PASSAGE}", date="2012-06-01", source="dpa"))
    filled.group()
    filled.documents()
    shown = page.get("/article/b1").text
    assert shown.count("perhaps the earliest") == 2
    assert '<span class="earliest">earliest</span>' not in shown


def test_differing_passages_are_shown_and_escaped(page: TestClient, filled: Archive) -> None:
    """Two copies side by side: what one has and the other has not is marked, markup is text, and no script may run."""
    shown = page.get("/article/a1/compare/a2")
    assert "<ins>A zeppelin, </ins>" in shown.text
    assert "99 % of the second" in shown.text
    filled.file(article("h", f"Bold {HOSTILE} text {text(1, 100)}", title=HOSTILE, source="<b>"))
    filled.documents()
    hostile = page.get("/article/a1/compare/h")
    assert "<script" not in hostile.text + page.get("/article/h/compare/a1").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in hostile.text
    assert "default-src 'none'" in hostile.headers["content-security-policy"]
    assert page.get("/article/a1/compare/nobody").status_code == 404
