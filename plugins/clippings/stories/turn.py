"""One at a time: a turn that a process takes in the cluster, and that passes on when the process is killed.

No two clocks are compared. Who waits looks whether the holder has said anything since the last look; one that says
nothing for `SILENCE` seconds is taken to be gone, and finds out, when it speaks up again, that its turn is over.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConflictError, NotFoundError, RequestError

from clippings.errors import ServiceError
from clippings.search.aliases import ALREADY_THERE
from clippings.settings import OpenSearchSettings

SILENCE = 60.0
"""Seconds. A holder renews its turn before each request, and no request takes nearly so long."""

BETWEEN_LOOKS = 0.5
RENEWED_EVERY = 2.0
"""Seconds; more often, renewing does nothing."""

Renew = Callable[[], None]
Answer = dict[str, Any]


def turns_index(settings: OpenSearchSettings) -> str:
    """Where turns are written down: a document for each thing that is done one at a time."""
    return f"{settings.index_prefix}clippings-turns"


@contextmanager
def turn(
    client: OpenSearch, settings: OpenSearchSettings, name: str, *, patience: float = 600.0, silence: float = SILENCE
) -> Iterator[Renew]:
    """Inside it, nobody else has the turn of this name. Call what it yields before each write.

    That raises ServiceError where the turn has passed on, because this process was silent for too long. Waits up to
    `patience` seconds; raises ServiceError where another process still goes on then.
    """
    index = turns_index(settings)
    _ensure(client, index)
    held = _take(client, index, name, patience, silence)
    renewed = time.monotonic()

    def renew() -> None:
        nonlocal held, renewed
        if time.monotonic() - renewed < RENEWED_EVERY:
            return
        try:
            held = client.index(index=index, id=name, body={}, params=_only_if(held))
        except (ConflictError, NotFoundError) as error:
            raise ServiceError(
                f"This run was silent for so long that another took its turn ({name}) over: it ends here, "
                "and the other does what is left."
            ) from error
        renewed = time.monotonic()

    try:
        yield renew
    finally:
        with suppress(ConflictError, NotFoundError):  # it has passed on
            client.delete(index=index, id=name, params=_only_if(held))


def _ensure(client: OpenSearch, index: str) -> None:
    body = {
        "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}},
        "mappings": {"dynamic": "strict", "properties": {}},
    }
    if client.indices.exists(index=index):
        return
    try:
        client.indices.create(index=index, body=body)
    except RequestError as error:
        if error.error != ALREADY_THERE:
            raise


def _take(client: OpenSearch, index: str, name: str, patience: float, silence: float) -> Answer:
    """The answer to the write that took the turn."""
    began = heard = time.monotonic()
    last: Answer | None = None
    while True:
        if last is None or time.monotonic() - heard > silence:
            condition = {"op_type": "create"} if last is None else _only_if(last)
            with suppress(ConflictError):  # somebody else was quicker
                taken: Answer = client.index(index=index, id=name, body={}, params=condition)
                return taken
        found = client.get(index=index, id=name, params={"_source": "false"}, ignore=[404])
        now = found if found.get("found") else None
        if now is None or last is None or now["_seq_no"] != last["_seq_no"]:
            heard = time.monotonic()
        last = now
        if time.monotonic() - began > patience:
            raise ServiceError(
                f"Another process has been at it ({name}) for {patience:.0f} seconds, and goes on: "
                "start again when it is done. What it leaves is taken up then."
            )
        if last is not None:
            time.sleep(BETWEEN_LOOKS)


def _only_if(seen: Answer) -> dict[str, int]:
    return {"if_seq_no": seen["_seq_no"], "if_primary_term": seen["_primary_term"]}
