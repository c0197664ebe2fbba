"""What 200 standing queries cost: filing with and without them, and tagging and filing, on the real node."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from opensearchpy import OpenSearch

from benchmarks.filing import empty
from benchmarks.measure import Bench, Ratio, interleaved
from benchmarks.texts import pages
from clippings.articles import Article
from clippings.ingestion.books import ensure_books
from clippings.pipeline import Pipeline
from clippings.records import ContentType, RawRecord
from clippings.search.aliases import ensure_index
from clippings.search.client import connect
from clippings.search.indexing import BeforeNew, file_articles
from clippings.search.requests import SearchRequest
from clippings.settings import OpenSearchSettings
from clippings.standing.matches import settle_matches
from clippings.standing.saved import save
from clippings.standing.watching import watch

QUERIES = 200
DOCUMENTS = 5000
ROUNDS = 3
RUN = "bench/1"

Filing = Callable[[BeforeNew | None], None]


@dataclass(frozen=True, slots=True)
class _Work:
    """Filing the same records again and again into an empty index."""

    client: OpenSearch
    settings: OpenSearchSettings
    pipeline: Pipeline
    records: list[RawRecord]
    articles: list[Article]

    def file(self, watching: BeforeNew | None) -> None:
        """File ready-made articles."""
        for _ in file_articles(self.client, self.settings, self.articles, before_new=watching):
            pass

    def clip_and_file(self, watching: BeforeNew | None) -> None:
        """Make articles of the records, and file them: what a task does."""
        clipped = (self.pipeline.clip(record) for record in self.records)
        articles = (one for one in clipped if isinstance(one, Article))
        for _ in file_articles(self.client, self.settings, articles, before_new=watching):
            pass


def measure(bench: Bench) -> list[Ratio]:
    """Speed with 200 standing queries as a share of that without any, for words alone and with phrases among them."""
    settings = bench.opensearch
    pipeline = Pipeline.load()
    records = [
        RawRecord("bench", f"{number}.txt", 0, page.scrape, ContentType.TEXT)
        for number, page in enumerate(pages(bench, bench.count(DOCUMENTS)))
    ]
    articles = [one for one in map(pipeline.clip, records) if isinstance(one, Article)]
    ratios = []
    with connect(settings) as client:
        work = _Work(client, settings, pipeline, records, articles)
        for name, phrases in (("words", 0.0), ("words, a quarter of them phrases", 0.25)):
            empty(client, settings)
            ensure_books(client, settings)
            _save(client, settings, articles, phrases)
            watching = watch(client, settings, RUN)
            for what, filing in (("filing", work.file), ("tagging and filing", work.clip_and_file)):
                ratios.append(_measured(work, what, name, filing, watching))
    return ratios


def _measured(work: _Work, what: str, name: str, filing: Filing, watching: BeforeNew | None) -> Ratio:
    def forget() -> None:
        """An empty index again; the standing queries stay."""
        prefix = work.settings.index_prefix
        work.client.indices.delete(index=f"{prefix}articles-v*")
        ensure_index(work.client, work.settings)
        everything = {"query": {"match_all": {}}}
        work.client.delete_by_query(index=f"{prefix}clippings-matches", body=everything, refresh="true")

    filing(watching)  # the node warms up
    matches = sum(settle_matches(work.client, work.settings, RUN).values())
    with_them, without = interleaved(lambda: filing(watching), lambda: filing(None), ROUNDS, before=forget)
    count = len(work.articles)
    return Ratio(
        f"{what} with {QUERIES} standing queries of {name} (documents a second)",
        "the same without any",
        without / with_them,
        0.8,
        True,
        f"{count / with_them:.0f} against {count / without:.0f} documents/s, {count} documents, {matches} matches",
    )


def _save(client: OpenSearch, settings: OpenSearchSettings, articles: list[Article], phrases: float) -> None:
    random = Random(1)  # noqa: S311 - the same queries every time, no secrets
    for number, text in enumerate(islice(_questions(articles, random, phrases), QUERIES)):
        save(client, settings, f"query {number}", SearchRequest(text), "bench")


def _questions(articles: list[Article], random: Random, phrases: float) -> Iterator[str]:
    """Four words that stand in one article, which few others have together, or two that follow each other there."""
    while True:
        words = re.findall(r"[^\W\d_]{6,}", random.choice(articles).text)
        if len(words) < 10:
            continue
        if random.random() < phrases:
            place = random.randrange(len(words) - 1)
            yield f'"{words[place]} {words[place + 1]}"'
        else:
            yield " ".join(random.sample(words, 4))
