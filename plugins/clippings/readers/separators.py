"""Text with many documents: which lines separate them, and cutting at those lines."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from clippings.articles import Reason
from clippings.readers.pieces import Piece, too_large
from clippings.readers.sources import HEAD_KEPT, Line, Source, lines

LONGEST_SEPARATOR = 1_000
"""Bytes of a line that can still be a separator; it bounds what a regular expression of the user's can cost."""

_RUN = r"\s*(?P<run>(?P<mark>[^\w\s]|_)(?P=mark){4,})\s*"
_NAMED = r"\s*={3,}\s*(?P<name>[^\s=](?:.*[^\s=])?)\s*={3,}\s*"
_FEED = r"[ \t]*\f\s*"
ANY_SEPARATOR = re.compile(rf"(?:{_NAMED}|{_RUN}|{_FEED})")
_LINE_END = re.compile(r"\r\n|\r|\n")
_RUN_LINE = re.compile(_RUN)
_NAMED_LINE = re.compile(_NAMED)
_FEED_LINE = re.compile(_FEED)
_WIKI_HEADING = re.compile(r"\s*==[^=].*[^=]==\s*")


@dataclass(frozen=True, slots=True)
class Separator:
    """What a separator line looks like as a whole (its group `name`, if any, names what follows), and why."""

    expression: re.Pattern[str]
    reason: str
    feeds: bool = False
    """A form feed separates wherever it stands: printers and `pdftotext` put it before the first word of a page."""
    signs_only: bool = True
    """No line that begins with an ASCII letter or digit can match: most lines need not be looked at any further."""


def declared_separator(expression: str) -> Separator:
    """The user's own regular expression of a separator line."""
    return Separator(re.compile(expression), f"separator lines match {expression!r}, as declared", signs_only=False)


def find_separator(sample: str) -> Separator:
    """The separator of a file that is known to hold many documents: the kind of separator line that it has most of."""
    kinds = _kinds(_rows(sample))
    if not kinds:
        reason = "no separator line in the sample: any run of five or more, form feed or name"
        return Separator(ANY_SEPARATOR, reason, feeds=True)
    kind = max(kinds, key=lambda kind: len(kind.numbers))
    return Separator(kind.expression, f"{len(kind.numbers)} separator lines: {kind.title}", kind.mark == "\f")


def evident_separator(sample: str, complete: bool) -> tuple[Separator | None, str]:
    """The separator of a file of which nothing is known, or None with the reason: only strong evidence will do.

    A page scrape may hold lines of dashes, too: between its sections, under its headings, above its comments. So
    what lies between the lines has to be pages. `complete`: the sample is the whole file.
    """
    rows = _rows(sample)
    reasons: list[str] = []
    for kind in _kinds(rows):
        parts = _parts(rows, kind.numbers, complete)
        doubt = _doubt(kind, parts, rows)
        if doubt is None:
            reason = f"{len(kind.numbers)} separator lines ({kind.title})"
            return Separator(kind.expression, reason, kind.mark == "\f"), ""
        reasons.append(f"{len(kind.numbers)} lines of {kind.title} do not separate documents: {doubt}")
    return None, "; ".join(reasons)


def _rows(sample: str) -> list[str]:
    """The lines of a sample; a form feed is a line of its own."""
    rows: list[str] = []
    for row in _LINE_END.split(sample):
        rows.extend(filter(None, re.split("(\f)", row)) if "\f" in row else (row,))
    return rows


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of separator line, and the numbers of the lines (in the sample) that are of it."""

    title: str
    expression: re.Pattern[str]
    numbers: tuple[int, ...]
    mark: str
    uniform: bool


def _kinds(rows: Sequence[str]) -> list[_Kind]:
    """The kinds of separator line that occur, names first, then form feeds, then runs, the most frequent first."""
    named: list[int] = []
    feeds: list[int] = []
    runs: dict[str, list[tuple[int, int]]] = {}
    for number, row in enumerate(rows):
        if len(row) > LONGEST_SEPARATOR:
            continue
        if _FEED_LINE.fullmatch(row):
            feeds.append(number)
        elif found := _RUN_LINE.fullmatch(row):
            runs.setdefault(found["run"][0], []).append((number, len(found["run"])))
        elif _NAMED_LINE.fullmatch(row):
            named.append(number)
    kinds: list[_Kind] = []
    if named:
        kinds.append(_Kind("=== name ===", _NAMED_LINE, tuple(named), "name", True))
    if feeds:
        kinds.append(_Kind("a form feed", _FEED_LINE, tuple(feeds), "\f", True))
    for character, found_runs in sorted(runs.items(), key=lambda item: (-len(item[1]), item[0])):
        length, count = Counter(length for _, length in found_runs).most_common(1)[0]
        uniform = count >= 0.6 * len(found_runs)
        wanted = f"{{{length}}}" if uniform else "{5,}"
        numbers = tuple(number for number, size in found_runs if not uniform or size == length)
        title = f"{length} × {character}" if uniform else f"5 or more × {character}"
        kinds.append(_Kind(title, re.compile(rf"\s*{re.escape(character)}{wanted}\s*"), numbers, character, uniform))
    return kinds


def _parts(rows: Sequence[str], numbers: Sequence[int], complete: bool) -> list[list[str]]:
    """The non-blank lines between separator lines, without empty parts and without what the sample cuts off."""
    borders = [-1, *numbers, len(rows)]
    parts = [[row.strip() for row in rows[start + 1 : end] if row.strip()] for start, end in pairwise(borders)]
    if not complete:
        parts.pop()
    return [part for part in parts if part]


RARE_IN_PAGES = frozenset("=#~%@+<>|&$^§")
"""Characters of which a run seldom divides the sections of one page; dashes, stars, dots and underlines often do."""
PAGE_WORDS = 50
MANY_PARTS = 8
"""So many parts, each as long as a page, are documents whatever they look like."""
_PAGE_LINE = re.compile(
    r"https?://|\bwww\.|\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|^by [A-Z]|©|\(c\)|\bcopyright\b", re.I
)
_SENTENCE_END = re.compile(r"[.!?…。！？»”\"')\]]\s*$")


def _doubt(kind: _Kind, parts: Sequence[Sequence[str]], rows: Sequence[str]) -> str | None:
    """Why the lines of a kind may not separate documents; None where there is no doubt left."""
    count = len(parts)
    if kind.mark == "name":
        return _doubt_about_names(kind, parts, rows)
    if count < 2:
        return "there is text on one side only"
    if not kind.uniform:
        return "they are of several lengths"
    if sum(1 for number in kind.numbers if rows[number][:1].isspace() and rows[number][:1] != "\f"):
        return "they are indented"
    words = [sum(len(row.split()) for row in part) for part in parts]
    long_ones = sum(1 for number in words if number >= PAGE_WORDS)
    sentences = sum(1 for part in parts if _has_sentence(part))
    pages = sum(1 for part in parts if _looks_like_page(part))
    if kind.mark != "\f" and _underlines(kind, rows):
        return "they underline headings"
    if kind.mark == "\f":
        return None if sentences >= 0.8 * count else "few of the parts hold sentences"
    if count == 2:
        sure = kind.mark in RARE_IN_PAGES and long_ones == 2 and pages == 2
        return None if sure else "two parts are too few to tell"
    all_long = long_ones >= 0.9 * count
    alike = sentences >= 0.9 * count and max(words) <= 8 * min(words)
    if kind.mark in RARE_IN_PAGES:
        sure = all_long or alike
    else:
        sure = all_long and (count >= MANY_PARTS or pages >= 0.5 * count)
        sure = sure or (alike and count >= 4 and pages >= 0.8 * count)
    if sure:
        return None
    return (
        f"of {count} parts {long_ones} are as long as a page, {sentences} hold sentences, {pages} show signs of a page"
    )


def _doubt_about_names(kind: _Kind, parts: Sequence[Sequence[str]], rows: Sequence[str]) -> str | None:
    """The same for lines that name what follows them."""
    if any(_WIKI_HEADING.fullmatch(row) for row in rows):
        return "they are headings among others"
    first = next((number for number, row in enumerate(rows) if row.strip()), None)
    if first == kind.numbers[0]:
        return None
    if len(kind.numbers) >= 2 and sum(1 for part in parts if _has_sentence(part)) >= 0.8 * len(parts):
        return None
    return "the file does not begin with one"


def _has_sentence(part: Sequence[str]) -> bool:
    return any(len(row.split()) >= 3 and _SENTENCE_END.search(row) for row in part)


def _looks_like_page(part: Sequence[str]) -> bool:
    """Whether a part begins with a short title above longer text, or has a line that gives its date, address, author
    or copyright."""
    first = part[0]
    titled = (
        len(part) >= 2
        and len(first) <= 150
        and not first.endswith((".", ",", ";"))
        and any(len(row) > max(len(first), 60) for row in part[1:8])
    )
    return titled or any(len(row) < 120 and _PAGE_LINE.search(row) for row in part)


def _underlines(kind: _Kind, rows: Sequence[str]) -> bool:
    """Whether most lines of a kind are as long as the line right above them: the mark of an underlined heading."""
    under = 0
    for number in kind.numbers:
        above = rows[number - 1].strip() if number else ""
        if above and abs(len(above) - len(rows[number].strip())) <= 2:
            under += 1
    return under > 0.5 * len(kind.numbers)


def split_separated(source: Source, separator: Separator, limit: int) -> Iterator[Piece]:
    """The documents between separator lines, without the blank lines around them.

    Parts that are blank are no documents, unless they are named. The position of a document is that of its first
    line that is not blank; reading can begin again at the separator line before it.
    """
    document = _Document(source.offset)
    every = lines(source, limit)
    for line in _cut_at_feeds(source, every) if separator.feeds else every:
        found = None if line.cut or len(line.data) > LONGEST_SEPARATOR else _match(source, separator, line)
        if found is None:
            document.add(line, limit)
            continue
        yield from document.pieces(limit)
        document = _Document(line.offset, found.groupdict().get("name"))
    yield from document.pieces(limit)


def _cut_at_feeds(source: Source, every: Iterator[Line]) -> Iterator[Line]:
    """The same lines, with each form feed as a line of its own."""
    for line in every:
        if line.cut or b"\f" not in line.data:
            yield line
            continue
        offset = line.offset
        for part in filter(None, re.split(b"(\f)", line.data)):
            size = source.measure(part)
            yield Line(offset, size, part)
            offset += size


def _match(source: Source, separator: Separator, line: Line) -> re.Match[str] | None:
    if separator.signs_only and line.data[:1].isalnum():
        return None
    text = line.data.decode(source.codec, "replace").rstrip("\r\n")
    return separator.expression.fullmatch(text)


class _Document:
    """The lines of one document while they are gathered; past the limit they are counted, not held."""

    def __init__(self, start: int, name: str | None = None) -> None:
        self.start = start
        self.name = name
        self.position: int | None = None
        self.held: list[bytes] = []
        self.size = 0
        self.over = False

    def add(self, line: Line, limit: int) -> None:
        """Take in a line; blank lines at the beginning are passed over."""
        if self.position is None:
            if not line.data.strip():
                return
            self.position = line.offset
        self.size += line.size
        if self.size <= limit or not self.held:
            self.held.append(line.data)
        elif not self.over:
            self.over = True
            self.held = [b"".join(self.held)[:HEAD_KEPT]]

    def pieces(self, limit: int) -> Iterator[Piece]:
        """The document as a piece; none where there is nothing between two separators."""
        if self.position is None:
            if self.name is not None:
                message = f"Nothing follows the separator line that names {self.name!r}."
                yield Piece(self.start, self.start, b"", self.name, reason=Reason.EMPTY, message=message)
            return
        data = b"".join(self.held)
        if self.size > limit:
            yield too_large(self.start, self.position, data[:HEAD_KEPT], self.size, limit)
            return
        yield Piece(self.start, self.position, data.rstrip(b"\r\n\t "), self.name)
