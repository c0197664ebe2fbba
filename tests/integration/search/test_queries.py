"""What a search finds on the real node, and what it counts."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from io import StringIO
from math import log

import pytest
from opensearchpy import OpenSearch
from tests.unit.search.samples import article

from clippings.cli.__main__ import main
from clippings.errors import ServiceError
from clippings.search.aliases import ensure_index, refresh
from clippings.search.client import connect
from clippings.search.facets import MOST_VALUES
from clippings.search.feedback import SATURATION, feedback
from clippings.search.indexing import file_articles
from clippings.search.queries import get_article, more_like_this, ranked_ids, search
from clippings.search.ranking import RANKING
from clippings.search.requests import UNKNOWN, SearchRequest, SearchResults
from clippings.settings import CONNECTION_VARIABLE, OpenSearchSettings

HOSTILE = '<script>alert("missile")</script> \ufdd0\ufdd1 <em>missile</em>'

ARTICLES = (
    article(
        "shield",
        "The missile shield of Erdoğan’s neighbours was tested in Poland.\n\nMore missiles are to come.",
        title="Missile shields",
        date="2012-05",
        source="CNN",
    ),
    article("wars", "Old star wars films and the missile of 1983.", date="2012-05-02", source="CNN", feed="b"),
    article("rocket", "Зелёная ракета стоит у дома.", language="ru", date="2012-05-03T23:10:00-04:00", source="РИА"),
    article("house", "Das Haus steht in Polen, ein Raketenschild auch.", language="de", date="2008"),
    article("hostile", HOSTILE, title=HOSTILE, language=None, source=HOSTILE, given={"id": "given-1"}),
    article("talks", "Talks about talks went on in Geneva about trade and tariffs.", date="2011-09-01", source="BBC"),
)


@pytest.fixture(scope="module")
def filed(client: OpenSearch, opensearch: OpenSearchSettings) -> OpenSearchSettings:
    """The articles above, in an index."""
    assert all(not outcome.message for outcome in file_articles(client, opensearch, ARTICLES))
    refresh(client, opensearch)
    return opensearch


def ids(results: SearchResults) -> list[str]:
    """The ids of the hits, in their order."""
    return [hit.id for hit in results.hits]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("missile shield", ["shield"]),
        ("erdogan", ["shield"]),
        ("Erdogan's", ["shield"]),
        ("зеленые ракеты", ["rocket"]),
        ('"star wars"', ["wars"]),
        ("missile -poland -script", ["wars"]),
        ("geneva OR rockets OR ракета", ["rocket", "talks"]),
        ("tarif*", ["talks"]),
        ("source:cnn", ["shield", "wars"]),
        ("source:unknown", ["house"]),
        ("language:unknown", ["hostile"]),
        ("title:shields", ["shield"]),
        ("id:given-1", ["hostile"]),
        ("date:2012-05", ["rocket", "shield", "wars"]),
        ("date:2012-05-01", []),
        ("date:2012-05-02", ["wars"]),
        ("date:2008", ["house"]),
        ("date:2008-01", []),
        ("nosuchword", []),
    ],
)
def test_a_query_finds_what_it_says(
    client: OpenSearch, filed: OpenSearchSettings, typed: str, expected: list[str]
) -> None:
    """Words, phrases, minus, OR, beginnings, fields and dates; a month-precise document is on no day."""
    found = ids(search(client, filed, SearchRequest(typed)))
    assert expected == sorted(found) or (typed == "missile shield" and found[0] == "shield")


UNBALANCED = ('"unbalanced', "((", "a:b:c", "date:", "-", "OR", "AND NOT", "*", "\\", "[1 TO", "missile~2^3")
ENDLESS = ("a" * 5000, "一" * 1000, "word " * 500, "a-" * 900, "-" + "b-" * 900)
ODD = ("\ud800 half", "\x00", "😀 missile 😀")


@pytest.mark.parametrize("typed", [*UNBALANCED, *ENDLESS, *ODD])
def test_nothing_typed_is_an_error(client: OpenSearch, filed: OpenSearchSettings, typed: str) -> None:
    """Whatever is typed is answered, also from a batch."""
    assert search(client, filed, SearchRequest(typed)).total >= 0
    assert isinstance(ranked_ids(client, filed, typed), tuple)


def test_a_phrase_that_is_nowhere_is_relaxed_and_said_to_be(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """What has some of the words is shown where nothing has the phrase."""
    results = search(client, filed, SearchRequest('"shield missile"'))
    assert results.relaxed
    assert results.hits[0].id == "shield"
    assert not search(client, filed, SearchRequest('"missile shield"')).relaxed


def test_a_misspelt_word_is_corrected_into_a_query_that_finds(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """The whole query comes back, with the word as the archive has it."""
    results = search(client, filed, SearchRequest("misile source:CNN"))
    assert results.did_you_mean == "missile source:CNN"
    assert search(client, filed, SearchRequest("missile")).did_you_mean is None


def test_matched_words_are_marked_and_markup_stays_text(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """A hostile document is plain text in plain segments; what it writes does not mark anything."""
    (hit,) = [hit for hit in search(client, filed, SearchRequest("missile")).hits if hit.id == "hostile"]
    for passage in (hit.title_segments, *hit.passages):
        assert "".join(segment.text for segment in passage) == HOSTILE
        assert {segment.text for segment in passage if segment.matched} == {"missile"}


def counts(results: SearchResults, facet: str) -> dict[str, int]:
    """A facet as value to count."""
    return {each.value: each.count for each in results.facets[facet]}


def test_a_facet_is_not_narrowed_by_its_own_choice(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """Other sources keep the counts they would show; the other facets are narrowed."""
    results = search(client, filed, SearchRequest(sources=("CNN",), languages=("en",)))
    assert sorted(ids(results)) == ["shield", "wars"]
    assert counts(results, "source") == {"CNN": 2, "BBC": 1}
    assert counts(results, "language") == {"en": 2}
    assert [each.value for each in results.facets["source"] if each.selected] == ["CNN"]


def test_several_values_of_a_facet_widen_it(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """Two sources find the documents of both."""
    results = search(client, filed, SearchRequest(sources=("CNN", "BBC")))
    assert sorted(ids(results)) == ["shield", "talks", "wars"]
    assert results.total == 3


@pytest.mark.parametrize(("facet", "chosen"), [("language", "languages"), ("month", "months"), ("year", "years")])
def test_a_missing_value_can_be_counted_and_chosen(
    client: OpenSearch, filed: OpenSearchSettings, facet: str, chosen: str
) -> None:
    """Documents without a value are under `unknown`, and choosing it finds as many as it counts."""
    counted = counts(search(client, filed, SearchRequest()), facet)[UNKNOWN]
    results = search(client, filed, SearchRequest(**{chosen: (UNKNOWN,)}))
    assert results.total == counted > 0


def test_every_facet_value_shows_what_it_counts(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """Choosing any value of any facet finds the number of documents beside it."""
    fields = {"source": "sources", "language": "languages", "year": "years", "month": "months"}
    fields |= {"feed": "feeds", "precision": "precisions"}
    everything = search(client, filed, SearchRequest())
    assert list(everything.facets) == ["source", "language", "year", "month", "feed", "precision"]
    for facet, field in fields.items():
        for each in everything.facets[facet]:
            assert search(client, filed, SearchRequest(**{field: (each.value,)})).total == each.count, each


def test_every_bar_of_the_timeline_shows_what_it_counts(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """A bar of a day finds the documents of the day; one of a month all that is known to lie in it."""
    results = search(client, filed, SearchRequest(months=("2012-05",)))
    assert [(bar.unit, bar.count) for bar in results.timeline] == [("month", 1), ("day", 1), ("day", 1)]
    for bar in results.timeline:
        found = search(client, filed, SearchRequest(date_from=bar.first, date_to=bar.last)).total
        assert found == (3 if bar.unit == "month" else bar.count)


def test_a_range_takes_what_lies_in_it_wholly(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """A document known to the month is not found in a part of the month."""

    def found(first: date | None, last: date | None) -> Sequence[str]:
        return sorted(ids(search(client, filed, SearchRequest(date_from=first, date_to=last))))

    assert found(date(2012, 5, 1), date(2012, 5, 31)) == ["rocket", "shield", "wars"]
    assert found(date(2012, 5, 1), date(2012, 5, 15)) == ["rocket", "wars"]
    assert found(None, date(2011, 12, 31)) == ["house", "talks"]


def test_hits_are_sorted_and_paged(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """Newest and oldest first, what has no date last, and pages that fit together."""
    assert ids(search(client, filed, SearchRequest(sort="oldest")))[0] == "house"
    newest = ids(search(client, filed, SearchRequest(sort="newest")))
    assert (newest[0], newest[-1]) == ("rocket", "hostile")
    pages = [ids(search(client, filed, SearchRequest(sort="newest", page=page, size=2))) for page in (1, 2, 3, 4)]
    assert [id for page in pages for id in page] == newest
    [first], [second] = (search(client, filed, SearchRequest("missile", page=page, size=1)).hits for page in (1, 2))
    assert all(any(part.matched for part in hit.passages[0]) for hit in (first, second))
    assert first.id != second.id
    assert search(client, filed, SearchRequest(page=10**9, size=10)).hits == ()


def test_what_first_hits_teach_is_counted_hit_by_hit(client: OpenSearch, own: OpenSearchSettings) -> None:
    """Each learned word weighs what it does in each hit's own text, whatever characters stand before it."""
    texts = (
        "😀 Radar, radar and 𝒳 missiles.",
        "The 😀 missiles of Poland; radar.",
        "",
        "Missiles, missiles, missiles 😀!",
    )
    says = (0.4, 0.3, 0.2, 0.1)
    ensure_index(client, own)
    list(file_articles(client, own, [article(f"hit-{number}", text) for number, text in enumerate(texts)]))
    refresh(client, own)
    scores = [1.0 + RANKING.sharpness * log(say / says[0]) for say in says]
    hits = [
        {"_id": f"hit-{number}", "_score": score, "_source": {"text_en": text}}
        for number, (text, score) in enumerate(zip(texts, scores, strict=True))
    ]
    learned = feedback(client, own, hits, {"en": ("missil", "radar", "shield")}, RANKING)["text_en"]

    def saturated(often: int) -> float:
        return often / (often + SATURATION)

    weights = {
        "radar": 0.4 * saturated(2) + 0.3 * saturated(1),
        "missil": (0.4 + 0.3) * saturated(1) + 0.1 * saturated(3),
        "poland": 0.3 * saturated(1),
    }
    assert {word: learned[word] / learned["radar"] for word in weights} == pytest.approx(
        {word: weight / weights["radar"] for word, weight in weights.items()}
    )


def test_a_batch_names_documents_by_their_own_id(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """A document that its file gave an id is named by it; the order is that of the page."""
    found = ranked_ids(client, filed, "missile")
    assert "given-1" in found
    named = [hit.record_id or hit.id for hit in search(client, filed, SearchRequest("missile")).hits]
    assert list(found) == named
    assert len(ranked_ids(client, filed, "missile", size=1)) == 1


def test_the_command_answers_a_batch_line_by_line(
    client: OpenSearch,
    filed: OpenSearchSettings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`./clippings search --batch` answers each question with the ids that the page ranks by, and says which line is none."""
    monkeypatch.setenv(CONNECTION_VARIABLE, filed.url)
    monkeypatch.setenv("CLIPPINGS_INDEX_PREFIX", filed.index_prefix)
    asked = [{"qid": 1, "query": "missile"}, {"qid": "b", "query": '"unbalanced ('}, {"qid": 3, "query": ""}]
    lines = [*map(json.dumps, asked), "", "no JSON", '{"query": "without a qid"}']
    monkeypatch.setattr("sys.stdin", StringIO("\n".join(lines)))
    assert main(["search", "--batch", "--size", "2"]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["qid"] for answer in answers] == [1, "b", 3, None, None]
    for question, answer in zip(asked, answers, strict=False):
        assert answer["ids"] == list(ranked_ids(client, filed, question["query"], 2))
    assert len(answers[0]["ids"]) == 2
    assert [answer["error"][:6] for answer in answers[3:]] == ["line 5", "line 6"]


def test_a_chosen_value_is_counted_among_many(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """A source that is chosen has its count even where a hundred others have more documents."""
    own = replace(opensearch, index_prefix=f"{opensearch.index_prefix}many-")
    ensure_index(client, own)
    many = [
        article(f"{number}-{copy}", "Text.", source=f"S{number}") for number in range(MOST_VALUES) for copy in (1, 2)
    ]
    assert all(
        not outcome.message for outcome in file_articles(client, own, [*many, article("r", "Text.", source="Z")])
    )
    refresh(client, own)
    results = search(client, own, SearchRequest(sources=("Z", "nowhere")))
    chosen = {each.value: each.count for each in results.facets["source"] if each.selected}
    assert chosen == {"Z": 1, "nowhere": 0}
    assert results.total == 1


def test_articles_are_read_back_by_id(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """An article comes back whole; an id that nothing has gives None."""
    found = get_article(client, filed, "shield")
    assert found is not None
    assert found.article == ARTICLES[0]
    assert get_article(client, filed, "no such id") is None
    assert get_article(client, filed, "") is None


def test_more_like_this_finds_another_story_of_the_kind(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """Related articles do not hold the article itself, and an unknown id has none."""
    related = [hit.id for hit in more_like_this(client, filed, "shield")]
    assert "wars" in related
    assert "shield" not in related
    assert more_like_this(client, filed, "no such id") == ()


def test_the_command_shows_what_is_like_an_article(
    client: OpenSearch,
    filed: OpenSearchSettings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`./clippings search --like ID` lists what the article's page does, as a table and as JSON; of an unknown id it says so."""
    monkeypatch.setenv(CONNECTION_VARIABLE, filed.url)
    monkeypatch.setenv("CLIPPINGS_INDEX_PREFIX", filed.index_prefix)
    assert main(["search", "--like", "shield", "--json"]) == 0
    listed = [hit["id"] for hit in json.loads(capsys.readouterr().out)["hits"]]
    assert listed == [hit.id for hit in more_like_this(client, filed, "shield", 10)]
    assert main(["search", "--like", "shield"]) == 0
    table = capsys.readouterr().out
    assert "Like “Missile shields”" in table
    assert "wars.txt" in table
    assert main(["search", "--like", "no such id"]) == 1
    assert "There is no article no such id" in capsys.readouterr().err


def test_without_an_index_a_search_says_how_to_make_one(opensearch: OpenSearchSettings) -> None:
    """A missing index is a sentence, not a trace."""
    nowhere = replace(opensearch, index_prefix=f"{opensearch.index_prefix}none-")
    with connect(nowhere) as client, pytest.raises(ServiceError, match="clippings index create"):
        search(client, nowhere, SearchRequest("missile"))
