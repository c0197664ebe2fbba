"""The visible text of a parsed HTML page, one block a line, each with what its markup says of it.

The page is walked once. What a reader does not see (scripts, styles, form choices, the head) is left out; every
block-level element and every `<br>` ends a line, as in a text scrape of the page.
"""

import re
from enum import IntFlag
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

from clippings.pages import Block

UNSEEN = frozenset(
    [
        "head",
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "canvas",
        "audio",
        "video",
        "select",
        "option",
        "datalist",
        "textarea",
        "input",
        "source",
        "track",
        "map",
        "area",
        "meta",
        "link",
        "title",
    ]
)
BREAKING = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "button",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)


class Markup(IntFlag):
    """What the elements around a block say of it, by their tag, class and id."""

    NAVIGATION = 1 << 0
    ASIDE = 1 << 1
    FOOTER = 1 << 2
    HEADER = 1 << 3
    FIGURE = 1 << 4
    LIST = 1 << 5
    QUOTE = 1 << 6
    TABLE = 1 << 7
    HEADING_1 = 1 << 8
    HEADING = 1 << 9
    PARAGRAPH = 1 << 10
    ARTICLE = 1 << 11
    FORM = 1 << 12
    CODE = 1 << 13
    COMMENT = 1 << 14
    RELATED = 1 << 15
    SHARE = 1 << 16
    BYLINE = 1 << 17
    ADVERTISEMENT = 1 << 18
    CONTENT = 1 << 19
    NEWSLETTER = 1 << 20
    TAGS = 1 << 21
    TITLE = 1 << 22
    SUMMARY = 1 << 23
    HIDDEN = 1 << 24
    LINK = 1 << 25
    EMPHASIS = 1 << 26


_TAGS = {
    "nav": Markup.NAVIGATION,
    "menu": Markup.NAVIGATION,
    "aside": Markup.ASIDE,
    "footer": Markup.FOOTER,
    "header": Markup.HEADER,
    "figure": Markup.FIGURE,
    "figcaption": Markup.FIGURE,
    "caption": Markup.FIGURE,
    "li": Markup.LIST,
    "dd": Markup.LIST,
    "dt": Markup.LIST,
    "blockquote": Markup.QUOTE,
    "table": Markup.TABLE,
    "h1": Markup.HEADING_1,
    "h2": Markup.HEADING,
    "h3": Markup.HEADING,
    "h4": Markup.HEADING,
    "h5": Markup.HEADING,
    "h6": Markup.HEADING,
    "p": Markup.PARAGRAPH,
    "article": Markup.ARTICLE,
    "main": Markup.ARTICLE,
    "form": Markup.FORM,
    "button": Markup.FORM,
    "label": Markup.FORM,
    "fieldset": Markup.FORM,
    "pre": Markup.CODE,
    "code": Markup.CODE,
    "a": Markup.LINK,
    "strong": Markup.EMPHASIS,
    "b": Markup.EMPHASIS,
    "em": Markup.EMPHASIS,
    "i": Markup.EMPHASIS,
}

_NAMES = (
    (Markup.NAVIGATION, r"\bnav|navi|menu|breadcrumb|pagination|pager|toolbar|skip"),
    (Markup.ASIDE, r"sidebar|widget|aside|rail|\bbox\b|infobox"),
    (Markup.FOOTER, r"foot|copyright|legal|disclaimer|imprint|impressum"),
    (Markup.HEADER, r"masthead|header|topbar"),
    (Markup.FIGURE, r"caption|credit|photo|image|figure|gallery|slide|media|\bimg|bild|video"),
    (Markup.COMMENT, r"comment|disqus|respon[ds]|reply|discussion|kommentar|feedback"),
    (Markup.RELATED, r"relat|recommend|more|popular|trending|similar|teaser|promo|read-?next|also|latest|most|mehr"),
    (Markup.SHARE, r"shar(e|ing)|social|follow|twitter|facebook|addthis|whatsapp"),
    (Markup.BYLINE, r"author|byline|autor|meta|date|time|info|publish|writer|bio\b"),
    (Markup.ADVERTISEMENT, r"\bads?\b|\bad-|advert|sponsor|banner|anzeige|werbung|paywall|cookie|consent|modal|popup"),
    (Markup.CONTENT, r"article|content|story|entry|post|body|text|artikel|main"),
    (Markup.NEWSLETTER, r"newsletter|subscri|signup|sign-up|login|register|donate|abo\b"),
    (Markup.TAGS, r"\btags?\b|categor|topic|keyword|schlagw"),
    (Markup.TITLE, r"title|headline|heading"),
    (Markup.SUMMARY, r"summary|lead\b|intro|deck|standfirst|excerpt|subtitle|subhead|dek\b|abstract"),
    (Markup.HIDDEN, r"hidden|invisible|sr-only|screen-reader|visuallyhidden|noprint|no-print"),
)
_NAME_PATTERN = re.compile("|".join(f"(?P<{flag.name}>{pattern})" for flag, pattern in _NAMES))
_BITS = {flag.name: int(flag) for flag, _ in _NAMES}
_TAG_BITS = {tag: int(flag) for tag, flag in _TAGS.items()}
_LINK = int(Markup.LINK)
_HIDDEN = int(Markup.HIDDEN)
_WHOLE_PAGE = frozenset({"html", "body"})
_PASSED_DOWN = ~int(Markup.LINK)


_NAME_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


@lru_cache(maxsize=32768)
def _named_word(word: str) -> int:
    bits = 0
    for match in _NAME_PATTERN.finditer(word):
        bits |= _BITS[match.lastgroup or ""]
    return bits


@lru_cache(maxsize=8192)
def _named(names: str) -> int:
    bits = 0
    for word in _NAME_WORD.findall(names.lower()):
        bits |= _named_word(word)
    return bits


class _Collector:
    """Gathers pieces of text until the block that they belong to ends."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._pieces: list[str] = []
        self._linked = 0
        self._markup = 0

    def add(self, text: str, bits: int) -> None:
        self._pieces.append(text)
        if not text.isspace():
            self._markup |= bits & _PASSED_DOWN
            if bits & _LINK:
                self._linked += len(text.strip())

    def end_block(self) -> None:
        if self._pieces:
            text = " ".join("".join(self._pieces).split())
            if text:
                self.blocks.append(Block(text, self._markup, min(1.0, self._linked / len(text))))
            self._pieces = []
            self._linked = 0
            self._markup = 0


def _bits_of(element: HtmlElement, inherited: int) -> int:
    """The flags that hold for text right inside `element`."""
    tag = element.tag
    bits = inherited | _TAG_BITS.get(tag, 0)
    attributes = element.attrib
    if attributes and tag not in _WHOLE_PAGE:
        names = f"{attributes.get('class', '')} {attributes.get('id', '')}"
        if len(names) > 1:
            bits |= _named(names)
        if "hidden" in attributes or "none" in attributes.get("style", ""):
            bits |= _HIDDEN
    return bits


def blocks_of(tree: HtmlElement) -> list[Block]:
    """The blocks of a page in reading order; none is empty. White space within a block is squeezed to single spaces."""
    collector = _Collector()
    contexts = [0]
    walker = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walker:
        tag = element.tag
        if event == "start":
            if tag in UNSEEN:
                walker.skip_subtree()
                contexts.append(contexts[-1])
                continue
            if tag in BREAKING:
                collector.end_block()
            bits = _bits_of(element, contexts[-1])
            contexts.append(bits)
            if element.text:
                collector.add(element.text, bits)
        else:
            contexts.pop()
            if tag in BREAKING:
                collector.end_block()
            if element.tail:
                collector.add(element.tail, contexts[-1])
    collector.end_block()
    return collector.blocks
