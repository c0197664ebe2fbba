"""Marks in what surrounds an article: signature phrases, copyright lines, menus, mastheads, and a blog's furniture."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clippings.pages import lines_with
from clippings.sources.entries import Kind, SourceEntry

PHOTO = re.compile(
    r"photo|foto|picture|image|bild\b|abb\.|grafik|video|getty|fotografía|imagen|immagine|zdjęcie|фото|图片|照片",
    re.IGNORECASE,
)
"""Words of a picture's credit: an agency's picture does not make the story the agency's."""
_YEARS = r"(?:\d{4}(?:\s*[-–—/,]\s*\d{2,4})?(?:\s*г(?:г|ода)?\.?)?)"
_SIGNS = ("©", "(c)", "copyright", "все права", "riproduzione riservata", "版权所有")
_SIGN = r"(?:©|\(c\)|copyright|все права защищены|riproduzione riservata|版权所有)"
_RIGHTS = re.compile(
    r"all rights|rights reserved|alle rechte|tous droits|derechos reservados|direitos reservados|riproduzione riservata"
    r"|все права|wszelkie prawa|tüm hakları|版权所有|不許複製|無断転載"
)
_HEAD = re.compile(rf"^(?:[\W_]*(?:{_SIGN}|{_YEARS}|by)(?!\w))+[\W_]*")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMBER = re.compile(r"^\d+")
_LONGEST_COPYRIGHT = 400
_LONGEST_MENU_ITEM = 60
_INVITATION = (
    r"(?:follow|about|work (?:for|at)|subscribe to|contact|advertise (?:with|on|in)|download|get|join|support"
    r"|über|folgen sie|mehr von|suivez|abonnez-vous à|sobre|síguenos en|segui|chi siamo|о компании)"
)
_OFFER = (
    r"(?:newsletters?|store|shop|apps?|news app|site ?map|archive|group|conferences|tipline|podcasts?|jobs|on facebook"
    r"|on twitter|abo|shop|digital|mobile|rss|live|plus|premium|e-paper|epaper)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A mark found on a line, counted from 0."""

    rule: str
    source: str
    text: str
    place: int
    weight: float = 0.0
    """Of furniture only: the other rules have one weight each."""


class Boilerplate:
    """The phrases, names and furniture of all sources, looked for in one walk over a page's lines."""

    def __init__(self, entries: Sequence[SourceEntry]) -> None:
        publishers = [entry for entry in entries if entry.kind is not Kind.BLOG]
        self._signatures = [(plain(text), entry.name, text) for entry in entries for text in entry.signatures]
        self._names = {plain(name): entry.name for entry in publishers for name in entry.names}
        pieces = [(piece, entry.name) for entry in entries for piece in entry.furniture]
        self._furniture = {piece.line: (name, piece.weight) for piece, name in pieces if not piece.line.endswith("…")}
        self._beginnings = {piece.line[:-1]: (name, piece.weight) for piece, name in pieces if piece.line.endswith("…")}
        self._any_beginning = tuple(self._beginnings)
        longest_first = sorted(self._names, key=len, reverse=True)
        either = "|".join(map(re.escape, longest_first)) or "(?!)"
        self._name_first = re.compile(rf"(?:the )?(?P<name>{either})(?![\w/|-])")
        self._menu = re.compile(rf"{_INVITATION} (?P<by>{either})(?!\w)|(?P<of>{either})[’']?s? {_OFFER}(?!\w)")
        invitations = re.findall(r"[^\W\d_]+", _INVITATION)
        self._menu_starts = {*invitations, *(name.partition(" ")[0] for name in self._names)}
        self._capitals = {plain(name): name for entry in publishers for name in entry.names}
        telling = (*self._menu_starts, *self._furniture, *self._beginnings)
        self._starts = frozenset(text.partition(" ")[0] for text in telling)
        # a beginning of one word may go on without a space
        self._other_starts = tuple(start for start in self._beginnings if " " not in start)

    def find(self, lines: Sequence[str], kept: Sequence[bool]) -> Iterator[Found]:
        """The marks of a page, in the order of its lines.

        `kept`: for each line whether it is main text (empty: nothing is known). Phrases and names in the main text
        are quotations; furniture is furniture wherever it stands.
        """
        page = plain_lines(lines)
        whole = "\n".join(page)
        signatures = [signature for signature in self._signatures if signature[0] in whole]
        claims = lines_with(_SIGNS, whole)
        signed = lines_with((phrase for phrase, _, _ in signatures), whole)
        for place, line in enumerate(page):
            if not (place in claims or place in signed or self._may_tell(line)):
                continue
            piece = self._furniture.get(_NUMBER.sub("#", line) if line[0].isdigit() else line)
            if piece is None and line.startswith(self._any_beginning):
                piece = next(found for start, found in self._beginnings.items() if line.startswith(start))
            if piece is not None:
                yield Found("furniture", piece[0], lines[place].strip()[:80], place, piece[1])
            if place < len(kept) and kept[place]:
                continue
            for phrase, name, text in signatures:
                if phrase in line:
                    yield Found("signature", name, text, place)
            if len(line) <= _LONGEST_MENU_ITEM and line.partition(" ")[0] in self._menu_starts:
                item = self._menu.match(line)
                if item and self._capitals[item["by"] or item["of"]] in lines[place]:
                    yield Found("menu", self._names[item["by"] or item["of"]], lines[place].strip(), place)
            if place in claims and len(line) <= _LONGEST_COPYRIGHT and (owner := self._owner(line)):
                yield Found("copyright", owner, lines[place].strip(), place)
            alone = self._names.get(line)
            if alone is not None:
                yield Found("masthead", alone, lines[place].strip(), place)

    def _may_tell(self, line: str) -> bool:
        """Whether a line begins like furniture, an item of a menu or a name: most lines do not, and are done with here."""
        return line.partition(" ")[0] in self._starts or line[:1].isdigit() or line.startswith(self._other_starts)

    def _owner(self, line: str) -> str | None:
        """Whose copyright a line states: the name that follows the sign, with a year or with all rights reserved.

        A sign and a name alone, or a name with another after a stroke, is a picture's credit.
        """
        head = _HEAD.match(line)
        if head is None or not any(sign in head[0] for sign in _SIGNS):
            return None
        name = self._name_first.match(line, head.end())
        if name is None or PHOTO.search(line) or not (_YEAR.search(line) or _RIGHTS.search(line)):
            return None
        return self._names[name["name"]]


def plain(text: str) -> str:
    """One form for quotes, spaces and case."""
    return plain_lines((text,))[0]


def plain_lines(lines: Sequence[str]) -> list[str]:
    """`plain` of each line, made for all of them at once."""
    whole = "\n".join(lines)
    if whole.count("\n") != len(lines) - 1:
        whole = "\n".join(line.replace("\n", " ") for line in lines)
    if not whole.isascii():
        for fancy, simple in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"')):
            whole = whole.replace(fancy, simple)
    spaced = whole.casefold().replace("\u00a0", " ").replace("\t", " ").split("\n")
    return [" ".join(line.split()) if "  " in line else line.strip() for line in spaced]
