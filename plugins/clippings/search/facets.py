"""Facets and the timeline: what is counted, and how the answer is read.

A facet is not narrowed by its own choice: its counts say what each value would show together with the choices made
in the other facets. A document has at most one value of each facet, so that those without any are the rest, and what is
known to the year only is what the months of the year leave over: nothing is counted that follows from other counts.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from clippings.search.ranking import Clause, missing
from clippings.search.requests import UNKNOWN, FacetCount, SearchRequest, TimelineBar

MOST_VALUES = 100
"""Values counted in a facet, the most frequent (or, of times, the latest) first."""

MOST_DAYS, MOST_MONTHS, MOST_YEARS = 92, 36, 300
"""Bars of a timeline: it is drawn by days while it spans no more months than make so many days, and so on."""

_BY_TIME = frozenset({"year", "month"})


def chosen(request: SearchRequest) -> dict[str, tuple[str, ...]]:
    """The facets, by the names of their fields, with the values chosen in each."""
    return {
        "source": request.sources,
        "language": request.languages,
        "year": request.years,
        "month": request.months,
        "feed": request.feeds,
        "published_precision": request.precisions,
    }


_SHOWN_AS = {"published_precision": "precision"}


def _filter(field: str, values: Iterable[str]) -> Clause:
    """Documents with any of these values."""
    values = list(values)
    known = [value for value in values if value != UNKNOWN]
    clauses: list[Clause] = [{"terms": {field: known}}] if known else []
    if UNKNOWN in values:
        clauses.append(missing(field))
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses, "minimum_should_match": 1}}


def filters(request: SearchRequest, without: str = "") -> list[Clause]:
    """The choices made in all facets but one."""
    return [_filter(field, values) for field, values in chosen(request).items() if values and field != without]


def _terms(field: str, clauses: list[Clause], size: int, order: Mapping[str, str], **options: object) -> Clause:
    """The values of a field, and how many of the documents that fit the clauses have each."""
    counted = {"terms": {"field": field, "size": size, "order": order, **options}}
    if not clauses:
        return counted
    return {"filter": {"bool": {"filter": clauses}}, "aggs": {"values": counted}}


_MOST_FIRST = {"_count": "desc"}
_LATEST_FIRST = {"_key": "desc"}


def aggregations(request: SearchRequest) -> Clause:
    """What to count beside the hits, among all documents that fit the text and the days.

    The answer is read by `counted`, and has to have an exact total.
    """
    everything = filters(request)
    asked: Clause = {"day": _terms("day", everything, MOST_DAYS + 1, _LATEST_FIRST)}
    for field, values in chosen(request).items():
        order = _LATEST_FIRST if field in _BY_TIME else _MOST_FIRST
        size = MOST_YEARS if field == "year" else MOST_VALUES
        others = filters(request, without=field)
        asked[f"facet {field}"] = _terms(field, others, size, order)
        if values:
            # They may not be among the most frequent.
            asked[f"chosen {field}"] = _terms(field, others, len(values), order, include=list(values))
        if field in _BY_TIME and values:
            # The timeline is narrowed by all choices.
            asked[field] = _terms(field, everything, size, order)
    return asked


@dataclass(frozen=True, slots=True)
class _Counted:
    """How many documents have each value of a field: the first of them, all others together, and those without one."""

    counts: dict[str, int]
    others: int
    without: int


def _read(answer: Mapping[str, Any], name: str) -> _Counted:
    found = answer[name]
    counts = {bucket["key"]: int(bucket["doc_count"]) for bucket in found["values"]["buckets"]}
    others = int(found["values"]["sum_other_doc_count"])
    return _Counted(counts, others, int(found["doc_count"]) - sum(counts.values()) - others)


def counted(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an answer counted, each with the number of documents among which: where no choice narrows it, all found."""
    total = answer["hits"]["total"]["value"]
    return {
        name: found if "values" in found else {"doc_count": total, "values": found}
        for name, found in answer["aggregations"].items()
    }


def read_total(answer: Mapping[str, Any]) -> int:
    """How many documents fit the text, the days, and every choice."""
    return int(answer["day"]["doc_count"])


def read_facets(request: SearchRequest, answer: Mapping[str, Any]) -> Mapping[str, tuple[FacetCount, ...]]:
    """The facets of an answer's aggregations. A chosen value is there even where it finds nothing."""
    facets = {}
    for field, values in chosen(request).items():
        found = _read(answer, f"facet {field}")
        counts = dict(list(found.counts.items())[:MOST_VALUES])
        if found.without:
            counts[UNKNOWN] = counts.get(UNKNOWN, 0) + found.without
        if values:
            its_own = _read(answer, f"chosen {field}").counts
            counts |= {value: its_own.get(value, 0) for value in values if value not in counts}
        facets[_SHOWN_AS.get(field, field)] = tuple(
            FacetCount(value, count, value in values) for value, count in counts.items()
        )
    return MappingProxyType(facets)


def _bar(unit: str, value: str, count: int) -> TimelineBar:
    """The bar of a year, month or day."""
    first = date.fromisoformat((value + "-01-01")[:10] if len(value) < 10 else value)
    last = first
    if unit == "year":
        last = date(first.year, 12, 31)
    elif unit == "month":
        last = date(first.year, first.month, monthrange(first.year, first.month)[1])
    return TimelineBar(unit, value, first, last, count)


def _steps(unit: str, first: str, last: str) -> list[str]:
    """All years, months or days from one to another, so that a timeline has no holes."""
    if unit == "year":
        return [f"{year:04}" for year in range(int(first), int(last) + 1)]
    if unit == "month":
        months = range(_month_number(first), _month_number(last) + 1)
        return [f"{number // 12:04}-{number % 12 + 1:02}" for number in months]
    start = date.fromisoformat(first)
    days = (date.fromisoformat(last) - start).days
    return [(start + timedelta(days=day)).isoformat() for day in range(days + 1)]


def _month_number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _bars(unit: str, counts: Mapping[str, int]) -> list[TimelineBar]:
    if not counts:
        return []
    return [_bar(unit, value, counts.get(value, 0)) for value in _steps(unit, min(counts), max(counts))]


def read_timeline(answer: Mapping[str, Any]) -> tuple[TimelineBar, ...]:
    """The timeline of an answer's aggregations, in the order of time: by days within three months, by months within
    three years, otherwise by years. What is known less finely is a bar of its own month or year."""
    years, months = (_read(answer, unit if unit in answer else f"facet {unit}") for unit in ("year", "month"))
    days = _read(answer, "day")
    if not years.counts:
        return ()
    if int(max(years.counts)) - int(min(years.counts)) > MOST_MONTHS // 12 or not months.counts or months.others:
        return tuple(_bars("year", years.counts))
    spanned = _month_number(max(months.counts)) - _month_number(min(months.counts)) + 1
    if spanned > MOST_MONTHS:
        return tuple(_bars("year", years.counts))
    bars = _coarser("year", years.counts, months.counts)
    if spanned * 31 > MOST_DAYS + 1 or not days.counts:
        bars += _bars("month", months.counts)
    else:
        bars += _coarser("month", months.counts, days.counts) + _bars("day", days.counts)
    return tuple(sorted(bars, key=lambda bar: (bar.first, -bar.last.toordinal())))


def _coarser(unit: str, counts: Mapping[str, int], finer: Mapping[str, int]) -> list[TimelineBar]:
    """The bars of documents that are known to this unit only: what is left of it without the finer one."""
    left = dict(counts)
    for value, count in finer.items():
        left[value[: len(next(iter(counts)))]] -= count
    return [_bar(unit, value, count) for value, count in left.items() if count]
