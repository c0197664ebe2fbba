"""Finding articles: the one way in for the page, the command line and batches of questions."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from opensearchpy import OpenSearch

from clippings.search import facets, ranking
from clippings.search.aliases import read_alias, searching
from clippings.search.copies import STORY_FIELDS, copies_of, may_have_copies, one_of_each, story_of
from clippings.search.documents import FiledArticle, article_of
from clippings.search.feedback import LEARNED_FROM, feedback, teaches, understood
from clippings.search.mapping import LANGUAGE_TEXTS, LANGUAGE_TITLES
from clippings.search.passages import Marks, highlighting, read_passages, read_title
from clippings.search.requests import NO_COPIES, Copies, Hit, SearchRequest, SearchResults, Sort
from clippings.search.spelling import better_spelling
from clippings.search.syntax import ParsedQuery, parse
from clippings.settings import OpenSearchSettings

MOST_HITS = 10_000
"""How far can be paged: `index.max_result_window` of the index."""

SHOWN = (
    "title",
    "source",
    "language",
    "published_text",
    "published_precision",
    "url",
    "author",
    "feed",
    "file",
    "record_id",
)
"""What of a document is read for a hit."""

_IN_FILE = [{"file": "asc"}, {"position": "asc"}]
_ORDERS: Mapping[str, list[Any]] = {
    Sort.NEWEST: [{"published": {"order": "desc", "missing": "_last"}}, *_IN_FILE],
    Sort.OLDEST: [{"published": {"order": "asc", "missing": "_last"}}, *_IN_FILE],
}


def _ask(client: OpenSearch, settings: OpenSearchSettings, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Search the read alias. Raises ServiceError in a sentence where that fails."""
    with searching(settings):
        answer: Mapping[str, Any] = client.search(index=read_alias(settings), body=body)
    return answer


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one request is put to the index.

    `words` are those of the query as the index has them.
    """

    parsed: ParsedQuery
    query: ranking.Clause
    words: ranking.Words
    relaxed: bool


def _query(request: SearchRequest, parsed: ParsedQuery, words: ranking.Words) -> ranking.Clause:
    query = ranking.query(parsed, words)
    if request.date_from is None and request.date_to is None:
        return query
    return {"bool": {"must": [query], "filter": [ranking.between(request.date_from, request.date_to)]}}


def _plan(client: OpenSearch, settings: OpenSearchSettings, request: SearchRequest) -> _Plan:
    """Read the text; where its phrases and other conditions find nothing, they are relaxed."""
    parsed = parse(request.text)
    words = understood(client, settings, parsed)
    query = _query(request, parsed, words)
    relaxed = False
    if parsed != parsed.relaxed:
        found = _ask(client, settings, {"query": query, "size": 0, "terminate_after": 1})
        if not found["hits"]["total"]["value"]:
            parsed, relaxed = parsed.relaxed, True
            words = understood(client, settings, parsed)
            query = _query(request, parsed, words)
    return _Plan(parsed, query, words, relaxed)


def _is_ranked(request: SearchRequest, plan: _Plan) -> bool:
    """Whether there are words to rank by, and hits are wanted in that order."""
    return request.sort == Sort.RELEVANCE and any(plan.words.tokens.values())


def _first_look(plan: _Plan) -> dict[str, Any]:
    """What is asked first where the first hits teach the order.

    The choices made in facets have no part in it: a document's rank does not depend on them.
    """
    return {
        "query": plan.query,
        "size": ranking.RANKING.feedback_documents,
        "_source": list(LEARNED_FROM),
        "track_total_hits": False,
        **ranking.reordering(ranking.proximity(plan.words.tokens), ranking.RANKING.first_window),
    }


def _order(client: OpenSearch, settings: OpenSearchSettings, request: SearchRequest, plan: _Plan) -> Mapping[str, Any]:
    """In which order hits are wanted: by date, or by their words, and then also by what the first of them teach."""
    if not _is_ranked(request, plan):
        return _sorting(request, plan.parsed)
    clauses = ranking.proximity(plan.words.tokens)
    if teaches(plan.words.tokens, ranking.RANKING):
        first = _ask(client, settings, _first_look(plan))["hits"]["hits"]
        clauses += ranking.learned(feedback(client, settings, first, plan.words.tokens, ranking.RANKING))
    return ranking.reordering(clauses)


def _window(request: SearchRequest) -> tuple[int, int]:
    """Where the page begins, and how many hits it has, within what can be paged."""
    size = max(0, min(request.size, MOST_HITS))
    start = (max(1, request.page) - 1) * size
    return min(start, MOST_HITS - size), size


def _sorting(request: SearchRequest, parsed: ParsedQuery) -> dict[str, Any]:
    """By date where it is asked for, and where there is nothing to rank by."""
    ranked = parsed.words or parsed.required
    sort = request.sort if ranked or request.sort != Sort.RELEVANCE else Sort.NEWEST
    return {"sort": _ORDERS[sort]} if sort in _ORDERS else {}


def search(client: OpenSearch, settings: OpenSearchSettings, request: SearchRequest) -> SearchResults:
    """Hits, facets and timeline of one request. Whatever was typed as `text`, it is no error.

    Raises ServiceError where OpenSearch is out of reach or there is no index.
    """
    plan = _plan(client, settings, request)
    # Counted apart from the hits: the index keeps such an answer, so that the next page need not count again, and
    # hits are found sooner when not all have to be met. Counting is much of the work, so it is done meanwhile.
    counted = {"query": plan.query, "size": 0, "track_total_hits": True, "aggs": facets.aggregations(request)}
    with ThreadPoolExecutor(1) as beside:
        counting = beside.submit(_ask, client, settings, counted)
        page = _page(client, settings, request, plan)
        answer = counting.result()
    counts = facets.counted(answer)
    total = facets.read_total(counts)
    return SearchResults(
        total=total,
        hits=page.hits,
        facets=facets.read_facets(request, counts),
        timeline=facets.read_timeline(counts),
        did_you_mean=better_spelling(client, settings, request.text, total) if plan.words.unknown else None,
        took_ms=max(answer["took"], page.took_ms),
        relaxed=plan.relaxed,
        more=page.more,
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """The hits of a page, how long OpenSearch looked for them, and whether others follow."""

    took_ms: int
    hits: tuple[Hit, ...]
    more: bool


def _page(client: OpenSearch, settings: OpenSearchSettings, request: SearchRequest, plan: _Plan) -> _Page:
    """The page's hits: of each story the first, unless every copy is asked for.

    OpenSearch can collapse hits, but not such as it puts in a new order (`rescore`), and it takes all documents that
    are not grouped yet for one story. So the hits are asked for from the first one on, and told apart here. Those of
    the first page come with what is shown of them.
    """
    start, size = _window(request)
    wanted = start + size
    marks = Marks.drawn()
    shown = _shown(plan, marks)
    asked = {
        "query": plan.query,
        "track_total_hits": False,
        "_source": False,
        "docvalue_fields": list(STORY_FIELDS),
        **_order(client, settings, request, plan),
    }
    if chosen := facets.filters(request):
        asked["post_filter"] = {"bool": {"filter": chosen}}
    depth = min(wanted + 1, MOST_HITS)
    answer = _ask(client, settings, {**asked, "size": depth, **({} if start else shown)})
    took = answer["took"]
    while True:
        hits = answer["hits"]["hits"]
        firsts = hits if request.every_copy else one_of_each(hits)
        if len(firsts) > wanted or len(hits) < depth or depth == MOST_HITS:
            break
        depth = min(depth * 4, MOST_HITS)
        answer = _ask(client, settings, {**asked, "size": depth})
        took += answer["took"]
    return _Page(took, _hits(client, settings, request, firsts[start:wanted], shown, marks), len(firsts) > wanted)


def _shown(plan: _Plan, marks: Marks) -> Mapping[str, Any]:
    """What to ask for of hits that are shown: what is known of them, and the passages that were meant."""
    return {
        "_source": list(SHOWN),
        "highlight": highlighting(ranking.highlighted(plan.parsed, plan.words), marks, plan.words.analyses),
    }


def _hits(
    client: OpenSearch,
    settings: OpenSearchSettings,
    request: SearchRequest,
    hits: Sequence[Mapping[str, Any]],
    shown: Mapping[str, Any],
    marks: Marks,
) -> tuple[Hit, ...]:
    """Hits as they are shown, with the copies of their stories; what is shown of them is asked for where it is missing."""
    found = {hit["_id"]: hit for hit in hits if "_source" in hit}
    if missing := [hit["_id"] for hit in hits if hit["_id"] not in found]:
        body = {"query": {"ids": {"values": missing}}, "size": len(missing), **shown}
        found |= {hit["_id"]: hit for hit in _ask(client, settings, body)["hits"]["hits"]}
    stories = {hit["_id"]: story_of(hit) or "" for hit in hits if may_have_copies(hit) and not request.every_copy}
    copies = copies_of(client, settings, stories.values())
    return tuple(
        _hit({**found[hit["_id"]], "_score": hit["_score"]}, marks, copies.get(stories.get(hit["_id"], ""), NO_COPIES))
        for hit in hits
        if hit["_id"] in found
    )


def _hit(found: Mapping[str, Any], marks: Marks, copies: Copies = NO_COPIES) -> Hit:
    source = found["_source"]
    highlight: Mapping[str, Any] = found.get("highlight", MappingProxyType({}))
    return Hit(
        id=found["_id"],
        title=source.get("title"),
        source=source["source"],
        language=source.get("language"),
        published=source.get("published_text"),
        precision=source["published_precision"],
        url=source.get("url"),
        author=source.get("author"),
        feed=source["feed"],
        file=source["file"],
        passages=read_passages(highlight, marks),
        title_segments=read_title(highlight, marks, source.get("title")),
        record_id=source.get("record_id"),
        score=found.get("_score"),
        copies=copies,
    )


def ranked_ids(client: OpenSearch, settings: OpenSearchSettings, text: str, size: int = 100) -> tuple[str, ...]:
    """The ids of the best documents for a question, best first; documents with an id of their own are named by it.

    Ranks as `search` does, without facets and passages. Raises ServiceError.
    """
    request = SearchRequest(text=text, size=size)
    plan = _plan(client, settings, request)
    body = {
        "query": plan.query,
        "size": _window(request)[1],
        "_source": ["record_id"],
        "track_total_hits": False,
        **_order(client, settings, request, plan),
    }
    hits = _ask(client, settings, body)["hits"]["hits"]
    return tuple(hit["_source"].get("record_id") or hit["_id"] for hit in hits)


def get_article(client: OpenSearch, settings: OpenSearchSettings, id: str) -> FiledArticle | None:
    """The article filed under this id, None where there is none. Raises ServiceError."""
    if not id:
        return None
    answer = _ask(client, settings, {"query": {"ids": {"values": [id]}}, "size": 1})
    hits = answer["hits"]["hits"]
    return article_of(hits[0]) if hits else None


def hits_of(client: OpenSearch, settings: OpenSearchSettings, ids: Sequence[str]) -> tuple[Hit, ...]:
    """The articles with these ids (at most MOST_HITS) as hits, without passages; those not filed are left out."""
    body = {"query": {"ids": {"values": list(ids)}}, "size": len(ids), "_source": list(SHOWN)}
    found = _ask(client, settings, body)["hits"]["hits"] if ids else []
    return tuple(_hit(each, Marks.drawn()) for each in found)


def more_like_this(
    client: OpenSearch, settings: OpenSearchSettings, id: str, size: int = 5, story: str | None = None
) -> tuple[Hit, ...]:
    """Other articles about what the article with this id is about, by its most telling words; one of each story.

    None of its own `story`. Raises ServiceError.
    """
    marks = Marks.drawn()
    alike = {
        "more_like_this": {
            "fields": ["title", "text", *LANGUAGE_TITLES, *LANGUAGE_TEXTS],
            "like": [{"_index": read_alias(settings), "_id": id}],
            "min_term_freq": 1,
            "min_doc_freq": 2,
            "max_query_terms": 25,
            "minimum_should_match": "30%",
        }
    }
    own = [{"term": {"story_id": story}}] if story else []
    body = {
        "query": {"bool": {"must": [alike], "must_not": own}},
        # Copies of one story take several places.
        "size": size * 4,
        "_source": list(SHOWN),
        "docvalue_fields": list(STORY_FIELDS),
    }
    hits = one_of_each(_ask(client, settings, body)["hits"]["hits"])
    return tuple(_hit(each, marks) for each in hits[:size])
