"""Agency marks in datelines (`LONDON, May 2 (Reuters) -`, `САМАРА, 3 окт — РИА Новости.`, `新华社内罗毕8月21日电`) and in
what signs an article off (`… sagte der Minister. (dpa)`, `dpa/lnw`)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

REACH = 150
"""Characters from the start of a line within which a dateline must end."""


@dataclass(frozen=True, slots=True)
class DatelineMark:
    """An agency's mark, and the dateline or sign-off that shows it."""

    mark: str
    text: str


_SHAPES = (
    # LONDON, March 12 (Reuters) -   Hamburg (dpa/lno) -   Lima, 9 abr (EFE).-   (CNN) --
    r"^(?P<place>[^()!?]{{0,90}}?)\((?P<mark>{marks})(?:[/,;|=][^()]{{1,40}})?\)\s*(?:[.:]?\s*[-–—―:]+|\.|$)",
    # (Reuters/dpa) -   (AFP, Reuters) -
    r"^(?P<place>[^()!?]{{0,90}}?)\([^()]{{2,30}}[/,;]\s?(?P<mark>{marks})\)\s*(?:[.:]?\s*[-–—―:]+|\.|$)",
    # (CNN)The …  (ANSA) ROMA, 12 GEN: at the very beginning no dash is needed
    r"^(?P<place>)\((?P<mark>{marks})\)(?=\s?\S)",
    # МОСКВА, 5 июня. /ТАСС/.   /ANSA/
    r"^(?P<place>[^/!?]{{0,90}}?)/(?P<mark>{marks})/(?=\s*[-–—.:\s]|$)",
    # САМАРА, 3 окт — РИА Новости.   BERLIN, dpa -   Москва. 15 мая. ИНТЕРФАКС -
    r"^(?P<place>[^()!?«»\"“”]{{2,80}}?[,.–—-])\s*(?P<mark>{marks})\s*(?:[.,:]?\s*[-–—]+\s|[.:]\s)",
    # YAMANAKA, Japan, Dec. 5, Kyodo: on a line of its own there must be a day
    r"^(?P<place>(?=[^\d]*\d)[^()!?«»\"“”:|]{{2,80}}?[,.–—-])\s*(?P<mark>{marks})\.?$",
    # 新华社内罗毕8月21日电   中新社北京3月5日电
    r"^(?P<place>)\s*[(（]?(?P<mark>{marks})[^，。,.]{{0,24}}?[电電]",
    # 【ワシントン共同】   (서울=연합뉴스)
    r"^(?P<place>)[【\[(（][^】\])）=]{{0,14}}[=＝]?\s*(?P<mark>{marks})[】\])）]",
)

_END = 60
"""Characters at the end of a line within which a sign-off must stand."""
_SIGN_OFFS = (
    # … sagte der Minister. (dpa)   … le président. (AFP/Reuters)   …と述べた。(共同)
    r"(?:^|[.!?…。\"”»])\s*[(\[（](?P<mark>{marks})(?:[/,;]\s?[^()\[\]（）]{{1,30}})?[)\]）]\.?$",
    # dpa/lnw   — Reuters: on a line of its own, where a bare name could as well be a menu's
    r"^(?P<mark>{marks})(?:/[\w.-]{{1,12}}){{1,3}}$",
    r"^[-–—]\s*(?P<mark>{marks})$",
    # … сообщил министр. /ТАСС/
    r"[.!?…\"”»]\s*/(?P<mark>{marks})/\.?$",
)


WORD = re.compile(r"\w+")
_WITHIN_WORDS = frozenset("电電】])）")
"""Where none of these stands, no shape lets letters touch the mark: its words are words of the line."""


class Datelines:
    """The marks of all sources, looked for in one pass for each shape of dateline or sign-off."""

    def __init__(self, marks: Iterable[str]) -> None:
        longest_first = sorted(set(marks), key=lambda mark: (-len(mark), mark))
        self._known = {mark.casefold(): mark for mark in longest_first}
        self._first_words = {word[0] for mark in self._known if (word := WORD.search(mark))}
        either = "|".join(re.escape(mark) for mark in longest_first) or "(?!)"
        self._shapes = [re.compile(shape.format(marks=either), re.IGNORECASE) for shape in _SHAPES]
        self._sign_offs = [re.compile(shape.format(marks=either), re.IGNORECASE) for shape in _SIGN_OFFS]

    def read(self, line: str) -> DatelineMark | None:
        """The mark in the dateline that `line` begins with; None where it begins with none."""
        head = line.strip()[:REACH]
        folded = head.casefold()
        if self._first_words.isdisjoint(WORD.findall(folded)) and _WITHIN_WORDS.isdisjoint(folded):
            return None
        if not any(mark in folded for mark in self._known):
            return None
        for shape in self._shapes:
            match = shape.match(head)
            if match and _names_a_place(match["place"]):
                return DatelineMark(self._known[match["mark"].casefold()], match[0].strip())
        return None

    def read_sign_off(self, line: str) -> DatelineMark | None:
        """The mark with which `line`, the last of an article or right below it, ends; None where it ends with none."""
        tail = line.strip()[-_END:]
        for shape in self._sign_offs:
            match = shape.search(tail)
            if match:
                return DatelineMark(self._known[match["mark"].casefold()], match[0].strip('.!?…。"”» '))
        return None


_WORD = re.compile(r"[^\W\d_]+")
_PLACE_WORDS = 9


def _names_a_place(text: str) -> bool:
    """Whether what stands before the mark is place and date, not the beginning of a sentence.

    A place and a date have few words; at most one of them is long and in small letters (`region`), and one more
    where there is a day, since many languages write their months so (`15 gennaio`).
    """
    words = _WORD.findall(text)
    small = [word for word in words if word[0].islower() and len(word) > 3]
    return len(words) <= _PLACE_WORDS and len(small) <= 1 + any(sign.isdigit() for sign in text)
