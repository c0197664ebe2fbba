"""Facets and the timeline: what is counted, and how the answer is read.

A facet is not narrowed by its own choice: its counts say what each value would show together with the choices made
in the other facets.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from clippings.articles import Precision
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


def _under(clauses: list[Clause], counted: Clause) -> Clause:
    return {"filter": {"bool": {"filter": clauses}}, "aggs": {"counted": counted}} if clauses else counted


def _terms(field: str, size: int, **options: object) -> Clause:
    return {"terms": {"field": field, "size": size, **options}}


def aggregations(request: SearchRequest) -> Clause:
    """What to count beside the hits."""
    asked: Clause = {}
    for field in chosen(request):
        order = {"_key": "desc"} if field in _BY_TIME else {"_count": "desc"}
        counted = _terms(field, MOST_VALUES, order=order)
        others = filters(request, without=field)
        asked[f"facet {field}"] = _under(others, counted)
        asked[f"without {field}"] = _under(others, {"missing": {"field": field}})
    everything = filters(request)
    in_order = {"_key": "asc"}
    for unit, size in (("year", MOST_YEARS), ("month", MOST_MONTHS), ("day", MOST_DAYS)):
        asked[f"by {unit}"] = _under(everything, _terms(unit, size, order=in_order))
    coarse = {"term": {"published_precision": Precision.YEAR}}, {"term": {"published_precision": Precision.MONTH}}
    for unit, clause in zip(("year", "month"), coarse, strict=True):
        asked[f"only {unit}"] = _under([*everything, clause], _terms(unit, MOST_YEARS, order=in_order))
    return asked


def _counted(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = answer[name]
    counted: Mapping[str, Any] = found.get("counted", found)
    return counted


def _buckets(answer: Mapping[str, Any], name: str) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in _counted(answer, name)["buckets"]}


def read_facets(request: SearchRequest, answer: Mapping[str, Any]) -> Mapping[str, tuple[FacetCount, ...]]:
    """The facets of an answer's aggregations. A chosen value is there even where it finds nothing."""
    facets = {}
    for field, values in chosen(request).items():
        counts = _buckets(answer, f"facet {field}")
        without = int(_counted(answer, f"without {field}")["doc_count"])
        if without:
            counts[UNKNOWN] = counts.get(UNKNOWN, 0) + without
        counts |= {value: 0 for value in values if value not in counts}
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
    years, months, days = (_buckets(answer, f"by {unit}") for unit in ("year", "month", "day"))
    only_year, only_month = (_buckets(answer, f"only {unit}") for unit in ("year", "month"))
    if not years:
        return ()
    if int(max(years)) - int(min(years)) > MOST_MONTHS // 12 or not months:
        return tuple(_bars("year", years))
    spanned = _month_number(max(months)) - _month_number(min(months)) + 1
    truncated = _counted(answer, "by month")["sum_other_doc_count"] > 0
    if truncated or spanned > MOST_MONTHS:
        return tuple(_bars("year", years))
    coarse = [_bar("year", year, count) for year, count in only_year.items()]
    if spanned * 31 > MOST_DAYS + 1 or not days:
        bars = _bars("month", months)
    else:
        bars = _bars("day", days)
        coarse += [_bar("month", month, count) for month, count in only_month.items()]
    return tuple(sorted([*bars, *coarse], key=lambda bar: (bar.first, -bar.last.toordinal())))
