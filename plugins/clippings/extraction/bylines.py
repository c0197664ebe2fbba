"""Who wrote an article, as the page's own lines say it."""

import re
from collections.abc import Sequence

_NAME = r"(?-i:[^\W\d_a-zß-öø-ÿа-яё][\w.'’`-]*)"
_PARTICLE = r"(?-i:de|del|della|di|da|dos|van|von|der|den|la|le|el|al|bin|ibn|y|zu|ter|af)"
_PERSON = rf"{_NAME}(?:\s+(?:{_PARTICLE}\s+)*{_NAME}){{1,3}}"
_PEOPLE = rf"{_PERSON}(?:\s*(?:,|;|&|\band\b|\bund\b|\bet\b|\by\b|\be\b|\bи\b)\s*{_PERSON}){{0,3}}"
_BY = (
    r"(?:(?:written|posted|published|reported|story|words|text|article|geschrieben|verfasst|escrito|scritto|écrit|"
    r"opublikował)\s+)?"
    r"(?:by|von|par|por|di|door|av|autor(?:in|es?)?|author|auteur|autore|автор|текст|yazan|yazar|tekst|text)\s*:?\s+"
)
_AFTER_NAME = r"(?:\s*(?:[|,/·•–—-]|\bfor\b|\bat\b|\bon\b|\bin\b|\d|\(|@|für\b|special\b|staff\b).*)?"
_LINE = re.compile(rf"(?:[^\n]{{0,40}}[|·•–—-]\s*)?{_BY}(?P<name>{_PEOPLE}){_AFTER_NAME}", re.IGNORECASE)
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
_LONGEST = 110
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
            if name.isupper():
                name = name.title()
            people = [person for person in name.split(", ") if not _NO_PERSON.search(person)]
            return ", ".join(people) or None
    return None


def is_byline(line: str) -> bool:
    """Whether a line is a byline, of a person or a desk."""
    line = line.strip()
    patterns = (_LINE, _POSTED, _LABELLED, _IDEOGRAPHIC, _DESK)
    return 0 < len(line) <= _LONGEST and any(pattern.fullmatch(line) for pattern in patterns)


def find_author(lines: Sequence[str], begin: int, first: int, last: int) -> str | None:
    """The author of the article whose main text runs from line `first` to `last`, with its header from `begin` on.

    The header is read upwards from the text, then the line or two after it (a signature by the same words).
    """
    around = [*range(first, max(begin, 0) - 1, -1), *range(last + 1, min(last + 4, len(lines)))]
    return next((name for i in around if 0 <= i < len(lines) and (name := byline(lines[i]))), None)
