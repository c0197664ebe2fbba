"""The search page's query with all its facets, against a bare match query, on one index."""

from random import Random
from statistics import quantiles

from opensearchpy import OpenSearch

from benchmarks.filing import DOCUMENTS
from benchmarks.measure import Ratio, seconds
from benchmarks.texts import made_pages
from clippings.search import SearchRequest, search
from clippings.search.aliases import read_alias, refresh
from clippings.search.client import connect
from clippings.settings import OpenSearchSettings

QUESTIONS = 200


def measure(settings: OpenSearchSettings) -> list[Ratio]:
    """p95 of both, over the documents that the filing benchmark left in the index."""
    client = connect(settings)
    refresh(client, settings)
    held = client.count(index=read_alias(settings))["count"]
    questions = _questions()
    for question in questions[:20]:
        search(client, settings, SearchRequest(text=question))
        _bare(client, settings, question)
    pairs = [
        (
            seconds(lambda question=question: search(client, settings, SearchRequest(text=question))),
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


def _questions() -> list[str]:
    random = Random(3)  # noqa: S311 - the same questions every time
    titles = [page.title.split() for page in made_pages(DOCUMENTS, seed=2)]
    return [" ".join(random.sample(title, k=min(3, len(title)))) for title in random.sample(titles, k=QUESTIONS)]


def _bare(client: OpenSearch, settings: OpenSearchSettings, question: str) -> None:
    client.search(index=read_alias(settings), body={"query": {"match": {"text": question}}, "size": 10})
