"""The main text of an HTML page: trafilatura's answer and the page's blocks, weighed together by the model of blocks."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import numpy as np
import numpy.typing as npt
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.metadata import (
    examine_meta,
    extract_meta_json,
    extract_sitename,
    extract_title,
)
from trafilatura.settings import Document

from clippings.extraction.bylines import find_author, is_byline
from clippings.extraction.confidence import expected_f1
from clippings.extraction.datelines import dateline_end, is_date_line, is_dateline
from clippings.extraction.endings import sign_offs
from clippings.extraction.line_model import html_likelihoods
from clippings.extraction.markup_author import markup_author
from clippings.extraction.markup_features import taken
from clippings.extraction.network import Network
from clippings.extraction.titles import same_title
from clippings.pages import Extraction, LineVerdict, Page

Floats = npt.NDArray[np.float32]

THRESHOLD = 0.6
"""A block at least this likely is kept; chosen on folds of sites that the model had not seen."""
LEAST_CONFIDENCE = 0.8
LEAST_AGREEMENT = 0.7
"""Where the model is less sure than this, or shares less with trafilatura's first answer, trafilatura's full answer (with
its slower second opinions) is taken; chosen on the same folds, where one page in twelve is such."""
_LEAST_WORDS = 10


def extract_blocks(page: Page, networks: Sequence[Network] | None = None) -> Extraction:
    """Title, author, site name and main text of a parsed page; the verdicts are those of its blocks.

    `networks`: others than those that ship (to measure what they make of sites that they have not seen).
    """
    if page.tree is None:
        raise ValueError("the page has no tree: it is a text scrape, for extract_lines")
    first_answer = _trafilatura_text(page.tree, fast=True)
    found = _metadata(page.tree)
    likely = html_likelihoods(page.blocks, taken(page.blocks, first_answer), networks)
    kept = likely >= THRESHOLD
    title = found.title.strip() if found.title else None
    lines = [block.text for block in page.blocks]
    words = np.fromiter((line.count(" ") + 1 for line in lines), np.int64, len(lines))
    confidence = expected_f1(words, likely, kept)
    if title is not None:
        for i in np.flatnonzero(kept):
            kept[i] = not same_title(lines[i], title)
    on = np.flatnonzero(kept)
    heading = [i for i in on[:3] if is_byline(lines[i]) or is_dateline(lines[i]) or is_date_line(lines[i])]
    if len(heading) < len(on):
        kept[heading] = False
    kept[sign_offs(lines, [int(i) for i in np.flatnonzero(kept)])] = False
    paragraphs = [lines[i] for i in np.flatnonzero(kept)]
    method = "blocks"
    shared = agreement("\n".join(paragraphs), first_answer)
    if confidence < LEAST_CONFIDENCE or shared < LEAST_AGREEMENT:
        theirs = _trafilatura_text(page.tree, fast=False)
        if theirs.count(" ") >= _LEAST_WORDS:
            kept = taken(page.blocks, theirs)
            paragraphs = [line for line in theirs.splitlines() if line.strip() and not _is_title(line, title)]
            method = "trafilatura"
            # on unseen sites this was right more often than the model's doubt says: half way to certain
            confidence = round((1 + min(confidence, shared)) / 2, 3)
    if paragraphs:
        paragraphs[0] = paragraphs[0][dateline_end(paragraphs[0]) :]
    return Extraction(
        text="\n\n".join(paragraphs),
        title=title,
        author=_author(found, lines, kept),
        site_name=found.sitename or None,
        method=method,
        confidence=confidence if paragraphs else 0.0,
        kept=tuple(kept.tolist()),
        judge=partial(_verdicts, lines, likely, kept, title),
    )


def agreement(one: str, other: str) -> float:
    """How many of their words two texts share (0 to 1; Dice's coefficient over words with their counts)."""
    ours, theirs = Counter(one.split()), Counter(other.split())
    return 2 * (ours & theirs).total() / max(ours.total() + theirs.total(), 1)


def _is_title(line: str, title: str | None) -> bool:
    return title is not None and same_title(line.strip(), title)


def _trafilatura_text(tree: HtmlElement, *, fast: bool) -> str:
    """What trafilatura takes as main text; `fast`: without its slower second opinions."""
    document = bare_extraction(tree, fast=fast, include_comments=False)
    return (document.text or "") if isinstance(document, Document) else ""


def _metadata(tree: HtmlElement) -> Document:
    """Title, author and site name as trafilatura reads them, without its search for a date (which is done elsewhere)."""
    found = examine_meta(tree)
    if found.author and " " not in found.author:
        found.author = None
    # Broken JSON-LD says nothing; the page's own elements are read below.
    with suppress(AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError):
        found = extract_meta_json(tree, found)
    found.title = found.title or extract_title(tree)
    found.author = found.author or markup_author(tree)
    found.sitename = found.sitename or extract_sitename(tree)
    found.clean_and_trim()
    return found


def _author(found: Document, lines: Sequence[str], kept: npt.NDArray[np.bool_]) -> str | None:
    if found.author:
        return ", ".join(name.strip() for name in found.author.split(";"))
    on = np.flatnonzero(kept)
    if not len(on):
        return None
    return find_author(lines, int(on[0]) - 12, int(on[0]), int(on[-1]))


def _verdicts(
    lines: Sequence[str], likely: Floats, kept: npt.NDArray[np.bool_], title: str | None
) -> tuple[LineVerdict, ...]:
    verdicts = []
    for line, keep, share in zip(lines, kept.tolist(), likely.tolist(), strict=True):
        if keep:
            role = "paragraph" if len(line) > 80 or line[-1] in '.!?…。"”»' else "heading"
        elif title is not None and same_title(line, title):
            role = "title"
        else:
            role = "byline" if is_byline(line) else "boilerplate"
        verdicts.append(LineVerdict(keep, round(share, 3), role))
    return tuple(verdicts)
