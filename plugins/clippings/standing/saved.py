"""Searches saved under a name: kept in a book of their own, and seen by everyone who is logged in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConflictError, NotFoundError, TransportError

from clippings.errors import ClippingsError
from clippings.ingestion.books import Book, ensure_books, index_of
from clippings.search.aliases import read_alias, searching
from clippings.search.requests import SearchRequest
from clippings.settings import OpenSearchSettings
from clippings.standing.asking import MOST_TERMS, asks_for_something, number_of_terms, of_the_archive

MOST_QUERIES = 500
"""Standing queries of one archive."""

LONGEST_NAME = 100

TOO_LONG = "too many nested clauses"
"""What OpenSearch says of a query with more than 1,024 clauses."""

_FACETS = ("sources", "languages", "feeds", "years", "months", "precisions")


class StandingError(ClippingsError):
    """A standing query that cannot be saved or found; the message says what to do."""


@dataclass(frozen=True, slots=True)
class StandingQuery:
    """A search saved under a name. It never changes: another search is another standing query."""

    id: str
    name: str
    request: SearchRequest
    saved_by: str
    saved_at: datetime


def save(
    client: OpenSearch, settings: OpenSearchSettings, name: str, request: SearchRequest, saved_by: str
) -> StandingQuery:
    """Save a search with its words, facets and dates; its order and page are left out.

    Articles that are filed from now on are held to it. Raises StandingError where it asks for nothing or too much, or
    where the name is taken.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise StandingError(f"A standing query needs a name of at most {LONGEST_NAME} characters.")
    ensure_books(client, settings)
    in_archive(client, settings, request)
    if len(standing_queries(client, settings)) >= MOST_QUERIES:
        raise StandingError(f"There are {MOST_QUERIES} standing queries, and no room for more: remove one first.")
    own = SearchRequest()
    request = replace(request, sort=own.sort, page=own.page, size=own.size, every_copy=own.every_copy)
    query = StandingQuery(token_hex(8), name, request, saved_by, datetime.now(UTC).replace(microsecond=0))
    entry = {
        "id": query.id,
        "name": name,
        "saved_by": saved_by,
        "saved_at": query.saved_at.isoformat(),
        "request": _written(request),
    }
    try:
        client.index(
            index=index_of(settings, Book.STANDING), id=_key(name), body=entry, op_type="create", refresh="true"
        )
    except ConflictError as error:
        raise StandingError(f"There is a standing query “{name}” already: choose another name.") from error
    return query


def in_archive(client: OpenSearch, settings: OpenSearchSettings, request: SearchRequest) -> int:
    """How many articles in the archive match a search as a standing query would. Raises StandingError, ServiceError."""
    if not asks_for_something(request):
        raise StandingError("This search asks for nothing: it would match every article. Narrow it first.")
    if number_of_terms(request) > MOST_TERMS:
        raise StandingError(f"A standing query takes at most {MOST_TERMS} words and phrases: leave some out.")
    with searching(settings):
        try:
            return int(client.count(index=read_alias(settings), body={"query": of_the_archive(request)})["count"])
        except TransportError as error:
            if TOO_LONG in str(error.info):
                raise StandingError(
                    "This search is too long to be watched: use fewer words, put them in quotes, or choose a language."
                ) from error
            raise


def standing_queries(client: OpenSearch, settings: OpenSearchSettings) -> tuple[StandingQuery, ...]:
    """All standing queries, by name."""
    try:
        answer = client.search(
            index=index_of(settings, Book.STANDING), body={"size": MOST_QUERIES, "sort": [{"name": "asc"}]}
        )
    except NotFoundError:
        return ()
    queries = (_read(hit["_source"]) for hit in answer["hits"]["hits"])
    return tuple(sorted(queries, key=lambda each: (each.name.casefold(), each.name)))


def find(client: OpenSearch, settings: OpenSearchSettings, id: str) -> StandingQuery | None:
    """The standing query with this id, or None."""
    return next((each for each in standing_queries(client, settings) if each.id == id), None)


def named(client: OpenSearch, settings: OpenSearchSettings, name: str) -> StandingQuery:
    """The standing query with this name, in any case. Raises StandingError where there is none."""
    wanted = " ".join(name.split()).casefold()
    for each in standing_queries(client, settings):
        if each.name.casefold() == wanted:
            return each
    raise StandingError(f"There is no standing query “{name}”: `./clippings standing list` lists those there are.")


def remove(client: OpenSearch, settings: OpenSearchSettings, query: StandingQuery) -> None:
    """Remove a standing query and its matches; the articles stay. One that is gone already is no failure."""
    client.delete(index=index_of(settings, Book.STANDING), id=_key(query.name), refresh="true", ignore=[404])
    client.delete_by_query(
        index=index_of(settings, Book.MATCHES),
        body={"query": {"term": {"query": query.id}}},
        conflicts="proceed",
        refresh="true",
        ignore=[404],
    )


def _key(name: str) -> str:
    """The id of a query's entry: so two of one name cannot be saved, not even at once."""
    return sha256(name.casefold().encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _written(request: SearchRequest) -> dict[str, Any]:
    days = {"date_from": request.date_from, "date_to": request.date_to}
    return {
        "text": request.text,
        **{name: list(getattr(request, name)) for name in _FACETS if getattr(request, name)},
        **{name: day.isoformat() for name, day in days.items() if day},
    }


def _read(entry: Mapping[str, Any]) -> StandingQuery:
    kept = entry["request"]
    narrowed: dict[str, Any] = {name: tuple(kept[name]) for name in _FACETS if name in kept}
    narrowed |= {name: date.fromisoformat(kept[name]) for name in ("date_from", "date_to") if name in kept}
    request = SearchRequest(text=kept["text"], **narrowed)
    saved_at = datetime.fromisoformat(entry["saved_at"])
    return StandingQuery(entry["id"], entry["name"], request, entry["saved_by"], saved_at)
