"""The page's address holds its whole state: read it, and write those of the links on the page."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from clippings.search.requests import SearchRequest, Sort

FACETS = {
    "source": "sources",
    "language": "languages",
    "year": "years",
    "month": "months",
    "precision": "precisions",
    "feed": "feeds",
}
"""The facets as the address names them, and as the request does."""

SIZES = (10, 20, 50)
DEEPEST = 10_000
"""Hits that can be paged through."""
EVERY_COPY = "all"
"""Value of `copies` in an address that asks for each copy of a story as a hit of its own."""
LONGEST_QUESTION = 1000
MOST_VALUES = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, and what in it could not be understood, in words for the reader."""

    request: SearchRequest
    remarks: tuple[str, ...]


def read(parameters: QueryParams) -> Asked:
    """The request in a query string. Nothing in it can fail: what is not understood is left out and remarked on."""
    remarks: list[str] = []
    values: dict[str, Any] = {field: _distinct(parameters.getlist(name)) for name, field in FACETS.items()}
    size = number(parameters.get("size"), SIZES[0])
    size = size if size in SIZES else SIZES[0]
    page = min(max(1, number(parameters.get("page"), 1)), DEEPEST // size)
    sort = parameters.get("sort") or Sort.RELEVANCE.value
    request = SearchRequest(
        text=(parameters.get("q") or "").strip()[:LONGEST_QUESTION],
        date_from=_day(parameters.get("from"), remarks, last=False),
        date_to=_day(parameters.get("to"), remarks, last=True),
        sort=sort if sort in {one.value for one in Sort} else Sort.RELEVANCE.value,
        page=page,
        size=size,
        every_copy=parameters.get("copies") == EVERY_COPY,
        **values,
    )
    return Asked(request, tuple(remarks))


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:MOST_VALUES]


def number(text: str | None, otherwise: int) -> int:
    """A whole number of at most eight digits as an address holds it, or `otherwise`."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _day(text: str | None, remarks: list[str], *, last: bool) -> date | None:
    """A day written as 2012-05-02, or the first or last day of 2012-05 or 2012."""
    if not text or not text.strip():
        return None
    parts = text.strip().split("-")
    try:
        numbers = [int(part) for part in parts]
        if len(numbers) == 3:
            return date(*numbers)
        if len(numbers) == 2:
            first = date(numbers[0], numbers[1], 1)
            following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
            return date.fromordinal(following.toordinal() - 1) if last else first
        if len(numbers) == 1:
            return date(numbers[0], 12, 31) if last else date(numbers[0], 1, 1)
    except (ValueError, TypeError):
        pass
    remarks.append(f"“{text[:40]}” is not a date: write 2012-05-02, 2012-05 or 2012.")
    return None


def write(request: SearchRequest, base: str = "") -> str:
    """The address of a request: only what differs from an empty one, always in the same order."""
    pairs: list[tuple[str, str]] = []
    if request.text:
        pairs.append(("q", request.text))
    for name, field in FACETS.items():
        pairs += [(name, value) for value in getattr(request, field)]
    if request.date_from:
        pairs.append(("from", request.date_from.isoformat()))
    if request.date_to:
        pairs.append(("to", request.date_to.isoformat()))
    if request.sort != Sort.RELEVANCE:
        pairs.append(("sort", str(request.sort)))
    if request.every_copy:
        pairs.append(("copies", EVERY_COPY))
    if request.size != SIZES[0]:
        pairs.append(("size", str(request.size)))
    if request.page != 1:
        pairs.append(("page", str(request.page)))
    return f"{base}?{urlencode(pairs)}" if pairs else base or "?"


def toggled(request: SearchRequest, facet: str, value: str) -> SearchRequest:
    """The request with one value of a facet chosen, or no longer chosen; from its first page."""
    field = FACETS[facet]
    chosen: tuple[str, ...] = getattr(request, field)
    values = tuple(one for one in chosen if one != value) if value in chosen else (*chosen, value)
    narrowed: dict[str, Any] = {"page": 1, field: values}
    return replace(request, **narrowed)
