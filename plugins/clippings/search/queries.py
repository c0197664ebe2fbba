"""Finding articles: the one way in for the page, the command line and batches of questions."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError, TransportError

from clippings.errors import ServiceError
from clippings.search import facets, ranking
from clippings.search.aliases import missing_index, read_alias
from clippings.search.client import error_reason
from clippings.search.documents import FiledArticle, article_of
from clippings.search.mapping import LANGUAGE_TEXTS, LANGUAGE_TITLES
from clippings.search.passages import Marks, highlighting, read_passages, read_title
from clippings.search.requests import Hit, SearchRequest, SearchResults, Sort
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
    try:
        answer: Mapping[str, Any] = client.search(index=read_alias(settings), body=body)
    except NotFoundError as error:
        raise missing_index(settings) from error
    except TransportError as error:
        raise ServiceError(f"OpenSearch at {settings.url} cannot search: {error_reason(error.info)}.") from error
    return answer


def _main_query(request: SearchRequest, parsed: ParsedQuery) -> ranking.Clause:
    found = ranking.query(parsed)
    if request.date_from is None and request.date_to is None:
        return found
    return {"bool": {"must": [found], "filter": [ranking.between(request.date_from, request.date_to)]}}


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
    parsed = parse(request.text)
    marks = Marks.drawn()
    start, size = _window(request)
    body: dict[str, Any] = {
        "query": _main_query(request, parsed),
        "from": start,
        "size": size,
        "_source": list(SHOWN),
        "track_total_hits": True,
        "aggs": facets.aggregations(request),
        **_sorting(request, parsed),
    }
    if chosen := facets.filters(request):
        body["post_filter"] = {"bool": {"filter": chosen}}
    if size:
        body["highlight"] = highlighting(ranking.highlighted(parsed), marks)
    answer = _ask(client, settings, body)
    total = answer["hits"]["total"]
    return SearchResults(
        total=total["value"],
        total_is_exact=total["relation"] == "eq",
        hits=tuple(_hit(each, marks) for each in answer["hits"]["hits"]),
        facets=facets.read_facets(request, answer["aggregations"]),
        timeline=facets.read_timeline(answer["aggregations"]),
        did_you_mean=better_spelling(client, settings, request.text, total["value"]),
        took_ms=answer["took"],
    )


def _hit(found: Mapping[str, Any], marks: Marks) -> Hit:
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
    )


def ranked_ids(client: OpenSearch, settings: OpenSearchSettings, text: str, size: int = 100) -> tuple[str, ...]:
    """The ids of the best documents for a question, best first; documents with an id of their own are named by it.

    Ranks as `search` does, without facets and passages. Raises ServiceError.
    """
    parsed = parse(text)
    request = SearchRequest(text=text, size=size)
    body = {
        "query": _main_query(request, parsed),
        "size": _window(request)[1],
        "_source": ["record_id"],
        "track_total_hits": False,
        **_sorting(request, parsed),
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


def more_like_this(client: OpenSearch, settings: OpenSearchSettings, id: str, size: int = 5) -> tuple[Hit, ...]:
    """Other articles about what the article with this id is about, by its most telling words. Raises ServiceError."""
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
    answer = _ask(client, settings, {"query": alike, "size": size, "_source": list(SHOWN)})
    return tuple(_hit(each, marks) for each in answer["hits"]["hits"])
