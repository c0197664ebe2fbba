"""What people type: words, "phrases", -without, this OR that, begin*, and field:value. Nothing typed is an error.

What cannot be read as an operator (a quote never closed, a date that is none, a field that does not exist) is read
as the words it is made of.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from unicodedata import normalize

MOST_CHARACTERS = 1000
"""What is read of a query; the rest is left out."""

MOST_TERMS = 64
"""How many terms of a query are read: each costs the index a look in every language's field."""


class Kind(StrEnum):
    """What one term of a query asks for."""

    WORDS = "words"
    PHRASE = "phrase"
    PREFIX = "prefix"
    FIELD = "field"
    DATE = "date"


WORDY = frozenset({Kind.WORDS, Kind.PHRASE, Kind.PREFIX})
"""What is asked of the text itself."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for: `text` is the words, the phrase, the beginning of a word or the value of `field`.

    A date has the days it spans, both inclusive; an end that is left open is None.
    """

    kind: Kind
    text: str
    field: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as it was understood.

    `words` are ranked by, and need not all be there. Of each group in `required` one term must be there; none of
    `excluded` may be.
    """

    words: tuple[str, ...]
    required: tuple[tuple[Term, ...], ...]
    excluded: tuple[Term, ...]

    @property
    def text(self) -> str:
        """The words as one text."""
        return " ".join(self.words)

    @property
    def relaxed(self) -> "ParsedQuery":
        """The same with its phrases, beginnings and alternatives read as words that need not all be there.

        Fields, dates and what is excluded stay as they are.
        """
        words = [*self.words]
        kept = []
        for group in self.required:
            if all(term.kind in WORDY for term in group):
                words += [term.text for term in group]
            else:
                kept.append(group)
        return ParsedQuery(tuple(words), tuple(kept), self.excluded)


FIELDS: Mapping[str, str] = {
    "source": "source",
    "language": "language",
    "lang": "language",
    "feed": "feed",
    "file": "file",
    "site": "site",
    "author": "author.words",
    "title": "title",
    "id": "record_id",
}
"""The field names that can be typed, to the index's fields; `date` is read apart."""

_TERM = re.compile(
    r"""(?P<sign>[-–−]?)
        (?:(?P<field>[A-Za-z]+):(?=\S))?
        (?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))""",
    re.VERBOSE,
)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_QUOTES = str.maketrans({**dict.fromkeys("“”„‟«»＂", '"'), "　": " "})


_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs, as they come out of bytes that are no UTF-8: no text that could be sent has them."""

_JOINERS = frozenset({"OR", "AND", "NOT"})


@dataclass(slots=True)
class _Link:
    """Terms joined by OR, while a query is read."""

    terms: list[Term]
    required: bool


def span(text: str) -> tuple[date, date] | None:
    """The first and last day of "2012", "2012-05" or "2012-05-02"; None where it is no date."""
    found = _DAY.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        last = date(first.year, month or 12, day or monthrange(first.year, month or 12)[1])
    except ValueError:
        return None
    return first, last


def _dates(text: str) -> Term | None:
    """A date, or two joined by `..` of which one may be left out."""
    start, dots, end = text.partition("..")
    first, last = span(start), span(end if dots else start)
    if (start and not first) or (end and not last) or not (first or last):
        return None
    return Term(Kind.DATE, text, "date", first[0] if first else None, last[1] if last else None)


def _term(match: re.Match[str]) -> Term:
    """One matched piece of a query as a term; what is no operator becomes words."""
    field = (match["field"] or "").lower()
    phrase, value = match["phrase"], match["phrase"] or match["word"] or ""
    if field == "date":
        if dated := _dates(value):
            return dated
    elif field in FIELDS and value:
        return Term(Kind.FIELD, value, FIELDS[field])
    if match["field"]:
        return Term(Kind.WORDS, f"{match['field']} {value}")
    if phrase is not None:
        return Term(Kind.PHRASE if len(phrase.split()) > 1 else Kind.WORDS, phrase)
    if value.endswith("*") and len(value.strip("*")) > 1 and not re.search(r"[\W_]", value.strip("*")):
        return Term(Kind.PREFIX, value.strip("*"))
    return Term(Kind.WORDS, value)


def parse(text: str) -> ParsedQuery:
    """Read what was typed. OR binds its two neighbours; AND asks for both; NOT is the same as a minus.

    A pair of typographic quotes of any language is a pair of quotes; one that is never closed is left out.
    """
    typed = normalize("NFC", _HALVES.sub(" ", text[:MOST_CHARACTERS])).translate(_QUOTES)
    if typed.count('"') % 2:
        start, _, end = typed.rpartition('"')
        typed = f"{start} {end}"
    chain: list[_Link] = []
    excluded: list[Term] = []
    joiner = ""
    for match in list(_TERM.finditer(typed))[:MOST_TERMS]:
        if match["word"] in _JOINERS and not match["field"] and not match["sign"]:
            joiner = match["word"]
            continue
        term = _term(match)
        if not re.search(r"\w", term.text):
            continue
        if match["sign"] or joiner == "NOT":
            excluded.append(term)
        elif joiner == "OR" and chain:
            chain[-1].terms.append(term)
            chain[-1].required = True
        else:
            if joiner == "AND" and chain:
                chain[-1].required = True
            chain.append(_Link([term], required=joiner == "AND" or term.kind is not Kind.WORDS))
        joiner = ""
    return ParsedQuery(
        words=tuple(link.terms[0].text for link in chain if not link.required),
        required=tuple(tuple(link.terms) for link in chain if link.required),
        excluded=tuple(excluded),
    )
