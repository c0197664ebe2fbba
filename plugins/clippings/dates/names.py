"""Names of months, weekdays and time zones, in the languages that newspapers are written in.

Month and weekday names are those of the Unicode CLDR, as the babel library carries them.
"""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel import Locale

LANGUAGES = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sk", "sl", "hr", "ru", "uk", "be", "bg", "mk", "sr"),
    *("sv", "da", "nb", "nn", "fi", "et", "lv", "lt", "hu", "ro", "el", "tr", "az", "ca", "gl", "eu", "ga", "cy", "is"),
    *(
        "sq",
        "hy",
        "ka",
        "ar",
        "fa",
        "he",
        "hi",
        "bn",
        "ur",
        "id",
        "ms",
        "vi",
        "th",
        "sw",
        "af",
        "fil",
        "kk",
        "mn",
        "so",
    ),
)

_EXTRA_MONTHS: Mapping[str, int] = MappingProxyType(
    {"sept": 9, "jänner": 1, "feber": 2, "mrz": 3, "janv": 1, "févr": 2, "fevr": 2, "avr": 4, "juil": 7, "окт": 10}
)
"""Spellings in common use that CLDR does not list."""

MonthNames = Mapping[str, Mapping[str, int]]


def folded(word: str) -> str:
    """A name as it is looked up: case folded, composed, without the point of an abbreviation."""
    return unicodedata.normalize("NFC", word).casefold().rstrip(".")


@lru_cache(maxsize=1)
def month_names() -> MonthNames:
    """Name to the languages that use it and the month (1 to 12) it is there: `listopad` is October or November."""
    names: dict[str, dict[str, int]] = {}
    for language in LANGUAGES:
        months = Locale(language).months
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[form][width].items():
                    word = folded(name)
                    if len(word) >= 3 and not word[0].isdigit():
                        names.setdefault(word, {})[language] = number
    for word, number in _EXTRA_MONTHS.items():
        names.setdefault(word, {}).setdefault("", number)
    return MappingProxyType(names)


@lru_cache(maxsize=1)
def weekday_names() -> Mapping[str, Mapping[str, int]]:
    """Name to the languages that use it and the weekday (Monday is 0) it is there."""
    names: dict[str, dict[str, int]] = {}
    for language in LANGUAGES:
        days = Locale(language).days
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in days[form][width].items():
                    word = folded(name)
                    if len(word) >= (3 if width == "abbreviated" else 2):
                        names.setdefault(word, {})[language] = number
    return MappingProxyType(names)


def _of(names: Mapping[str, Mapping[str, int]], word: str, language: str | None) -> int | None:
    meant = names.get(folded(word))
    if not meant:
        return None
    if language is not None and language in meant:
        return meant[language]
    values = list(meant.values())
    return max(set(values), key=values.count)


def month_of(word: str, language: str | None) -> int | None:
    """The month a word names, in the page's language where that knows the word, else as most languages have it."""
    return _of(month_names(), word, language)


def weekday_of(word: str, language: str | None) -> int | None:
    """The weekday (Monday is 0) a word names; None where it names none."""
    return _of(weekday_names(), word, language)


_ZONES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("utc", "gmt", "z", "ut"), "UTC"),
        **dict.fromkeys(("et", "est", "edt"), "America/New_York"),
        **dict.fromkeys(("ct", "cst", "cdt"), "America/Chicago"),
        **dict.fromkeys(("mt", "mst", "mdt"), "America/Denver"),
        **dict.fromkeys(("pt", "pst", "pdt"), "America/Los_Angeles"),
        **dict.fromkeys(("cet", "cest", "mez", "mesz"), "Europe/Berlin"),
        **dict.fromkeys(("eet", "eest"), "Europe/Helsinki"),
        **dict.fromkeys(("wet", "west"), "Europe/Lisbon"),
        **dict.fromkeys(("msk", "msd", "мск"), "Europe/Moscow"),
        **dict.fromkeys(("aest", "aedt"), "Australia/Sydney"),
        **dict.fromkeys(("nzst", "nzdt"), "Pacific/Auckland"),
        "bst": "Europe/London",
        "ist": "Asia/Kolkata",
        "jst": "Asia/Tokyo",
        "kst": "Asia/Seoul",
        "hkt": "Asia/Hong_Kong",
        "sgt": "Asia/Singapore",
        "pkt": "Asia/Karachi",
        "wib": "Asia/Jakarta",
        "sast": "Africa/Johannesburg",
        "eat": "Africa/Nairobi",
        "wat": "Africa/Lagos",
    }
)
"""A zone's name in the news to the place whose clock it means: "ET" in May is four hours behind, in January five, and
Moscow's clock was changed twice since 2010."""


def zone_known(name: str) -> bool:
    """Whether a word is the name of a time zone."""
    return name.casefold() in _ZONES


def in_zone(moment: datetime, name: str) -> datetime:
    """The naive moment with the offset that the named zone had then. Raises KeyError for a name not known."""
    return moment.replace(tzinfo=ZoneInfo(_ZONES[name.casefold()]))
