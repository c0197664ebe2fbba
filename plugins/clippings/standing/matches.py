"""Which new article matched which standing query: noted once, kept within bounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from opensearchpy import OpenSearch, helpers
from opensearchpy.exceptions import NotFoundError

from clippings.errors import ServiceError
from clippings.ingestion.books import Book, index_of
from clippings.search.queries import hits_of
from clippings.search.requests import Hit
from clippings.settings import OpenSearchSettings
from clippings.standing.saved import MOST_QUERIES, StandingQuery, standing_queries

MOST_KEPT = 1000
"""Matches of one query that are kept, the latest; the search itself finds the others, too."""

CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Match:
    """An article of a feed that matched a standing query when a run first filed it."""

    query: str
    article: str
    feed: str
    run: str


@dataclass(frozen=True, slots=True)
class Found:
    """A match as it is shown: the article as a hit, and when it was found."""

    hit: Hit
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many matches of a query are kept, and when the latest was found."""

    count: int
    latest: datetime


def note_matches(client: OpenSearch, settings: OpenSearchSettings, matches: Sequence[Match]) -> None:
    """Note matches, each under an id of its own: one that is there already stays as it is.

    `found_at` is the real moment, because readers are told of what is new since they looked last.
    """
    found_at = datetime.now(UTC).isoformat()
    actions = (
        {
            "_op_type": "create",
            "_index": index_of(settings, Book.MATCHES),
            "_id": sha256(f"{each.query}\0{each.article}".encode()).hexdigest()[:40],
            "_source": {
                "query": each.query,
                "article": each.article,
                "feed": each.feed,
                "run": each.run,
                "found_at": found_at,
            },
        }
        for each in matches
    )
    for accepted, answer in helpers.streaming_bulk(client, actions, raise_on_error=False, max_retries=5):
        if not accepted and answer["create"]["status"] != CONFLICT:
            raise ServiceError(
                f"OpenSearch refused to note a match of a standing query: {answer}. "
                "Nothing is lost: run the task again once it is mended."
            )


def settle_matches(client: OpenSearch, settings: OpenSearchSettings, run: str) -> dict[str, int]:
    """How many new articles of a run matched, by the name of the query; then only the latest matches are kept.

    Called again it counts the same, but for what was too much to be kept.
    """
    queries = {each.id: each for each in standing_queries(client, settings)}
    if not queries:
        return {}
    index = index_of(settings, Book.MATCHES)
    client.indices.refresh(index=index)
    by_query = {"terms": {"field": "query", "size": 10 * MOST_QUERIES}}
    body = {"size": 0, "query": {"term": {"run": run}}, "aggs": {"queries": by_query}}
    counted = client.search(index=index, body=body)["aggregations"]["queries"]["buckets"]
    for bucket in counted:
        _trim(client, index, bucket["key"])
    found = {queries[bucket["key"]].name: bucket["doc_count"] for bucket in counted if bucket["key"] in queries}
    return dict(sorted(found.items()))


def _trim(client: OpenSearch, index: str, query: str) -> None:
    """Remove the matches of a query that are older than the latest MOST_KEPT; those found at one moment stay or go together."""
    own = {"term": {"query": query}}
    newest_first = [{"found_at": "desc"}]
    last = client.search(index=index, body={"query": own, "sort": newest_first, "from": MOST_KEPT - 1, "size": 1})
    for hit in last["hits"]["hits"]:
        older = {"range": {"found_at": {"lt": hit["_source"]["found_at"]}}}
        body = {"query": {"bool": {"filter": [own, older]}}}
        client.delete_by_query(index=index, body=body, conflicts="proceed", refresh="true")


def tallies(client: OpenSearch, settings: OpenSearchSettings) -> Mapping[str, Tally]:
    """The tally of every query that has matches, by its id."""
    latest = {"latest": {"max": {"field": "found_at"}}}
    aggregation = {"terms": {"field": "query", "size": 10 * MOST_QUERIES}, "aggs": latest}
    answer = _ask(client, settings, {"size": 0, "aggs": {"queries": aggregation}})
    buckets = answer["aggregations"]["queries"]["buckets"] if answer else []
    return {
        bucket["key"]: Tally(bucket["doc_count"], datetime.fromtimestamp(bucket["latest"]["value"] / 1000, UTC))
        for bucket in buckets
    }


def matches_of(
    client: OpenSearch, settings: OpenSearchSettings, query: StandingQuery, *, start: int = 0, size: int = 20
) -> tuple[int, tuple[Found, ...]]:
    """How many matches of a query are kept, and some of them with their articles, those found last first.

    An article that has left the index is passed over. Raises ServiceError.
    """
    body = {
        "query": {"term": {"query": query.id}},
        "sort": [{"found_at": "desc"}, {"article": "asc"}],
        "from": start,
        "size": size,
        "track_total_hits": True,
    }
    answer = _ask(client, settings, body)
    if not answer:
        return 0, ()
    entries = [hit["_source"] for hit in answer["hits"]["hits"]]
    hits = {hit.id: hit for hit in hits_of(client, settings, [entry["article"] for entry in entries])}
    found = tuple(
        Found(hits[entry["article"]], datetime.fromisoformat(entry["found_at"]))
        for entry in entries
        if entry["article"] in hits
    )
    return answer["hits"]["total"]["value"], found


def queries_matched(client: OpenSearch, settings: OpenSearchSettings, article: str) -> tuple[StandingQuery, ...]:
    """The standing queries that an article matched when it was first filed, by name."""
    answer = _ask(client, settings, {"query": {"term": {"article": article}}, "size": MOST_QUERIES})
    ids = {hit["_source"]["query"] for hit in answer["hits"]["hits"]} if answer else set()
    return tuple(each for each in standing_queries(client, settings) if each.id in ids) if ids else ()


def _ask(client: OpenSearch, settings: OpenSearchSettings, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """An answer of the book of matches; None where there is no such book yet."""
    try:
        answer: Mapping[str, Any] = client.search(index=index_of(settings, Book.MATCHES), body=body)
    except NotFoundError:
        return None
    return answer
