"""What the pipeline makes of a record: an `Article`, or a `Rejected` with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from clippings.records import RawRecord


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a value was found: by which method, the passage that shows it, and how sure we are (0 to 1)."""

    method: str
    text: str
    confidence: float


class Precision(StrEnum):
    """How finely a publication date is known."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date found on the page that was not chosen, and why not."""

    value: str
    precision: Precision
    evidence: Evidence
    reason_lost: str


@dataclass(frozen=True, slots=True)
class Publication:
    """When an article was published, as precisely as it is known and no more.

    `value` is ISO 8601 cut to the precision: `2012-05-02T17:47:00-04:00`, `2012-05-02`, `2008-03`, `2008`, or None.
    A minute without a known time zone is written without an offset and taken as UTC.
    """

    value: str | None
    precision: Precision
    evidence: Evidence | None
    candidates: tuple[DateCandidate, ...] = ()

    @property
    def utc(self) -> datetime | None:
        """The moment in UTC; a day, month or year is the first moment of it. None when unknown."""
        if self.value is None:
            return None
        if self.precision is Precision.MINUTE:
            moment = datetime.fromisoformat(self.value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        first = self.day
        return None if first is None else datetime.combine(first, time(), UTC)

    @property
    def day(self) -> date | None:
        """The local calendar day; the first day of a month or year. None when unknown."""
        if self.value is None:
            return None
        return date.fromisoformat((self.value + "-01-01")[:10] if len(self.value) < 10 else self.value[:10])


UNDATED = Publication(None, Precision.UNKNOWN, None)


@dataclass(frozen=True, slots=True)
class LanguageTag:
    """The language of a main text: ISO 639-1 code, or None when it cannot be told; `others` are further languages
    that take up a real share of the text."""

    code: str | None
    confidence: float
    evidence: Evidence
    others: tuple[str, ...] = ()


UNKNOWN_SOURCE = "unknown"


@dataclass(frozen=True, slots=True)
class SourceTag:
    """Who published or wrote the article, by a rule that fired; `unknown` where none did."""

    name: str
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Article:
    """One article, ready to be filed. Every tag carries its evidence."""

    id: str
    feed: str
    file: str
    position: int
    name: str | None
    content_hash: str
    """`RawRecord.digest` of the record it was made of."""
    pipeline_version: str
    given: Mapping[str, str]
    url: str | None
    site: str | None
    """The registered domain of the url, such as `cnn.com`."""
    title: str | None
    author: str | None
    text: str
    """The main text: paragraphs divided by a blank line."""
    words: int
    doubtful: bool
    """The main text is short or the extraction unsure; the article is filed all the same, under this flag."""
    text_evidence: Evidence
    language: LanguageTag
    publication: Publication
    source: SourceTag


class Reason(StrEnum):
    """Why a record could not become an article."""

    UNDECODABLE = "undecodable"
    EMPTY = "empty"
    NO_TEXT = "no-text"
    TOO_LARGE = "too-large"
    MALFORMED = "malformed"
    UNREADABLE = "unreadable"
    REFUSED = "refused-by-index"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not become an article. `message` says what is wrong and what to do.

    `record` is None when reading itself failed. `raw` holds the record's bytes in the file (at most 64 KiB of them), written
    in `encoding` (a codec of Python's), and `size` says how many there are of them in the uncompressed file, from `position`
    on, where that is known; without them there is the record's content alone.
    """

    feed: str
    file: str
    position: int
    stage: str
    reason: Reason
    message: str
    record: RawRecord | None = None
    raw: bytes = b""
    size: int | None = None
    encoding: str = "utf-8"
