"""Whether 03/04/2012 is the third of April or the fourth of March on a page."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,2})[/-](\d{1,2})[/-](?:19|20)\d\d(?!\d)")
_ENGLISH_OF = re.compile(r"[/.]en[-_](?P<country>[a-z]{2})(?=[/.?]|$)", re.IGNORECASE)
_DAY_FIRST_IN_ENGLISH = ("uk", "ie", "au", "nz", "in", "za", "ng", "ke", "pk", "sg", "my", "hk", "gh", "eu")


def is_day_first(lines: Iterable[str], language: str | None, url: str | None) -> bool:
    """By the dates on the page that can only be one of them, else by the site's country (its domain, or `/en-gb/` in the
    address), else by the language.

    Only English has both orders: a site under a domain of its own country, or dates above 12, tell which.
    """
    day_first = month_first = 0
    for line in lines:
        if "/" in line or "-" in line:
            for first, second in _NUMERIC.findall(line):
                day_first += int(first) > 12 >= int(second)
                month_first += int(second) > 12 >= int(first)
    if day_first != month_first:
        return day_first > month_first
    if language not in (None, "en"):
        return True
    host = urlsplit(url).hostname or "" if url else ""
    edition = _ENGLISH_OF.search(url or "")
    country = host.rpartition(".")[2] if edition is None else edition["country"].lower().replace("gb", "uk")
    return country in _DAY_FIRST_IN_ENGLISH
