"""The page that shows an article as the pipeline sees it, line by line."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from fastapi import FastAPI, Request
from fastapi.params import Depends as Dependency
from fastapi.responses import HTMLResponse
from opensearchpy import OpenSearch

from clippings.articles import Rejected
from clippings.explaining import explain
from clippings.feeds import load_feeds
from clippings.ingestion.rereading import Unreadable, read_again
from clippings.pipeline import Pipeline
from clippings.search.queries import get_article
from clippings.settings import OpenSearchSettings
from clippings.version import pipeline_version

MOST_LINES = 3000
"""Lines that are shown of a page."""


@lru_cache(maxsize=1)
def _pipeline(version: str) -> Pipeline:
    """Today's pipeline: another `version` is another one."""
    return Pipeline.load()


def add_explaining(
    app: FastAPI,
    show: Callable[..., HTMLResponse],
    cluster: Callable[[], tuple[OpenSearch, OpenSearchSettings]],
    guarded: Sequence[Dependency],
    no_article: Callable[[Request], HTMLResponse],
) -> None:
    """Add the page to the app. `show` renders a template, `cluster` is asked at each request, `no_article` answers
    where the index holds no such article."""

    @app.get("/article/{article_id}/explain", response_class=HTMLResponse, dependencies=guarded)
    def explain_page(request: Request, article_id: str) -> HTMLResponse:
        filed = get_article(*cluster(), article_id)
        if filed is None:
            return no_article(request)
        version = pipeline_version()
        values = {"article": filed.article, "version": version, "explained": None, "why_not": None}
        found = read_again(filed.article, load_feeds())
        if isinstance(found, Unreadable):
            return show(request, "explain.html", **{**values, "why_not": found.why})
        explained = explain(
            _pipeline(version), found.record, made_before=found.made_before, default_source=found.feed.source
        )
        if isinstance(explained, Rejected):
            why = f"Today's pipeline would not take it: {explained.message}"
            return show(request, "explain.html", **{**values, "why_not": why})
        return show(request, "explain.html", **{**values, "explained": explained, "most_lines": MOST_LINES})
