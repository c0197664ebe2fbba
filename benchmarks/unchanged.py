"""A feed run again without a change in it, against its first run, without Airflow."""

import tempfile
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

from benchmarks.filing import empty
from benchmarks.measure import Bench, Ratio, seconds
from benchmarks.texts import FEED, pages, write_files
from clippings.feeds import Feed, Format
from clippings.ingestion.local import run_here
from clippings.ingestion.run import RunKind, RunRequest
from clippings.search.client import connect

DOCUMENTS = 20_000
ROUNDS = 3
LAYOUTS = {"one page a file": 1, "1,000 pages a file": 1000}
"""The catalogue is asked about files: many small ones are the harder case for it."""


def measure(bench: Bench) -> list[Ratio]:
    """The share of the first run's time that a run takes which finds nothing new."""
    return [_layout(bench, name, pages_a_file) for name, pages_a_file in LAYOUTS.items()]


def _layout(bench: Bench, name: str, pages_a_file: int) -> Ratio:
    settings = bench.opensearch
    numbers = count()
    with connect(settings) as client, tempfile.TemporaryDirectory(prefix="clippings-bench-") as folder:
        empty(client, settings)
        written = write_files(pages(bench, bench.count(DOCUMENTS), seed=2), Path(folder), pages_a_file)
        form = Format.TEXT if pages_a_file == 1 else Format.SEPARATED
        feed = Feed(FEED, "Bench", folder, "0 0 1 * *", date(2000, 1, 1), ("*.txt",), format=form)

        def run() -> None:
            request = RunRequest(f"bench/{next(numbers)}", feed, RunKind.MANUAL, None, datetime(2020, 1, 1, tzinfo=UTC))
            run_here(client, settings, request)

        first = seconds(run)
        again = min(seconds(run) for _ in range(ROUNDS))
    return Ratio(
        f"an unchanged feed run again (time), {name}",
        "its first run",
        again / first,
        0.02,
        False,
        f"{again:.2f} s against {first:.1f} s for {written} pages",
    )
