"""Facets, timeline and totals of the real node against a model that counts documents one by one."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opensearchpy import OpenSearch
from tests.unit.search.samples import BY_LENGTH, article

from clippings.articles import UNKNOWN_SOURCE, Precision
from clippings.search.aliases import refresh
from clippings.search.indexing import file_articles
from clippings.search.queries import search
from clippings.search.requests import UNKNOWN, SearchRequest, TimelineBar
from clippings.settings import OpenSearchSettings

WORDS = ("harbour", "tunnel", "council", "debate", "missile")
SOURCES = ("CNN", "BBC", "РИА", UNKNOWN_SOURCE)
LANGUAGES = ("en", "de", "ru", None)
FEEDS = ("one", "two")
DOCUMENTS = 150


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one document: `date` as precise as it is, with the offset of a minute."""

    words: frozenset[str]
    source: str
    language: str | None
    feed: str
    date: str | None

    @property
    def precision(self) -> Precision:
        """How precisely its date is known."""
        return BY_LENGTH.get(len(self.date), Precision.MINUTE) if self.date else Precision.UNKNOWN

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and last day it can have been published on."""
        if self.date is None:
            return None
        first = date.fromisoformat((self.date + "-01-01")[:10])
        if self.precision is Precision.YEAR:
            return first, date(first.year, 12, 31)
        if self.precision is Precision.MONTH:
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return first, first

    @property
    def values(self) -> dict[str, str]:
        """Its value of each facet."""
        return {
            "source": self.source,
            "language": self.language or UNKNOWN,
            "year": self.date[:4] if self.date else UNKNOWN,
            "month": self.date[:7] if self.date and self.precision is not Precision.YEAR else UNKNOWN,
            "feed": self.feed,
            "precision": self.precision.value,
        }


def some_date(random: Random) -> str | None:
    """A date of any precision: most lie in two crowded months, the others within six years."""
    if random.random() < 0.15:
        return None
    crowded = random.random() < 0.6
    day = date(2012, 4, 20) if crowded else date(2008, 1, 1)
    day += timedelta(days=random.randrange(60 if crowded else 2000))
    minute = f"{day}T{random.choice(('00:10', '23:50'))}:00{random.choice(('+03:00', '-05:00', '+00:00'))}"
    return random.choice((f"{day:%Y}", f"{day:%Y-%m}", f"{day}", f"{day}", minute))


def made(random: Random) -> Known:
    """One document."""
    return Known(
        frozenset(random.sample(WORDS, k=random.randint(1, 3))),
        random.choice(SOURCES),
        random.choice(LANGUAGES),
        random.choice(FEEDS),
        some_date(random),
    )


@pytest.fixture(scope="module")
def known(client: OpenSearch, opensearch: OpenSearchSettings) -> Sequence[Known]:
    """Documents made by a seeded random, all in the index."""
    random = Random(7)  # noqa: S311 - the same documents every time
    documents = [made(random) for _ in range(DOCUMENTS)]
    articles = [
        article(
            f"made-{number}",
            " ".join(sorted(each.words)),
            source=each.source,
            language=each.language,
            feed=each.feed,
            date=each.date,
        )
        for number, each in enumerate(documents)
    ]
    assert all(not outcome.message for outcome in file_articles(client, opensearch, articles))
    refresh(client, opensearch)
    return documents


FIELDS = {
    "source": "sources",
    "language": "languages",
    "year": "years",
    "month": "months",
    "feed": "feeds",
    "precision": "precisions",
}

VALUES = {
    "sources": SOURCES,
    "languages": ("en", "de", "ru", "fr", UNKNOWN),
    "years": ("2008", "2009", "2011", "2012", UNKNOWN),
    "months": ("2012-04", "2012-05", "2012-06", "2010-01", UNKNOWN),
    "feeds": FEEDS,
    "precisions": tuple(Precision),
}


def some_of(values: Iterable[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """No value mostly, or up to two."""
    chosen = st.lists(st.sampled_from([str(value) for value in values]), max_size=2, unique=True).map(tuple)
    return st.one_of(st.just(()), st.just(()), chosen)


DAYS = st.none() | st.dates(date(2012, 3, 1), date(2012, 7, 31)) | st.dates(date(2007, 1, 1), date(2014, 1, 1))
TEXTS = st.sampled_from(("", *WORDS, "-missile", "harbour -tunnel", "date:2012-05", "harbour source:cnn", "nosuchword"))
REQUESTS = st.builds(
    SearchRequest,
    text=TEXTS,
    date_from=DAYS,
    date_to=DAYS,
    size=st.just(5),
    **{field: some_of(values) for field, values in VALUES.items()},
)

TYPED: dict[str, Callable[[Known], bool]] = {
    "": lambda each: True,
    "-missile": lambda each: "missile" not in each.words,
    "harbour -tunnel": lambda each: "harbour" in each.words and "tunnel" not in each.words,
    "date:2012-05": lambda each: lies_within(each, date(2012, 5, 1), date(2012, 5, 31)),
    "harbour source:cnn": lambda each: "harbour" in each.words and each.source == "CNN",
    "nosuchword": lambda each: False,
}


def lies_within(each: Known, first: date | None, last: date | None) -> bool:
    """Whether it was published on these days, for certain."""
    if first is None and last is None:
        return True
    return each.days is not None and (first or date.min) <= each.days[0] and each.days[1] <= (last or date.max)


def is_chosen(each: Known, request: SearchRequest, *, without: str = "") -> bool:
    """Whether it has a chosen value in each facet but one."""
    return all(
        each.values[facet] in (getattr(request, field) or (each.values[facet],))
        for facet, field in FIELDS.items()
        if facet != without
    )


def is_asked_for(each: Known, request: SearchRequest) -> bool:
    """Whether it fits the text and the days."""
    fits = TYPED.get(request.text, lambda one: request.text in one.words)
    return fits(each) and lies_within(each, request.date_from, request.date_to)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=REQUESTS)
def test_every_count_is_that_of_the_model(
    client: OpenSearch, opensearch: OpenSearchSettings, known: Sequence[Known], request: SearchRequest
) -> None:
    """Total, every facet under every choice, and every bar of the timeline are as if counted by hand."""
    asked = [each for each in known if is_asked_for(each, request)]
    shown = [each for each in asked if is_chosen(each, request)]
    results = search(client, opensearch, request)
    assert results.total == len(shown)
    assert len(results.hits) == min(len(shown), request.size)
    for facet, field in FIELDS.items():
        counted = Counter(each.values[facet] for each in asked if is_chosen(each, request, without=facet))
        chosen = getattr(request, field)
        assert {each.value: each.count for each in results.facets[facet]} == {
            **dict.fromkeys(chosen, 0),
            **counted,
        }, facet
        assert {each.value for each in results.facets[facet] if each.selected} == set(chosen)
    check_timeline(results.timeline, shown)


def check_timeline(bars: Sequence[TimelineBar], shown: Sequence[Known]) -> None:
    """Every dated document is in one bar, in the finest unit that suits the span, and never finer than it is known."""
    dated = [each for each in shown if each.date]
    assert sum(bar.count for bar in bars) == len(dated)
    units = {bar.unit for bar in bars}
    finest = next((unit for unit in ("day", "month", "year") if unit in units), None)
    for bar in bars:
        if bar.unit == finest:
            inside = [each for each in dated if each.date[: len(bar.value)] == bar.value]
        else:
            inside = [each for each in dated if each.date == bar.value]
        assert bar.count == len(inside), bar
        assert all(bar.first <= each.days[0] and each.days[1] <= bar.last for each in inside)
    steps = [bar for bar in bars if bar.unit == finest]
    assert all(after.first - before.last == timedelta(days=1) for before, after in pairwise(steps))
    months = sorted(int(each.date[:4]) * 12 + int(each.date[5:7]) for each in dated if len(each.date) > 4)
    years = sorted(int(each.date[:4]) for each in dated)
    if years:
        spanned = months[-1] - months[0] + 1 if months else 0
        known_to_the_day = any(len(each.date) >= 10 for each in dated)
        if not months or spanned > 36 or years[-1] - years[0] > 3:
            assert finest == "year"
        else:
            assert finest == ("day" if spanned <= 3 and known_to_the_day else "month")
