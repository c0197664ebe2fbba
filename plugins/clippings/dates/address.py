"""Dates in a page's address."""

import re
from urllib.parse import unquote, urlsplit

from clippings.addresses import original_address
from clippings.dates.expressions import EARLIEST_YEAR, LATEST_YEAR, Expression, expressions
from clippings.dates.mentions import Mention, Place
from clippings.dates.names import month_of

_PATH = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)[/\-_.](?P<m>\d{1,2}|[a-z]{3,9})(?:[/\-_.](?P<d>\d{1,2}))?(?!\d)", re.IGNORECASE
)
_COMPACT = re.compile(r"(?<!\d)(?P<y>20\d\d|199\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(?P<d>\d{1,2})[-_.](?P<m>\d{1,2})[-_.](?P<y>20\d\d)(?!\d)")


def address_mentions(url: str | None) -> list[Mention]:
    """The dates in an address, the first in it first: a day or a month, never less."""
    if not url:
        return []
    split = urlsplit(original_address(url[:2000]))
    path = unquote(split.path)
    found: list[Mention] = []
    for form in (_PATH, _COMPACT, _DAY_FIRST):
        for match in form.finditer(path):
            expression = _expression(match)
            if expression is not None:
                found.append(Mention.of(Place.URL, expression, url[:300]))
    if not found:
        words = re.sub(r"[-_/]+", " ", path)
        found = [Mention.of(Place.URL, one, url[:300]) for one in expressions(words, "en") if one.day is not None]
    return found


def _expression(match: re.Match[str]) -> Expression | None:
    written = match["m"]
    month = int(written) if written.isdigit() else month_of(written, "en")
    day = int(match["d"]) if match["d"] else None
    year = int(match["y"])
    if month is None or not 1 <= month <= 12 or not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        expression = Expression(year, month, day, *match.span())
        expression.first_day  # noqa: B018 - raises where the calendar has no such day
    except ValueError:
        return None if day is None else Expression(year, month, None, *match.span())
    return expression
