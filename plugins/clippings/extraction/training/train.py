"""Makes the line models: `python -m clippings.extraction.training.train DATA [--check]`.

DATA is a folder with the evaluation sets (`main_text/articles`, `main_text/segments`, `dates`; `make eval` says where
such data can be had). `--check` trains on four fifths of the sites and measures on the last, five times over, and
writes nothing. Everything is seeded: the same data give the same weights.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import tldextract
from tests.quality.scores import articles_score, segments_score

from clippings.extraction.features import base_features, context_features, strip_bullet
from clippings.extraction.line_model import HTML_WEIGHTS, TEXT_WEIGHTS, write_networks
from clippings.extraction.markup_features import markup_features, taken
from clippings.extraction.network import MAIN, Network
from clippings.extraction.parse import parse
from clippings.extraction.training.fit import Lesson, fit
from clippings.extraction.training.teachers import Labels, TaughtPage, label, taught_pages
from clippings.records import ContentType

Floats = npt.NDArray[np.float32]
Rendering = Callable[[Sequence[str]], list[str]]

NETWORKS = 3
ROUNDS = 20
DROPOUT = 0.25
FOLDS = 5
THRESHOLD = 0.45

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
    bare_lesson: Lesson | None = None
    """The same page as a scrape that holds the article and next to nothing else."""


def _lesson(renderings: tuple[Floats, ...], words: Floats, labels: Labels) -> Lesson:
    weights = labels.trust * np.sqrt(np.minimum(words, 100))
    weights *= 20 * labels.page_weight / max(float(weights.sum()), 1e-6)
    return Lesson(renderings, labels.classes(), weights.astype(np.float32))


def text_example(page: TaughtPage) -> Example | None:
    """The page as a plain-text scrape, in all renderings; None where it shows nothing."""
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
    labels = label(filled, page)
    return Example(page, tuple(filled), _lesson(tuple(features), words, labels), _bare_lesson(filled, labels))


def _bare_lesson(filled: Sequence[str], labels: Labels) -> Lesson | None:
    """Scrapes of the main text alone, with and without the few lines around it and blank lines between."""
    on = np.flatnonzero(labels.main)
    if len(on) < 3:
        return None
    begin, end = int(on[0]), int(on[-1]) + 1
    lines = filled[begin:end]
    cut = Labels(labels.main[begin:end], labels.trust[begin:end], labels.page_weight / 2)
    features = []
    words = np.zeros(0, np.float32)
    for rendered in (list(lines), [line for pair in zip(lines, [""] * len(lines), strict=True) for line in pair]):
        indices, base, words = base_features(rendered)
        features.append(context_features(base, indices, len(rendered)))
    return _lesson(tuple(features), words, cut)


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


def train(examples: Sequence[Example]) -> tuple[Network, ...]:
    """The networks whose average is the model."""
    lessons = [example.lesson for example in examples if example.lesson.weights.any()]
    lessons += [example.bare_lesson for example in examples if example.bare_lesson is not None]
    return tuple(fit(lessons, seed=seed, rounds=ROUNDS, dropout=DROPOUT) for seed in range(NETWORKS))


def folds(examples: Sequence[Example]) -> list[set[int]]:
    """The examples divided into `FOLDS` parts, all pages of a site in one part."""
    extractor = tldextract.TLDExtract(suffix_list_urls=())
    sites = [extractor(example.page.url.split("/http", 1)[-1]).domain for example in examples]
    order = sorted(set(sites))
    Random(0).shuffle(order)  # noqa: S311 — a reproducible split, nothing secret
    part = {site: number % FOLDS for number, site in enumerate(order)}
    return [{i for i, site in enumerate(sites) if part[site] == number} for number in range(FOLDS)]


def check(name: str, examples: Sequence[Example]) -> None:
    """Train and measure by site, and print F1, precision and recall for every rendering."""
    chosen: dict[tuple[int, int], str] = {}
    for held_out in folds(examples):
        networks = train([example for i, example in enumerate(examples) if i not in held_out])
        for i in held_out:
            for number, features in enumerate(examples[i].lesson.renderings):
                likely = np.mean([np.exp(network.log_probabilities(features)[:, MAIN]) for network in networks], axis=0)
                kept = [line for line, share in zip(examples[i].lines, likely, strict=True) if share > THRESHOLD]
                chosen[i, number] = "\n".join(kept)
    for number in range(len(examples[0].lesson.renderings)):
        for kind, score in (("articles", articles_score), ("segments", segments_score)):
            answers = {e.page.key: e.page.answer for e in examples if e.page.kind == kind}
            texts = {e.page.key: chosen[i, number] for i, e in enumerate(examples) if e.page.kind == kind}
            f1, precision, recall = score(answers, texts)
            print(f"{name} rendering {number} {kind}: F1 {f1:.4f} precision {precision:.4f} recall {recall:.4f}")


def main() -> int:
    """Train or check both models."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--check", action="store_true", help="measure by site instead of writing weights")
    arguments = parser.parse_args()
    pages = list(taught_pages(arguments.data))
    for name, make, path in (("text", text_example, TEXT_WEIGHTS), ("html", html_example, HTML_WEIGHTS)):
        examples = [example for page in pages if (example := make(page)) is not None]
        if arguments.check:
            check(name, examples)
        else:
            write_networks(train(examples), path)
            print(f"{path.name}: {len(examples)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
