"""Days of other calendars that newspapers are dated by: the Iranian solar year, and Thai years of the Buddha."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

_IRANIAN = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
_THAI = (
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
)
_IRANIAN_NAMED = re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})\s(?P<w>{'|'.join(_IRANIAN)})(?:\s?ماه)?\s(?P<y>1[34]\d\d)(?!\d)")
_IRANIAN_NUMERIC = re.compile(r"(?<![\d/])(?P<y>1[34]\d\d)/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?![\d/])")
_THAI_NAMED = re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})\s(?P<w>{'|'.join(_THAI)})\s(?:พ\.ศ\.\s?)?(?P<y>25\d\d)(?!\d)")
_ARABIC_OR_THAI = re.compile(r"[\u0600-\u06ff\u0e00-\u0e7f]")
_ARABIC_TO_PERSIAN = str.maketrans("يك", "یک")
_NEW_YEAR_1398 = date(2019, 3, 21)
_BUDDHIST_YEARS = 543
"""Years by which the Thai count is ahead."""


def days_of_other_calendars(line: str, language: str | None) -> Iterator[tuple[date, int, int]]:
    """Every such day in a line whose digits are ASCII, with where it starts and ends.

    Numbers alone (1398/11/29) are read so only in Persian.
    """
    written_so = _ARABIC_OR_THAI.search(line) is not None
    persian = line.translate(_ARABIC_TO_PERSIAN) if written_so else ""
    for match in _IRANIAN_NAMED.finditer(persian):
        found = iranian(int(match["y"]), _IRANIAN.index(match["w"]) + 1, int(match["d"]))
        if found is not None:
            yield found, *match.span()
    for match in _IRANIAN_NUMERIC.finditer(line) if language == "fa" else ():
        found = iranian(int(match["y"]), int(match["m"]), int(match["d"]))
        if found is not None:
            yield found, *match.span()
    for match in _THAI_NAMED.finditer(line) if written_so else ():
        try:
            thai = date(int(match["y"]) - _BUDDHIST_YEARS, _THAI.index(match["w"]) + 1, int(match["d"]))
        except ValueError:
            continue
        yield thai, *match.span()


def iranian(year: int, month: int, day: int) -> date | None:
    """The day of an Iranian date, None where that calendar has no such day. Right for the years 1300 to 1499.

    Six months of 31 days, five of 30, and one of 29, or 30 in the eight leap years of every 33.
    """
    longest = 31 if month <= 6 else 30 if month < 12 or _leap(year) else 29
    if not (1300 <= year < 1500 and 1 <= month <= 12 and 1 <= day <= longest):
        return None
    years = range(1398, year) if year >= 1398 else range(year, 1398)
    days = sum(366 if _leap(one) else 365 for one in years)
    before = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return _NEW_YEAR_1398 + timedelta(days=(days if year >= 1398 else -days) + before + day - 1)


def _leap(year: int) -> bool:
    return (25 * year + 11) % 33 < 8
