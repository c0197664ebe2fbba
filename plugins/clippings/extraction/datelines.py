"""Datelines at the start of an article's first paragraph: they are taken off the main text (they stay on the page).

Shapes, with any agency and in any language that writes them so:
`LONDON, May 2 (Reuters) -`, `Hamburg (dpa) -`, `Lima, 9 abr (EFE).-`, `(ANSA) - ROMA, 12 GEN -`,
`САМАРА, 3 окт — РИА Новости.`, `Москва. 15 мая. ИНТЕРФАКС -`, `新华社内罗毕8月21日电（记者…）`, `YAMANAKA, Dec. 5, Kyodo`,
`YAKUTSK, June 9. /TASS/.`, `ЛЬВІВ, 12 березня. УКРІНФОРМ.`, `(CNN) --`, `(목포=연합뉴스)`, `【網走共同】`.
"""

import re

_DASH = r"[-‐‑–—―](?:\s*[-‐‑–—―])*\s*"
_PLACE = r"[^\W\d_][^()\[\]:;!?«»\"“”\n]{1,70}?"
_DAY = r"(?:\d{1,2}\.?\s+[^\W\d_]{3,10}\.?|[^\W\d_]{3,10}\.?\s+\d{1,2})"
_CAPITALS = r"[^\W\d_a-zß-öø-ÿа-яёіїєґ]{3,}(?:[ -][^\W\d_a-zß-öø-ÿа-яёіїєґ]{3,})?"
_CAPITALIZED = r"[^\W\d_a-zа-яё][\w&]{1,20}"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"{_PLACE}\s*\([^()\d]{{2,30}}\)[.,:]?\s*{_DASH}",
        rf"\([^()\d]{{2,30}}\)\s*[.,]?\s*{_DASH}[^\W\d_][\w .,'’]{{1,50}}?\s{_DASH}",
        rf"[^\W\d_][\w .'’-]{{1,40}}?[.,]\s+{_DAY}[.,]?\s+{_DASH}[^\W\d_][\w \"«»-]{{1,30}}\.\s+",
        rf"[^\W\d_][\w .'’-]{{1,40}}?[.,]\s+{_DAY}\.\s+[^\W\d_a-zа-яё][\w \"«»-]{{1,30}}\s{_DASH}",
        rf"[^\W\d_][\w .'’-]{{1,40}}?,\s+{_DAY},?\s+{_DASH}",
        rf"[^\W\d_][\w .'’-]{{1,40}}?[.,]\s+{_DAY}\.?\s+/[^/\d\n]{{2,25}}/\.?\s+(?:{_DASH})?",
        rf"{_CAPITALS}[.,]\s+{_DAY}[.,]\s+{_CAPITALS}\.\s+",
        rf"\({_CAPITALIZED}(?:[ -]{_CAPITALIZED}){{0,2}}\)\s*{_DASH}",
        r"\s*\([^()=\d]{1,12}=[^()=\d]{2,12}\)\s*",
        r"\s*【[^【】\d]{1,10}】\s*",
        r"\s*[\u4e00-\u9fff]{2,6}社[\u4e00-\u9fff]{1,12}\d{1,2}月\d{1,2}日(?:电|專電|专电)\s*(?:（[^（）]{2,30}）)?\s*",
    )
)
_ALONE = re.compile(rf"[^\W\d_][\w ,.'’-]{{1,60}}?[.,]\s+{_DAY}(?:,\s*\d{{4}})?[,.]?\s*\(?[\w -]{{2,25}}\)?\.?")
_REACH = 110
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}|(?:19|20)\d{2}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]"
    r"|\d{1,2}(?:\.|st|nd|rd|th|er|º)?\s+(?:de\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?(?:19|20)\d{2}"
    r"|[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d{2}"
)
_YEAR = re.compile(r"\d{4}")
"""What every date has: most lines have none, and are done with by it."""
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_DATE_LINE = 80
_WORDS_BESIDE_DATE = 5
"""A weekday, `Published on`, `at`, a zone: more words beside a date are a sentence."""


def dateline_end(paragraph: str) -> int:
    """Where the text begins behind the dateline that `paragraph` starts with; 0 where it starts with none."""
    head = paragraph[:_REACH]
    for shape in _SHAPES:
        match = shape.match(head)
        if match and match.end() < len(paragraph):
            return match.end()
    return 0


def is_dateline(line: str) -> bool:
    """Whether a line is a dateline and nothing else (`YAMANAKA, Japan, Dec. 5, Kyodo`)."""
    return len(line) < 90 and line[:3].isupper() and _ALONE.fullmatch(line) is not None


def is_date_line(line: str) -> bool:
    """Whether a line holds a full date and little else (`Published on 8 March 2012 at 07:45`)."""
    if len(line) > _LONGEST_DATE_LINE or line[-1:] in "!?。" or not _YEAR.search(line):
        return False
    rest, dates = _DATE.subn(" ", line)
    return dates > 0 and len(_WORD.findall(rest)) <= _WORDS_BESIDE_DATE
