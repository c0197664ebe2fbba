"""The table of what `make run` filed, read back from the index."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clippings.articles import Article
from clippings.errors import ConfigurationError
from clippings.feeds import load_feeds
from clippings.search.aliases import refresh
from clippings.search.client import connect
from clippings.search.queries import get_article, search
from clippings.search.requests import SearchRequest, Sort
from clippings.settings import OpenSearchSettings

MOST_ROWS = 100
PLAIN_WIDTH = 150
"""Columns of the table where the output is no terminal."""


def files_of(feed_id: str) -> frozenset[str]:
    """The files of a feed in a local folder, as paths within it. Raises ConfigurationError where there is none."""
    for feed in load_feeds():
        if feed.id == feed_id:
            folder = Path(feed.location)
            found = (path for pattern in feed.patterns for path in folder.glob(pattern) if path.is_file())
            return frozenset(path.relative_to(folder).as_posix() for path in found)
    raise ConfigurationError(f"include/feeds.yaml declares no feed “{feed_id}”, which `make run` files: put it back.")


def filed_articles(settings: OpenSearchSettings, feed_id: str) -> list[Article]:
    """The articles of a feed in the index, by file, at most MOST_ROWS. Raises ServiceError."""
    client = connect(settings)
    refresh(client, settings)
    every = SearchRequest(feeds=(feed_id,), sort=Sort.OLDEST, size=MOST_ROWS, every_copy=True)
    found = search(client, settings, every)
    filed = [get_article(client, settings, hit.id) for hit in found.hits]
    return sorted(
        (one.article for one in filed if one is not None), key=lambda article: (article.file, article.position)
    )


def print_table(articles: list[Article]) -> None:
    """Print a line for each article, on standard output."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PLAIN_WIDTH)
    table = Table(title=f"Filed in OpenSearch: {len(articles)} documents", title_justify="left")
    for name in ("File", "Source", "Date", "Language"):
        table.add_column(name, no_wrap=True)
    table.add_column("Title")
    table.add_column("Words", justify="right")
    for article in articles:
        cells = (
            article.file,
            article.source.name,
            article.publication.value or "unknown",
            article.language.code or "unknown",
            article.title or "",
            str(article.words),
        )
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
