"""Bringing one index to what another holds, while that one is written to: passes that can be repeated and killed.

What has changed is found by sequence numbers: an index of one shard gives every write the next one. How the races end
is written down in docs/adr/0009-rebuilding.md.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from opensearchpy import OpenSearch, helpers

from clippings.errors import ServiceError

Document = dict[str, Any]

PAGE = 500
"""Documents read at once."""

KEPT_OPEN = "2m"
"""So long OpenSearch waits for the next page of a scroll; a killed process leaves its scroll open for that long."""

CHUNK_BYTES = 8 * 1024 * 1024
"""Of one bulk request."""

NAMED = 20
"""Refused documents that a message names; the error holds them all."""

MOST_REFUSED = 1000
"""After so many the pass ends: it is the mapping, not the document."""

CONFLICT, NOT_FOUND, REFUSED = 409, 404, 400


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that the new mapping does not take."""

    id: str
    reason: str


class RefusedError(ServiceError):
    """The index to be filled refuses documents. `refusals` holds them, with the reasons."""

    def __init__(self, target: str, refusals: tuple[Refusal, ...]) -> None:
        self.refusals = refusals
        named = "; ".join(f"{each.id}: {each.reason}" for each in refusals[:NAMED])
        more = f"; and {len(refusals) - NAMED} more" if len(refusals) > NAMED else ""
        least = "at least " if len(refusals) >= MOST_REFUSED else ""
        super().__init__(
            f"{target} refuses {least}{len(refusals)} documents, so it was not put into use: {named}{more}. "
            "Searches and ingestion go on with the index they have. Mend the mapping, then start again."
        )


@dataclass(frozen=True, slots=True)
class Position:
    """How far an index has come. Every write up to sequence number `processed` is done; `assigned` is the last given."""

    processed: int
    assigned: int
    busy: int


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass: all that was written to the source up to sequence number `reached` is in the target."""

    reached: int
    written: int


def position(client: OpenSearch, index: str) -> Position:
    """How far the index has come. Raises ServiceError where it has more than one shard."""
    shards = client.indices.stats(index=index, params={"level": "shards"})["indices"][index]["shards"]
    if len(shards) != 1:
        raise ServiceError(
            f"{index} has {len(shards)} shards; it can be rebuilt while in use only with one, "
            "because changes are told apart by sequence numbers, of which each shard has its own."
        )
    primary = next((copy for copy in shards["0"] if copy["routing"]["primary"]), None)
    if primary is None or "seq_no" not in primary:
        raise ServiceError(f"The shard of {index} is not started: see that the cluster is well, then start again.")
    numbers = primary["seq_no"]
    return Position(numbers["local_checkpoint"], numbers["max_seq_no"], primary["indexing"]["index_current"])


def count(client: OpenSearch, index: str) -> int:
    """Documents in the index, those just written among them."""
    client.indices.refresh(index=index)
    return int(client.count(index=index)["count"])


def copy_changed(
    client: OpenSearch, source: str, target: str, *, after: int, guard: Callable[[], None] = lambda: None
) -> Pass:
    """Copy what was written to the source after sequence number `after` (-1: everything) into a target of our own.

    The sequence number, plus one, is the external version: of two writes of one document the later one stays, in
    whatever order, and however often, they arrive. `guard` is called at each page and may raise.

    Raises RefusedError with the documents that the target does not take; all others are copied then.
    """
    reached = position(client, source).processed
    client.indices.refresh(index=source)

    def actions() -> Generator[Document, None, None]:
        for page in _pages(_changed(client, source, after)):
            guard()
            for hit in page:
                yield {
                    "_op_type": "index",
                    "_index": target,
                    "_id": hit["_id"],
                    "version": hit["_seq_no"] + 1,
                    "version_type": "external",
                    "_source": hit["_source"],
                }

    return Pass(reached, _send(client, target, actions()))


def carry_changed(client: OpenSearch, source: str, target: str, *, after: int, until: int | None = None) -> Pass:
    """The same for a target with versions of its own: a document is written where its content differs.

    What was written to the target after its sequence number `until` is newer and left alone. Raises RefusedError.
    """
    reached = position(client, source).processed
    client.indices.refresh(index=source)

    def actions() -> Generator[Document, None, None]:
        for page in _pages(_changed(client, source, after)):
            held = _held(client, target, [hit["_id"] for hit in page], contents=True)
            for hit in page:
                there = held.get(hit["_id"])
                action = {"_index": target, "_id": hit["_id"], "_source": hit["_source"]}
                if there is None:
                    yield {**action, "_op_type": "create"}
                elif there["_source"] != hit["_source"] and (until is None or there["_seq_no"] <= until):
                    yield {**action, "_op_type": "index", **_only_if(there)}

    return Pass(reached, _send(client, target, actions()))


def drop_gone(client: OpenSearch, source: str, target: str, *, until: int | None = None) -> int:
    """Take out of the target what the source no longer holds. Returns how many left.

    A document written to the target meanwhile, or after its sequence number `until`, stays.
    """
    client.indices.refresh(index=target)
    query = {"query": {"match_all": {}}, "_source": False, "seq_no_primary_term": True}

    def actions() -> Generator[Document, None, None]:
        for page in _pages(helpers.scan(client, query=query, index=target, size=PAGE, scroll=KEPT_OPEN)):
            held = _held(client, source, [hit["_id"] for hit in page], contents=False)
            for hit in page:
                if hit["_id"] not in held and (until is None or hit["_seq_no"] <= until):
                    yield {"_op_type": "delete", "_index": target, "_id": hit["_id"], **_only_if(hit)}

    return _send(client, target, actions())


def compare(client: OpenSearch, source: str, target: str, *, sample: int = 300, seed: int = 0) -> int:
    """Hold the target to the source: as many documents, and those of a random sample alike to the last field.

    Returns how many were compared. Raises ServiceError with the ids that differ.
    """
    held, copied = count(client, source), count(client, target)
    if held != copied:
        raise ServiceError(
            f"{target} holds {copied:,} documents and {source} {held:,}: not put into use. Start the rebuild again."
        )
    drawn = {"random_score": {"seed": seed, "field": "_seq_no"}, "query": {"match_all": {}}}
    hits = client.search(index=source, body={"size": sample, "query": {"function_score": drawn}})["hits"]["hits"]
    there = _held(client, target, [hit["_id"] for hit in hits], contents=True)
    wrong = [hit["_id"] for hit in hits if there.get(hit["_id"], {}).get("_source") != hit["_source"]]
    if wrong:
        raise ServiceError(
            f"{len(wrong)} of {len(hits)} documents compared differ between {source} and {target}, "
            f"which was not put into use: {', '.join(wrong[:NAMED])}. Start the rebuild again."
        )
    return len(hits)


def _changed(client: OpenSearch, source: str, after: int) -> Iterator[Document]:
    """Documents whose last write came after a sequence number, with that number."""
    query = {"query": {"range": {"_seq_no": {"gt": after}}}, "seq_no_primary_term": True}
    hits: Iterator[Document] = helpers.scan(client, query=query, index=source, size=PAGE, scroll=KEPT_OPEN)
    return hits


def _pages(hits: Iterable[Document]) -> Iterator[list[Document]]:
    each = iter(hits)
    while page := list(islice(each, PAGE)):
        yield page


def _held(client: OpenSearch, index: str, ids: list[str], *, contents: bool) -> dict[str, Document]:
    """What the index holds under these ids at this moment, refreshed or not."""
    if not ids:
        return {}
    answer = client.mget(body={"ids": ids}, index=index, params={"_source": "true" if contents else "false"})
    return {each["_id"]: each for each in answer["docs"] if each.get("found")}


def _only_if(hit: Document) -> dict[str, int]:
    """Write only where the index still holds what was seen there."""
    return {"if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}


def _send(client: OpenSearch, target: str, actions: Generator[Document, None, None]) -> int:
    """Send bulk actions. Returns how many changed something; raises RefusedError, or ServiceError for other failures.

    A conflict means that the target holds something newer, a deletion that finds nothing that it is done.
    """
    written, refusals = 0, list[Refusal]()
    with closing(actions):
        for accepted, item in helpers.streaming_bulk(
            client, actions, chunk_size=PAGE, max_chunk_bytes=CHUNK_BYTES, raise_on_error=False, max_retries=5
        ):
            ((kind, answer),) = item.items()
            status = answer["status"]
            if accepted:
                written += 1
            elif status == REFUSED:
                refusals.append(Refusal(answer["_id"], _reason(answer["error"])))
                if len(refusals) >= MOST_REFUSED:
                    break
            elif status != CONFLICT and not (kind == "delete" and status == NOT_FOUND):
                raise ServiceError(
                    f"{target} could not take {answer['_id']} ({status}, {_reason(answer.get('error'))}): "
                    "see that OpenSearch is well, then start again; what is done is not done twice."
                )
    if refusals:
        raise RefusedError(target, tuple(refusals))
    return written


def _reason(error: object) -> str:
    """An error of one bulk action with its causes, in a line."""
    reasons = []
    while isinstance(error, dict):
        reasons.append(str(error.get("reason", "")))
        error = error.get("caused_by")
    return ": ".join(dict.fromkeys(filter(None, reasons))) or str(error)
