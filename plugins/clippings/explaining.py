"""One document as the pipeline sees it: every line with its verdict, and what decided each tag."""

from dataclasses import dataclass
from datetime import date

from clippings.articles import Article, Publication, Rejected
from clippings.extraction import extract, parse
from clippings.language.profiles import load as load_profiles
from clippings.pages import LineVerdict
from clippings.pipeline import Pipeline
from clippings.records import RawRecord
from clippings.sources.rules import Mark

MOST_LANGUAGES = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page that is not blank, counted from 1, with the verdict on it."""

    number: int
    text: str
    verdict: LineVerdict


@dataclass(frozen=True, slots=True)
class Distance:
    """A language, and how far it is behind the nearest one (in nats over the whole text; 0 for the nearest)."""

    language: str
    behind: float


@dataclass(frozen=True, slots=True)
class DateFate:
    """A date found on the page, how sure it was (0 to 1), and its fate: chosen, or why it lost."""

    value: str
    precision: str
    method: str
    confidence: float
    text: str
    chosen: bool
    fate: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the pipeline makes of a record, and why. `languages` is empty where no language has the text's letters."""

    article: Article
    lines: tuple[Line, ...]
    languages: tuple[Distance, ...]
    dates: tuple[DateFate, ...]
    marks: tuple[Mark, ...]
    """The source rules that fired."""


def explain(
    pipeline: Pipeline, record: RawRecord, *, made_before: date | None = None, default_source: str | None = None
) -> Explanation | Rejected:
    """The record clipped (the parameters are those of `Pipeline.clip`), with all that led to it; or why there is none."""
    article = pipeline.clip(record, made_before=made_before, default_source=default_source)
    if isinstance(article, Rejected):
        return article
    page = parse(record.content, record.content_type, record.given.get("url"))
    extraction = extract(page)
    lines = enumerate(zip(page.lines, extraction.verdicts, strict=True), start=1)
    return Explanation(
        article,
        tuple(Line(number, text.strip(), verdict) for number, (text, verdict) in lines if verdict.role != "blank"),
        _languages(article.text or " ".join(page.lines)),
        _dates(article.publication),
        tuple(pipeline.rules.marks(page, extraction)),
    )


def _languages(text: str) -> tuple[Distance, ...]:
    """The languages nearest to the text, the nearest first."""
    known = load_profiles()
    scores = known.score(text)
    if not scores.ngrams:
        return ()
    order = scores.totals.argsort()[::-1][:MOST_LANGUAGES]
    best = scores.totals[order[0]]
    return tuple(Distance(known.languages[place], float(best - scores.totals[place])) for place in order)


def _dates(publication: Publication) -> tuple[DateFate, ...]:
    """The date that was chosen, and every candidate that lost."""
    fates = []
    if publication.evidence is not None:
        shown = publication.evidence
        value, precision = publication.value or "", publication.precision.value
        fates.append(DateFate(value, precision, shown.method, shown.confidence, shown.text, True, "chosen"))
    for lost in publication.candidates:
        shown = lost.evidence
        fates.append(
            DateFate(
                lost.value, lost.precision.value, shown.method, shown.confidence, shown.text, False, lost.reason_lost
            )
        )
    return tuple(fates)
