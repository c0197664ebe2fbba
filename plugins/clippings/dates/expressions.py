"""Dates as they are written: every expression in a line of text, with how precise it is.

All expressions are anchored on digits and have bounded repetition, so no line can make them backtrack for long.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from clippings.articles import Precision
from clippings.dates.calendars import days_of_other_calendars
from clippings.dates.names import in_zone, month_of, weekday_of, zone_known

EARLIEST_YEAR = 1990
"""No page was scraped off the web before; older years in a text are what it tells of."""
LATEST_YEAR = 2099
LONGEST_LINE = 20_000
"""Characters of a line that are looked at."""

_LETTER = r"(?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])"
"""A letter, or one of the vowel signs that Devanagari, Bengali and Thai words are written with."""
_WORD = rf"{_LETTER}{{3,14}}"
_DAY_MARK = r"(?:st|nd|rd|th|er|ª|º|°|\.|-?го|-?е)?"
_OF = r"(?:de\s|of\s|d['’]|di\s)?"
_YEAR = r"(?:19|20)\d\d"


def _begun(by: str) -> str:
    """A year, with what `by` says of the places before it: begins with a digit, so that the search for it is fast."""
    return rf"[12]{by}(?:(?<=1)9|(?<=2)0)\d\d"


_YEAR_BEHIND_NO_NUMBER = _begun(r"(?<![\d.][12])")
_YEAR_BEHIND_NO_DIGIT = _begun(r"(?<!\d[12])")
_YEAR_END = r"(?:(?!\d)|(?=\d{1,2}[-/.]\d{1,2}[-/.]\d|\d{1,2}\.?\s[^\W\d_]{3,14}\.?\s\d{4}))"
"""No more digits, or the next date glued on: `15/01/201614/01/2016`, where a scrape lost what stood between."""

_ISO = re.compile(
    rf"(?P<y>{_YEAR_BEHIND_NO_NUMBER})(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})(?!\d)"
    r"(?:T(?P<time>\d\d:\d\d)(?::\d\d(?:[.,]\d{1,9})?)?\s?(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)
_NUMERIC = re.compile(
    rf"(?P<a>\d(?:(?<![\d.,/-]\d)|(?<=[-/.](?:19|20)\d\d\d))\d?)\s?(?P<s>[-/.])\s?(?P<b>\d{{1,2}})\s?(?P=s)\s?"
    rf"(?P<y>{_YEAR}{_YEAR_END}|\d\d(?!\d))(?!%)(?![-/.]\d)"
)
_DAY_MONTH_YEAR = re.compile(
    rf"(?P<d>\d(?:(?<![\d:.,/]\d)|(?<=[^\W\d_]:\d)|(?<=\s(?:19|20)\d\d\d))\d?)\s?{_DAY_MARK}[\s\-–/,]{{0,3}}{_OF}"
    rf"(?P<w>{_WORD})[.,]?"
    rf"[\s\-–/]{{0,3}}(?:de\s|del\s|of\s|в\s)?['‘’]?(?P<y>{_YEAR}{_YEAR_END}|(?<=['‘’])\d\d(?!\d))"
)
_BEHIND_DAY = rf"\s?(?:st|nd|rd|th)?\s?,?\s{{0,3}}(?:of\s)?['‘’]?(?P<y>{_YEAR}{_YEAR_END}|(?<=['‘’])\d\d(?!\d))"
_MONTH_DAY_YEAR = re.compile(rf"(?<![^\W\d_])(?P<w>{_WORD})\.?[\s\-–]{{1,3}}(?P<d>\d{{1,2}}){_BEHIND_DAY}")
_DAY_YEAR = re.compile(rf"\d(?<=[\s\-–]\d)\d?{_BEHIND_DAY}")
_BEHIND_SHORT_YEAR = r"(?=\s{0,3}(?:$|[;|•·()]|,(?!\s?\d)|(?:at|à|um|в|,|-|–)\s?\d{1,2}[:h]\d\d))"
"""The line's end, a mark or a time, as the number could be one of anything."""
_DAY_MONTH_SHORT_YEAR = re.compile(
    rf"(?P<d>\d(?<![\d:.,/]\d)\d?)(?:\s|\.\s?|-)(?P<w>{_WORD})(?:\s|\.\s?|-)(?P<y>\d\d)"
    rf"{_BEHIND_SHORT_YEAR}"
)
"""`27 Mar 20 à 9:21`."""
_STORY_NUMBER = re.compile(r"(?<!\w)dpa(?:-[a-z]{2,12})?:(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d)-\d")
"""The number that the dpa agency gives a story, which many papers print below it: `dpa:201227-99-820474/3`."""
_YEAR_MONTH_DAY = re.compile(
    rf"(?P<y>{_YEAR_BEHIND_NO_DIGIT})[.,]?\s(?:m\.\s|gada\s|urteko\s)?(?P<w>{_WORD})\.?(?:ren)?\s(?P<d>\d{{1,2}})(?!\d)"
)
_YEAR_ALONE = r"(?!\d)(?!\s?[-–]\s?\d)"
_SPACED_YEAR = re.compile(_begun(r"(?<=\s[12])") + _YEAR_ALONE)
_MONTH_BEFORE_YEAR = re.compile(rf"(?<![^\W\d_])(?P<w>{_WORD})[.,]?\s{{1,2}}(?:de\s|del\s|of\s)?\Z")
_LONGEST_BEFORE_YEAR = 21
"""Characters of a month's name and of what stands between it and the year."""
_CJK = re.compile(rf"(?P<y>{_YEAR})\s?[年년]\s?(?P<m>\d{{1,2}})\s?[月월](?:\s?(?P<d>\d{{1,2}})\s?[日일号])?")
_DAY_MONTH = re.compile(rf"(?P<d>\d(?<![\d:.,/]\d)\d?)\s?{_DAY_MARK}\s{{0,2}}{_OF}(?P<w>{_WORD})\.?(?!\w)")
_SPACED_DAY = re.compile(r"\d(?<=\s\d)")
_MONTH_DAY = re.compile(rf"(?<![^\W\d_])(?P<w>{_WORD})\.?\s{{1,2}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])")
_CJK_MONTH_DAY = re.compile(r"(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일号]")

_LIKELY = re.compile(
    r"\d(?:(?<=1)[934]\d\d|(?<=2)[05]\d\d|\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d\d|(?<=[\s.\-'‘’]\d)\d(?!\d))"
)
"""What every date has: a year of four digits, or two digits as the end of one in short. Begins with a digit, so that the
search for it is fast."""
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_TIME = re.compile(
    r"(?<![\d.,:/-])(?P<h>\d{1,2})(?:(?P<s>[:.h])(?P<m>\d\d)(?::\d\d)?)?\s?(?P<half>[ap]\.?\s?m\b\.?|[AP]\.?M\b\.?)?"
    r"(?:\s?(?P<uhr>Uhr|uur|Uhr\.))?[\s,(]{0,3}(?P<zone>[A-Za-zА-Яа-я]{1,5}(?![\w])|)"
    r"\s?(?P<offset>[+−-]\d{1,2}(?::?\d\d)?)?(?![\d%])"
)
_CLOCK_OF_SIGNS = re.compile(r"(?<!\d)(\d{1,2})\s?[時时시点點]\s?(\d\d)\s?[分분]")
TIME_WITHIN = 40
"""Characters after (or before) a date within which a time belongs to it."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A date written in a line, from `start` to `end`. Month and day are None where they are not written.

    `time`: hour and minute, with `zone` as written (a name, an offset, or empty). `ambiguous`: day and month could be
    exchanged; `exchanged`: they are, against the order that the page seems to follow. `short_year`: two digits.
    """

    year: int
    month: int | None
    day: int | None
    start: int
    end: int
    ambiguous: bool = False
    short_year: bool = False
    time: tuple[int, int] | None = None
    zone: str = ""
    weekday: int | None = None
    exchanged: bool = False

    @property
    def counted_back(self) -> bool:
        """Whether nothing of it is written but how long ago it was."""
        return self.start == self.end

    @property
    def precision(self) -> Precision:
        """How precise the expression is by itself."""
        if self.month is None:
            return Precision.YEAR
        if self.day is None:
            return Precision.MONTH
        return Precision.DAY if self.time is None else Precision.MINUTE

    @property
    def first_day(self) -> date:
        """The day, or the first day of the month or year."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def value(self) -> str:
        """ISO 8601, cut to the precision."""
        return written(self.year, self.month, self.day, self.time, self.zone)


@dataclass(frozen=True, slots=True)
class YearlessDay:
    """A day and month without a year, as datelines have it."""

    month: int
    day: int
    start: int
    end: int


def written(year: int, month: int | None, day: int | None, time: tuple[int, int] | None = None, zone: str = "") -> str:
    """ISO 8601 of what is known; an offset only where the zone says one."""
    if month is None:
        return f"{year:04}"
    if day is None:
        return f"{year:04}-{month:02}"
    if time is None:
        return f"{year:04}-{month:02}-{day:02}"
    moment = datetime(year, month, day, *time)  # noqa: DTZ001 - the page may name no zone
    return _with_zone(moment, zone).isoformat(timespec="seconds")


def _with_zone(moment: datetime, zone: str) -> datetime:
    name, sign, digits = re.match(r"([^\W\d_]*)\s*([+-]?)([\d:]*)$", zone.replace("−", "-")).groups()  # type: ignore[union-attr]
    if sign and digits:
        hours, _, minutes = digits.partition(":")
        if not minutes and len(hours) > 2:
            hours, minutes = hours[:-2], hours[-2:]
        shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if shift <= timedelta(hours=14):
            return moment.replace(tzinfo=timezone(-shift if sign == "-" else shift))
    return in_zone(moment, name) if name and zone_known(name) else moment


def _valid(year: int, month: int | None, day: int | None) -> bool:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return False
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return False
    return True


_LIKELY_LINE = re.compile(
    r"\d(?:(?<=1)[934]\d\d|(?<=2)[05]\d\d|\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d\d|(?<=['‘’]\d)\d(?!\d)|(?<=:\d)\d{5}-"
    rf"|(?<={_LETTER}[\s.\-]\d)\d{_BEHIND_SHORT_YEAR}|(?<={_LETTER}\.\s\d)\d{_BEHIND_SHORT_YEAR})",
    re.MULTILINE,
)
"""The same for many lines at once, and closer: what must stand around a year in short is asked for, too."""


def lines_with_dates(lines: Sequence[str]) -> dict[int, str]:
    """Those of some lines that may hold a date (all that do, and few others) by their places, as `normal` makes them. One
    search over all of them finds them; a match that runs over the end of a line may belong to either."""
    text = _composed("\n".join(line[:LONGEST_LINE] for line in lines))
    places: set[int] = set()
    line = seen = 0
    for match in _LIKELY_LINE.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        places.update(range(line, line + 1 + match[0].count("\n")))
    composed = text.split("\n")
    return {place: composed[place] for place in sorted(places)}


def normal(line: str) -> str:
    """A line as expressions are looked for in it: compatibility forms composed, all digits the ASCII ones, bounded in
    length."""
    return _composed(line[:LONGEST_LINE])


def _composed(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text)
    if composed.isascii():
        return composed
    return _FOREIGN_DIGIT.sub(lambda match: str(unicodedata.decimal(match[0])), composed)


def expressions(line: str, language: str | None = None, *, day_first: bool = True) -> list[Expression]:
    """Every date with a year in a line (already `normal`), in order, without overlaps.

    `day_first` settles 03/04/2012 where nothing in it does.
    """
    if not _LIKELY.search(line):
        return []
    found: list[Expression] = []
    taken: list[tuple[int, int]] = []
    for expression in _all(line, language, day_first):
        if not any(expression.start < end and start < expression.end for start, end in taken):
            taken.append((expression.start, expression.end))
            found.append(expression)
    found.sort(key=lambda one: one.start)
    return [_with_time(line, one, found, language) for one in found]


def _all(line: str, language: str | None, day_first: bool) -> Iterator[Expression]:
    """Candidates of all forms, the more telling forms first."""
    for match in () if line.isascii() else _CJK.finditer(line):
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"]) if match["d"] else None
        if _valid(year, month, day):
            yield Expression(year, month, day, *match.span())
    for day_of, start, end in days_of_other_calendars(line, language):
        if _valid(day_of.year, day_of.month, day_of.day):
            yield Expression(day_of.year, day_of.month, day_of.day, start, end)
    for match in _ISO.finditer(line):
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
        if _valid(year, month, day):
            time = tuple(int(part) for part in match["time"].split(":")) if match["time"] else None
            sane = time is not None and time[0] < 24 and time[1] < 60
            zone = (match["zone"] or "") if sane else ""
            yield Expression(
                year, month, day, *match.span(), time=(time[0], time[1]) if time and sane else None, zone=zone
            )
    yield from _named(_DAY_MONTH_YEAR, line, language)
    if _DAY_YEAR.search(line):
        yield from _named(_MONTH_DAY_YEAR, line, language)
    yield from _named(_YEAR_MONTH_DAY, line, language)
    yield from _numeric(line, day_first)
    yield from _named(_DAY_MONTH_SHORT_YEAR, line, language)
    for match in _STORY_NUMBER.finditer(line) if "dpa" in line else ():
        year, month, day = _full_year(match["y"]), int(match["m"]), int(match["d"])
        if _valid(year, month, day):
            yield Expression(year, month, day, *match.span(), short_year=True)
    for spaced in _SPACED_YEAR.finditer(line):
        before = _MONTH_BEFORE_YEAR.search(line, max(0, spaced.start() - _LONGEST_BEFORE_YEAR), spaced.start())
        named = month_of(before["w"], language) if before else None
        if before and named and _valid(int(spaced[0]), named, None):
            yield Expression(int(spaced[0]), named, None, before.start(), spaced.end())


def _full_year(digits: str) -> int:
    """The year that two or four digits mean."""
    if len(digits) == 4:
        return int(digits)
    return (2000 if int(digits) < 70 else 1900) + int(digits)


def _named(form: re.Pattern[str], line: str, language: str | None) -> Iterator[Expression]:
    """Days whose month is a word."""
    for match in form.finditer(line):
        month, day = month_of(match["w"], language), int(match["d"])
        year = _full_year(match["y"])
        if month and _valid(year, month, day):
            yield Expression(year, month, day, *match.span(), short_year=len(match["y"]) == 2)


def _numeric(line: str, day_first: bool) -> Iterator[Expression]:
    for match in _NUMERIC.finditer(line):
        a, b, digits = int(match["a"]), int(match["b"]), match["y"]
        short, year = len(digits) == 2, _full_year(digits)
        if short and match["s"] == "-":
            continue  # scores and ranges are written so far more often than dates
        ambiguous = a <= 12 and b <= 12 and a != b and match["s"] != "."
        # A point divides days from months everywhere; a slash or a dash does so by custom of the place.
        first = day_first or match["s"] == "."
        day, month = (a, b) if (first and b <= 12) or a > 12 else (b, a)
        if _valid(year, month, day):
            yield Expression(year, month, day, *match.span(), ambiguous=ambiguous, short_year=short)


def _with_time(line: str, one: Expression, all_of_line: list[Expression], language: str | None) -> Expression:
    """The expression with its weekday, and with the time that stands beside it where there is one."""
    before = re.findall(_WORD, line[max(0, one.start - 25) : one.start])
    weekday = weekday_of(before[-1], language) if before else None
    time, zone = one.time, one.zone
    if time is None and one.day is not None:
        behind = min((other.start for other in all_of_line if other.start >= one.end), default=len(line))
        earlier = max((other.end for other in all_of_line if other.end <= one.start), default=0)
        found = first_time(line[one.end : min(behind, one.end + TIME_WITHIN)])
        if found is None:
            found = last_time(line[max(earlier, one.start - TIME_WITHIN) : one.start])
        if found is not None:
            time, zone = found
    return Expression(
        one.year, one.month, one.day, one.start, one.end, one.ambiguous, one.short_year, time, zone, weekday
    )


def _times(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    for match in _TIME.finditer(_clock_of_signs(text)):
        hour, minute = int(match["h"]), int(match["m"] or 0)
        half = (match["half"] or "").casefold().replace(".", "").replace(" ", "")
        sure = match["s"] == ":" or bool(half) or bool(match["uhr"]) or (match["s"] in {"h", "."} and match["m"])
        if not sure or (not match["m"] and not half) or hour > (12 if half else 23) or minute > 59:
            continue
        name = match["zone"] or ""
        if match["s"] == "." and not half and not match["uhr"] and not zone_known(name):
            continue
        if half:
            hour = hour % 12 + (12 if half.startswith("p") else 0)
        zone = (name if zone_known(name) else "") + (match["offset"] or "" if zone_known(name) or not name else "")
        yield (hour, minute), zone


def _clock_of_signs(text: str) -> str:
    """A text with `18時05分` as it is written elsewhere."""
    return text if text.isascii() else _CLOCK_OF_SIGNS.sub(r"\1:\2 ", text)


def first_time(text: str) -> tuple[tuple[int, int], str] | None:
    """The first time of day in a text, with its zone as written (or an empty string)."""
    return next(_times(text), None)


def last_time(text: str) -> tuple[tuple[int, int], str] | None:
    """The last time of day in a text."""
    found = None
    for found in _times(text):  # noqa: B007 - the last one is wanted
        pass
    return found


def yearless_days(line: str, language: str | None = None) -> list[YearlessDay]:
    """Days written without a year, in order."""
    found: list[YearlessDay] = []
    for form in (_MONTH_DAY, _DAY_MONTH) if _SPACED_DAY.search(line) else (_DAY_MONTH,):
        for match in form.finditer(line):
            month, day = month_of(match["w"], language), int(match["d"])
            if month and _valid(2000, month, day):
                found.append(YearlessDay(month, day, *match.span()))
    for match in () if line.isascii() else _CJK_MONTH_DAY.finditer(line):
        if _valid(2000, int(match["m"]), int(match["d"])):
            found.append(YearlessDay(int(match["m"]), int(match["d"]), *match.span()))
    return sorted(found, key=lambda one: one.start)
