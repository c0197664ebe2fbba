"""Grouping copies into stories: how many documents a second, and whether the next ten thousand take as long as the first.

`python -m benchmarks.stories FILE.svg` measures 100,000 documents and draws the picture; it needs a running OpenSearch
(`./clippings node --temporary -- …`), in which it leaves nothing.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from random import Random

from opensearchpy import OpenSearch

from benchmarks.filing import empty
from benchmarks.machine import machine
from benchmarks.measure import Bench, Ratio, seconds
from benchmarks.texts import article_of, made_pages
from clippings.articles import Article
from clippings.search.aliases import refresh
from clippings.search.client import connect
from clippings.search.indexing import file_articles
from clippings.settings import OpenSearchSettings, opensearch_from_environment
from clippings.stories.grouping import group

DOCUMENTS = 20_000
PICTURED = 100_000
STEPS = 10

COPIED = 0.2
"""Share of the documents that are copies of an earlier one: cut by up to 30 %, and a word in fifty replaced."""

KEPT = 5000
"""Texts that copies are made of: the latest, more or less."""

A_SECOND = 500
"""The goal: documents grouped in a second on two cores, signatures, comparison and writing together."""


@dataclass(frozen=True, slots=True)
class Step:
    """Documents in the archive after a step, seconds to file and to group those that it brought."""

    documents: int
    filing: float
    grouping: float


def measure(bench: Bench) -> list[Ratio]:
    """Documents a second, and the last steps against the first."""
    steps = list(grouped_in_steps(bench.opensearch, bench.count(DOCUMENTS)))
    total, time = steps[-1].documents, sum(step.grouping for step in steps)
    first, last = (sum(step.grouping for step in some) for some in (steps[: STEPS // 2], steps[STEPS // 2 :]))
    return [
        Ratio(
            "grouping copies into stories (documents a second)",
            f"{A_SECOND} a second",
            total / time / A_SECOND,
            1.0,
            True,
            f"{total / time:.0f} documents/s, {total} documents, {COPIED:.0%} of them copies",
        ),
        Ratio(
            "grouping the second half of the documents",
            "grouping the first half",
            last / first,
            1.3,
            False,
            f"{last:.1f} s against {first:.1f} s: linear in their number",
        ),
    ]


def grouped_in_steps(settings: OpenSearchSettings, documents: int) -> Iterator[Step]:
    """File and group this many documents in steps. Raises ValueError where a copy was not found."""
    articles = _articles(documents)
    with connect(settings) as client:
        empty(client, settings)
        for number in range(1, STEPS + 1):
            some = list(islice(articles, documents // STEPS))
            filing = seconds(lambda some=some: _file(client, settings, some))
            done = []
            grouping = seconds(lambda done=done: done.append(group(client, settings)))
            if done[0].articles != len(some):
                raise ValueError(f"{done[0].articles} of {len(some)} documents were grouped")
            yield Step(number * len(some), filing, grouping)


def _file(client: OpenSearch, settings: OpenSearchSettings, articles: Sequence[Article]) -> None:
    for outcome in file_articles(client, settings, articles):
        if outcome.message:
            raise ValueError(outcome.message)
    refresh(client, settings)


def _articles(documents: int) -> Iterator[Article]:
    random = Random(5)  # noqa: S311 - the same documents every time
    earlier: list[str] = []
    for number, page in enumerate(made_pages(documents, seed=6)):
        text = page.text
        if earlier and random.random() < COPIED:
            words = random.choice(earlier).split(" ")
            left = round(len(words) * random.uniform(0.7, 1))
            text = " ".join(word if random.random() > 0.02 else "edited" for word in words[:left])
        elif len(earlier) < KEPT:
            earlier.append(text)
        else:
            earlier[random.randrange(KEPT)] = text
        yield replace(article_of(page, number), text=text)


def picture(steps: Sequence[Step], caption: str) -> str:
    """An SVG: seconds spent on grouping over the number of documents, with the line that the last point belongs to."""
    width, height, left, bottom = 640, 360, 70, 60
    total = steps[-1].documents
    spent = [sum(step.grouping for step in steps[: place + 1]) for place in range(len(steps))]

    def place(documents: int, time: float) -> str:
        x = left + documents / total * (width - left - 30)
        y = height - bottom - time / spent[-1] * (height - bottom - 40)
        return f"{x:.0f},{y:.0f}"

    points = [place(step.documents, time) for step, time in zip(steps, spent, strict=True)]
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="4"/>' for x, y in (point.split(",") for point in points))
    labels = "".join(
        f'<text x="{x}" y="{height - bottom + 20}" text-anchor="middle">{step.documents:,}</text>'
        for step, (x, _) in zip(steps, (point.split(",") for point in points), strict=True)
        if step.documents * 5 % total == 0
    )
    times = "".join(
        f'<text x="{left - 8}" y="{float(place(0, share * spent[-1]).split(",")[1]) + 4:.0f}" text-anchor="end">'
        f"{share * spent[-1]:.0f} s</text>"
        for share in (0.25, 0.5, 0.75, 1)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">
<title>Seconds to group documents into stories, by their number</title>
<rect width="{width}" height="{height}" fill="#fff"/>
<g fill="#333">
<text x="{left}" y="22" font-size="14">Seconds spent on grouping, by the number of documents in the archive</text>
{labels}{times}
<text x="{left}" y="{height - 12}" font-size="10">{caption}</text></g>
<path d="M{left},40V{height - bottom}H{width - 20}" fill="none" stroke="#333"/>
<path d="M{place(0, 0)}L{points[-1]}" stroke="#999" stroke-dasharray="4"/>
<polyline points="{place(0, 0)} {" ".join(points)}" fill="none" stroke="#8a1f1b" stroke-width="2"/>
<g fill="#8a1f1b">{dots}</g>
</svg>
"""


def main() -> int:
    """Measure, print each step, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--documents", type=int, default=PICTURED)
    arguments = parser.parse_args()
    settings = replace(opensearch_from_environment(), index_prefix="bench-stories-", timeout=300.0)
    steps: list[Step] = []
    try:
        for step in grouped_in_steps(settings, arguments.documents):
            steps.append(step)
            print(f"{step.documents:,}: filed in {step.filing:.1f} s, grouped in {step.grouping:.1f} s", flush=True)
    finally:
        with connect(settings) as client:
            client.indices.delete(index="bench-stories-*", ignore_unavailable=True)
    time = sum(step.grouping for step in steps)
    rate = f"{arguments.documents / time:.0f} documents a second, a fifth of them copies; {machine()}"
    print(rate)
    arguments.picture.write_text(picture(steps, rate), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
