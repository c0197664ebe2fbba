"""What speaks for and against a day being the day of publication: numbers for the model of `scoring`."""

import functools
import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from clippings.articles import Precision
from clippings.characters import small
from clippings.dates.expressions import yearless_days
from clippings.dates.mentions import Mention, Place
from clippings.dates.visible import Layout, holds, plain_words
from clippings.extraction.blocks import Markup

MOST_MENTIONS = 20
"""Mentions of a day that are looked at closely."""
SHORT_LINE = 80
"""Characters up to which a line is no sentence."""
FAR = 8.0
"""Stands for the logarithm of a distance that there is none of."""

# These are looked for in `small` letters. None begins with \b, which would make the search five times as slow.
_PUBLISHED = re.compile(
    r"publi|posted|veröffentlich|erstellt|erschienen|geplaatst|опублик|дата|размещ|date\b|datum|created|written on|"
    r"eingestellt|vom\s*$|am\s*$|filed|issued|gepost|julkaistu|yayin|data\b|発表|掲載|发布|发表|时间|online seit|von\s|"
    r"by(?<=\bby)\s"
)
SURELY_PUBLISHED = re.compile(
    r"publi[sc]|publié|posted|veröffentlicht|erstellt|erschienen|geplaatst|опубликован|created|eingestellt|gepost|"
    r"julkaistu|yayinlan|publicerad|publisert|udgivet|pubblicat|objavljeno|opublikowan|publikováno|発表|掲載|发布|发表"
)
UPDATED = re.compile(
    r"updat|modif|aktuali|mis à jour|mise à jour|actuali|aggiornat|обновл|измен|geändert|bijgewerkt|stand\b|revised|"
    r"last change|güncel|päivitetty|更新|atualizad|uppdaterad|oppdatert|opdateret|ažurirano|aktualizov|bearbeitet|edited"
)
_COMMENT = re.compile(
    r"say(?<=\bsay)s?\b|said\b|reply|antwort|kommenta|comment|wrote|schrieb|a écrit|répond|dice|ответ|permalink|\| ?#"
)
_OTHER = re.compile(
    r"©|copyright|\(c\)|since|seit\b|depuis|born|geboren|until|bis(?<=\bbis)\b|am:|beginn|termin|event|uhr bis|joined|"
    r"registr|accessed|abgerufen|retrieved|captured|file photo|foto|photo|archiv"
)
_EVENT = re.compile(
    r"(?:\b(?:until|till|by|before|through|bis(?: zum)?|ab(?: dem)?|vom|zum|am|le|du|au|jusqu['’]au|el|del|al|hasta|dal|"
    r"fino al|до|с|по|und|and|et|y|e)\s|[-–—]\s?)\W{0,2}(?:[^\W\d_]{2,12},?\s)?$",
    re.IGNORECASE,
)
"""What stands before a day on which something takes place, or that ends a span."""
_SPAN = re.compile(
    r"\d{1,2}(?:\.|st|nd|rd|th)?(?:\s[^\W\d_]{3,12})?\s?(?:[-–—]|bis|to|al?|и|und|and)\s?$", re.IGNORECASE
)
"""What stands before the last day of a span."""
_CAPTION = re.compile(
    r"photo|foto|picture|image|bild(?<=\bbild)|getty|reuters|afp(?<=\bafp)\b|dpa(?<=\bdpa)\b|ap(?<=\bap)\b|©|fotografía|фото|"
    r"handout|screenshot"
)
"""In `small` letters, as those above."""
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")
_BULLET = re.compile(r"^\s*(?:[*•+»>·▪-]|\d{1,2}[.)])\s")


_FLAGS = {
    f"flag {flag.name}": int(flag)
    for flag in (
        Markup.BYLINE,
        Markup.RELATED,
        Markup.COMMENT,
        Markup.ASIDE,
        Markup.NAVIGATION,
        Markup.FOOTER,
        Markup.ARTICLE,
        Markup.CONTENT,
        Markup.HEADER,
        Markup.TITLE,
        Markup.LIST,
        Markup.FIGURE,
    )
}
"""Flags of HTML blocks that tell where a date stands."""
_PLACES = {f"in {place.name}": place for place in Place}
_STATED = (Place.LINKED, Place.PUBLISHED)
_ABOVE = (Place.TOP, Place.HEAD)


class _Close(NamedTuple):
    """One mention in the visible text, looked at closely."""

    small_before: str
    share: float
    short: bool
    begins: bool
    bullet: bool
    in_title: bool
    by_title: bool
    by_author: bool
    event: bool
    span: bool
    caption: bool
    shape: str
    bracketed: bool
    to_text: float
    to_title: float
    to_end: float
    below_title: bool
    weekday: int
    order: int
    flags: int
    linked: float


_NOTHING_CLOSE: Any = _Close._make(() for _ in _Close._fields)


def _log(value: float | None) -> float:
    return FAR if value is None else math.log1p(abs(value))


class DayFeatures:
    """The mentions of a page by day, and the numbers of each day."""

    def __init__(self, mentions: Sequence[Mention], layout: Layout) -> None:
        self.layout = layout
        exact = [one for one in mentions if one.precision in (Precision.DAY, Precision.MINUTE)]
        self.months = {one.value[:7] for one in mentions if one.precision is Precision.MONTH}
        self.by_day: dict[date, list[Mention]] = {}
        for one in exact:
            self.by_day.setdefault(one.day, []).append(one)
        self.days = sorted(self.by_day)
        if not exact:
            return
        self.visible = [one for one in exact if one.line is not None]
        certain = [one for one in exact if not (one.expression and one.expression.exchanged)]
        self.certain = sorted({one.day for one in certain})
        self.order = _ranks(one.day for one in self.visible)
        self.address = [one for one in mentions if one.place is Place.URL]
        self.address_month = {one.value[:7] for one in self.address}
        self.address_days = {one.day for one in self.address if one.precision is Precision.DAY}
        self.firsts: dict[Place, date] = {}
        for one in exact:
            self.firsts.setdefault(one.place, one.day)
        self.of_place = Counter((one.place, one.day) for one in exact)
        self.stated = {one.day for one in exact if one.place in _STATED}
        self.has_markup = any(one.place in (*_STATED, Place.TIME) for one in exact)
        self.has_head = any(one.place is Place.HEAD for one in exact)
        self.count = Counter(one.day for one in exact)
        self.total = sum(self.count.values())
        self.head_order = _ranks(one.day for one in self.visible if one.place is Place.HEAD)
        self.filled = (0, *accumulate(bool(line.strip()) for line in layout.lines))
        title = layout.title
        below = [one for one in self.visible if title is not None and (one.line or 0) >= title]
        self.first_below = below[0].day if below else None
        self.latest_above = max((one.day for one in certain if one.place in _ABOVE), default=None)
        self.close = {day: [self._close(one) for one in self._shown(day)] for day in self.days}
        self.shapes = Counter(shape for close in self.close.values() for shape in {one.shape for one in close})
        self.nearest = _ranks(self._by(lambda one: one.to_text))
        self.nearest_title = _ranks(self._by(lambda one: one.to_title))

    @cached_property
    def yearless(self) -> set[tuple[int, int]]:
        """Months and days named without a year between title and text, or in the first lines of the text."""
        head = list(range(self.layout.head, min(self.layout.first + 6, len(self.layout.lines))))
        lines = [self.layout.lines[at][:200] for at in head[-30:]]
        return {(one.month, one.day) for line in lines if _DIGITS.search(line) for one in yearless_days(line)}

    def _shown(self, day: date) -> list[Mention]:
        return [one for one in self.by_day[day] if one.line is not None][:MOST_MENTIONS]

    def _by(self, key: Callable[[_Close], float]) -> list[date]:
        best = {day: min(map(key, close)) for day, close in self.close.items() if close}
        return sorted(best, key=lambda day: (best[day], self.order.get(day, 0)))

    def vector(self, day: date) -> list[float]:
        """The numbers of one day, in the order of NAMES."""
        return list(self.numbers(day).values())

    def numbers(self, day: date) -> dict[str, float]:
        """The numbers of one day by their names."""
        mine = self.by_day[day]
        close = self.close[day]
        places = {one.place for one in mine}
        month = day.isoformat()[:7]
        of: Any = _Close._make(zip(*close, strict=True)) if close else _NOTHING_CLOSE  # the same by columns
        befores = of.small_before
        later = [other for other in self.certain if other > day]
        others = [other for other in self.certain if other != day]
        written = [one.expression for one in mine if one.expression is not None]
        apart = min((abs((other - day).days) for other in others), default=None)
        span = self.layout.copyright_years
        years = None if span is None else day.year - span[1]
        numbers = {name: float(place in places) for name, place in _PLACES.items()}
        numbers |= {
            "times in LINKED": float(min(self.of_place[Place.LINKED, day], 4)),
            "times in HEAD": float(min(self.of_place[Place.HEAD, day], 4)),
            "times in TOP": float(min(self.of_place[Place.TOP, day], 6)),
            "times in TAIL": float(min(self.of_place[Place.TAIL, day], 6)),
            "times in TIME": float(min(self.of_place[Place.TIME, day], 6)),
            "address names the month": float(month in self.address_month),
            "address names another month": float(bool(self.address_month) and month not in self.address_month),
            "address names another day": float(bool(self.address_days) and day not in self.address_days),
            "marked published": float(any(_PUBLISHED.search(text) for text in befores)),
            "marked surely published": float(any(SURELY_PUBLISHED.search(text) for text in befores)),
            "marked updated": float(any(UPDATED.search(text) for text in befores)),
            "marked comment": float(any(_COMMENT.search(text) for text in befores)),
            "marked otherwise": float(any(_OTHER.search(text) for text in befores)),
            "event": float(bool(close) and all(of.event)),
            "some event": float(any(of.event)),
            "ends a span": float(any(of.span)),
            "in a caption": float(any(of.caption)),
            "others of its shape": _log(min((self.shapes[shape] - 1 for shape in of.shape), default=None)),
            "alone on its line": float(max(of.share, default=0.0) > 0.6),
            "share of its line": max(of.share, default=0.0),
            "on a short line": float(any(of.short)),
            "begins its line": float(any(of.begins)),
            "in a list": float(any(of.bullet)),
            "all in lists": float(bool(close) and all(of.bullet)),
            "in the title": float(any(of.in_title)),
            "out of the title": float(not all(of.in_title)),
            "by the title": float(any(of.by_title)),
            "by the author": float(any(of.by_author)),
            "bracketed": float(any(of.bracketed)),
            "below the title": float(any(of.below_title)),
            "with time": float(any(one.precision is Precision.MINUTE for one in mine)),
            "with weekday": float(max(of.weekday, default=0, key=abs)),
            "order among dates": float(min(self.order.get(day, 12), 12)),
            "first below title": float(day == self.first_below),
            "distance to text": _log(min(of.to_text, default=None)),
            "distance to title": _log(min(of.to_title, default=None)),
            "distance to end": _log(min(of.to_end, default=None)),
            "rank by distance to text": float(min(self.nearest.get(day, 9), 9)),
            "rank by distance to title": float(min(self.nearest_title.get(day, 9), 9)),
            "count": math.log1p(self.count[day]),
            "share of dates": self.count[day] / self.total,
            "latest day": float(day == self.days[-1]),
            "earliest day": float(day == self.days[0]),
            "days on page": math.log1p(len(self.days)),
            "days after it": math.log1p(len(later)),
            "years before latest": min(20.0, max(0, (self.certain[-1] - day).days) / 365),
            "time before latest": _log(max(0, (self.certain[-1] - day).days)),
            "time before latest above": _signed(day, self.latest_above),
            "time to nearest": _log(apart),
            "time to stated": _log(min((abs((one - day).days) for one in self.stated), default=None)),
            "time from changed": _signed(day, self.firsts.get(Place.MODIFIED)),
            "days stated": float(min(len(self.stated), 5)),
            "years from copyright": 9.0 if years is None else float(max(-6, min(3, years))),
            "markup silent": float(not self.has_markup),
            "head silent": float(not self.has_head),
            "order of day and month": float(min(of.order, default=0)),
            "short year": float(bool(written) and all(one.short_year for one in written)),
            "support": float(len(places)),
            "agrees with a month": float(month in self.months),
            "agrees with a yearless day": float((day.month, day.day) in self.yearless),
            "first of markup": float(any(self.firsts[place] == day for place in places if place not in _ABOVE)),
            "relative order in head": float(min(self.head_order.get(day, 6), 6)),
            "has address": float(bool(self.address)),
            "title known": float(self.layout.title is not None),
            "lines": _log(self.filled[-1]),
            "least linked": min(of.linked, default=0.0),
        }
        flags = functools.reduce(operator.or_, of.flags, 0)
        for name, bit in _FLAGS.items():
            numbers[name] = float(flags & bit != 0)
        return numbers

    def _close(self, one: Mention) -> _Close:
        layout = self.layout
        at = one.line or 0
        start, end = (one.expression.start, one.expression.end) if one.expression else (0, 0)
        line = layout.lines[at]
        bare = line.strip()
        before = line[max(0, start - 60) : start]
        around = [line, *self._neighbours(at, -2), *self._neighbours(at, 1)]
        block = layout.blocks[at] if at < len(layout.blocks) else None
        expression = one.expression
        weekday = 0
        if expression is not None and expression.weekday is not None:
            weekday = 1 if expression.weekday == one.day.weekday() else -1
        beside = [line, *self._neighbours(at, -1)]
        return _Close(
            small_before=small(_before(layout.lines, at, start)),
            share=min(1.0, (end - start) / (len(bare) or 1)),
            short=len(bare) <= SHORT_LINE,
            begins=len(line[:start].strip()) <= 3,
            bullet=_BULLET.match(line) is not None,
            in_title=self._in_title(line, start, end),
            by_title=at != layout.title and any(_names(layout.title_words, text) for text in beside),
            by_author=any(_names(layout.author_words, text) for text in around),
            event=_EVENT.search(before) is not None and len(bare) > SHORT_LINE / 2,
            span=_SPAN.search(before) is not None,
            caption=_CAPTION.search(small(line[max(0, start - 80) : start] + line[end : end + 80])) is not None,
            shape=_shape(line, start, end),
            bracketed="(" in line[max(0, start - 25) : start] and ")" in line[end : end + 25],
            to_text=self._between(at, layout.first),
            to_title=60.0 if layout.title is None else abs(self._between(at, layout.title)),
            to_end=self._between(at, layout.last),
            below_title=layout.title is not None and layout.title <= at <= layout.last,
            weekday=weekday,
            order=0 if expression is None or not expression.ambiguous else -1 if expression.exchanged else 1,
            flags=block.markup if block else 0,
            linked=block.linked if block else 0.0,
        )

    def _in_title(self, line: str, start: int, end: int) -> bool:
        words = plain_words(line[start:end])
        return bool(words) and words in self.layout.title_words and _names(self.layout.title_words, line)

    def _neighbours(self, at: int, steps: int) -> list[str]:
        """The next `steps` filled lines, above where that is negative."""
        found: list[str] = []
        step = 1 if steps > 0 else -1
        place = at + step
        while 0 <= place < len(self.layout.lines) and abs(place - at) < 8 and len(found) < abs(steps):
            if self.layout.lines[place].strip():
                found.append(self.layout.lines[place])
            place += step
        return found

    def _between(self, line: int, other: int) -> float:
        """Filled lines between two lines, those below the other counted twice."""
        last = len(self.filled) - 1
        gap = self.filled[min(line, last)] - self.filled[min(other, last)]
        return float(-gap if gap < 0 else 2 * gap)


def _shape(line: str, start: int, end: int) -> str:
    """How a date is written and what stands around it, whatever the words and numbers: teasers in a list look alike."""
    near = line[max(0, start - 12) : start].lstrip() + "|" + line[start:end] + "|" + line[end : end + 12].rstrip()
    return _DIGITS.sub("0", _LETTERS.sub("a", near))


def _names(words: str, line: str) -> bool:
    """Whether a line carries these words and not much else, or a short line is a part of them."""
    if len(words) < 4 or len(line) > 4 * len(words) + 80:
        return False
    return holds(line, words)


def _ranks(days: Iterable[date]) -> dict[date, int]:
    return {day: rank for rank, day in enumerate(dict.fromkeys(days))}


def _signed(day: date, other: date | None) -> float:
    """The logarithm of the days by which `day` is before the other, negative where it is after it."""
    if other is None:
        return FAR
    gap = (other - day).days
    return math.copysign(math.log1p(abs(gap)), gap)


def _before(lines: tuple[str, ...], at: int, start: int) -> str:
    """What stands right before a date: on its own line, or on the line above where the date begins its line."""
    before = lines[at][max(0, start - 60) : start]
    behind = lines[at][start : start + 60]
    if len(before.strip()) < 4:
        above = next((lines[place] for place in range(at - 1, max(-1, at - 4), -1) if lines[place].strip()), "")
        before = above[-60:] + " " + before
    return f"{before} {behind}" if len(behind) < 40 else before


def _names_of_numbers() -> tuple[str, ...]:
    day = date(2000, 1, 1)
    one = Mention(Place.URL, day.isoformat(), Precision.DAY, day, "")
    return tuple(DayFeatures([one], Layout((), None, 0, 0, frozenset())).numbers(day))


NAMES = _names_of_numbers()
"""What each number means, in order."""
