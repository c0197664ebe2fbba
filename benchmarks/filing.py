"""The index step alone, against opensearch-py's own bulk helper with ready-made bodies, on the real node."""

from opensearchpy import OpenSearch, helpers

from benchmarks.measure import Bench, Ratio, interleaved
from benchmarks.texts import article_of, pages
from clippings.articles import Article
from clippings.search.aliases import ensure_index, versioned_index
from clippings.search.client import connect
from clippings.search.documents import body
from clippings.search.indexing import file_articles
from clippings.settings import OpenSearchSettings

DOCUMENTS = 5000
ROUNDS = 5


def measure(bench: Bench) -> list[Ratio]:
    """Articles filed by the index step, and their bodies sent by `parallel_bulk`, each time into an empty index."""
    settings = bench.opensearch
    articles = [article_of(page, number) for number, page in enumerate(pages(bench, bench.count(DOCUMENTS)))]
    with connect(settings) as client:
        actions = _actions(settings, articles)
        empty(client, settings)
        _ours(client, settings, articles), _theirs(client, settings, actions)  # the node warms up
        ours, theirs = interleaved(
            lambda: _ours(client, settings, articles),
            lambda: _theirs(client, settings, actions),
            ROUNDS,
            before=lambda: empty(client, settings),
        )
    count = len(articles)
    return [
        Ratio(
            "filing articles (documents a second)",
            "parallel_bulk of ready-made bodies",
            theirs / ours,
            0.9,
            True,
            f"{count / ours:.0f} against {count / theirs:.0f} documents/s, {count} documents",
        )
    ]


def empty(client: OpenSearch, settings: OpenSearchSettings) -> None:
    """Throw away all under the prefix, and make an index with the repo's mapping."""
    client.indices.delete(index=f"{settings.index_prefix}*", ignore_unavailable=True)
    ensure_index(client, settings)


def _ours(client: OpenSearch, settings: OpenSearchSettings, articles: list[Article]) -> None:
    for _ in file_articles(client, settings, articles):
        pass


def _actions(settings: OpenSearchSettings, articles: list[Article]) -> list[dict[str, object]]:
    index = versioned_index(settings, 1)
    return [{"_index": index, "_id": article.id, "_source": body(article)} for article in articles]


def _theirs(client: OpenSearch, settings: OpenSearchSettings, actions: list[dict[str, object]]) -> None:
    for _ in helpers.parallel_bulk(client, actions, thread_count=2):
        pass
