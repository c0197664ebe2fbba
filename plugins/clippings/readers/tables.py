"""CSV and TSV: which delimiter and which columns, and cutting a file into rows, also where quoting is broken.

The csv module is not used: it neither says where a row begins, so that a file could be read in ranges, nor comes back
from a quote that is never closed.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clippings.articles import Reason
from clippings.readers.columns import NAMES, roles_by_name
from clippings.readers.encodings import Encoding
from clippings.readers.jsonlines import Fields
from clippings.readers.pieces import Piece, too_large
from clippings.readers.rows import Row, Window
from clippings.readers.sources import HEAD_KEPT, Source

DELIMITERS = ",;\t|\x01\x1f^~"
"""Tried where none is declared, the usual ones first."""
SAMPLE_ROWS = 200
LONGEST_NAME = 64
EVEN_SHARE = 0.8
"""Without names for its columns, a file is a table if this share of its rows has the same number of them."""


@dataclass(frozen=True, slots=True)
class RowShape:
    """What the rows of a file have in common, learned from its beginning: how a row is told after broken quoting.

    `patterns`: for each column an expression that the values seen fit. `quoted`: whether all or none had quotes.
    """

    columns: int
    patterns: tuple[re.Pattern[bytes] | None, ...] = ()
    quoted: tuple[bool | None, ...] = ()

    @property
    def strong(self) -> bool:
        """Whether a row can be told by more than the number of its columns."""
        return any(self.patterns) or any(self.quoted)

    def fits(self, data: bytes, row: Row) -> bool:
        """Whether a whole row has the right number of columns, with values like those seen."""
        if row.open or row.cut or len(row.fields) != self.columns:
            return False
        for number, (start, end, quoted) in enumerate(row.fields):
            if self.quoted and self.quoted[number] not in (None, quoted):
                return False
            pattern = self.patterns[number] if self.patterns else None
            if pattern is not None and not pattern.fullmatch(data, start, end):
                return False
        return True


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How a table is read: delimiter, whether its first row names the columns, and which column plays which role."""

    delimiter: str
    header: tuple[str, ...]
    header_in_file: bool
    roles: Mapping[str, int]
    shape: RowShape
    quoting: bool
    """False for a file divided by tabs in which no field is quoted: a quote is then a quote."""
    even: float
    """The share of the sample's rows that have the right number of columns."""

    @property
    def by_name(self) -> dict[str, str]:
        """Which roles the names of the columns tell of."""
        return roles_by_name(self.header)


def find_table_layout(
    sample: str,
    complete: bool,
    *,
    delimiter: str | None,
    columns: Mapping[str, str | int],
    header: Sequence[str],
) -> tuple[TableLayout | None, str]:
    """The layout of a table, from a sample of it, and why; or None with what speaks against its being one."""
    doubts: list[str] = []
    found: list[tuple[int, TableLayout, str]] = []
    for candidate in [delimiter] if delimiter else DELIMITERS:
        if not delimiter and candidate not in sample:
            continue
        layout, reason = _layout(sample, complete, candidate, columns, header)
        if layout is None:
            doubts.append(reason)
        else:
            found.append((len(layout.roles), layout, reason))
    if not found and not delimiter:
        # A table of one column has no delimiter at all.
        layout, reason = _layout(sample, complete, ",", columns, header)
        if layout is not None:
            return layout, reason
    if not found:
        return None, "; ".join(dict.fromkeys(doubts)) or "no delimiter in the sample"
    _, layout, reason = max(found, key=lambda entry: entry[0])
    return layout, reason


def _layout(
    sample: str, complete: bool, delimiter: str, columns: Mapping[str, str | int], header: Sequence[str]
) -> tuple[TableLayout | None, str]:
    """The layout for one delimiter."""
    title = {"\t": "tab", " ": "space"}.get(delimiter, delimiter)
    data = sample.encode("utf-8", "surrogatepass")
    rows = _sample_rows(data, complete, delimiter)
    if not rows:
        return None, f"no whole row in the sample (delimiter {title})"
    values = [[_sample_value(text, field) for field in row.fields] for text, row in rows]
    names = [value.strip().strip("\ufeff") for value in values[0]]
    header_in_file = not header and _is_header(names, columns)
    if header:
        names = list(header)
    body = rows[1:] if header_in_file else rows
    width = len(names) if header or header_in_file else Counter(len(row.fields) for _, row in rows).most_common(1)[0][0]
    even = sum(1 for _, row in body if len(row.fields) == width) / len(body) if body else 1.0
    if not header and not header_in_file and (width == 1 or even < EVEN_SHARE):
        return None, f"rows have no common number of columns (delimiter {title})"
    roles, problem = _roles(names if header or header_in_file else [], columns, values[1:] or values, width)
    if problem:
        return None, problem
    shape = _shape(width, [(text, row) for text, row in body if len(row.fields) == width])
    quoting = delimiter != "\t" or any(mark for _, row in rows if not row.suspect for _, _, mark in row.fields)
    layout = TableLayout(
        delimiter, tuple(names) if header or header_in_file else (), header_in_file, roles, shape, quoting, even
    )
    told = ", ".join(
        f"{role} from {layout.header[number]!r}" if layout.header else f"{role} from column {number + 1}"
        for role, number in roles.items()
    )
    named = "named by its first row" if header_in_file else "named by the feed" if header else "without names"
    return layout, f"{width} columns divided by {title}, {named}; {told}"


class _Held:
    """A sample as a stream."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, size: int, /) -> bytes:
        """All of it, once."""
        data, self.data = self.data, b""
        return data


def _sample_rows(data: bytes, complete: bool, delimiter: str) -> list[tuple[bytes, Row]]:
    """The first rows of a sample, each with its bytes; the last is left out where it may be cut off."""
    window = Window(Source(_Held(data), Encoding("utf-8", 0, "sample"), 0), delimiter.encode(), len(data))
    rows: list[tuple[bytes, Row]] = []
    whole = True
    while len(rows) < SAMPLE_ROWS and (row := window.row()) is not None:
        if row.open or row.cut:
            window.take_line()
            continue
        text = window.take(row.size)
        whole = text.endswith((b"\n", b"\r"))
        if row.several_lines and row.suspect:
            continue
        if not _blank(row):
            rows.append((text, row))
    if rows and not complete and not whole:
        rows.pop()
    return rows


def _blank(row: Row) -> bool:
    return len(row.fields) == 1 and row.fields[0][0] == row.fields[0][1] and not row.fields[0][2]


def _sample_value(text: bytes, field: tuple[int, int, bool]) -> str:
    return text[field[0] : field[1]].decode("utf-8", "replace")


_KNOWN_NAMES = frozenset(name for names in NAMES.values() for name in names.split())


def _is_header(names: Sequence[str], columns: Mapping[str, str | int]) -> bool:
    """Whether the first row names the columns: short names, of which at least one is known or declared."""
    if any(len(name) > LONGEST_NAME or "\n" in name for name in names):
        return False
    declared = {column for column in columns.values() if isinstance(column, str)}
    if declared & set(names):
        return True
    plain = {name.lower().replace(" ", "_").replace("-", "_") for name in names}
    return bool(plain & _KNOWN_NAMES)


def _roles(
    names: Sequence[str], columns: Mapping[str, str | int], values: Sequence[Sequence[str]], width: int
) -> tuple[dict[str, int], str]:
    """Which column (from 0) plays which role; or what is wrong with the declared ones."""
    roles: dict[str, int] = {}
    for role, column in columns.items():
        if isinstance(column, int) and 1 <= column <= width:
            roles[role] = column - 1
        elif column in names:
            roles[role] = names.index(str(column))
        else:
            have = ", ".join(repr(name) for name in names) if names else f"{width} columns without names"
            return {}, f"there is no column {column!r} for {role}: the file has {have}"
    by_name = {role: names.index(name) for role, name in roles_by_name(names).items()} if names else {}
    if not roles:
        roles = by_name
    if "content" not in roles:
        if "content" in by_name:
            return {"content": by_name["content"], **roles}, ""
        free = [number for number in range(width) if number not in roles.values()]
        sizes = {number: sum(len(row[number]) for row in values if number < len(row)) for number in free}
        longest = max(sizes, key=lambda number: sizes[number], default=None)
        if longest is None or sizes[longest] < 40 * len(values):
            return {}, "no column holds texts"
        roles = {"content": longest, **roles}
    if not names and not columns:
        roles |= _roles_by_value(roles, values, width)
    return roles, ""


def _roles_by_value(roles: Mapping[str, int], values: Sequence[Sequence[str]], width: int) -> dict[str, int]:
    """The address and the date among columns without names."""
    found: dict[str, int] = {}
    for role, expression in (("url", r"\s*https?://\S+\s*"), ("date", r"\s*\d{4}-\d\d-\d\d(?:[T ][\d:.,+Zz-]*)?\s*")):
        for number in range(width):
            column = [row[number] for row in values if number < len(row) and row[number].strip()]
            if number not in roles.values() and column and all(re.fullmatch(expression, value) for value in column):
                found[role] = number
                break
    return found


_VALUE_PATTERNS = (
    re.compile(rb"\d+"),
    re.compile(rb"https?://\S+"),
    re.compile(rb"\d{4}-\d\d-\d\d[^\r\n]{0,20}"),
    re.compile(rb"[a-z]{2}"),
)


def _shape(width: int, rows: Sequence[tuple[bytes, Row]]) -> RowShape:
    """What rows of the right width have in common; nothing where there are fewer than two."""
    if len(rows) < 2:
        return RowShape(width)
    patterns: list[re.Pattern[bytes] | None] = []
    quoted: list[bool | None] = []
    for number in range(width):
        fields = [(text, row.fields[number]) for text, row in rows]
        patterns.append(
            next(
                (
                    pattern
                    for pattern in _VALUE_PATTERNS
                    if all(pattern.fullmatch(text, start, end) for text, (start, end, _) in fields)
                ),
                None,
            )
        )
        marks = {mark for _, (_, _, mark) in fields}
        quoted.append(marks.pop() if len(marks) == 1 and len(rows) >= 5 else None)
    return RowShape(width, tuple(patterns), tuple(quoted))


def split_table(source: Source, layout: TableLayout, limit: int, *, at_start: bool) -> Iterator[Piece]:
    """The rows of a table as pieces, without the one that names the columns.

    Where a quote is never closed, the line that opens it is rejected, with the lines after it up to the next one
    that is a row like those before.
    """
    delimiter = layout.delimiter.encode(source.codec)
    window = Window(source, delimiter, limit, columns=layout.shape.columns, quoting=layout.quoting)
    skip = at_start and layout.header_in_file
    while (row := window.row()) is not None:
        if not (row.open or row.cut) and (_blank(row) or skip):
            skip = skip and _blank(row)
            window.take(row.size)
            continue
        yield _piece(window, layout.shape, row)


def _piece(window: Window, shape: RowShape, row: Row) -> Piece:
    """The piece that begins where the window does; it is taken from the window."""
    start = window.offset
    if row.cut or row.open:
        return _broken(window, shape, "A quote is opened in this row and never closed.", row)
    fields = row.fields
    while len(fields) > shape.columns and fields[-1][0] == fields[-1][1]:
        fields = fields[:-1]
    if row.several_lines:
        if len(fields) != shape.columns:
            message = f"The row has {len(fields)} columns instead of {shape.columns}: a quote is missing or too many."
            return _broken(window, shape, message, row)
        if row.suspect and _holds_a_row(window, shape, row):
            return _broken(window, shape, "A quote is opened in this row and closed only in a later one.", row)
    data = window.take(row.size)
    if len(fields) != shape.columns:
        message = f"The row has {len(fields)} columns instead of {shape.columns}."
        return Piece(
            start, start, data[:HEAD_KEPT], reason=Reason.MALFORMED, message=message, size=window.offset - start
        )
    return Piece(start, start, data, fields=fields)


def _holds_a_row(window: Window, shape: RowShape, row: Row) -> bool:
    """Whether a line within a row is a row itself."""
    return any(_is_row(window, shape, end, at_end_too=True) for end in window.line_ends(row.size)[:-1])


def _is_row(window: Window, shape: RowShape, start: int, *, at_end_too: bool) -> bool:
    """Whether a row like those seen begins at a position. Without more to tell it by than the number of columns, the
    next one must be a row, too (or, `at_end_too`, the file must end there)."""
    row = window.row(start)
    if row is None:
        return False
    # The window may have moved its data, so the row's bytes are looked up after it was found.
    if not shape.fits(window.data[window.at + start : window.at + start + row.size], row):
        return False
    if shape.strong:
        return True
    following = window.row(start + row.size)
    if following is None:
        return at_end_too
    return not following.open and not following.cut and len(following.fields) == shape.columns


def _broken(window: Window, shape: RowShape, message: str, row: Row) -> Piece:
    """Take lines until a row like those seen begins: they are rejected together."""
    start = window.offset
    head, size = window.take_line()
    while window.row() is not None and not _is_row(window, shape, 0, at_end_too=not row.open):
        more, length = window.take_line()
        size += length
        head = (head + more)[:HEAD_KEPT]
    if size > window.limit:
        return too_large(start, start, head, size, window.limit)
    message = f"{message} Correct the quoting in the file."
    return Piece(start, start, head, reason=Reason.MALFORMED, message=message, size=size)


def read_row(source: Source, data: bytes, fields: Sequence[tuple[int, int, bool]], layout: TableLayout) -> Fields:
    """The fields of a row. Raises UnicodeDecodeError for a byte that does not decode."""
    values: dict[str, str] = {}
    for role, number in layout.roles.items():
        start, end, quoted = fields[number]
        value = source.decode(data[start:end])
        values[role] = value.replace('""', '"') if quoted else value
    content = values.pop("content")
    return Fields(content, {role: stripped for role, value in values.items() if (stripped := value.strip())})
