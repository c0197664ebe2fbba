"""The pipeline on pages, against trafilatura on the same pages, in one process, by processor time."""

import gzip
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import process_time

import trafilatura

from benchmarks.measure import Bench, Ratio, interleaved, seconds
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
    ours, extract = interleaved(ours_html, theirs, ROUNDS, clock=process_time)
    text, _ = interleaved(ours_text, theirs, ROUNDS, clock=process_time)
    count = len(htmls)
    slowest = max(
        seconds(lambda page=page, kind=kind: _clip_all(pipeline, [page], kind))
        for pages, kind in ((htmls, ContentType.HTML), (texts, ContentType.TEXT))
        for page in pages
    )
    return [
        Ratio("the slowest page (seconds)", "nothing", slowest, 2.0, False, f"of {2 * count} pages"),
        *_against_mediacloud(ours_html, htmls),
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


def _against_mediacloud(ours_html: Callable[[], None], htmls: list[str]) -> list[Ratio]:
    """The same against mediacloud-metadata, where it is installed: it is not among the project's requirements."""
    if find_spec("mcmetadata") is None:
        print("mediacloud-metadata is not installed: not compared", file=sys.stderr)
        return []
    peer = import_module("mcmetadata")

    def theirs() -> None:
        for number, html in enumerate(htmls):
            # A page that the peer refuses has cost it its time, too.
            with suppress(Exception):
                peer.extract(f"https://www.example.com/{number}", html)

    theirs()
    ours, peers = interleaved(ours_html, theirs, ROUNDS, clock=process_time)
    figures = f"{len(htmls) / ours:.1f} against {len(htmls) / peers:.1f} pages/s on {len(htmls)} pages"
    return [Ratio("whole job on HTML (pages a second)", "mediacloud-metadata", peers / ours, 2.5, True, figures)]


def _html_pages(data: Path) -> list[Path]:
    pages = sorted((data / "main_text" / "articles").glob("*.html.gz"))
    return [page for page in pages if page.with_name(page.name.replace(".html.", ".txt.")).exists()][:PAGES]


def _read(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode("utf-8", "replace")


def _clip_all(pipeline: Pipeline, pages: list[str], content_type: ContentType) -> int:
    clipped = (pipeline.clip(RawRecord("bench", "page", 0, page, content_type)) for page in pages)
    return sum(isinstance(one, Article) for one in clipped)
