"""The cost of a document in archives of 2,000 to 200,000 documents, and the curve as a picture."""

import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import log10
from pathlib import Path
from typing import cast

from opensearchpy import OpenSearch

from benchmarks.filing import empty
from benchmarks.measure import Bench, Ratio, seconds
from benchmarks.texts import FEED, MadePage, article_of, pages, write_files
from clippings.articles import Article
from clippings.feeds import Feed, Format
from clippings.ingestion.ingesting import ingest
from clippings.ingestion.reconciling import reconcile
from clippings.ingestion.run import RunKind, RunRequest
from clippings.ingestion.selecting import select
from clippings.pipeline import Pipeline
from clippings.records import RawRecord
from clippings.search.client import connect
from clippings.settings import PROJECT, OpenSearchSettings

SIZES = (2_000, 6_000, 20_000, 60_000, 200_000)
PICTURE = PROJECT / "docs" / "pictures" / "growth.svg"


class _Untagged:
    """In place of the pipeline: every record is an article as it stands. The cost of tagging a page does not depend on how
    many others there are, and would hide what does."""

    version = "bench"

    def clip(self, record: RawRecord, *, made_before: date | None = None, default_source: str | None = None) -> Article:
        """The article of a record: all of its text, under one of twenty years."""
        number = int(record.id[:8], 16)
        day = date(2000, 1, 1) + timedelta(days=number % 7300)
        made = article_of(MadePage(record.content[:60], record.content, day, record.content), number)
        return replace(made, id=record.id, file=record.file, position=record.position, content_hash=record.digest)


def measure(bench: Bench) -> list[Ratio]:
    """A first run over archives of growing size, without tagging: planning, reading, filing, reconciling."""
    costs = []
    with connect(bench.opensearch) as client:
        for size in SIZES:
            count = bench.count(size)
            costs.append((count, 1000 * _run(bench, client, bench.opensearch, count) / count))
    PICTURE.write_text(_picture(costs), encoding="utf-8")
    (_, first), (most, last) = costs[0], costs[-1]
    curve = ", ".join(f"{cost:.2f} ms at {count:,}" for count, cost in costs)
    return [Ratio(f"cost of a document at {most:,} documents", f"at {costs[0][0]:,}", last / first, 1.15, False, curve)]


def _run(bench: Bench, client: OpenSearch, settings: OpenSearchSettings, count: int) -> float:
    empty(client, settings)
    with tempfile.TemporaryDirectory(prefix="clippings-bench-") as folder:
        write_files(pages(bench, count), Path(folder), 1000)
        feed = Feed(FEED, "Bench", folder, "0 0 1 1 *", date(2000, 1, 1), ("*.txt",), format=Format.SEPARATED)
        request = RunRequest(f"bench/{count}", feed, RunKind.MANUAL, None, datetime(2021, 1, 1, tzinfo=UTC))
        return seconds(lambda: _steps(client, settings, request))


def _steps(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest) -> None:
    ready = cast(Pipeline, _Untagged())
    batches = select(client, settings, request).batches
    for batch in batches:
        ingest(client, settings, ready, request, batch)
    reconcile(client, settings, request, batches)


WIDTH, HEIGHT, MARGIN = 560, 280, 50


def _picture(costs: list[tuple[int, float]]) -> str:
    """The curve as SVG: documents on a logarithmic scale, milliseconds a document from zero up."""
    fewest, most = log10(costs[0][0]), log10(costs[-1][0])
    highest = 1.25 * max(cost for _, cost in costs)

    def place(count: int, cost: float) -> tuple[float, float]:
        along = (log10(count) - fewest) / max(most - fewest, 0.01)
        return MARGIN + along * (WIDTH - 2 * MARGIN), HEIGHT - MARGIN - cost / highest * (HEIGHT - 2 * MARGIN)

    points = [(count, cost, *place(count, cost)) for count, cost in costs]
    line = " ".join(f"{x:.1f},{y:.1f}" for _, _, x, y in points)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#1f5fa8"/>'
        f'<text x="{x:.1f}" y="{y - 12:.1f}" text-anchor="middle">{cost:.2f}</text>'
        f'<text x="{x:.1f}" y="{HEIGHT - MARGIN + 20}" text-anchor="middle">{count:,}</text>'
        for count, cost, x, y in points
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{MARGIN}" y="24">milliseconds a document (planning, reading, filing, reconciling)</text>'
        f'<path d="M{MARGIN} {HEIGHT - MARGIN}H{WIDTH - MARGIN}" stroke="#888"/>'
        f'<polyline points="{line}" fill="none" stroke="#1f5fa8" stroke-width="2"/>{dots}'
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">documents in the archive</text></svg>\n'
    )
