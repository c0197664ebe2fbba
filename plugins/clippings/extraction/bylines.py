"""Who wrote an article, as the page's own lines say it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from clippings.extraction.datelines import is_date_line

_NAME = r"(?-i:[^\W\d_a-zß-öø-ÿа-яё][\w.'’`-]*)"
_PARTICLE = r"(?-i:de|del|della|di|da|dos|van|von|der|den|la|le|el|al|bin|ibn|y|zu|ter|af)"
_PERSON = rf"{_NAME}(?:\s+(?:{_PARTICLE}\s+)*{_NAME}){{1,3}}"
_PEOPLE = rf"{_PERSON}(?:\s*(?:,|;|&|\band\b|\bund\b|\bet\b|\by\b|\be\b|\bи\b)\s*{_PERSON}){{0,3}}"
_BY = (
    r"(?:(?:written|posted|published|reported|story|words|text|article|geschrieben|verfasst|escrito|scritto|écrit|"
    r"opublikował)\s+)?"
    r"(?:by|von|par|por|di|door|av|autor(?:in|es?)?|author|auteur|autore|автор|текст|yazan|yazar|tekst|teksti|text|texte|testo|texto)"
    r"\s*:?\s+(?:(?:our|unser\w*|notre|nuestr[oa]|nostr[oa]|onze|vår)\s+\w+\s+)?"
)
_AFTER_NAME = r"(?:\s*(?:[|,/·•–—-]|\bfor\b|\bat\b|\bon\b|\bin\b|\d|\(|@|für\b|special\b|staff\b).*)?"
_LINE = re.compile(
    rf"(?:[^\n]{{0,40}}(?:[|·•–—-]|\d{{4}}[.,]?)\s*)?{_BY}(?P<name>{_PEOPLE}){_AFTER_NAME}", re.IGNORECASE
)
_POSTED = re.compile(
    r"(?:posted|published|written|filed)\b[^\n]{0,50}?\bby\s+(?P<name>[^\W\d_][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){0,3})\s*",
    re.I,
)
_LABELLED = re.compile(r"(?:كتبت?|بقلم|تحرير)\s*:?\s*(?P<name>[^\W\d_]+(?:\s+[^\W\d_]+){1,3})")
_IDEOGRAPHIC = re.compile(r"(?:作者|记者|記者|文/)\s*[:：]?\s*(?P<name>[\u4e00-\u9fff]{2,4})")
_DESK = re.compile(
    r"(?:from\s+our|by\s+our|von\s+unser\w*|de\s+notre|d[aeo]l?\s+nostro|d[aoe]\s+(?:correspondente|reportagem|redação|redacción)"
    r"|от\s+нашего|наш\s+корр)\b.{0,60}",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"{_NAME}(?:\s+(?:{_PARTICLE}\s+)*{_NAME}){{1,2}}")
_LONGEST = 110
_LONGEST_NAME = 40
_NO_PERSON = re.compile(
    r"\b(?:staff|editors?|reporters?|redaktion|agency|agencies|news|press|desk|team|correspondent|writer|times|post|"
    r"herald|journal|tribune|gazette|daily|magazine|zeitung|contributor)\b",
    re.IGNORECASE,
)


def byline(line: str) -> str | None:
    """The name or names in a line that is a byline; None where the line is none, or names a desk and no person."""
    line = line.strip()
    if not line or len(line) > _LONGEST:
        return None
    for pattern in (_LINE, _POSTED, _LABELLED, _IDEOGRAPHIC):
        match = pattern.fullmatch(line)
        if match:
            name = " ".join(match["name"].split()).strip(" ,.;")
            people = [person for person in name.split(", ") if not _NO_PERSON.search(person)]
            return ", ".join(person.title() if person.isupper() else person for person in people) or None
    return None


def is_byline(line: str) -> bool:
    """Whether a line is a byline, of a person or a desk."""
    line = line.strip()
    if not line or len(line) > _LONGEST:
        return False
    if _LINE.fullmatch(line) or _POSTED.fullmatch(line) or _DESK.fullmatch(line):
        return True
    return not line.isascii() and bool(_LABELLED.fullmatch(line) or _IDEOGRAPHIC.fullmatch(line))


def find_author(lines: Sequence[str], begin: int, first: int, last: int) -> str | None:
    """The author of the article whose main text runs from line `first` to `last`, with its header from `begin` on.

    The header is read upwards from the text, then the line or two after it (a signature by the same words). Without a
    byline, a name that has the line right beside the header's date to itself is the author's.
    """
    header = [i for i in range(first, max(begin, 0) - 1, -1) if i < len(lines)]
    around = [*header, *range(last + 1, min(last + 4, len(lines)))]
    named = next((name for i in around if (name := byline(lines[i]))), None)
    if named is not None:
        return named
    filled = [lines[i].strip() for i in header[:-1] if i < first and lines[i].strip()]
    for one, other in pairwise(filled):
        for name, dated in ((one, other), (other, one)):
            if is_date_line(dated) and is_name(name):
                return name
    return None


def is_name(line: str) -> bool:
    """Whether a line is nothing but what may be a person's name: two or three words with capitals, no words of trade."""
    return len(line) <= _LONGEST_NAME and _ALONE.fullmatch(line) is not None and not _NO_PERSON.search(line)
