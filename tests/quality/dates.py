"""Dates: how many pages are given the very day on which they were published, and whether the confidence holds."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.quality.figures import Figure

from clippings.articles import Publication
from clippings.dates import date_page
from clippings.extraction import extract, parse
from clippings.language import detect
from clippings.records import ContentType

TABLE = "dates"
RELIABILITY = "dates, reliability"
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)
"""Bounds of the confidence in the reliability table."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one page: the day (None where only a month or nothing is given), its confidence, the truth."""

    key: str
    truth: str
    day: str | None
    confidence: float
    publication: Publication

    @property
    def right(self) -> bool:
        """Whether the day is exactly the day of publication."""
        return self.day == self.truth


def measure(data: Path) -> list[Figure]:
    """The figures on the pages in `data`/dates: their HTML, their text with the address known, and their text alone."""
    rows = {
        "HTML": answers(data, ContentType.HTML, addressed=True),
        "HTML, address not given": answers(data, ContentType.HTML, addressed=False),
        "text with address": answers(data, ContentType.TEXT, addressed=True),
        "text alone": answers(data, ContentType.TEXT, addressed=False),
    }
    figures = []
    for row, given in rows.items():
        figures += _shares(row, given)
    for row, given in rows.items():
        figures += _reliability(row, given)
    return figures


def answers(data: Path, content_type: ContentType, *, addressed: bool) -> list[Answer]:
    """What `date_page` says of every page in `data`/dates, read as HTML or as text, with or without its address."""
    folder = data / "dates"
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    return list(_answers(folder, gold, content_type, addressed))


def _answers(
    folder: Path, gold: dict[str, dict[str, str]], content_type: ContentType, addressed: bool
) -> Iterator[Answer]:
    ending = "html" if content_type is ContentType.HTML else "txt"
    for key, truth in sorted(gold.items()):
        with gzip.open(folder / f"{key}.{ending}.gz", "rt", encoding="utf-8") as file:
            page = parse(file.read(), content_type, truth["url"] if addressed else None)
        cut = extract(page)
        language = detect(cut.text or " ".join(page.lines)).code
        publication = date_page(page, cut, language=language)
        value = publication.value or ""
        confidence = publication.evidence.confidence if publication.evidence else 0.0
        yield Answer(key, truth["date"], value[:10] if len(value) >= 10 else None, confidence, publication)


def _shares(row: str, given: Sequence[Answer]) -> list[Figure]:
    right = sum(one.right for one in given)
    none = sum(one.day is None for one in given)
    count = len(given)
    return [
        Figure(TABLE, row, "accuracy", right / count, count),
        Figure(TABLE, row, "wrong", (count - right - none) / count, count, higher_is_better=False),
        Figure(TABLE, row, "none", none / count, count, higher_is_better=False),
    ]


def _reliability(row: str, given: Sequence[Answer]) -> list[Figure]:
    """For each range of confidence what was said on average and how many were right; then the mean distance of the
    two over all ranges, weighted by their size (the expected calibration error)."""
    dated = [one for one in given if one.day is not None]
    figures = []
    off = 0.0
    for low, high in pairwise(BINS):
        inside = [one for one in dated if low <= one.confidence < high]
        if not inside:
            continue
        said = sum(one.confidence for one in inside) / len(inside)
        right = sum(one.right for one in inside) / len(inside)
        off += abs(said - right) * len(inside) / len(dated)
        name = f"{row}, said {low:.2f} to {min(high, 1.0):.2f}"
        figures.append(Figure(RELIABILITY, name, "mean confidence", said, len(inside)))
        figures.append(Figure(RELIABILITY, name, "share right", right, len(inside)))
    figures.append(Figure(RELIABILITY, row, "calibration error", off, len(dated), higher_is_better=False))
    return figures
