"""The pipeline on pages, against trafilatura on the same pages, in one process."""

import gzip
import os
from pathlib import Path

import trafilatura

from benchmarks.measure import Bench, Ratio, interleaved
from clippings.articles import Article
from clippings.pipeline import Pipeline
from clippings.records import ContentType, RawRecord

PAGES = 60
ROUNDS = 3


def measure(bench: Bench) -> list[Ratio]:
    """Ratios over the HTML pages and text twins below EVAL_DATA; none where it is not set."""
    data = os.environ.get("EVAL_DATA")
    if not data:
        return []
    pipeline = Pipeline.load()
    twins = [(html, html.with_name(html.name.replace(".html.", ".txt."))) for html in _html_pages(Path(data))]
    htmls = [_read(html) for html, _ in twins]
    texts = [_read(text) for _, text in twins]

    def ours_html() -> None:
        _clip_all(pipeline, htmls, ContentType.HTML)

    def ours_text() -> None:
        _clip_all(pipeline, texts, ContentType.TEXT)

    def theirs() -> None:
        for html in htmls:
            trafilatura.extract(html)

    ours_html(), ours_text(), theirs()  # the first pass loads models and fills caches
    ours, extract = interleaved(ours_html, theirs, ROUNDS)
    text, _ = interleaved(ours_text, theirs, ROUNDS)
    count = len(htmls)
    return [
        Ratio(
            "whole job on HTML (pages a second)",
            "trafilatura.extract alone",
            extract / ours,
            0.9,
            True,
            f"{count / ours:.1f} against {count / extract:.1f} pages/s on {count} pages",
        ),
        Ratio(
            "whole job on page text (pages a second)",
            "trafilatura.extract on the HTML twins",
            extract / text,
            8.0,
            True,
            f"{count / text:.1f} against {count / extract:.1f} pages/s on {count} pages",
        ),
    ]


def _html_pages(data: Path) -> list[Path]:
    pages = sorted((data / "main_text" / "articles").glob("*.html.gz"))
    return [page for page in pages if page.with_name(page.name.replace(".html.", ".txt.")).exists()][:PAGES]


def _read(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode("utf-8", "replace")


def _clip_all(pipeline: Pipeline, pages: list[str], content_type: ContentType) -> int:
    clipped = (pipeline.clip(RawRecord("bench", "page", 0, page, content_type)) for page in pages)
    return sum(isinstance(one, Article) for one in clipped)
