"""What a search is asked and what it answers: plain values that the page and the command line are built on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

UNKNOWN = "unknown"
"""The facet value of documents that have no value of their own: it can be counted and chosen like any other."""


class Sort(StrEnum):
    """The order of hits."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. Several values of one facet widen it (or), several facets narrow it (and).

    `years` are "2012", `months` "2012-05"; every facet takes `UNKNOWN` for documents without a value.
    `date_from` and `date_to` are inclusive local days; a document known to the month is found where its whole month
    lies between them.
    `page` starts at 1; `page * size` is at most 10,000. An empty `text` finds everything.
    A story is shown once, by its best copy; with `every_copy`, each copy is a hit of its own.
    """

    text: str = ""
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    precisions: tuple[str, ...] = ()
    date_from: date | None = None
    date_to: date | None = None
    sort: str = Sort.RELEVANCE
    page: int = 1
    size: int = 10
    every_copy: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a passage; `matched` where it is a word that was searched for. `text` is plain: escape it."""

    text: str
    matched: bool


Passage = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """One article of a story. `published` is as precise as it is known, None when it is not.

    `earliest` where no other copy is known to be older: of two that are known to the same day, both are.
    """

    id: str
    title: str | None
    source: str
    language: str | None
    published: str | None
    precision: str
    earliest: bool = False


@dataclass(frozen=True, slots=True)
class Copies:
    """The articles of a story, oldest first, undated ones last. `total` may be more than are listed."""

    total: int
    listed: tuple[Copy, ...]


NO_COPIES = Copies(0, ())
"""Of an article that is the only one of its story."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found. `published` is as precise as it is known ("2008-03"), None when it is not.

    `title` is the document's title as plain text, `title_segments` the same with the matched words marked.
    `record_id` is the id the file itself gave the document, where it gave one. `copies` are those of its story, the
    document among them, where it has several and stands for all.
    """

    id: str
    title: str | None
    source: str
    language: str | None
    published: str | None
    precision: str
    url: str | None
    author: str | None
    feed: str
    file: str
    passages: tuple[Passage, ...]
    title_segments: Passage = ()
    record_id: str | None = None
    score: float | None = None
    copies: Copies = NO_COPIES


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One value of a facet: how many documents it would show, and whether it is chosen."""

    value: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class TimelineBar:
    """One bar: the documents of a year, month or day.

    `unit` is "year", "month" or "day" and `value` "2012", "2012-05" or "2012-05-02". Among bars of days a bar of a
    month holds the documents that are known to that month only; they are on no day.
    `first` and `last` are the days it spans, as `date_from` and `date_to` take them.
    """

    unit: str
    value: str
    first: date
    last: date
    count: int


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What was found. `facets` has the keys source, language, year, month, feed, precision, in that order.

    `total` and all counts are of documents, copies among them; `more` says whether there are hits after this page's.
    `relaxed` is True where nothing has all that was asked for (a phrase, both of two words): these have some of it.
    `did_you_mean` is a whole query that finds something.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]
    timeline: tuple[TimelineBar, ...]
    did_you_mean: str | None
    took_ms: int
    relaxed: bool = False
    more: bool = False
