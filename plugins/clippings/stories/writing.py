"""Writing fields of stories into articles that ingestion and rebuilds may write at the same moment.

An article is written back whole, and only where the index still holds what was read: so a rebuild that is exchanging
the index puts these writes off as it does those of ingestion, and an article filed anew meanwhile is left as it is.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import TransportError

from clippings.errors import ServiceError
from clippings.search.aliases import write_alias
from clippings.search.client import TEMPORARY, Patience, error_reason
from clippings.settings import OpenSearchSettings
from clippings.stories.turn import Renew

AT_ONCE = 500
AT_ONCE_BYTES = 8 * 1024 * 1024
"""Articles, and bytes of them, in a request."""

WAITING = Patience(total=120.0)
"""So long a temporary answer is waited out: a rebuild puts writers off for about a second."""

CONFLICT, HANDED_OVER = 409, 500
"""The index holds something else by now; a rebuild is about to exchange the index."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """An article as it was read, and as it is to be; what the index must still hold."""

    id: str
    read: Document
    wanted: Document
    seq_no: int
    primary_term: int

    @classmethod
    def of(cls, hit: Mapping[str, Any], fields: Mapping[str, object]) -> "Change":
        """The change that gives these fields to an article; those that are None are taken from it."""
        wanted = {name: value for name, value in {**hit["_source"], **fields}.items() if value is not None}
        return cls(hit["_id"], hit["_source"], wanted, hit["_seq_no"], hit["_primary_term"])

    @property
    def lines(self) -> bytes:
        """Its two lines of a bulk request."""
        action = {"index": {"_id": self.id, "if_seq_no": self.seq_no, "if_primary_term": self.primary_term}}
        return f"{json.dumps(action)}\n{json.dumps(self.wanted, ensure_ascii=False)}\n".encode()


def write(client: OpenSearch, settings: OpenSearchSettings, changes: Iterable[Change], renew: Renew) -> frozenset[str]:
    """Write changes; the ids of those that are done. Articles that others have changed or removed meanwhile are not.

    `renew` is called before each request and may raise. Raises ServiceError where going on makes no sense.
    """
    done: set[str] = set()
    for batch in _batches(changes):
        waits = WAITING.waits()
        left = batch
        while left:
            renew()
            again, conflicts, reason = _send(client, settings, left, done)
            left = again + _still_wanted(client, settings, conflicts, done)
            if again:
                wait = next(waits, None)
                if wait is None:
                    raise ServiceError(
                        f"OpenSearch at {settings.url} took no writes for {WAITING.total:.0f} seconds ({reason}): "
                        "see that it runs and has room, then group again; what is done is not done twice."
                    )
                time.sleep(wait)
    return frozenset(done)


def _batches(changes: Iterable[Change]) -> Iterator[list[Change]]:
    batch: list[Change] = []
    size = 0
    for change in changes:
        # Characters of the text outweigh the rest; what is counted here need only be about right.
        own = sum(len(value) for value in change.wanted.values() if isinstance(value, str))
        if batch and (len(batch) >= AT_ONCE or size + own > AT_ONCE_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(change)
        size += own
    if batch:
        yield batch


def _send(
    client: OpenSearch, settings: OpenSearchSettings, changes: list[Change], done: set[str]
) -> tuple[list[Change], list[Change], str]:
    """Send changes once. What is to be sent again, what met something else in the index, and why not, in words."""
    try:
        answer = client.bulk(
            body=b"".join(change.lines for change in changes),
            index=write_alias(settings),
            params={"require_alias": "true", "filter_path": "items.*.status,items.*.error"},
        )
    except TransportError as error:
        raise ServiceError(f"OpenSearch at {settings.url} takes no stories: {error_reason(error.info)}.") from error
    again, conflicts, reason = list[Change](), list[Change](), ""
    for change, item in zip(changes, answer["items"], strict=True):
        (result,) = item.values()
        status = result["status"]
        if status in {200, 201}:
            done.add(change.id)
        elif status == CONFLICT:
            conflicts.append(change)
        elif status == HANDED_OVER or status in TEMPORARY:
            again.append(change)
            reason = f"{status}, {error_reason(result)}"
        else:
            raise ServiceError(f"{change.id} cannot get its story ({status}): {error_reason(result)}.")
    return again, conflicts, reason


def _still_wanted(
    client: OpenSearch, settings: OpenSearchSettings, conflicts: list[Change], done: set[str]
) -> list[Change]:
    """Changes to articles that are what they were, under another number: the index was exchanged meanwhile."""
    if not conflicts:
        return []
    answer = client.mget(body={"ids": [change.id for change in conflicts]}, index=write_alias(settings))
    wanted = []
    for change, there in zip(conflicts, answer["docs"], strict=True):
        if not there.get("found"):
            continue
        if there["_source"] == change.wanted:
            done.add(change.id)
        elif there["_source"] == change.read:
            wanted.append(replace(change, seq_no=there["_seq_no"], primary_term=there["_primary_term"]))
    return wanted
