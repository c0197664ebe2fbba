"""Where a row of CSV ends, found in a window on the file.

Quoting is that of RFC 4180. A quote within a quoted field that is neither doubled nor followed by a delimiter or line
end is taken as text, and the row is marked as `suspect`: either its writer did not double quotes, or an earlier one
was never closed.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass

from clippings.readers.sources import HEAD_KEPT, Buffer, Source

_QUOTES = re.compile(rb'"+')
_QUOTED_START = re.compile(rb' *"')
_SPACES = re.compile(rb" *")
_LINE_END = re.compile(rb"[\r\n]")
CR = 13
EXTRA_COLUMNS = 32
"""A row of so many columns more than expected is given up, lest a quote left open runs through the whole file."""

Field = tuple[int, int, bool]
"""Where a field begins and ends within its row, without its quotes, and whether it has any."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its length with the line end, its fields, and what is wrong with it."""

    size: int
    fields: tuple[Field, ...]
    several_lines: bool = False
    suspect: bool = False
    open: bool = False
    """A quote is opened that is not closed within the limit."""
    cut: bool = False
    """It is longer than the limit; `size` is 0."""


class Window(Buffer):
    """A buffer in which rows are found. Positions are relative to the first byte not taken."""

    def __init__(
        self, source: Source, delimiter: bytes, limit: int, *, columns: int | None = None, quoting: bool = True
    ) -> None:
        super().__init__(source)
        self.limit = limit
        self.most_columns = None if columns is None else columns + EXTRA_COLUMNS
        self.delimiter = delimiter
        self.stop = re.compile(rb"[\r\n]|" + re.escape(delimiter))
        self.quoting = quoting
        # Where in `data` quoted fields end, as far as it was searched, and where quotes stand that end nothing. Kept,
        # so that going on at the next line after a quote left open costs no second search.
        self.closers: list[int] = []
        self.strays: list[int] = []
        self.searched = 0

    def row(self, start: int = 0) -> Row | None:
        """The row that begins at a position; None at the end of the file."""
        while True:
            if self.at + start >= len(self.data) and self.ended:
                return None
            row = self._scan(self.at + start)
            if row is not None:
                return row
            self.more()

    def take_line(self) -> tuple[bytes, int]:
        """Take what is left of the current line: its beginning, and how many bytes of the file it is."""
        before = self.offset
        head = b""
        while True:
            found = _LINE_END.search(self.data, self.at)
            if found is not None and (found.end() < len(self.data) or self.ended):
                end = found.end()
                if self.data[found.start()] == CR and self.data[end : end + 1] == b"\n":
                    end += 1
                head += self.take(end - self.at)[:HEAD_KEPT]
                break
            if self.ended:
                head += self.take(len(self.data) - self.at)[:HEAD_KEPT]
                break
            if found is None:
                head = (head + self.take(len(self.data) - self.at))[:HEAD_KEPT]
            self.more()
        return head[:HEAD_KEPT], self.offset - before

    def line_ends(self, size: int) -> list[int]:
        """The positions after each line end within the next `size` bytes."""
        part = self.data[self.at : self.at + size]
        return [found.end() for found in re.finditer(rb"\r\n|\r|\n", part)]

    def moved(self, gone: int) -> None:
        """Keep what was searched in step with `data`."""
        self.closers = [place - gone for place in self.closers if place >= gone]
        self.strays = [place - gone for place in self.strays if place >= gone]
        self.searched = max(0, self.searched - gone)

    def _scan(self, start: int) -> Row | None:
        """The row that begins at an index of `data`; None where more of the file is needed to tell."""
        data = self.data
        fields: list[Field] = []
        place = start
        several_lines = suspect = False
        while True:
            quoted = _QUOTED_START.match(data, place) if self.quoting else None
            if quoted is not None:
                opened = quoted.end()
                closer = self._closer(opened)
                if closer is None or closer - start > self.limit:
                    if closer is None and not self.ended and len(data) - start <= self.limit:
                        return None
                    return Row(0, tuple(fields), several_lines=True, suspect=True, open=True)
                fields.append((opened - start, closer - start, True))
                several_lines = several_lines or _LINE_END.search(data, opened, closer) is not None
                suspect = suspect or self._has_stray(opened, closer)
                spaces = _SPACES.match(data, closer + 1)
                place = spaces.end() if spaces else closer + 1
            else:
                found = self.stop.search(data, place)
                end = len(data) if found is None else found.start()
                if end - start > self.limit:
                    return Row(0, tuple(fields), several_lines=several_lines, suspect=suspect, cut=True)
                if found is None and not self.ended:
                    return None
                fields.append((place - start, end - start, False))
                place = end
            if place >= len(data):
                return Row(place - start, tuple(fields), several_lines, suspect) if self.ended else None
            if data.startswith(self.delimiter, place):
                place += len(self.delimiter)
                if self.most_columns is not None and len(fields) > self.most_columns and several_lines:
                    return Row(place - start, tuple(fields), several_lines, suspect=True)
                continue
            if data[place] == CR:
                if place + 1 >= len(data) and not self.ended:
                    return None
                place += data[place + 1 : place + 2] == b"\n"
            return Row(place + 1 - start, tuple(fields), several_lines, suspect)

    def _closer(self, opened: int) -> int | None:
        """The index of the quote that closes a field opened right before `opened`; None where none is in sight."""
        data = self.data
        run = _QUOTES.match(data, opened)
        if run is not None:
            # The run of quotes is seen from within: its first quote is not the one that opened the field.
            if run.end() == len(data) and not self.ended:
                return None
            if (run.end() - opened) % 2 and self._ends_field(run.end()):
                return run.end() - 1
            opened = run.end()
        if not self.closers or self.closers[-1] < opened:
            self._search()
        known = bisect_left(self.closers, opened)
        return self.closers[known] if known < len(self.closers) else None

    def _ends_field(self, place: int) -> bool:
        """Whether a delimiter, a line end or the end of the file follows, spaces aside."""
        spaces = _SPACES.match(self.data, place)
        after = spaces.end() if spaces else place
        return after >= len(self.data) or self.stop.match(self.data, after) is not None

    def _search(self) -> None:
        """Find the closing and the stray quotes in what was not searched yet."""
        for run in _QUOTES.finditer(self.data, self.searched):
            spaces = _SPACES.match(self.data, run.end())
            after = spaces.end() if spaces else run.end()
            if after >= len(self.data) and not self.ended:
                self.searched = run.start()
                return
            if (run.end() - run.start()) % 2:
                (self.closers if self._ends_field(run.end()) else self.strays).append(run.end() - 1)
        self.searched = len(self.data)

    def _has_stray(self, opened: int, closer: int) -> bool:
        """Whether a quote that is neither doubled nor closing stands in a field between these indexes."""
        run = _QUOTES.match(self.data, opened)
        if run is not None:
            if (run.end() - opened) % 2 and run.end() <= closer:
                return True
            opened = run.end()
        found = bisect_left(self.strays, opened)
        return found < len(self.strays) and self.strays[found] < closer
