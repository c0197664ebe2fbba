"""The indices in which the books are kept beside the articles: files, runs, quarantine, standing queries and their matches."""

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
    STANDING = "clippings-standing"
    MATCHES = "clippings-matches"


def _keywords(*names: str) -> Document:
    return {name: {"type": "keyword", "ignore_above": 8191} for name in names}


def _numbers(*names: str) -> Document:
    return {name: {"type": "long"} for name in names}


def _dates(*names: str) -> Document:
    return {name: {"type": "date", "format": "strict_date_optional_time"} for name in names}


_UNSEARCHED: Document = {"type": "object", "enabled": False}

_MAPPINGS: dict[Book, Document] = {
    # One entry a file of a feed: `catalogue.FileEntry`.
    Book.FILES: {
        **_keywords("feed", "path", "etag", "content_hash", "format", "pipeline_version", "filed_version", "last_run"),
        **_numbers("size", "records", "undated", "rejected"),
        **_dates("modified", "days", "observed"),
    },
    # Four kinds of entries, told by `kind`:
    #   run    one a run, its report (`reports.RunReport`): the counts of the law, whether it balanced, its message
    #   item   one a run and file, or range of a file (`reports.ItemReport`): the same counts, by file
    #   start  one a run, written when it begins (`progress`): what was planned, and when
    #   plan   one a run and batch (`planning`): which files the batch reads
    # `at` is the moment a run was due; `began`, `ended` and `reported` are of the clock, and tell how fast it went.
    Book.RUNS: {
        **_keywords("kind", "run", "feed", "path", "format", "run_kind", "source", "reprocess"),
        **_numbers("batch", "batches", "start", "end", "files", "read", "indexed", "unchanged", "duplicate"),
        **_numbers("quarantined", "elsewhere", "in_scope", "undated", "removed", "size", "balance"),
        **_dates("at", "days", "modified", "interval_start", "interval_end", "began", "ended", "reported"),
        **_keywords("etag", "pipeline_version", "content_hash"),
        "balanced": {"type": "boolean"},
        "rate": {"type": "float"},
        "vanished": {"type": "boolean"},
        "reasons": _UNSEARCHED,
        "items": _UNSEARCHED,
        "ids": {"type": "binary"},
        "message": {"type": "text"},
    },
    # One entry a record that could not be filed (`quarantine.Entry`). `size` is the record's, in bytes; `raw` holds the
    # first 64 KiB of it.
    Book.QUARANTINE: {
        **_keywords(
            "feed", "path", "stage", "reason", "pipeline_version", "content_type", "encoding", "record", "name"
        ),
        **_keywords("last_run", "runs"),
        **_numbers("position", "tries", "size"),
        **_dates("first_seen", "last_seen"),
        "message": {"type": "text"},
        "raw": {"type": "binary"},
        "given": _UNSEARCHED,
    },
    Book.STANDING: {**_keywords("id", "name", "saved_by"), **_dates("saved_at"), "request": _UNSEARCHED},
    Book.MATCHES: {**_keywords("query", "article", "feed", "run"), **_dates("found_at")},
}


def field_mappings(book: Book) -> Document:
    """The `properties` of a book's mapping."""
    return _MAPPINGS[book]


def index_of(settings: OpenSearchSettings, book: Book) -> str:
    """The name of a book's index on this cluster."""
    return settings.index_prefix + book.value


def ensure_books(client: OpenSearch, settings: OpenSearchSettings) -> None:
    """Create the books that do not exist yet, and add to older ones the fields that they lack; safe when two processes
    do it at once."""
    for book, properties in _MAPPINGS.items():
        body = {
            "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}},
            "mappings": {"dynamic": "strict", "properties": properties},
        }
        name = index_of(settings, book)
        if client.indices.exists(index=name):
            held = client.indices.get_mapping(index=name)[name]["mappings"].get("properties", {})
            if lacking := {field: properties[field] for field in properties if field not in held}:
                client.indices.put_mapping(index=name, body={"properties": lacking})
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
        # What was to be deleted may be gone, or (where its version was named) another by now; what was to be made only
        # where nothing is may be there. Then it stays as it is.
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


def scan_sorted(
    client: OpenSearch, settings: OpenSearchSettings, book: Book, query: Document, *, by: str, size: int = 1000
) -> Iterator[Document]:
    """Every entry that fits the query, sorted by a keyword field of which no two have the same value.

    Keywords are sorted by their bytes in UTF-8, which is the order of Python's texts (by code point).
    """
    body: Document = {"query": query, "size": size, "sort": [{by: "asc"}]}
    while True:
        hits = client.search(index=index_of(settings, book), body=body)["hits"]["hits"]
        yield from (hit["_source"] for hit in hits)
        if len(hits) < size:
            return
        body["search_after"] = hits[-1]["sort"]
