"""A record's content made into a `Page`: HTML is parsed here, once, for everything that is to be found on it."""

import re
from itertools import islice

from lxml.html import HtmlElement
from trafilatura.utils import load_html

from clippings.extraction.bare_text import bare_text, shortened
from clippings.extraction.blocks import blocks_of
from clippings.pages import Page
from clippings.records import ContentType

_ADDRESS = re.compile(r"^<?(https?://[^\s<>\"]+)>?$", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"^https?://[^\s/]+\.[^\s]+$", re.IGNORECASE)
_LABELLED = re.compile(r"^(?:url|source url|link|permalink|adresse|адрес)\s*:\s*(https?://\S+)$", re.IGNORECASE)
_UNWANTED_CONTROLS = tuple(map(chr, [*range(9), *range(14, 32), 0x7F, 0xFEFF, 0x200B, 0xAD]))

DEEPEST = 256
"""Elements within one another at which libxml2 ends, to keep its stack (`xmlParserMaxDepth`)."""

MOST_LINKS = 10_000
"""Links of a page beyond which those that stand by themselves are passed over: a list of links is no main text, and each
link of it costs as much as a paragraph does."""


def parse(content: str, content_type: ContentType, url: str | None = None) -> Page:
    """The page in `content`. `url` is its address where that is known; otherwise it is looked for on the page.

    HTML that cannot be parsed at all (or holds no element) is taken as plain text, and HTML that is nested too deep to be
    parsed to its end as the text between its tags. Of links beyond `MOST_LINKS`, those with no text beside them are passed
    over. Never raises for what a page holds.
    """
    if content_type is ContentType.HTML:
        tree = _tree(shortened(content))
        if tree is not None and _is_cut_off(tree):
            content = bare_text(content)
        elif tree is not None:
            _thin_out(tree)
            blocks = tuple(blocks_of(tree))
            return Page(
                lines=tuple(block.text for block in blocks),
                tree=tree,
                html=content,
                url=url or _address_in_head(tree),
                blocks=blocks,
            )
    for control in _UNWANTED_CONTROLS:
        if control in content:
            content = content.replace(control, "")
    lines = tuple(content.splitlines())
    return Page(lines=lines, url=url or _address_in_lines(lines))


def _tree(content: str) -> HtmlElement | None:
    """The tree as trafilatura would build it, so that its answer is the same on ours."""
    try:
        tree = load_html(content)
    except (TypeError, ValueError, AssertionError):
        return None
    return tree if isinstance(tree, HtmlElement) and len(tree) else None


def _is_cut_off(tree: HtmlElement) -> bool:
    """Whether the parser came to its limit of depth, where it ends without a word: the last elements lie that deep."""
    depth, last = 1, tree
    while len(last):
        last = last[-1]
        depth += 1
    return depth >= DEEPEST


def _thin_out(tree: HtmlElement) -> None:
    """Take links that stand by themselves out of a page that has too many, but for the first `MOST_LINKS`."""
    for link in list(islice(tree.iter("a"), MOST_LINKS, None)):
        alone = link
        parent = link.getparent()
        while parent is not None and parent.tag != "body" and _is_all(alone, parent):
            alone, parent = parent, parent.getparent()
        if parent is not None and alone is not link:
            alone.drop_tree()
        elif parent is not None and _stands_beside_links(link):
            link.tail = None
            link.drop_tree()


def _is_all(child: HtmlElement, parent: HtmlElement) -> bool:
    """Whether an element holds nothing but this child. (Its length is not asked: it is counted anew each time.)"""
    by_itself = child.getprevious() is None and child.getnext() is None
    return by_itself and not (parent.text or "").strip() and not (child.tail or "").strip()


_MARK_BETWEEN = 3
"""Characters at most of a mark between two links: `|`, `·`, `>>`."""


def _stands_beside_links(link: HtmlElement) -> bool:
    """Whether a link follows another, with no more than a mark before and behind it."""
    before = link.getprevious()
    while before is not None and before.tag == "br" and not (before.tail or "").strip():
        before = before.getprevious()
    texts = () if before is None else (before.tail or "", link.tail or "")
    return before is not None and before.tag == "a" and all(len(text.strip()) <= _MARK_BETWEEN for text in texts)


def _address_in_head(tree: HtmlElement) -> str | None:
    """The page's own address as its markup gives it: the canonical link, or Open Graph's url."""
    for path in (
        './/link[@rel="canonical"]/@href',
        './/meta[@property="og:url"]/@content',
        './/meta[@name="og:url"]/@content',
        './/meta[@name="twitter:url"]/@content',
    ):
        for value in tree.xpath(path):
            if _WEB_ADDRESS.match(value.strip()):
                return str(value.strip())
    return None


def _address_in_lines(lines: tuple[str, ...]) -> str | None:
    """The address that stands alone on the first or the last line of a scrape (as scrapers put it there)."""
    filled = [line.strip() for line in (*lines[:40], *lines[-40:]) if line.strip()]
    for line in (filled[0], filled[-1]) if filled else ():
        match = _ADDRESS.match(line) or _LABELLED.match(line)
        if match:
            return match[1]
    return None
