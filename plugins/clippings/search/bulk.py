"""Bulk actions of any kind, each sent again until it is taken or refused. (Articles have `indexing`, which does more.)"""

import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from opensearchpy import OpenSearch, helpers
from opensearchpy.exceptions import TransportError

from clippings.errors import ServiceError
from clippings.search.client import TEMPORARY, Patience, UnavailableError, error_reason, is_blocked

Action = dict[str, Any]

PATIENCE = Patience(total=120.0)
"""As long as articles are waited for."""
ACTIONS_AT_ONCE = 500
REQUEST_BYTES = 8 * 2**20
"""Bytes of one request; a plan of a million files has entries of more than a megabyte each."""

PASSING = TEMPORARY | {500}
"""Statuses of an action that may be another the next time: the node is too busy, or its shard not there yet."""


def send_actions(
    client: OpenSearch, actions: Iterable[Action], *, patience: Patience | None = None
) -> Iterator[tuple[int, Action]]:
    """Send actions as `opensearchpy.helpers` takes them, in order. Yields for each the HTTP status and the answer.

    Lazy, and each has to be such that doing it twice does no harm. Raises ServiceError where the whole request is
    refused, UnavailableError where OpenSearch takes nothing for as long as `patience` (two minutes) lasts.
    """
    patience = patience or PATIENCE
    remaining = iter(actions)
    while group := list(islice(remaining, ACTIONS_AT_ONCE)):
        answers: dict[int, tuple[int, Action]] = {}
        waits = patience.waits()
        while missing := [number for number in range(len(group)) if number not in answers]:
            reason = ""
            for number, (status, answer) in _answers(client, group, missing):
                if status in PASSING and not is_blocked(status, answer):
                    reason = error_reason(answer)
                else:
                    answers[number] = (status, answer)
                    waits = patience.waits()  # some went through
            if reason:
                _wait(waits, patience, reason)
        yield from (answers[number] for number in range(len(group)))


def _answers(client: OpenSearch, group: list[Action], numbers: list[int]) -> Iterator[tuple[int, tuple[int, Action]]]:
    """Send some of the actions once: the number of each with what was answered."""
    sent = helpers.streaming_bulk(
        client,
        # The library empties what it is given.
        (dict(group[number]) for number in numbers),
        raise_on_error=False,
        max_chunk_bytes=REQUEST_BYTES,
    )
    for place, number in enumerate(numbers):
        try:
            _, answer = next(sent)
        except UnavailableError as error:
            yield from ((one, (503, {"error": {"reason": str(error)}})) for one in numbers[place:])
            return
        except TransportError as error:
            raise ServiceError(
                f"OpenSearch refused a bulk ({error.status_code}): {error_reason(error.info)}."
            ) from error
        ((kind, result),) = answer.items()
        status = int(result["status"])
        # An update reads what it changes, and somebody else may have written it in between.
        yield number, (503 if (kind, status) == ("update", 409) else status, result)


def _wait(waits: Iterator[float], patience: Patience, reason: str) -> None:
    wait = next(waits, None)
    if wait is None:
        raise UnavailableError(
            f"OpenSearch took no writes for {patience.total:.0f} seconds ({reason}): see that it runs and has room, "
            "then run again; nothing is written twice."
        )
    time.sleep(wait)
