"""The search page's query with all its facets, against a bare match query, on one index of 100,000 documents."""

from random import Random
from statistics import quantiles

from opensearchpy import OpenSearch

from benchmarks.filing import empty
from benchmarks.measure import Bench, Ratio, seconds
from benchmarks.texts import article_of, pages
from clippings.search.aliases import read_alias, refresh
from clippings.search.client import connect
from clippings.search.indexing import file_articles
from clippings.search.queries import search
from clippings.search.requests import SearchRequest
from clippings.settings import OpenSearchSettings

DOCUMENTS = 100_000
QUESTIONS = 300


def measure(bench: Bench) -> list[Ratio]:
    """The 95th percentile of both, over questions of three words that stand in one title, asked in turn."""
    settings = bench.opensearch
    with connect(settings) as client:
        empty(client, settings)
        articles = (article_of(page, number) for number, page in enumerate(pages(bench, bench.count(DOCUMENTS))))
        for _ in file_articles(client, settings, articles):
            pass
        refresh(client, settings)
        held = client.count(index=read_alias(settings))["count"]
        questions = _questions(bench)
        for question in questions[:50]:
            _page(client, settings, question), _bare(client, settings, question)
        pairs = [
            (
                seconds(lambda question=question: _page(client, settings, question)),
                seconds(lambda question=question: _bare(client, settings, question)),
            )
            for question in questions
        ]
    page = quantiles((one for one, _ in pairs), n=20)[-1]
    bare = quantiles((other for _, other in pairs), n=20)[-1]
    return [
        Ratio(
            "the page's query with all facets (p95)",
            "a bare match query",
            page / bare,
            2.0,
            False,
            f"{page * 1000:.1f} ms against {bare * 1000:.1f} ms on {held} documents",
        )
    ]


def _questions(bench: Bench) -> list[str]:
    random = Random(3)  # noqa: S311 - the same questions every time
    titles = [page.title.split() for page in pages(bench, 2 * QUESTIONS)]
    return [
        " ".join(random.sample(title, k=min(3, len(title))))
        for title in random.sample(titles, k=min(QUESTIONS, len(titles)))
    ]


def _page(client: OpenSearch, settings: OpenSearchSettings, question: str) -> None:
    search(client, settings, SearchRequest(text=question))


def _bare(client: OpenSearch, settings: OpenSearchSettings, question: str) -> None:
    answer = client.search(index=read_alias(settings), body={"query": {"match": {"text": question}}, "size": 10})
    if not answer["hits"]["hits"]:
        raise ValueError(f"nothing found for {question!r}: there is nothing to compare with")
