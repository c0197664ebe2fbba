"""What is known of the main text of training pages: by hand where it is, otherwise by what other extractors agree on.

Articles have their whole body (the truth). Pages with segments have a few passages that must and must not be there; the
rest of their lines, and all lines of pages that come without any answer, are labelled by an extractor that reads the
HTML (trafilatura for the HTML model, and for the text model the HTML model itself, as it answers on sites that it has
not seen), and count the less the fewer of trafilatura's other settings and of readability agree.
"""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import trafilatura
from trafilatura.external import try_readability
from trafilatura.utils import load_html

from clippings.extraction.network import AFTER, BEFORE, GAP, MAIN
from clippings.extraction.training.labels import align

Floats = npt.NDArray[np.float32]

_SETTINGS: Mapping[str, Mapping[str, bool]] = {
    "default": {},
    "fast": {"fast": True},
    "precision": {"favor_precision": True},
    "recall": {"favor_recall": True},
}
_KNOWN_WEIGHT = 3.0
"""A line with a passage known by hand counts as much as this many lines on which all teachers agree."""


@dataclass(frozen=True, slots=True)
class TaughtPage:
    """One page with its answers. `kind` is the folder it comes from: articles, segments or dates."""

    key: str
    kind: str
    url: str
    html: str
    scrape: str
    answer: Mapping[str, Any]
    teachers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Labels:
    """For the lines of one page: main text or not, how much each line counts, and how much the page does."""

    main: npt.NDArray[np.bool_]
    trust: Floats
    page_weight: float

    def classes(self) -> npt.NDArray[np.intp]:
        """BEFORE, MAIN, GAP or AFTER for each line."""
        result = np.full(len(self.main), BEFORE, np.intp)
        on = np.flatnonzero(self.main)
        if len(on):
            result[on[0] : on[-1] + 1] = GAP
            result[on] = MAIN
            result[on[-1] + 1 :] = AFTER
        return result


def taught_pages(data: Path) -> Iterator[TaughtPage]:
    """All pages of the evaluation data under `data`, each with what every teacher says. A page is given once."""
    seen: set[str] = set()
    for kind, folder in (
        ("articles", data / "main_text" / "articles"),
        ("segments", data / "main_text" / "segments"),
        ("dates", data / "dates"),
    ):
        answers = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
        for key in sorted(answers):
            if key in seen:
                continue
            seen.add(key)
            html = gzip.decompress((folder / f"{key}.html.gz").read_bytes()).decode("utf-8", "replace")
            scrape = gzip.decompress((folder / f"{key}.txt.gz").read_bytes()).decode("utf-8", "replace")
            answer = answers[key]
            yield TaughtPage(key, kind, answer["url"].strip(), html, scrape, answer, _teachers(html))


def _teachers(html: str) -> dict[str, str]:
    said = {
        name: trafilatura.extract(html, include_comments=False, **settings) or ""
        for name, settings in _SETTINGS.items()
    }
    tree = load_html(html)
    said["readability"] = "\n".join(try_readability(tree).itertext()) if tree is not None else ""
    return said


def squeeze(text: str) -> str:
    """The text with all white space squeezed to single spaces."""
    return " ".join(text.split())


def label(lines: Sequence[str], page: TaughtPage, answer: str | None = None) -> Labels:
    """What the teachers say of the lines of a page (in either rendering).

    `answer`: the main text by a better extractor than trafilatura, where there is one: all teachers then vote on it.
    """
    n = len(lines)
    if page.kind == "articles":
        return Labels(np.array(align(lines, page.answer["articleBody"]), np.bool_), np.ones(n, np.float32), 2.0)
    votes = {name: np.array(align(lines, text), np.bool_) for name, text in page.teachers.items()}
    main = votes.pop("default") if answer is None else np.array(align(lines, answer), np.bool_)
    support = np.mean(list(votes.values()), axis=0) if n else np.zeros(0)
    trust = (0.4 + 0.6 * np.where(main, support, 1 - support)).astype(np.float32)
    if page.kind != "segments":
        return Labels(main, trust, 0.6 if main.any() else 0.0)
    squeezed = [squeeze(line) for line in lines]
    mistakes = 0
    for wanted, passages in ((True, page.answer["with"]), (False, page.answer["without"])):
        for passage in map(squeeze, passages):
            for number, line in enumerate(squeezed):
                if passage in line:
                    mistakes += bool(main[number] != wanted)
                    main[number], trust[number] = wanted, _KNOWN_WEIGHT
    return Labels(main, trust, 1 / (1 + 0.5 * mistakes))
