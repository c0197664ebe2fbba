"""A record's content made into a `Page`: HTML is parsed here, once, for everything that is to be found on it."""

import re
from contextlib import suppress
from itertools import islice

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HtmlProcessingInstruction, fromstring
from trafilatura.utils import is_dubious_html, repair_faulty_html

from clippings.extraction.bare_text import bare_text, shortened
from clippings.extraction.blocks import blocks_of
from clippings.pages import Page
from clippings.records import ContentType

_ADDRESS = re.compile(r"^<?(https?://[^\s<>\"]+)>?$", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"^https?://[^\s/]+\.[^\s]+$", re.IGNORECASE)
_LABELLED = re.compile(r"^(?:url|source url|link|permalink|adresse|адрес)\s*:\s*(https?://\S+)$", re.IGNORECASE)
_OWN_ADDRESS = {
    ("rel", "canonical"): "href",
    ("property", "og:url"): "content",
    ("name", "og:url"): "content",
    ("name", "twitter:url"): "content",
}
"""Attributes of elements that tell the page's address, the surest first, and the attribute that holds it."""
_UNWANTED_CONTROLS = tuple(map(chr, [*range(9), *range(14, 32), 0x7F, 0xFEFF, 0x200B, 0xAD]))

_UNPARSED = (etree.LxmlError, ValueError, TypeError, AssertionError)
"""What lxml raises for what is no page, or for text that names an encoding of its own."""

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
    """The tree as trafilatura's `load_html` builds it, so that its answer is the same on ours."""
    beginning = content[:50].lower()
    repaired = repair_faulty_html(content, beginning)
    tree = None
    with suppress(*_UNPARSED):
        tree = _parsed(repaired)
    if tree is None or not len(tree):
        with suppress(*_UNPARSED):
            tree = _parsed(repaired.encode("utf-8", "surrogatepass"))
    if tree is None or not len(tree) or (is_dubious_html(beginning) and len(tree) < 2):
        return None
    return tree


def _parsed(content: str | bytes) -> HtmlElement:
    tree: HtmlElement = fromstring(content, parser=_PARSER)
    return tree


def _parser() -> etree.HTMLParser:
    """A parser like trafilatura's, but that all elements are of one class: lxml's own way to give forms and inputs classes
    of theirs asks a function in Python for each element whenever it is touched, and nobody here needs them."""
    parser = etree.HTMLParser(
        collect_ids=False,
        default_doctype=False,  # type: ignore[call-arg]  # lxml knows it, its stubs do not
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
    )
    parser.set_element_class_lookup(
        etree.ElementDefaultClassLookup(
            element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction, entity=HtmlEntity
        )
    )
    return parser


_PARSER = _parser()


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
    found: dict[tuple[str, str], list[str]] = {}
    for element in tree.iter("link", "meta"):
        for attribute in ("rel", "property", "name"):
            mark = attribute, element.get(attribute, "")
            if mark in _OWN_ADDRESS:
                found.setdefault(mark, []).append(element.get(_OWN_ADDRESS[mark], "").strip())
    addresses = (value for mark in _OWN_ADDRESS for value in found.get(mark, ()))
    return next((value for value in addresses if _WEB_ADDRESS.match(value)), None)


def _address_in_lines(lines: tuple[str, ...]) -> str | None:
    """The address that stands alone on the first or the last line of a scrape (as scrapers put it there)."""
    filled = [line.strip() for line in (*lines[:40], *lines[-40:]) if line.strip()]
    for line in (filled[0], filled[-1]) if filled else ():
        match = _ADDRESS.match(line) or _LABELLED.match(line)
        if match:
            return match[1]
    return None
