"""Whether 03/04/2012 is the third of April or the fourth of March on a page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_NUMERIC = re.compile(r"(\d(?<![\d.,/-]\d)\d?)[/-](\d{1,2})[/-](?:19|20)\d\d(?!\d)")
_ENGLISH_OF = re.compile(r"[/.]en[-_](?P<country>[a-z]{2})(?=[/.?]|$)", re.IGNORECASE)
_DAY_FIRST_IN_ENGLISH = ("uk", "ie", "au", "nz", "in", "za", "ng", "ke", "pk", "sg", "my", "hk", "gh", "eu")
_BRITISH = re.compile(
    r"\b(?:colour|favour|honour|labour|neighbour|behaviour|harbour|centre|theatre|programme|defence|licence|cheque|grey|"
    r"organis|recognis|realis|criticis|analys|travell|cancell|whilst|per cent)\w*|"
    r"£|€|₹|\.(?:co\.uk|ie|co\.nz|com\.au|co\.za|co\.in)\b|\b\d{1,2} (?:January|February|March|April|May|June|July|August|"
    r"September|October|November|December)\b",
    re.IGNORECASE,
)
_AMERICAN = re.compile(
    r"\b(?:color|favor|honor|labor|neighbor|behavior|harbor|center|theater|program|defense|license|gray|organiz|recogniz|"
    r"realiz|criticiz|analyz|traveled|canceled|percent)\w*|\bU\.S\.|\b(?:January|February|March|April|May|June|"
    r"July|August|September|October|November|December) \d{1,2}\b",
    re.IGNORECASE,
)
_LOOKED_AT = 20_000
"""Characters of a page by whose English its order is told."""
SURE, BY_COUNTRY, BY_LANGUAGE, BY_SPELLING, GUESSED = 1.0, 0.8, 0.8, 0.5, 0.2
"""How sure an order is: another date on the page shows it, the site's country, the language, the kind of English."""


@dataclass(frozen=True, slots=True)
class Order:
    """Whether the day comes first where numbers alone do not tell, and how sure that is (0 to 1)."""

    day_first: bool
    sureness: float


def order_of(lines: Sequence[str], language: str | None, url: str | None) -> Order:
    """By the dates on the page that can only be one of them, else by the site's country (its domain, or `/en-gb/` in the
    address), else by the language.

    Only English has both orders: a site under a domain of its own country tells which, then its spelling.
    """
    day_first = month_first = 0
    text = "\n".join(lines)
    ambiguous = _NUMERIC.findall(text) if any(part in text for part in ("/20", "/19", "-20", "-19")) else []
    for first, second in ambiguous:
        day_first += int(first) > 12 >= int(second)
        month_first += int(second) > 12 >= int(first)
    if day_first != month_first:
        return Order(day_first > month_first, SURE)
    if language not in (None, "en"):
        return Order(day_first=True, sureness=BY_LANGUAGE)
    host = urlsplit(url).hostname or "" if url else ""
    edition = _ENGLISH_OF.search(url or "")
    country = host.rpartition(".")[2] if edition is None else edition["country"].lower().replace("gb", "uk")
    if country in _DAY_FIRST_IN_ENGLISH:
        return Order(day_first=True, sureness=BY_COUNTRY)
    if not ambiguous:
        return Order(day_first=False, sureness=GUESSED)
    text = text[:_LOOKED_AT]
    british, american = len(_BRITISH.findall(text)), len(_AMERICAN.findall(text))
    if max(british, american) >= 2 * min(british, american) + 2:
        return Order(british > american, BY_SPELLING)
    return Order(day_first=False, sureness=GUESSED)
