"""What speaks for and against a day being the day of publication: numbers for the model of `scoring`."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from clippings.articles import Precision
from clippings.dates.mentions import Mention, Place
from clippings.dates.visible import Layout

_PUBLISHED = re.compile(
    r"publi|posted|veröffentlich|erstellt|erschienen|geplaatst|опублик|дата|размещ|date\b|datum|created|written on|"
    r"eingestellt|vom\s*$|am\s*$|filed|issued|gepost|julkaistu|yayın|data\b|発表|掲載|发布|发表|时间|online seit|von\s|\bby\s",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"updat|modif|aktuali|mis à jour|mise à jour|actuali|aggiornat|обновл|измен|geändert|bijgewerkt|stand\b|revised|"
    r"last change|güncel|päivitetty|更新|atualizad",
    re.IGNORECASE,
)
_COMMENT = re.compile(
    r"\bsays?\b|said\b|reply|antwort|kommenta|comment|wrote|schrieb|a écrit|répond|dice|ответ|permalink|\| ?#",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"©|copyright|\(c\)|since|seit\b|depuis|born|geboren|until|\bbis\b|am:|beginn|termin|event|uhr bis|joined|"
    r"registr|accessed|abgerufen|retrieved|captured|file photo|foto|photo|archiv",
    re.IGNORECASE,
)

NAMES = (
    *(f"in {place.name}" for place in Place),
    "address names the month",
    "address names another day",
    "marked published by text",
    "marked updated by text",
    "marked comment by text",
    "marked otherwise by text",
    "alone on its line",
    "share of its line",
    "with time",
    "with weekday",
    "order among dates",
    "first below title",
    "distance to text",
    "distance to title",
    "count",
    "share of dates",
    "latest day",
    "earliest day",
    "days on page",
    "days after it",
    "years before latest",
    "markup silent",
    "head silent",
    "ambiguous",
    "short year",
    "support",
    "agrees with a month",
    "first of markup",
    "relative order in head",
    "has address",
)
"""What each number means, in order."""


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
        self.visible = [one for one in exact if one.line is not None]
        self.order: dict[date, int] = {}
        for one in self.visible:
            self.order.setdefault(one.day, len(self.order))
        self.address = [one for one in mentions if one.place is Place.URL]
        self.address_month = {one.value[:7] for one in self.address}
        self.address_days = {one.day for one in self.address if one.precision is Precision.DAY}
        self.markup_first: dict[Place, date] = {}
        for one in exact:
            if one.line is None:
                self.markup_first.setdefault(one.place, one.day)
        self.has_markup = any(one.place in (Place.PUBLISHED, Place.TIME) for one in exact)
        self.has_head = any(one.place is Place.HEAD for one in exact)
        self.count = Counter(one.day for one in exact)
        below = [one for one in self.visible if self.layout.title is not None and (one.line or 0) >= self.layout.title]
        self.first_below = below[0].day if below else None
        heads = [one.day for one in self.visible if one.place is Place.HEAD]
        self.head_order = {day: at for at, day in reversed(list(enumerate(dict.fromkeys(heads))))}

    def vector(self, day: date) -> list[float]:
        """The numbers of one day, in the order of NAMES."""
        mine = self.by_day[day]
        places = {one.place for one in mine}
        shown = [one for one in mine if one.line is not None]
        around = [self._around(one) for one in shown[:20]]
        month = day.isoformat()[:7]
        best = min((self._distance(one) for one in shown), default=None)
        to_title = min((self._to_title(one) for one in shown), default=None)
        return [
            *(float(place in places) for place in Place),
            float(month in self.address_month),
            float(bool(self.address_days) and day not in self.address_days),
            float(any(_PUBLISHED.search(text) for text in around)),
            float(any(_UPDATED.search(text) for text in around)),
            float(any(_COMMENT.search(text) for text in around)),
            float(any(_OTHER.search(text) for text in around)),
            float(any(self._share(one) > 0.6 for one in shown)),
            max((self._share(one) for one in shown), default=0.0),
            float(any(one.precision is Precision.MINUTE for one in mine)),
            float(any(one.expression is not None and one.expression.weekday is not None for one in mine)),
            float(min(self.order.get(day, 12), 12)),
            float(day == self.first_below),
            8.0 if best is None else math.log1p(best),
            8.0 if to_title is None else math.log1p(to_title),
            math.log1p(self.count[day]),
            self.count[day] / max(1, sum(self.count.values())),
            float(day == self.days[-1]),
            float(day == self.days[0]),
            math.log1p(len(self.days)),
            math.log1p(len([other for other in self.days if other > day])),
            min(20.0, (self.days[-1] - day).days / 365),
            float(not self.has_markup),
            float(not self.has_head),
            float(all(one.expression is not None and one.expression.ambiguous for one in mine)),
            float(all(one.expression is not None and one.expression.short_year for one in mine)),
            float(len(places)),
            float(month in self.months),
            float(any(self.markup_first.get(place) == day for place in places)),
            float(min(self.head_order.get(day, 6), 6)),
            float(bool(self.address)),
        ]

    def _around(self, one: Mention) -> str:
        """What stands right before a date: on its own line, or on the line above where the date begins its line."""
        return _around(self.layout.lines, one.line or 0, one.expression.start if one.expression else 0)

    def _share(self, one: Mention) -> float:
        length = len(self.layout.lines[one.line or 0].strip()) or 1
        width = one.expression.end - one.expression.start if one.expression else 0
        return min(1.0, width / length)

    def _distance(self, one: Mention) -> float:
        line = one.line or 0
        if line < self.layout.first:
            return float(self.layout.first - line)
        return float(line - self.layout.first) * 2

    def _to_title(self, one: Mention) -> float:
        if self.layout.title is None:
            return 60.0
        return float(abs((one.line or 0) - self.layout.title))


def _around(lines: tuple[str, ...], at: int, start: int) -> str:
    before = lines[at][max(0, start - 60) : start]
    behind = lines[at][start : start + 60]
    if len(before.strip()) < 4:
        above = next((lines[place] for place in range(at - 1, max(-1, at - 4), -1) if lines[place].strip()), "")
        before = above[-60:] + " " + before
    return f"{before} {behind}" if len(behind) < 40 else before
