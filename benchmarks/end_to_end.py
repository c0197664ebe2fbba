"""A DAG run by the real scheduler over delimited files, against the slower of its two parts done with nothing else."""

import multiprocessing
import tempfile
from datetime import date
from pathlib import Path

from opensearchpy import helpers

from benchmarks.filing import empty
from benchmarks.measure import Bench, Ratio, seconds
from benchmarks.scheduler import DAG, scheduler, seconds_of
from benchmarks.texts import FEED, article_of, pages, write_files
from clippings.articles import Article
from clippings.feeds import Feed, Format
from clippings.pipeline import Pipeline
from clippings.readers import read_file
from clippings.records import RawRecord
from clippings.search.aliases import read_alias, refresh, versioned_index
from clippings.search.client import connect
from clippings.search.documents import body

DOCUMENTS = 20_000
PAGES_A_FILE = 500
RUN_SECONDS = 7200.0


def measure(bench: Bench) -> list[Ratio]:
    """Tagging alone on two cores, `parallel_bulk` alone, and the whole run, one after the other on the same pages."""
    settings = bench.opensearch
    count = bench.count(DOCUMENTS)
    with connect(settings) as client, tempfile.TemporaryDirectory(prefix="clippings-bench-") as folder:
        files = Path(folder) / "files"
        empty(client, settings)
        actions = [
            {"_index": versioned_index(settings, 1), "_id": article.id, "_source": body(article)}
            for article in (article_of(page, number) for number, page in enumerate(pages(bench, count)))
        ]
        bulk = seconds(lambda: [None for _ in helpers.parallel_bulk(client, actions, thread_count=2)])
        empty(client, settings)
        files.mkdir()
        with scheduler(settings, files, "0 0 1 1 *") as stack:
            # The scheduler idles while tagging alone is timed, so that both sides share the machine with it.
            written = write_files(pages(bench, count), files, PAGES_A_FILE)
            tagging = seconds(lambda: _tag_all(files))
            run = stack.api.trigger(DAG)
            state = stack.api.wait_for_run(DAG, run, RUN_SECONDS)
            whole = seconds_of([stack.api.dag_run(DAG, run)])
        refresh(client, settings)
        held = client.count(index=read_alias(settings))["count"]
    if state != "success" or held < written:
        raise ValueError(f"the run ended with {state}, and the index holds {held} of {written} articles")
    slower = max(tagging, bulk)
    return [
        Ratio(
            "end to end: a DAG run (documents a second)",
            "the slower of tagging alone on both cores, and parallel_bulk of ready-made bodies",
            slower / whole,
            0.8,
            True,
            f"{written / whole:.1f} against {written / tagging:.1f} (tagging) and {written / bulk:.0f} (bulk) "
            f"documents/s, {written} documents",
        )
    ]


def _tag_all(folder: Path) -> None:
    """Read and clip the files in two processes, and do nothing with the articles."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for _ in pool.imap_unordered(_tag, sorted(str(file) for file in folder.iterdir())):
            pass


def _tag(file: str) -> int:
    path = Path(file)
    feed = Feed(FEED, "Bench", str(path.parent), "0 0 1 1 *", date(2000, 1, 1), ("*.txt",), format=Format.SEPARATED)
    pipeline = Pipeline.load()
    clipped = (pipeline.clip(record) for record in read_file(feed, path.name) if isinstance(record, RawRecord))
    return sum(isinstance(one, Article) for one in clipped)
