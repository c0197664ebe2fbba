"""The indices in which the books are kept beside the articles: files, runs and quarantine."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from opensearchpy import OpenSearch, RequestError
from opensearchpy.exceptions import NotFoundError

from clippings.errors import ServiceError
from clippings.search.bulk import send_actions
from clippings.search.client import UnavailableError, error_reason
from clippings.search.scanning import scan_hits
from clippings.settings import OpenSearchSettings

Document = dict[str, Any]


WRITTEN = frozenset({200, 201})
GONE, MOVED_ON = 404, 409


class Book(StrEnum):
    """One index of the books each."""

    FILES = "clippings-files"
    RUNS = "clippings-runs"
    QUARANTINE = "clippings-quarantine"


def _keywords(*names: str) -> Document:
    return {name: {"type": "keyword", "ignore_above": 8191} for name in names}


def _numbers(*names: str) -> Document:
    return {name: {"type": "long"} for name in names}


def _dates(*names: str) -> Document:
    return {name: {"type": "date", "format": "strict_date_optional_time"} for name in names}


_UNSEARCHED: Document = {"type": "object", "enabled": False}

_MAPPINGS: dict[Book, Document] = {
    Book.FILES: {
        **_keywords("feed", "path", "etag", "format", "pipeline_version", "filed_version", "last_run"),
        **_numbers("size", "records", "undated", "rejected"),
        **_dates("modified", "days"),
    },
    Book.RUNS: {
        **_keywords("kind", "run", "feed", "path", "format", "run_kind", "source", "reprocess"),
        **_numbers("batch", "start", "end", "files", "read", "indexed", "unchanged", "duplicate", "quarantined"),
        **_numbers("elsewhere", "in_scope", "undated", "removed", "size"),
        **_dates("at", "days", "modified", "interval_start", "interval_end"),
        **_keywords("etag", "pipeline_version"),
        "balanced": {"type": "boolean"},
        "vanished": {"type": "boolean"},
        "reasons": _UNSEARCHED,
        "items": _UNSEARCHED,
        "ids": {"type": "binary"},
        "message": {"type": "text"},
    },
    Book.QUARANTINE: {
        **_keywords("feed", "path", "stage", "reason", "pipeline_version", "content_type", "record", "name"),
        **_keywords("last_run", "runs"),
        **_numbers("position", "tries", "size"),
        **_dates("first_seen", "last_seen"),
        "message": {"type": "text"},
        "raw": {"type": "binary"},
        "given": _UNSEARCHED,
    },
}


def field_mappings(book: Book) -> Document:
    """The `properties` of a book's mapping."""
    return _MAPPINGS[book]


def index_of(settings: OpenSearchSettings, book: Book) -> str:
    """The name of a book's index on this cluster."""
    return settings.index_prefix + book.value


def ensure_books(client: OpenSearch, settings: OpenSearchSettings) -> None:
    """Create the books that do not exist yet; safe when two processes do it at once."""
    for book, properties in _MAPPINGS.items():
        body = {
            "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}},
            "mappings": {"dynamic": "strict", "properties": properties},
        }
        name = index_of(settings, book)
        if client.indices.exists(index=name):
            continue
        try:
            client.indices.create(index=name, body=body)
        except RequestError as error:
            if error.error != "resource_already_exists_exception":
                raise


def write(client: OpenSearch, settings: OpenSearchSettings, book: Book, actions: Iterable[Document]) -> int:
    """Write bulk actions (without `_index`) to a book and make them visible. Returns how many.

    Raises ServiceError where one is refused: the books must be whole, or the run has to fail.
    """
    written = 0
    index = index_of(settings, book)
    addressed = ({**action, "_index": index} for action in actions)
    for status, answer in send_actions(client, addressed):
        # What was to be deleted may be gone, or (where its version was named) another by now: then it stays.
        gone = status == GONE and "error" not in answer
        if status not in WRITTEN and not gone and status != MOVED_ON:
            raise ServiceError(
                f"OpenSearch refused an entry of {index}: {status}, {error_reason(answer)}. "
                "Nothing is lost: run the task again once it is mended."
            )
        written += 1
    if written:
        client.indices.refresh(index=index)
    return written


def read_many(client: OpenSearch, settings: OpenSearchSettings, book: Book, ids: list[str]) -> dict[str, Document]:
    """The entries with these ids, by id; those that do not exist are left out.

    Raises UnavailableError where OpenSearch cannot tell whether one exists.
    """
    if not ids:
        return {}
    found = {}
    for entry in client.mget(index=index_of(settings, book), body={"ids": ids})["docs"]:
        if "error" in entry:
            raise UnavailableError(
                f"OpenSearch cannot read {index_of(settings, book)}: {error_reason(entry)}. Run again."
            )
        if entry["found"]:
            found[entry["_id"]] = entry["_source"]
    return found


def read_one(client: OpenSearch, settings: OpenSearchSettings, book: Book, entry: str) -> Document | None:
    """The entry with this id, or None."""
    try:
        found: Document = client.get(index=index_of(settings, book), id=entry)["_source"]
    except NotFoundError:
        return None
    return found


def scan(
    client: OpenSearch, settings: OpenSearchSettings, book: Book, query: Document, *, fields: list[str] | None = None
) -> Iterator[tuple[str, Document]]:
    """Every entry that fits the query, as (id, entry), a thousand at a time."""
    body: Document = {"query": query}
    if fields is not None:
        body["_source"] = fields
    for hit in scan_hits(client, index_of(settings, book), body):
        yield hit["_id"], hit["_source"]
