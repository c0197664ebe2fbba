"""Dates in the visible text, each with the zone of the page that it stands in."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from clippings.articles import Precision
from clippings.dates.expressions import Expression, expressions, first_time, normal
from clippings.dates.mentions import Mention, Place
from clippings.pages import Extraction, Page

MOST_LINES = 4000
HEAD_LINES = 14
"""Filled lines before the main text that can still be its head, where the title is not found there."""
LONGEST_RELATIVE = 60
LONGEST_TIME_LINE = 24
LONG_LINE = 120
"""Characters from which a line is taken for a paragraph, where extraction gives no verdicts."""


@dataclass(frozen=True)
class Layout:
    """Where on a page its parts lie, as places in `Page.lines`.

    `title`: the title's line nearest above the text, None where it is not there. `first`, `last`: the first and last
    line of the main text. `kept`: its lines.
    """

    lines: tuple[str, ...]
    title: int | None
    first: int
    last: int
    kept: frozenset[int]

    def place(self, line: int) -> Place:
        """The zone a line lies in."""
        if line in self.kept:
            return Place.BODY
        if line < self.first:
            return Place.HEAD if line >= self.head else Place.TOP
        return Place.GAP if line <= self.last else Place.TAIL

    @cached_property
    def head(self) -> int:
        """Where the article's head begins: a little above its title."""
        if self.title is not None:
            return _up(self.lines, self.title, 3)
        return _up(self.lines, self.first, HEAD_LINES)


def _up(lines: tuple[str, ...], start: int, count: int) -> int:
    """The place `count` filled lines above `start`."""
    place = start
    while place > 0 and count > 0:
        place -= 1
        count -= bool(lines[place].strip())
    return place


def layout_of(page: Page, extraction: Extraction) -> Layout:
    """The page's parts, by the verdicts of extraction, or by where its text stands among the lines."""
    lines = page.lines[:MOST_LINES]
    kept = {at for at, verdict in enumerate(extraction.verdicts[: len(lines)]) if verdict.kept}
    if not kept:
        paragraphs = {part.strip() for part in extraction.text.splitlines() if part.strip()}
        kept = {at for at, line in enumerate(lines) if line.strip() in paragraphs}
    if not kept:
        kept = {at for at, line in enumerate(lines) if len(line.strip()) >= LONG_LINE}
    first, last = (min(kept), max(kept)) if kept else (len(lines), len(lines))
    return Layout(lines, _title_line(lines, extraction.title, first), first, last, frozenset(kept))


def _title_line(lines: tuple[str, ...], title: str | None, first: int) -> int | None:
    if not title:
        return None
    wanted = re.sub(r"\W+", " ", title).casefold().strip()
    for at in range(min(first, len(lines)) - 1, -1, -1):
        if len(lines[at]) < 4 * len(title) + 40 and wanted in re.sub(r"\W+", " ", lines[at]).casefold():
            return at
    return None


def visible_mentions(layout: Layout, language: str | None, *, day_first: bool) -> list[Mention]:
    """Every date with a year in the text, in order."""
    found: list[Mention] = []
    for at, line in enumerate(layout.lines):
        if at < layout.first and len(line) <= LONGEST_RELATIVE and found:
            found += _relative(layout, at, found)
        if not any(character.isdigit() for character in line) or _is_address(line):
            continue
        composed = normal(line)
        for one in expressions(composed, language, day_first=day_first):
            passage = composed[max(0, one.start - 60) : one.end + 60].strip()
            whole = _with_time_below(layout, at, composed, one)
            found.append(Mention.of(layout.place(at), whole, passage, at))
    return found


def _is_address(line: str) -> bool:
    """Whether a line is nothing but an address, whose dates are found as such."""
    bare = line.strip()
    return bare.startswith(("http://", "https://")) and " " not in bare


def _with_time_below(layout: Layout, at: int, line: str, one: Expression) -> Expression:
    """A date that ends its line takes the time that stands alone on the next: `May 2nd, 2012` / `05:47 PM ET`."""
    if one.time is not None or one.day is None or len(line[one.end :].strip(" ,|-–")) > 0:
        return one
    below = next((text.strip() for text in layout.lines[at + 1 : at + 3] if text.strip()), "")
    found = first_time(below) if len(below) <= LONGEST_TIME_LINE and not expressions(normal(below)) else None
    return one if found is None else replace(one, time=found[0], zone=found[1])


_YESTERDAY = (
    "yesterday",
    "gestern",
    "hier",
    "ayer",
    "ieri",
    "ontem",
    "gisteren",
    "вчера",
    "вчора",
    "wczoraj",
    "včera",
    "dün",
)
_TODAY = (
    "today",
    "heute",
    "aujourd",
    "hoy",
    "oggi",
    "hoje",
    "vandaag",
    "сегодня",
    "сьогодні",
    "dzisiaj",
    "dnes",
    "bugün",
)
_RELATIVE = re.compile(
    rf"^\W{{0,3}}(?:(?P<past>{'|'.join(_YESTERDAY)})|(?P<now>{'|'.join(_TODAY)}))\b(?P<rest>.{{0,30}})$", re.IGNORECASE
)


def _relative(layout: Layout, at: int, known: list[Mention]) -> list[Mention]:
    """`Yesterday, 18:40` above the text, where the page's own day stands above it."""
    match = _RELATIVE.match(normal(layout.lines[at]).strip())
    standing = [one for one in known if one.precision in (Precision.DAY, Precision.MINUTE)]
    if match is None or not standing or expressions(match["rest"]):
        return []
    day = standing[-1].day - timedelta(days=1 if match["past"] else 0)
    time = first_time(match["rest"])
    if time is None and match["now"]:
        return []  # "Today" alone is a heading, not a date
    expression = Expression(
        day.year, day.month, day.day, 0, 0, time=None if time is None else time[0], zone="" if time is None else time[1]
    )
    return [Mention.of(layout.place(at), expression, f"{layout.lines[at].strip()} ({standing[-1].text})"[:300], at)]
