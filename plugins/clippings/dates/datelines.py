"""Datelines without a year (`WASHINGTON DC, October 18 (Itar-Tass) —`), and the year that they mean.

A year fits when the day falls on the weekday that the lead names. Of those that fit, the years are taken with which most
of the text agrees: years told of as past lie before, years still to come behind. Of these the latest is taken, because
scrapes are far more often new than old.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clippings.dates.expressions import Expression, YearlessDay, normal, yearless_days
from clippings.dates.names import weekday_of

EARLIEST_YEAR = 1995
BEYOND_NAMED = 8
"""Years after the latest one named on the page that are still looked at."""
LONGEST_PLACE = 70
LEAD_LINES = 3
WEIGHT_WITH_WEEKDAY, WEIGHT_WITH_YEARS, WEIGHT_ALONE = 0.85, 0.6, 0.4

_END = re.compile(r"^.{0,12}?(?:\(|\)|/|—|–|--|-\s|\.\s|,\s?[A-ZА-Я]|电|\*)", re.DOTALL)
_PLACE = re.compile(r"^\W{0,3}(?:\([^()]{2,20}\)\s?\W{0,3})?[^\W\d_][^\n:;!?]{0,70}$")
_YEAR = re.compile(r"(?<![\d.,/-])(?P<y>(?:19|20)\d\d)(?![\d%])")
_FUTURE = re.compile(
    r"(?:\b(?:by|until|till|through|before|bis|spätestens|d['’]ici|jusqu['’]en|para|hasta|entro|até|do roku|"
    r"к|до|в период до|plans? (?:for|in)|planned for|(?:olympics|games|cup|elections?) in)\s(?:\w+\s)?"
    r"(?:(?:the|end|of|early|late|mid|ende|anfang|la|fin|de|finales|final|fine|del|конца|начала|кінця|końca|końcem)\s){0,3})$",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"(?:\b(?:since|from|in|during|of|after|seit|nach|im jahr|depuis|en|desde|dal|nel|od|от|с|в|из)\s(?:\w+\s)?)$",
    re.IGNORECASE,
)
_SINCE = re.compile(r"(?:\b(?:since|seit|depuis|desde|dal|od|с)\s(?:\w+\s)?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline's day with the year found for it (None where nothing settles it), and the other years that fit."""

    month: int
    day: int
    year: int | None
    others: tuple[int, ...]
    text: str
    line: int
    confidence: float
    why: str


def find_dateline(
    lines: Sequence[str], places: Sequence[int], language: str | None, made_before: date | None
) -> Dateline | None:
    """The dateline on one of the first filled lines at `places` (the lines of the main text), None without one."""
    for at in places[:LEAD_LINES]:
        line = normal(lines[at])
        for one in yearless_days(line[: LONGEST_PLACE + 40], language):
            if is_dateline(line, one):
                return _dated(lines, places, at, line, one, language, made_before)
    return None


def is_dateline(line: str, one: YearlessDay | Expression) -> bool:
    """Whether a day in a line (already `normal`) is that of a dateline: a place before it, an agency or a dash behind."""
    before, behind = line[: one.start].rstrip(" ,."), line[one.end :]
    if len(before) > LONGEST_PLACE or not _END.match(behind):
        return False
    return bool(_PLACE.match(before)) and len(before.split()) <= 8 and before.split()[-1:] != []


def _dated(
    lines: Sequence[str],
    places: Sequence[int],
    at: int,
    line: str,
    one: YearlessDay,
    language: str | None,
    made_before: date | None,
) -> Dateline:
    text = "\n".join(normal(lines[place]) for place in places)
    weekday = _weekday(text[:2500], language)
    named, past, future = _years(text)
    latest = (max(named) if named else EARLIEST_YEAR) + BEYOND_NAMED
    if made_before is not None:
        latest = min(latest, made_before.year)
    fitting = [year for year in range(EARLIEST_YEAR, latest + 1) if _falls_on(year, one, weekday, made_before)]
    agreeing = {year: sum(other <= year for other in past) + sum(other >= year for other in future) for year in fitting}
    chosen = [year for year in fitting if agreeing[year] == max(agreeing.values())]
    passage = line[: one.end + 25].strip()
    years = ", ".join(str(year) for year in fitting)
    if weekday is not None and chosen and (named or made_before is not None):
        year, confidence = chosen[-1], WEIGHT_WITH_WEEKDAY
        why = f"the day falls on the weekday named in the lead in {years}"
    elif chosen and past and weekday is None:
        year, confidence, why = max(past), WEIGHT_WITH_YEARS, f"the text tells of {max(past)} as past"
    else:
        year, confidence, why = None, WEIGHT_ALONE, "nothing on the page settles the year"
    others = tuple(other for other in fitting if other != year) if weekday is not None else ()
    return Dateline(one.month, one.day, year, others, passage, at, confidence, why)


def _falls_on(year: int, one: YearlessDay, weekday: int | None, made_before: date | None) -> bool:
    try:
        day = date(year, one.month, one.day)
    except ValueError:
        return False
    if made_before is not None and day > made_before:
        return False
    return weekday is None or day.weekday() == weekday


def _weekday(lead: str, language: str | None) -> int | None:
    """The first weekday that the lead names."""
    for word in re.findall(r"[^\W\d_]{3,14}", lead):
        weekday = weekday_of(word, language) if len(word) > 3 or language not in (None, "en") else None
        if weekday is not None and (language is None or len(word) > 3):
            return weekday
    return None


def _years(text: str) -> tuple[set[int], set[int], set[int]]:
    """The years that a text names, those told of as past, and those still to come."""
    named: set[int] = set()
    past: set[int] = set()
    future: set[int] = set()
    for match in _YEAR.finditer(text):
        year = int(match["y"])
        before = text[max(0, match.start() - 30) : match.start()]
        named.add(year)
        if _FUTURE.search(before) and not _SINCE.search(before):
            future.add(year)
        elif _SINCE.search(before) or _PAST.search(before):
            past.add(year)
    return named, past, future
