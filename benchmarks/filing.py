"""Filing against opensearch-py's own bulk helper, and an unchanged feed against its first run, on the real node."""

import shutil
import tempfile
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

from opensearchpy import OpenSearch, helpers

from benchmarks.measure import Ratio, seconds
from benchmarks.texts import made_pages
from clippings.articles import Article
from clippings.feeds import Feed, Format
from clippings.ingestion.local import run_here
from clippings.ingestion.run import RunKind, RunRequest
from clippings.pipeline import Pipeline
from clippings.records import ContentType, RawRecord
from clippings.search.aliases import ensure_index, versioned_index
from clippings.search.client import connect
from clippings.search.documents import body
from clippings.search.indexing import file_articles
from clippings.settings import OpenSearchSettings

DOCUMENTS = 3000
ROUNDS = 3


def measure(settings: OpenSearchSettings) -> list[Ratio]:
    """The index step and the catalogue, on documents made from a seed."""
    client = connect(settings)
    pipeline = Pipeline.load()
    articles = _articles(pipeline)
    theirs = min(_theirs(client, settings, articles) for _ in range(ROUNDS))
    ours = min(_ours(client, settings, articles) for _ in range(ROUNDS))
    return [
        Ratio(
            "filing articles (documents a second)",
            "parallel_bulk of ready-made bodies",
            theirs / ours,
            0.9,
            True,
            f"{len(articles) / ours:.0f} against {len(articles) / theirs:.0f} documents/s, {len(articles)} documents",
        ),
        _unchanged(client, settings),
    ]


def _articles(pipeline: Pipeline) -> list[Article]:
    records = (
        RawRecord("bench", f"{number}.txt", 0, page.scrape, ContentType.TEXT)
        for number, page in enumerate(made_pages(DOCUMENTS))
    )
    clipped = [pipeline.clip(record) for record in records]
    return [one for one in clipped if isinstance(one, Article)]


def _empty(client: OpenSearch, settings: OpenSearchSettings) -> None:
    client.indices.delete(index=f"{settings.index_prefix}*", ignore_unavailable=True)
    ensure_index(client, settings)


def _ours(client: OpenSearch, settings: OpenSearchSettings, articles: list[Article]) -> float:
    _empty(client, settings)
    return seconds(lambda: [None for _ in file_articles(client, settings, articles)])


def _theirs(client: OpenSearch, settings: OpenSearchSettings, articles: list[Article]) -> float:
    _empty(client, settings)
    index = versioned_index(settings, 1)
    actions = [{"_index": index, "_id": article.id, "_source": body(article)} for article in articles]
    return seconds(lambda: [None for _ in helpers.parallel_bulk(client, actions, thread_count=2)])


def _unchanged(client: OpenSearch, settings: OpenSearchSettings) -> Ratio:
    _empty(client, settings)
    folder = Path(tempfile.mkdtemp(prefix="clippings-bench-"))
    try:
        for number, page in enumerate(made_pages(DOCUMENTS, seed=2)):
            (folder / f"{number:06}.txt").write_text(page.scrape, encoding="utf-8")
        feed = Feed("bench", "Bench", str(folder), "0 0 1 * *", date(2000, 1, 1), ("*.txt",), format=Format.TEXT)
        numbers = count()

        def run() -> None:
            request = RunRequest(f"bench/{next(numbers)}", feed, RunKind.MANUAL, None, datetime(2020, 1, 1, tzinfo=UTC))
            run_here(client, settings, request)

        first = seconds(run)
        again = min(seconds(run) for _ in range(ROUNDS))
    finally:
        shutil.rmtree(folder)
    return Ratio(
        "an unchanged feed run again (time)",
        "its first run",
        again / first,
        0.02,
        False,
        f"{again:.2f} s against {first:.1f} s for {DOCUMENTS} files of one page",
    )
