"""Dates in the visible text, each with the zone of the page that it stands in."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property, lru_cache
from itertools import compress

from clippings.articles import Precision
from clippings.characters import lines_with_digits
from clippings.dates.expressions import Expression, expressions, first_time, lines_with_dates, normal
from clippings.dates.mentions import Mention, Place
from clippings.dates.order import SURE, Order
from clippings.pages import Block, Extraction, Page, lines_with

MOST_LINES = 4000
HEAD_LINES = 14
"""Filled lines before the main text that can still be its head, where the title is not found there."""
LONGEST_RELATIVE = 60
LONGEST_TIME_LINE = 24
LONG_LINE = 120
"""Characters from which a line is taken for a paragraph, where extraction says nothing of the lines."""

_BETWEEN_WORDS = re.compile(r"\W+")
_COPYRIGHT_SIGNS = ("©", "opyright", "OPYRIGHT", "(c)", "(C)")
_COPYRIGHT_YEAR = re.compile(
    r"(?:©|\(c\)|copyright)[^\n]{0,40}?(?<!\d)((?:19|20)\d\d)(?:\s?[-–]\s?((?:19|20)\d\d))?", re.I
)


@dataclass(frozen=True)
class Layout:
    """Where on a page its parts lie, as places in `Page.lines`.

    `title`: the title's line nearest above the text, None where it is not there. `first`, `last`: the first and last
    line of the main text. `kept`: its lines. `title_words`, `author_words`: as `plain_words` makes them, or empty.
    `blocks`: as in `Page`.
    """

    lines: tuple[str, ...]
    title: int | None
    first: int
    last: int
    kept: frozenset[int]
    title_words: str = ""
    author_words: str = ""
    blocks: tuple[Block, ...] = ()

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

    @cached_property
    def text(self) -> str:
        """The lines, divided by newlines."""
        return "\n".join(self.lines)

    @cached_property
    def copyright_years(self) -> tuple[int, int] | None:
        """The first and last year of the copyright lines outside of the main text."""
        years = [
            int(year)
            for at in sorted(lines_with(_COPYRIGHT_SIGNS, self.text) - self.kept)
            for match in _COPYRIGHT_YEAR.finditer(self.lines[at][:500])
            for year in match.groups()
            if year is not None
        ]
        return (min(years), max(years)) if years else None

    @property
    def since(self) -> int | None:
        """The year since which the site is there, where a copyright line says more than one year."""
        years = self.copyright_years
        return years[0] if years is not None and years[0] < years[1] else None


def _up(lines: tuple[str, ...], start: int, count: int) -> int:
    """The place `count` filled lines above `start`."""
    place = start
    while place > 0 and count > 0:
        place -= 1
        count -= bool(lines[place].strip())
    return place


def layout_of(page: Page, extraction: Extraction) -> Layout:
    """The page's parts, by the lines that extraction kept, or by where its text stands among the lines."""
    lines = page.lines[:MOST_LINES]
    kept = set(compress(range(len(lines)), extraction.kept))
    if not kept:
        paragraphs = {part.strip() for part in extraction.text.splitlines() if part.strip()}
        kept = {at for at, line in enumerate(lines) if line.strip() in paragraphs}
    if not kept:
        kept = {at for at, line in enumerate(lines) if len(line.strip()) >= LONG_LINE}
    first, last = (min(kept), max(kept)) if kept else (len(lines), len(lines))
    title, author = plain_words(extraction.title or ""), plain_words(extraction.author or "")
    return Layout(lines, _title_line(lines, title, first), first, last, frozenset(kept), title, author, page.blocks)


def plain_words(text: str) -> str:
    """The words of a text in small letters, divided by single spaces."""
    return _BETWEEN_WORDS.sub(" ", text).casefold().strip()


def holds(line: str, words: str) -> bool:
    """Whether words (as `plain_words` makes them) stand in a line one after another. Most lines have not even the longest
    of them."""
    return _longest(words) in line.casefold() and words in plain_words(line)


@lru_cache(maxsize=64)
def _longest(words: str) -> str:
    return max(words.split(" "), key=len)


def _title_line(lines: tuple[str, ...], title: str, first: int) -> int | None:
    if not title:
        return None
    for at in range(min(first, len(lines)) - 1, -1, -1):
        if len(lines[at]) < 4 * len(title) + 40 and holds(lines[at], title):
            return at
    return None


def visible_mentions(layout: Layout, language: str | None, order: Order) -> list[Mention]:
    """Every date with a year in the text, in order; both readings of one whose day and month are in doubt."""
    found: list[Mention] = []
    numbered = lines_with_digits(layout.text)
    likely = lines_with_dates([layout.lines[at] for at in numbered])
    dated = {numbered[place]: line for place, line in likely.items()}
    for at, line in enumerate(layout.lines):
        if at < layout.first and len(line) <= LONGEST_RELATIVE and found:
            found += _relative(layout, at, found)
        written = dated.get(at)
        if written is None or _is_address(line):
            continue
        for one in expressions(written, language, day_first=order.day_first):
            passage = written[max(0, one.start - 60) : one.end + 60].strip()
            whole = _with_time_below(layout, at, written, one)
            found.append(Mention.of(layout.place(at), whole, passage, at))
            if one.ambiguous and order.sureness < SURE:
                other = replace(whole, month=one.day, day=one.month, exchanged=True)
                found.append(Mention.of(layout.place(at), other, passage, at))
    return _settled(found)


NEAR_DAYS = 14
"""Days within which another date on the page confirms one reading of a date in doubt."""


def _settled(mentions: list[Mention]) -> list[Mention]:
    """The mentions, with one reading only of the dates in doubt where the dates that are not lie near that reading:
    "Sept. 29, 2020" makes 02/10/2020 the second of October."""
    doubtful = [one.expression for one in mentions if one.expression is not None and one.expression.ambiguous]
    if not doubtful:
        return mentions
    certain = {
        one.day
        for one in mentions
        if one.expression not in doubtful and one.precision in (Precision.DAY, Precision.MINUTE)
    }
    near = [one.exchanged for one in doubtful if any(abs((one.first_day - day).days) <= NEAR_DAYS for day in certain)]
    exchanged, kept = near.count(True), near.count(False)
    if exchanged == kept:
        return mentions
    return [
        one if one.expression is None or not one.expression.ambiguous else _read(one, one.expression)
        for one in mentions
        if one.expression is None or not one.expression.ambiguous or one.expression.exchanged == (exchanged > kept)
    ]


def _read(one: Mention, expression: Expression) -> Mention:
    return replace(one, expression=replace(expression, exchanged=False))


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

_DAYS_AGO = re.compile(
    r"^\W{0,3}(?:\w{4,12}\s)?(?:(?:vor|il y a|hace|há)\s(?P<before>\d{1,2})\s(?:tag|jour|d[ií]a)\w{0,3}|"
    r"(?P<behind>\d{1,2})\s(?:days? ago|giorn[oi] fa|dag(?:en)? geleden|dni temu|д(?:ень|ня|ней) назад|"
    r"д(?:ень|ні|нів) тому|dn[íy]\w{0,2} zpět|gün önce|dagar? sedan))\b(?P<rest>.{0,30})$",
    re.IGNORECASE,
)


def _relative(layout: Layout, at: int, known: list[Mention]) -> list[Mention]:
    """`Yesterday, 18:40` or `3 days ago` above the text, where the page's own day stands above it."""
    line = normal(layout.lines[at]).strip()
    match = _RELATIVE.match(line) or _DAYS_AGO.match(line)
    standing = [one for one in known if one.precision in (Precision.DAY, Precision.MINUTE)]
    if match is None or not standing or expressions(match["rest"]):
        return []
    named = match.groupdict()
    back = int(named.get("before") or named.get("behind") or bool(named.get("past")))
    time = first_time(match["rest"])
    if time is None and named.get("now"):
        return []  # "Today" alone is a heading, not a date
    day = standing[-1].day - timedelta(days=back)
    hour, zone = time if time is not None else (None, "")
    expression = Expression(day.year, day.month, day.day, 0, 0, time=hour, zone=zone)
    return [Mention.of(layout.place(at), expression, f"{line} ({standing[-1].text})"[:300], at)]
