"""A page: a record's content parsed once, for everything that is to be found on it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml.html import HtmlElement


class Block(NamedTuple):
    """One block of a parsed HTML page. `markup` are flags of `clippings.extraction.blocks.Markup`; `linked` is the
    share of its characters that stand in links (0 to 1)."""

    text: str
    markup: int
    linked: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page as all finders see it.

    `lines`: the visible text, one block a line, as a text scrape has it (blank lines are empty strings).
    `tree`: the parsed HTML, None for a plain-text scrape. Finders must not change it (copy what you cut).
    `blocks`: for HTML, what stands behind each of `lines`; empty for a plain-text scrape.
    `url`: the page's own address, where it is known (given, canonical link, or a line of the scrape that is its URL).
    """

    lines: tuple[str, ...]
    tree: HtmlElement | None = None
    html: str | None = None
    url: str | None = None
    blocks: tuple[Block, ...] = ()


def lines_with(parts: Iterable[str], text: str) -> set[int]:
    """The lines of a text (counted from 0) that hold any of some parts: each part is looked for once in the whole text."""
    places = set()
    for part in parts:
        line, seen = 0, 0
        at = text.find(part)
        while at >= 0:
            line += text.count("\n", seen, at)
            places.add(line)
            seen = at
            end = text.find("\n", at)
            at = text.find(part, end) if end >= 0 else -1
    return places


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What main-text extraction thinks of one line of `Page.lines`: kept as main text or not, and how sure (0 to 1)."""

    kept: bool
    score: float
    role: str
    """title, byline, date, paragraph, heading, boilerplate, comment, caption, blank …"""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was cut out of a page.

    `text`: the main text, paragraphs divided by a blank line; never holds the title.
    `kept`: for each line of `Page.lines` whether it is main text (for HTML it may be empty: nothing is known).
    `judge`: gives the verdict on each line; most articles are filed without anybody asking.
    """

    text: str
    title: str | None
    author: str | None
    site_name: str | None
    method: str
    confidence: float
    kept: tuple[bool, ...] = ()
    judge: Callable[[], tuple[LineVerdict, ...]] = field(default=tuple, compare=False, repr=False)

    @property
    def verdicts(self) -> tuple[LineVerdict, ...]:
        """One for each line of `Page.lines`, as `judge` gives them."""
        return self.judge()
