"""Rebuilding the index while it is searched and written to: a new version from today's mapping, filled and exchanged.

Every step can be repeated and killed anywhere. What state a rebuild is in stands in the cluster, in two more aliases
and the new index's `_meta`; why it is sound is in docs/adr/0009-rebuilding.md.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import RequestError

from clippings.errors import ServiceError
from clippings.search.aliases import (
    ALREADY_THERE,
    behind,
    missing_index,
    put_template,
    read_alias,
    versioned_index,
    versions,
    write_alias,
)
from clippings.search.copying import (
    Pass,
    carry_changed,
    compare,
    copy_changed,
    count,
    drop_gone,
    position,
)
from clippings.search.mapping import index_body
from clippings.settings import OpenSearchSettings

Report = Callable[[str], None]

LITTLE = 500
"""Documents left over by a pass that make it worth handing over: what comes in that time is copied in a moment."""

MOST_PASSES = 30
"""Passes over what changed meanwhile; after them it is handed over however much there is left."""

QUIET_SECONDS = 0.25
"""An index without a write for so long, and none under way, is at rest."""

REST_SECONDS = 10.0
"""So long an index is given to come to rest; what still comes is carried over after the exchange."""

CLOSING_SECONDS = 60.0
"""So long searches that began before the exchange may take to end before their index is removed."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What an exchange did. `compared`: documents whose contents were held side by side."""

    index: str
    former: str
    documents: int
    compared: int


def rebuilding_alias(settings: OpenSearchSettings) -> str:
    """Stands for the index that is being filled."""
    return f"{settings.index_prefix}articles-rebuilding"


def previous_alias(settings: OpenSearchSettings) -> str:
    """Stands for the index that a rollback goes back to."""
    return f"{settings.index_prefix}articles-previous"


def unsettled_alias(settings: OpenSearchSettings) -> str:
    """Stands, right after an exchange, for the former index until its last writes are seen to be carried over."""
    return f"{settings.index_prefix}articles-unsettled"


def pausing_pipeline(settings: OpenSearchSettings) -> str:
    """The ingest pipeline that puts writers off while the last changes are copied."""
    return f"{settings.index_prefix}articles-handing-over"


def rebuild(client: OpenSearch, settings: OpenSearchSettings, report: Report = lambda line: None) -> Rebuilt:
    """Make, fill and put into use a new index, all steps in one. After a kill, called again, it ends right.

    One that was killed after the exchange is only finished. Raises ServiceError, and RefusedError (a ServiceError)
    where the mapping refuses documents: then nothing has changed for searches and ingestion.
    """
    left = settle(client, settings)
    if left is not None:
        report(f"{left.index}: an earlier rebuild, ended after the exchange, is now finished.")
        return left
    target = begin(client, settings)
    report(f"{target}: being filled from {current_index(client, settings)}.")
    fill(client, settings, target, report)
    return hand_over(client, settings, target)


def current_index(client: OpenSearch, settings: OpenSearchSettings) -> str:
    """The index behind the write alias. Raises ServiceError where there is none, or several."""
    written = behind(client, write_alias(settings))
    if not written:
        raise missing_index(settings)
    if len(written) > 1 or behind(client, read_alias(settings)) != written:
        raise ServiceError(
            f"The aliases {read_alias(settings)} and {write_alias(settings)} must stand for one and the same index: "
            "`./clippings index show` lists what is there."
        )
    return written[0]


def begin(client: OpenSearch, settings: OpenSearchSettings, *, body: dict[str, Any] | None = None) -> str:
    """Make the next version of the index from today's mapping (or another `body`); returns its name.

    One that an earlier rebuild left half filled is taken up again, if it has the same mapping and was filled from the
    index now in use; otherwise it is removed. Raises ServiceError.
    """
    settle(client, settings)
    current = current_index(client, settings)
    _resume(client, current)
    body = body or index_body()
    meta = {**body["mappings"]["_meta"], "filled_from": current}
    for name in behind(client, rebuilding_alias(settings)):
        noted = _meta(client, name)
        if all(noted.get(key) == value for key, value in meta.items()):
            return name
        client.indices.delete(index=name)
    put_template(client, settings)
    number = max(_number(each.index) for each in versions(client, settings)) + 1
    name = versioned_index(settings, number)
    try:
        client.indices.create(
            index=name,
            body={
                "settings": body["settings"],
                "mappings": {**body["mappings"], "_meta": meta},
                "aliases": {rebuilding_alias(settings): {}},
            },
        )
    except RequestError as error:
        if error.error != ALREADY_THERE:
            raise ServiceError(f"The index {name} cannot be made: {error.info}.") from error
        raise ServiceError(f"{name} has just been made by another rebuild: let that one end.") from error
    return name


def fill(client: OpenSearch, settings: OpenSearchSettings, target: str, report: Report = lambda line: None) -> int:
    """Copy into the new index what is stored, then what changed meanwhile, until little is left.

    Returns how many documents it holds. Does nothing where the index is in use already. Raises RefusedError with the
    documents that the mapping does not take, ServiceError where the exchange was made by another rebuild meanwhile.
    """
    source = current_index(client, settings)
    if source == target:
        return count(client, target)
    guard = _guard(client, settings, source)
    done = Pass(reached=int(_meta(client, target).get("filled_up_to", -1)), written=0)
    for _ in range(MOST_PASSES):
        done = copy_changed(client, source, target, after=done.reached, guard=guard)
        # Where the next pass, or another process, takes up.
        _note(client, target, {"filled_up_to": done.reached})
        report(f"{target}: {done.written:,} documents copied.")
        if done.written <= LITTLE:
            break
    if count(client, target) != count(client, source):
        dropped = drop_gone(client, source, target)
        report(f"{target}: {dropped:,} documents removed that {source} no longer holds.")
    return count(client, target)


def hand_over(client: OpenSearch, settings: OpenSearchSettings, target: str) -> Rebuilt:
    """Copy the last changes, compare, and exchange the index behind both aliases in one call.

    Writers wait meanwhile (for about a second; they try again by themselves), searches do not. The former index is
    kept for `rollback`. Called again after the exchange, it sees to its end. Raises ServiceError or RefusedError
    before the exchange; the writers then go on with the index they had.
    """
    source = current_index(client, settings)
    if source == target:
        left = settle(client, settings)
        former = (*behind(client, previous_alias(settings)), "")[0]
        return left or Rebuilt(target, former, count(client, target), 0)
    meta = _meta(client, target)
    if meta.get("filled_from") != source:
        raise ServiceError(f"{target} was not filled from {source}, which is in use: start the rebuild again.")
    after = int(meta.get("filled_up_to", -1))
    guard = _guard(client, settings, source)

    def catch_up(reached: int) -> Pass:
        return copy_changed(client, source, target, after=reached, guard=guard)

    # Once more without anybody waiting: the filling may be a while ago.
    after = catch_up(after).reached
    return _exchange(client, settings, source, target, after, catch_up)


def rollback(client: OpenSearch, settings: OpenSearchSettings, report: Report = lambda line: None) -> Rebuilt:
    """Go back to the former index, with all that was filed, changed or removed since the exchange.

    The index left behind becomes the former one, so a second rollback undoes the first. Raises ServiceError where
    there is no former index, RefusedError where its mapping does not take what was filed since.
    """
    settle(client, settings)
    source = current_index(client, settings)
    _resume(client, source)
    former = behind(client, previous_alias(settings))
    if not former:
        raise ServiceError("There is no former index to go back to: `./clippings index show` lists what is there.")
    target = former[0]
    _resume(client, target)

    def catch_up(reached: int) -> Pass:
        return carry_changed(client, source, target, after=reached)

    done = Pass(reached=-1, written=0)
    for _ in range(MOST_PASSES):
        done = catch_up(done.reached)
        report(f"{target}: {done.written:,} documents carried back.")
        if done.written <= LITTLE:
            break
    if count(client, target) != count(client, source):
        drop_gone(client, source, target)
    return _exchange(client, settings, source, target, done.reached, catch_up)


def remove_old(
    client: OpenSearch, settings: OpenSearchSettings, *, patience: float = CLOSING_SECONDS
) -> tuple[str, ...]:
    """Remove every version that is neither in use nor being filled; returns their names. There is no way back.

    Waits up to `patience` seconds for searches that began before the exchange. Raises ServiceError where they last.
    """
    settle(client, settings)
    current_index(client, settings)
    filling = behind(client, rebuilding_alias(settings))
    old = [each.index for each in versions(client, settings) if not (each.read or each.written)]
    removed = []
    for name in (one for one in old if one not in filling):
        ends = time.monotonic() + patience
        while open_ones := _open_searches(client, name):
            if time.monotonic() > ends:
                raise ServiceError(
                    f"{name} is still read by {open_ones} searches: remove it later. "
                    "(What a killed process left open, OpenSearch closes within some minutes.)"
                )
            time.sleep(QUIET_SECONDS)
        client.indices.delete(index=name)
        removed.append(name)
    return tuple(removed)


def settle(client: OpenSearch, settings: OpenSearchSettings) -> Rebuilt | None:
    """See to the end of an exchange: writes that still reached the former index at that moment are carried over.

    Returns None where there is nothing to see to.
    """
    left = behind(client, unsettled_alias(settings))
    if not left:
        return None
    former, current = left[0], current_index(client, settings)
    noted = _meta(client, current)["handed_over"]
    _rest(client, former)
    if position(client, former).assigned > noted["after"]:
        carry_changed(client, former, current, after=noted["after"], until=noted["until"])
        drop_gone(client, former, current, until=noted["until"])
        client.indices.refresh(index=current)
    client.indices.update_aliases(
        body={"actions": [{"remove": {"index": former, "alias": unsettled_alias(settings), "must_exist": False}}]}
    )
    return Rebuilt(current, former, count(client, current), noted["compared"])


def _exchange(
    client: OpenSearch,
    settings: OpenSearchSettings,
    source: str,
    target: str,
    after: int,
    catch_up: Callable[[int], Pass],
) -> Rebuilt:
    """With writers put off: the last changes, the comparison, the exchange; then `settle`."""
    _pause(client, settings, source)
    try:
        _rest(client, source)
        for _ in range(MOST_PASSES):
            after = catch_up(after).reached
            if count(client, target) != count(client, source):
                drop_gone(client, source, target)
            compared = compare(client, source, target, seed=after)
            until = position(client, target).assigned
            _note(client, target, {"handed_over": {"after": after, "until": until, "compared": compared}})
            if position(client, source).assigned == after:  # no deletion came in meanwhile
                break
        _swap(client, settings, source, target)
    except BaseException:
        if source in behind(client, write_alias(settings)):
            _resume(client, source)
        raise
    settled = settle(client, settings)
    return settled or Rebuilt(target, source, count(client, target), compared)


def _swap(client: OpenSearch, settings: OpenSearchSettings, source: str, target: str) -> None:
    """Both aliases at once, and with them what is noted of the state: there is no moment in between."""
    reading, writing = read_alias(settings), write_alias(settings)
    previous, rebuilding = previous_alias(settings), rebuilding_alias(settings)
    every = f"{settings.index_prefix}articles-v*"
    client.indices.update_aliases(
        body={
            "actions": [
                {"remove": {"index": source, "alias": reading, "must_exist": True}},
                {"remove": {"index": source, "alias": writing, "must_exist": True}},
                {"remove": {"index": every, "alias": previous, "must_exist": False}},
                {"remove": {"index": target, "alias": rebuilding, "must_exist": False}},
                {"add": {"index": target, "alias": reading}},
                {"add": {"index": target, "alias": writing, "is_write_index": True}},
                {"add": {"index": source, "alias": previous}},
                {"add": {"index": source, "alias": unsettled_alias(settings)}},
            ]
        }
    )


def _guard(client: OpenSearch, settings: OpenSearchSettings, source: str) -> Callable[[], None]:
    """Raises ServiceError once another index is in use: what is read from `source` then is not the newest any more."""

    def guard() -> None:
        if behind(client, write_alias(settings)) != (source,):
            raise ServiceError(
                f"{source} was exchanged by another rebuild: this one ends here, having changed nothing."
            )

    return guard


def _pause(client: OpenSearch, settings: OpenSearchSettings, index: str) -> None:
    """Answer writers with a temporary failure, after which they try again under the alias.

    A write block would do, too, but it is also what a full disk answers: ingestion stops at it.
    """
    name = pausing_pipeline(settings)
    message = f"{index} is being handed over; if this lasts, run `./clippings index rebuild` again"
    client.ingest.put_pipeline(id=name, body={"processors": [{"fail": {"message": message}}]})
    client.indices.put_settings(index=index, body={"index.final_pipeline": name})


def _resume(client: OpenSearch, index: str) -> None:
    """Let writers in again."""
    answer = client.indices.get_settings(index=index, name="index.final_pipeline")
    if answer.get(index):
        client.indices.put_settings(index=index, body={"index.final_pipeline": None})


def _rest(client: OpenSearch, index: str) -> None:
    """Return once no write is under way and none has come for a moment, or when patience ends."""
    ends = time.monotonic() + REST_SECONDS
    before = None
    while time.monotonic() < ends:
        now = position(client, index)
        if now == before and not now.busy and now.processed == now.assigned:
            return
        before = now
        time.sleep(QUIET_SECONDS)


def _open_searches(client: OpenSearch, index: str) -> int:
    search = client.indices.stats(index=index, metric="search")["indices"][index]["primaries"]["search"]
    return int(search.get("open_contexts", 0)) + int(search["query_current"])


def _number(index: str) -> int:
    found = re.search(r"-v(\d+)$", index)
    return int(found[1]) if found else 0


def _meta(client: OpenSearch, index: str) -> dict[str, Any]:
    """The index's `_meta`, where a rebuild notes how far it is."""
    found: dict[str, Any] = client.indices.get_mapping(index=index)[index]["mappings"].get("_meta") or {}
    return found


def _note(client: OpenSearch, index: str, facts: dict[str, Any]) -> None:
    """Note facts in the index's `_meta`, beside what stands there."""
    client.indices.put_mapping(index=index, body={"_meta": {**_meta(client, index), **facts}})
