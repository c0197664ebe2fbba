"""What the templates show: the results, turned into words, links and bars."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit

from babel import Locale

from clippings.articles import Precision
from clippings.search.requests import UNKNOWN, Copies, FacetCount, SearchRequest, SearchResults, Sort, TimelineBar
from clippings.web.address import DEEPEST, FACETS, toggled, write

FACET_TITLES: Mapping[str, str] = {
    "source": "Source",
    "language": "Language",
    "year": "Year",
    "month": "Month",
    "precision": "Date known to the",
    "feed": "Feed",
}
VALUES_SHOWN = 8
"""Values of a facet that are shown at once; the others are one click away, and chosen ones are always shown."""
SOURCES_SHOWN = 4
"""Sources that are named beside the number of a story's copies."""
CHART_WIDTH, CHART_HEIGHT = 720, 90


@dataclass(frozen=True, slots=True)
class FacetLink:
    """One value of a facet, and the address that chooses it or no longer does."""

    label: str
    count: int
    selected: bool
    address: str


@dataclass(frozen=True, slots=True)
class FacetList:
    """One facet: the values shown, and those behind "more"."""

    name: str
    title: str
    shown: tuple[FacetLink, ...]
    more: tuple[FacetLink, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the timeline, in units of the picture."""

    x: float
    y: float
    width: float
    height: float
    label: str
    count: int
    address: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The bars from the first to the last day that has documents."""

    bars: tuple[Bar, ...]
    first: str
    last: str
    width: int = CHART_WIDTH
    height: int = CHART_HEIGHT


@dataclass(frozen=True, slots=True)
class Pages:
    """Where in the hits the reader is, and the addresses before and after."""

    first: int
    last: int
    previous: str | None
    following: str | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing that narrows the search, with the address without it."""

    label: str
    address: str


def label_of(facet: str, value: str) -> str:
    """A facet's value in words."""
    if value == UNKNOWN:
        return "unknown"
    if facet == "language":
        return language_name(value)
    if facet == "month":
        return month_name(value)
    return value


def language_name(code: str | None) -> str:
    """An ISO 639-1 code in English, with the code itself where that is not known."""
    if not code:
        return "unknown"
    try:
        return Locale.parse(code).get_display_name("en") or code
    except (ValueError, LookupError):
        return code


def month_name(value: str) -> str:
    """`2012-05` as May 2012."""
    year, _, month = value.partition("-")
    return f"{date(2000, int(month), 1):%B} {year}" if month.isdigit() and 1 <= int(month) <= 12 else value


def date_words(published: str | None, precision: str) -> str:
    """A publication date as precise as it is known, and no more."""
    if published is None or precision == Precision.UNKNOWN:
        return "no date"
    if precision == Precision.YEAR:
        return published
    if precision == Precision.MONTH:
        return month_name(published)
    day = date.fromisoformat(published[:10])
    words = f"{day.day} {day:%B %Y}"
    if precision == Precision.MINUTE:
        zone = published[19:]
        words += f", {published[11:16]}" + (f" ({'UTC' if zone in ('Z', '+00:00') else 'UTC' + zone})" if zone else "")
    return words


def sources_of(copies: Copies) -> str:
    """The sources of a story's copies, the oldest copy's first, each once: "CNN, RIA Novosti and 2 others"."""
    names = list(dict.fromkeys(one.source for one in copies.listed))
    others = len(names) - SOURCES_SHOWN
    if others < 2:
        return ", ".join(names)
    return f"{', '.join(names[:SOURCES_SHOWN])} and {others} others"


def web_address(url: str | None) -> str | None:
    """The url where it is one that a browser may be sent to (http or https), otherwise None."""
    if url is None:
        return None
    try:
        return url if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname else None
    except ValueError:
        return None


def facet_lists(request: SearchRequest, results: SearchResults) -> list[FacetList]:
    """The facets in their order; those without any value are left out."""
    lists = []
    for name, title in FACET_TITLES.items():
        counts = results.facets.get(name, ())
        if name == "month":
            # Months of all years would drown the list: they come once a year (or a month) is chosen.
            counts = _months_in_question(request, counts)
        links = [_link(request, name, one) for one in counts]
        if links:
            shown = [one for place, one in enumerate(links) if place < VALUES_SHOWN or one.selected]
            more = [one for one in links if one not in shown]
            lists.append(FacetList(name, title, tuple(shown), tuple(more)))
    return lists


def _months_in_question(request: SearchRequest, counts: tuple[FacetCount, ...]) -> tuple[FacetCount, ...]:
    if request.years:
        return tuple(one for one in counts if one.selected or one.value[:4] in request.years)
    return counts if len(counts) <= 24 or request.months else ()


def _link(request: SearchRequest, facet: str, one: FacetCount) -> FacetLink:
    return FacetLink(label_of(facet, one.value), one.count, one.selected, write(toggled(request, facet, one.value)))


def chosen(request: SearchRequest) -> list[Chosen]:
    """Everything that narrows the search beside its words."""
    listed = [
        Chosen(f"{FACET_TITLES[name].lower()}: {label_of(name, value)}", write(toggled(request, name, value)))
        for name, field in FACETS.items()
        for value in getattr(request, field)
    ]
    if request.date_from:
        listed.append(Chosen(f"from {request.date_from}", write(replace(request, date_from=None, page=1))))
    if request.date_to:
        listed.append(Chosen(f"to {request.date_to}", write(replace(request, date_to=None, page=1))))
    return listed


def timeline(request: SearchRequest, bars: tuple[TimelineBar, ...]) -> Timeline | None:
    """The bars placed by time, as high as their counts; None where there is nothing to compare."""
    filled = [bar for bar in bars if bar.count]
    if len(filled) < 2:
        return None
    first, last = min(bar.first for bar in filled), max(bar.last for bar in filled)
    span = (last - first).days + 1
    highest = max(bar.count for bar in filled)
    drawn = []
    for bar in filled:
        width = max(2.0, ((bar.last - bar.first).days + 1) / span * CHART_WIDTH - 1)
        height = max(3.0, bar.count / highest * CHART_HEIGHT)
        x = min((bar.first - first).days / span * CHART_WIDTH, CHART_WIDTH - width)
        narrowed = replace(request, date_from=bar.first, date_to=bar.last, page=1)
        words = bar.value if bar.unit == "year" else date_words(bar.value, bar.unit)
        drawn.append(
            Bar(
                round(x, 1), round(CHART_HEIGHT - height, 1), round(width, 1), round(height, 1),
                words, bar.count, write(narrowed),
            )
        )  # fmt: skip
    return Timeline(tuple(drawn), *_ends(first, last))


def _ends(first: date, last: date) -> tuple[str, str]:
    """What stands under the ends of a timeline: years, or what tells two days of few years apart."""
    if last.year - first.year > 2:
        return str(first.year), str(last.year)
    if (last - first).days > 100:
        return f"{first:%B %Y}", f"{last:%B %Y}"
    return f"{first.day} {first:%B %Y}", f"{last.day} {last:%B %Y}"


def pages(request: SearchRequest, results: SearchResults) -> Pages:
    """Where the reader is among the hits."""
    first = (request.page - 1) * request.size + 1 if results.hits else 0
    last = (request.page - 1) * request.size + len(results.hits)
    more = results.more and (request.page + 1) * request.size <= DEEPEST
    return Pages(
        first,
        last,
        write(replace(request, page=request.page - 1)) if request.page > 1 else None,
        write(replace(request, page=request.page + 1)) if more else None,
    )


def sort_links(request: SearchRequest) -> list[FacetLink]:
    """The orders to choose from."""
    names = {Sort.RELEVANCE: "most relevant", Sort.NEWEST: "newest", Sort.OLDEST: "oldest"}
    return [
        FacetLink(label, 0, request.sort == order, write(replace(request, sort=order.value, page=1)))
        for order, label in names.items()
    ]
