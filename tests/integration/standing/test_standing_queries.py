"""Standing queries on a real node: what is saved, which new articles match, and what is kept of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from opensearchpy import OpenSearch
from tests.unit.search.samples import article

from clippings.articles import Article
from clippings.ingestion.books import Book, index_of
from clippings.search.aliases import refresh
from clippings.search.indexing import file_articles
from clippings.search.rebuilding import rebuild
from clippings.search.requests import SearchRequest
from clippings.settings import OpenSearchSettings
from clippings.standing import matches
from clippings.standing.matches import matches_of, queries_matched, settle_matches, tallies
from clippings.standing.saved import StandingError, find, in_archive, named, remove, save, standing_queries
from clippings.standing.watching import prepare, watch

ARTICLES = (
    article("shield", "Negotiators spoke of missiles.", title="The shield in Poland", date="2012-05-02", source="CNN"),
    article("spoken", "They spoke of a shield of missiles, and of the tunnel below the harbour.", date="2012-05"),
    article("russian", "Переговоры о противоракетной обороне продолжаются.", language="ru", source="Itar-Tass"),
    article("chinese", "导弹防御系统的谈判继续进行。", language="zh", source="Xinhua"),
    article("thai", "การเจรจาเรื่องขีปนาวุธยังดำเนินต่อไป", language="th"),
    article("german", "Die Häuser am Hafen werden verkauft.", language="de", date="2011-01-09", given={"id": "de-1"}),
    article("unknown", "Zzyzx qwrt", language=None, source="CNN"),
)
CASES: dict[str, tuple[SearchRequest, set[str]]] = {
    "all words": (SearchRequest("missile shield"), {"shield", "spoken"}),
    "a word that says nothing": (SearchRequest("the missile"), {"shield", "spoken"}),
    "a word in no article": (SearchRequest("missile zeppelin"), set()),
    "a phrase": (SearchRequest('"shield of missiles"'), {"spoken"}),
    "a beginning": (SearchRequest("negotiat*"), {"shield"}),
    "without": (SearchRequest("missile -tunnel"), {"shield"}),
    "either": (SearchRequest("tunnel OR Poland"), {"shield", "spoken"}),
    "Russian": (SearchRequest("переговорами"), {"russian"}),
    "Chinese": (SearchRequest("导弹防御"), {"chinese"}),
    "Thai": (SearchRequest('"ขีปนาวุธ ยัง"'), {"thai"}),
    "German": (SearchRequest("haus", languages=("de",)), {"german"}),
    "source": (SearchRequest(sources=("CNN",)), {"shield", "unknown"}),
    "two sources and a word": (SearchRequest("shield", sources=("CNN", "Xinhua")), {"shield"}),
    "no source": (SearchRequest(sources=("unknown",)), {"spoken", "thai", "german"}),
    "no language": (SearchRequest(languages=("unknown",)), {"unknown"}),
    "year": (SearchRequest(years=("2011",)), {"german"}),
    "month": (SearchRequest("shield", months=("2012-05",)), {"shield", "spoken"}),
    "days": (SearchRequest("shield", date_from=date(2012, 5, 1), date_to=date(2012, 5, 10)), {"shield"}),
    "typed field": (SearchRequest("source:cnn title:shield date:2012"), {"shield"}),
    "own id": (SearchRequest("id:de-1"), {"german"}),
}


def file(archive: tuple[OpenSearch, OpenSearchSettings], run: str, *articles: Article) -> dict[str, int]:
    """File articles as a run does, and settle it."""
    list(file_articles(*archive, articles, before_new=watch(*archive, run)))
    refresh(*archive)
    return settle_matches(*archive, run)


def matched(archive: tuple[OpenSearch, OpenSearchSettings], name: str) -> set[str]:
    """The ids of the articles that a query matched."""
    return {each.hit.id for each in matches_of(*archive, named(*archive, name), size=100)[1]}


def test_new_articles_match_what_a_search_asks_for(archive):
    """Words in every language's forms, phrases, facets and dates: a new article matches just as the archive says."""
    for name, (request, _) in CASES.items():
        save(*archive, name, request, "ann")
    counted = file(archive, "test/1", *ARTICLES)
    for name, (request, expected) in CASES.items():
        assert (name, matched(archive, name)) == (name, expected)
        assert (name, in_archive(*archive, request)) == (name, len(expected))
        assert (name, counted.get(name, 0)) == (name, len(expected))
    assert {each.name for each in queries_matched(*archive, "chinese")} == {"Chinese"}


def test_a_query_is_kept_as_it_was_saved(archive):
    """Words, facets and dates come back as they were; order and page are no part of a standing query."""
    request = SearchRequest(
        '"missile shield" -x', ("CNN", "unknown"), ("en",), ("seeds",), ("2012",), ("2012-05",), ("day",),
        date(2012, 5, 1), date(2012, 5, 31), "newest", 3, 50,
    )  # fmt: skip
    query = save(*archive, "  Missile   shield ", request, "ann")
    assert (query.name, query.saved_by) == ("Missile shield", "ann")
    assert query.request == replace(request, sort="relevance", page=1, size=10)
    assert standing_queries(*archive) == (query,)
    assert find(*archive, query.id) == named(*archive, "missile SHIELD") == query


@pytest.mark.parametrize(
    ("name", "request_", "complaint"),
    [
        ("", SearchRequest("shield"), "needs a name"),
        ("n" * 101, SearchRequest("shield"), "at most 100 characters"),
        ("everything", SearchRequest(), "asks for nothing"),
        ("everything", SearchRequest("!? *"), "asks for nothing"),
        ("long", SearchRequest(" ".join("abcdefghijk")), "at most 10 words"),
        ("long", SearchRequest("".join(map(chr, range(0x4E00, 0x4E80)))), "too long to be watched"),
    ],
)
def test_what_cannot_be_watched_is_not_saved(archive, name, request_, complaint):
    """A search without a name, for nothing, or for too much is refused with what to do."""
    with pytest.raises(StandingError, match=complaint):
        save(*archive, name, request_, "ann")
    assert standing_queries(*archive) == ()


def test_a_name_is_given_once(archive):
    """A second query of the same name is refused, in whatever case; after a removal the name is free again."""
    first = save(*archive, "Shield", SearchRequest("shield"), "ann")
    with pytest.raises(StandingError, match="already"):
        save(*archive, "sHIELD", SearchRequest("tunnel"), "bob")
    file(archive, "test/1", *ARTICLES)
    assert len(matched(archive, "Shield")) == 2
    remove(*archive, first)
    remove(*archive, first)
    assert (standing_queries(*archive), dict(tallies(*archive))) == ((), {})
    save(*archive, "shield", SearchRequest("tunnel"), "bob")
    assert matched(archive, "shield") == set()


def test_only_new_articles_match(archive):
    """Articles filed before a query was saved do not match it, not even when they are filed again and changed."""
    client, settings = archive
    file(archive, "test/1", *ARTICLES)
    save(*archive, "Shield", SearchRequest("shield"), "ann")
    again = [replace(each, text=f"{each.text} Again.") for each in ARTICLES]
    assert file(archive, "test/2", *again) == {}
    new = article("new", "Another shield.")
    assert file(archive, "test/3", new) == {"Shield": 1}
    noted = client.search(index=index_of(settings, Book.MATCHES))["hits"]["hits"]
    # Run again, filed again, and in another run: the one match stays as it was noted first.
    assert file(archive, "test/3", new) == {"Shield": 1}
    assert file(archive, "test/4", replace(new, text="No more of it.")) == {}
    assert client.search(index=index_of(settings, Book.MATCHES))["hits"]["hits"] == noted
    assert matched(archive, "Shield") == {"new"}


def test_matches_outlive_the_index(archive):
    """After a rebuild the matches are there, and the queries go on; an article that has left is not shown."""
    client, settings = archive
    save(*archive, "Shield", SearchRequest("shield"), "ann")
    file(archive, "test/1", *ARTICLES)
    rebuild(*archive)
    assert matched(archive, "Shield") == {"shield", "spoken"}
    client.delete(index=f"{settings.index_prefix}articles-write", id="spoken", refresh="true")
    file(archive, "test/2", article("new", "Another shield."))
    assert matched(archive, "Shield") == {"shield", "new"}


def test_a_kill_before_filing_loses_no_match(archive):
    """A task killed after the matches were noted and before anything was filed is done again: nothing is missing or
    twice."""
    save(*archive, "Shield", SearchRequest("shield"), "ann")
    holding = watch(*archive, "test/1")
    assert holding is not None

    def killed(bodies: Any) -> None:
        holding(bodies)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(file_articles(*archive, ARTICLES, before_new=killed))
    assert file(archive, "test/1", *ARTICLES) == {"Shield": 2}
    assert matched(archive, "Shield") == {"shield", "spoken"}


def test_the_percolator_mends_itself(archive):
    """The percolator's index is made of the saved queries: removed, or left half written or outdated, it is mended."""
    client, settings = archive
    shield = save(*archive, "Shield", SearchRequest("shield"), "ann")
    gone = save(*archive, "Gone", SearchRequest("tunnel"), "ann")
    queries = standing_queries(*archive)
    index = prepare(client, settings, queries)
    whole = client.count(index=index)["count"]
    client.delete(index=index, id=f"{shield.id}-en", refresh="true")
    outdated = f"{settings.index_prefix}clippings-percolator-0"
    client.indices.create(index=outdated)
    assert prepare(client, settings, queries) == index
    assert client.count(index=index)["count"] == whole
    client.indices.delete(index=index)
    remove(*archive, gone)
    assert file(archive, "test/1", *ARTICLES) == {"Shield": 2}
    assert client.count(index=index)["count"] == whole // 2
    assert not client.indices.exists(index=outdated)


def test_only_the_latest_matches_are_kept(archive, monkeypatch):
    """Of many matches of one query the latest are kept."""
    monkeypatch.setattr(matches, "MOST_KEPT", 3)
    save(*archive, "Shield", SearchRequest("shield"), "ann")
    for number in range(6):
        assert file(archive, f"test/{number}", article(f"a{number}", "A shield.")) == {"Shield": 1}
    assert matched(archive, "Shield") == {"a3", "a4", "a5"}


def test_without_standing_queries_nothing_is_asked(archive):
    """Where nobody has saved anything, filing makes no percolator."""
    client, settings = archive
    assert watch(*archive, "test/1") is None
    assert client.indices.get(index=f"{settings.index_prefix}clippings-percolator-*") == {}
