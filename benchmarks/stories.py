"""Grouping copies into stories: how many documents a second, and whether the next ten thousand take as long as the first.

`python -m benchmarks.stories FILE.svg` measures 100,000 documents and draws the picture; it needs a running OpenSearch
(`./clippings node --temporary -- …`), in which it leaves nothing.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, islice
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
    """Documents in the archive after a step, seconds to file and to group those that it brought, and the processor's
    seconds (this process and the node) for the grouping, which tell something on a machine that others use, too."""

    documents: int
    filing: float
    grouping: float
    processor: float


def measure(bench: Bench) -> list[Ratio]:
    """Documents a second, and the last steps against the first."""
    steps = list(grouped_in_steps(bench.opensearch, bench.count(DOCUMENTS)))
    total, spent = steps[-1].documents, sum(step.grouping for step in steps)
    first, last = (sum(step.grouping for step in some) for some in (steps[: STEPS // 2], steps[STEPS // 2 :]))
    return [
        Ratio(
            "grouping copies into stories (documents a second)",
            f"{A_SECOND} a second",
            total / spent / A_SECOND,
            1.0,
            True,
            _told(steps),
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


def _told(steps: Sequence[Step]) -> str:
    documents = steps[-1].documents
    spent, processor = (sum(each) for each in zip(*((step.grouping, step.processor) for step in steps), strict=True))
    return (
        f"{documents / spent:.0f} documents/s, {documents} documents, {COPIED:.0%} of them copies; "
        f"{processor / documents * 1000:.2f} ms of processor time each, so {2 * documents / processor:.0f} a second "
        "where two cores are free"
    )


def grouped_in_steps(settings: OpenSearchSettings, documents: int) -> Iterator[Step]:
    """File and group this many documents in steps. Raises ValueError where a copy was not found."""
    articles = _articles(documents)
    with connect(settings) as client:
        empty(client, settings)
        for number in range(1, STEPS + 1):
            some = list(islice(articles, documents // STEPS))
            filing = seconds(lambda some=some: _file(client, settings, some))
            done = []
            before = _processor(client)
            grouping = seconds(lambda done=done: done.append(group(client, settings)))
            processor = _processor(client) - before
            if done[0].articles != len(some):
                raise ValueError(f"{done[0].articles} of {len(some)} documents were grouped")
            yield Step(number * len(some), filing, grouping, processor)


def _processor(client: OpenSearch) -> float:
    """Seconds of processor time that this process and the nodes have used so far."""
    nodes = client.nodes.stats(metric="process")["nodes"].values()
    return time.process_time() + sum(node["process"]["cpu"]["total_in_millis"] for node in nodes) / 1000


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


WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 680, 380, 60, 70, 44
"""Of the picture, and of the margins around what is drawn."""


def picture(steps: Sequence[Step], *captions: str) -> str:
    """An SVG: seconds spent on grouping, by the clock and of the processor, over the number of documents.

    A straight line to the last point shows what linear would be.
    """
    documents = [0, *(step.documents for step in steps)]
    clock = [0.0, *accumulate(step.grouping for step in steps)]
    processor = [0.0, *accumulate(step.processor for step in steps)]
    highest = max(clock[-1], processor[-1])

    def point(number: int, second: float) -> tuple[float, float]:
        x = LEFT + number / documents[-1] * (WIDTH - LEFT - 40)
        return round(x, 1), round(HEIGHT - BOTTOM - second / highest * (HEIGHT - BOTTOM - TOP), 1)

    def line(spent: Sequence[float], colour: str, label: str) -> str:
        points = [point(number, second) for number, second in zip(documents, spent, strict=True)]
        drawn = " ".join(f"{x},{y}" for x, y in points)
        dots = "".join(f'<circle cx="{x}" cy="{y}" r="3.5"/>' for x, y in points[1:])
        x, y = points[-1]
        return (
            f'<path d="M{LEFT},{HEIGHT - BOTTOM}L{x},{y}" stroke="#999" stroke-dasharray="4"/>'
            f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/><g fill="{colour}">{dots}'
            f'<text x="{x}" y="{y - 9}" text-anchor="end">{label}: {spent[-1]:.0f} s</text></g>'
        )

    numbers = "".join(
        f'<text x="{point(number, 0)[0]}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{number:,}</text>'
        for number in documents[:: max(1, len(steps) // 5)]
    )
    told = "".join(
        f'<text x="8" y="{HEIGHT - 26 + 14 * place}" font-size="10">{caption}</text>'
        for place, caption in enumerate(captions)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">
<title>Seconds spent on grouping documents into stories, by their number</title>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>
<g fill="#333"><text x="8" y="20" font-size="14">Seconds spent on grouping, by the number of documents in the archive</text>
{numbers}{told}</g>
<path d="M{LEFT},{TOP}V{HEIGHT - BOTTOM}H{WIDTH - 20}" fill="none" stroke="#333"/>
{line(clock, "#8a1f1b", "by the clock")}
{line(processor, "#1b4f8a", "of the processors")}
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
            print(
                f"{step.documents:,}: filed in {step.filing:.1f} s, "
                f"grouped in {step.grouping:.1f} s ({step.processor:.1f} s of processor)",
                flush=True,
            )
            # After each step, so that a run that is interrupted leaves a picture of what it did.
            arguments.picture.write_text(picture(steps, _told(steps), machine()), encoding="utf-8")
    finally:
        with connect(settings) as client:
            client.indices.delete(index="bench-stories-*", ignore_unavailable=True)
    print(_told(steps))
    print(machine())
    return 0


if __name__ == "__main__":
    sys.exit(main())
