"""The quarantine page: its address, and the entries turned into words and links."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from clippings.ingestion.quarantine import DEEPEST, Entry, EntryPage, Narrowing
from clippings.web.view import FacetLink, FacetList, Pages

SIZE = 20
"""Entries on one page."""
LONGEST_VALUE = 200
SHOWN_CHARACTERS = 2000
MOST_BYTES_A_CHARACTER = 4
KEPT = frozenset("\n\t")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page's address asks for, and what in it could not be understood, in words for the reader."""

    narrowing: Narrowing
    page: int
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry as the page shows it: its beginning as text, and whether there is more of the record than that."""

    entry: Entry
    beginning: str
    cut: bool
    first_seen: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class Replay:
    """How to replay just what the page is narrowed to: the form's fields by name, what they mean, and the command."""

    fields: tuple[tuple[str, str], ...]
    words: str
    command: str


def read(parameters: QueryParams) -> Asked:
    """What a query string asks for. Nothing in it can fail: what is not understood is left out and remarked on."""
    remarks: list[str] = []
    page = parameters.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
    since = None
    if written := parameters.get("since", "").strip():
        try:
            since = date.fromisoformat(written)
        except ValueError:
            remarks.append(f"“{written[:40]}” is not a day: write it as 2012-05-02.")
    narrowing = Narrowing(_value(parameters.get("feed")), _value(parameters.get("reason")), since)
    return Asked(narrowing, min(max(1, number), DEEPEST // SIZE), tuple(remarks))


def _value(text: str | None) -> str | None:
    return text[:LONGEST_VALUE] if text else None


def write(narrowing: Narrowing, page: int = 1) -> str:
    """The address of a page of entries, as a query string; only what narrows it."""
    return "?" + urlencode(_named(narrowing) | ({"page": str(page)} if page > 1 else {}))


def _named(narrowing: Narrowing) -> dict[str, str]:
    """What narrows, by the names of the address's parameters and of the form's fields."""
    since = None if narrowing.since is None else narrowing.since.isoformat()
    named = {"feed": narrowing.feed, "reason": narrowing.reason, "since": since}
    return {name: value for name, value in named.items() if value}


def facet_lists(narrowing: Narrowing, found: EntryPage) -> list[FacetList]:
    """Feeds and reasons with their counts; a chosen value is shown even where nothing fits it any more."""
    feeds = [
        _link(feed, count, feed == narrowing.feed, replace(narrowing, feed=None if feed == narrowing.feed else feed))
        for feed, count in _with_chosen(found.feeds, narrowing.feed).items()
    ]
    reasons = [
        _link(one, count, one == narrowing.reason, replace(narrowing, reason=None if one == narrowing.reason else one))
        for one, count in _with_chosen(found.reasons, narrowing.reason).items()
    ]
    lists = [FacetList("feed", "Feed", tuple(feeds), ()), FacetList("reason", "Reason", tuple(reasons), ())]
    return [one for one in lists if one.shown]


def _with_chosen(counts: Mapping[str, int], chosen: str | None) -> dict[str, int]:
    return dict(counts) if chosen is None else {**counts, chosen: counts.get(chosen, 0)}


def _link(label: str, count: int, selected: bool, narrowing: Narrowing) -> FacetLink:
    return FacetLink(label, count, selected, write(narrowing))


def pages(asked: Asked, found: EntryPage) -> Pages:
    """Where in the entries the reader is, and the addresses before and after."""
    before = (asked.page - 1) * SIZE
    last = before + len(found.entries)
    more = last < found.total and (asked.page + 1) * SIZE <= DEEPEST
    return Pages(
        before + 1 if found.entries else 0,
        last,
        write(asked.narrowing, asked.page - 1) if asked.page > 1 else None,
        write(asked.narrowing, asked.page + 1) if more else None,
    )


def shown(entry: Entry) -> Shown:
    """An entry with the beginning of its bytes as text: what is not in its encoding, and signs that cannot be seen or would turn
    the text around, are written as escapes, so that the reader sees what is really there."""
    # Ends of lines are one in the browser whatever they are in the file.
    text = entry.raw[: SHOWN_CHARACTERS * MOST_BYTES_A_CHARACTER].decode(entry.encoding, "backslashreplace")
    plain = "".join(
        sign if sign in KEPT or sign.isprintable() else sign.encode("unicode_escape").decode("ascii")
        for sign in text.replace("\r\n", "\n")[:SHOWN_CHARACTERS]
    )
    cut = len(text) > SHOWN_CHARACTERS or entry.size > len(entry.raw)
    return Shown(entry, plain, cut, _moment(entry.first_seen), _moment(entry.last_seen))


def _moment(moment: datetime) -> str:
    in_utc = moment.astimezone(UTC)
    return f"{in_utc.day} {in_utc:%B %Y, %H:%M} UTC"


def replay(narrowing: Narrowing, found: EntryPage) -> Replay | None:
    """How to replay what the page is narrowed to. None until one of the feeds that have entries is settled on."""
    feed = narrowing.feed or (next(iter(found.feeds)) if len(found.feeds) == 1 else None)
    if feed is None or feed not in found.feeds:
        return None
    settled = replace(narrowing, feed=feed)
    words, command = [f"of the feed {feed}"], ["./clippings", "quarantine", "replay", "--feed", feed]
    if settled.reason is not None:
        words.append(f"for the reason {settled.reason}")
        command += ["--reason", settled.reason]
    if settled.since is not None:
        words.append(f"seen since {settled.since.isoformat()}")
        command += ["--since", settled.since.isoformat()]
    return Replay(tuple(_named(settled).items()), ", ".join(words), shlex.join(command))
