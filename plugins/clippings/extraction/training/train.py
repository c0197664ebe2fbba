"""Makes the line models: `python -m clippings.extraction.training.train DATA [--check]`.

DATA is a folder with the evaluation sets (`main_text/articles`, `main_text/segments`, `dates`; `make eval` says where
such data can be had). `--check` trains on four fifths of the sites and measures on the last, five times over, and
writes nothing. Everything is seeded: the same data give the same weights.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import tldextract
from tests.quality.scores import articles_score, segments_score

from clippings.extraction.features import base_features, context_features, strip_bullet
from clippings.extraction.line_model import HTML_WEIGHTS, TEXT_WEIGHTS, write_networks
from clippings.extraction.markup_features import markup_features, taken
from clippings.extraction.network import Network
from clippings.extraction.page_html import extract_blocks
from clippings.extraction.page_text import extract_lines
from clippings.extraction.parse import parse
from clippings.extraction.training.fit import Lesson, fit
from clippings.extraction.training.teachers import Labels, TaughtPage, label, taught_pages
from clippings.pages import Extraction
from clippings.records import ContentType

Floats = npt.NDArray[np.float32]
Rendering = Callable[[Sequence[str]], list[str]]

NETWORKS = 3
ROUNDS = 20
DROPOUT = 0.25
FOLDS = 5
BANDS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)
"""Bands of confidence that `--check` tells apart."""

# a scrape may come with or without blank lines, and with or without the indentation and bullets of a renderer
RENDERINGS: tuple[Rendering, ...] = (
    list,
    lambda lines: [line for line in lines if line.strip()],
    lambda lines: [strip_bullet(line) for line in lines],
    lambda lines: [bare for line in lines if (bare := strip_bullet(line))],
)


@dataclass(frozen=True, slots=True)
class Example:
    """A page ready to learn from: its filled lines and the lesson made of them."""

    page: TaughtPage
    lines: tuple[str, ...]
    lesson: Lesson


def _lesson(renderings: tuple[Floats, ...], words: Floats, labels: Labels) -> Lesson:
    weights = labels.trust * np.sqrt(np.minimum(words, 100))
    weights *= 20 * labels.page_weight / max(float(weights.sum()), 1e-6)
    return Lesson(renderings, labels.classes(), weights.astype(np.float32))


def text_example(page: TaughtPage, answer: str | None) -> Example | None:
    """The page as a plain-text scrape, in all renderings; None where it shows nothing. `answer`: as for `label`."""
    lines = page.scrape.splitlines()
    filled = [bare for line in lines if (bare := strip_bullet(line))]
    if not filled:
        return None
    features = []
    words = np.zeros(0, np.float32)
    for rendering in RENDERINGS:
        rendered = rendering(lines)
        indices, base, words = base_features(rendered)
        features.append(context_features(base, indices, len(rendered)))
    labels = label(filled, page, answer)
    return Example(page, tuple(filled), _lesson(tuple(features), words, labels))


def html_example(page: TaughtPage) -> Example | None:
    """The page as parsed HTML; None where it cannot be parsed."""
    parsed = parse(page.html, ContentType.HTML)
    indices, base, words = base_features(parsed.lines)
    if parsed.tree is None or not len(indices):
        return None
    blocks = [parsed.blocks[i] for i in indices]
    markup = markup_features(blocks, taken(blocks, page.teachers["fast"]))
    features = np.concatenate([context_features(base, indices, len(parsed.lines)), markup], axis=1)
    lines = tuple(block.text for block in blocks)
    return Example(page, lines, _lesson((features,), words, label(lines, page)))


def answers_on_unseen_sites(examples: Sequence[Example]) -> dict[str, str]:
    """The main text of every HTML page by a network that has not seen its site, by the pages' keys."""
    answers = {}
    for held_out in folds(examples):
        networks = train([example for i, example in enumerate(examples) if i not in held_out], 1)
        for page in (examples[i].page for i in held_out):
            answers[page.key] = extract_blocks(parse(page.html, ContentType.HTML, page.url), networks).text
    return answers


def train(examples: Sequence[Example], count: int = NETWORKS) -> tuple[Network, ...]:
    """The `count` networks whose average is the model."""
    lessons = [example.lesson for example in examples if example.lesson.weights.any()]
    return tuple(fit(lessons, seed=seed, rounds=ROUNDS, dropout=DROPOUT) for seed in range(count))


def folds(examples: Sequence[Example]) -> list[set[int]]:
    """The examples divided into `FOLDS` parts, all pages of a site in one part."""
    extractor = tldextract.TLDExtract(suffix_list_urls=())
    sites = [extractor(example.page.url.split("/http", 1)[-1]).domain for example in examples]
    order = sorted(set(sites))
    Random(0).shuffle(order)  # noqa: S311 — a reproducible split, nothing secret
    part = {site: number % FOLDS for number, site in enumerate(order)}
    return [{i for i, site in enumerate(sites) if part[site] == number} for number in range(FOLDS)]


def check(name: str, examples: Sequence[Example], count: int) -> None:
    """Train and measure by site, through all of the extraction: every page is cut with `count` networks that have not
    seen its site. Prints F1, precision and recall, and what the confidence is worth."""
    cut: dict[tuple[str, str], Extraction] = {}
    for held_out in folds(examples):
        networks = train([example for i, example in enumerate(examples) if i not in held_out], count)
        for page in (examples[i].page for i in held_out):
            if name == "html":
                cut["html", page.key] = extract_blocks(parse(page.html, ContentType.HTML, page.url), networks)
            else:
                tight = "\n".join(line for line in page.scrape.splitlines() if line.strip())
                cut["text", page.key] = extract_lines(parse(page.scrape, ContentType.TEXT, page.url), networks)
                cut["text-tight", page.key] = extract_lines(parse(tight, ContentType.TEXT, page.url), networks)
    for row in sorted({row for row, _ in cut}):
        for kind, score in (("articles", articles_score), ("segments", segments_score)):
            pages = [example.page for example in examples if example.page.kind == kind]
            found = {page.key: cut[row, page.key].text for page in pages}
            f1, precision, recall = score({page.key: page.answer for page in pages}, found)
            print(f"{row}, {kind}: F1 {f1:.4f} precision {precision:.4f} recall {recall:.4f}")
        _print_reliability(row, [e.page for e in examples if e.page.kind == "articles"], cut)


def _print_reliability(row: str, pages: Sequence[TaughtPage], cut: Mapping[tuple[str, str], Extraction]) -> None:
    """For pages whose whole text is known: the F1 that each band of confidence comes to."""
    scored = sorted(
        (cut[row, page.key].confidence, articles_score({"": page.answer}, {"": cut[row, page.key].text})[0])
        for page in pages
    )
    for low, high in pairwise(BANDS):
        band = [(said, true) for said, true in scored if low <= said < high]
        if band:
            said, true = (sum(values) / len(band) for values in zip(*band, strict=True))
            print(f"{row}, confidence {low:.2f} to {high:.2f}: said {said:.3f}, F1 {true:.3f} on {len(band)} pages")


def main() -> int:
    """Train or check both models."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--check", action="store_true", help="measure by site instead of writing weights")
    parser.add_argument("--networks", type=int, default=NETWORKS, help="how many are averaged (fewer: a faster check)")
    arguments = parser.parse_args()
    pages = list(taught_pages(arguments.data))
    of_html = [example for page in pages if (example := html_example(page)) is not None]
    answers = answers_on_unseen_sites(of_html)
    of_text = [example for page in pages if (example := text_example(page, answers.get(page.key))) is not None]
    for name, examples, path in (("text", of_text, TEXT_WEIGHTS), ("html", of_html, HTML_WEIGHTS)):
        if arguments.check:
            check(name, examples, arguments.networks)
        else:
            write_networks(train(examples, arguments.networks), path)
            print(f"{path.name}: {len(examples)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
