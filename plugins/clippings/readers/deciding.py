"""What a file is: format, encoding, separators and columns, found out from its beginning, with the reasons."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clippings.articles import Reason
from clippings.feeds import Feed, Format
from clippings.readers.encodings import Encoding, find_encoding
from clippings.readers.jsonlines import JsonLayout, find_json_layout
from clippings.readers.markup import begins_as_document, content_type_of
from clippings.readers.packing import Content, foreign_kind
from clippings.readers.separators import Separator, declared_separator, evident_separator, find_separator
from clippings.readers.sources import Source
from clippings.readers.tables import TableLayout, find_table_layout
from clippings.records import ContentType

SAMPLE = 1024 * 1024
"""Bytes of a file's beginning that a decision rests on."""
BINARY_SHARE = 0.05
"""A file with a larger share of control characters in its beginning is no text."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How a file is read. With a `problem` it cannot be, and the message says why."""

    format: Format
    encoding: Encoding
    reasons: tuple[str, ...]
    separator: Separator | None = None
    table: TableLayout | None = None
    json: JsonLayout | None = None
    problem: tuple[Reason, str] | None = None


def decide(feed: Feed, content: Content, probes: Sequence[bytes] = ()) -> Decision:
    """What a file is. `probes` are further stretches of it, whole lines each, to tell its encoding by."""
    head = content.head(SAMPLE + 1)
    complete = len(head) <= SAMPLE
    head = head[:SAMPLE]
    how = tuple(f"{kind}: told by its first bytes" for kind in content.how)
    if not head:
        problem = (Reason.UNREADABLE, content.damage) if content.damage else (Reason.EMPTY, "The file is empty.")
        return Decision(feed.format, Encoding("utf-8", 0, "nothing to tell it by"), how, problem=problem)
    encoding = find_encoding([head, *probes], feed.encoding)
    sample = _decoded(head, encoding)
    decision = Decision(feed.format, encoding, (*how, f"encoding {encoding.title}: {encoding.reason}"))
    kind = foreign_kind(head)
    if kind is not None:
        return _unreadable(decision, f"The file is {kind}, not text or pages; take it out of the feed's patterns.")
    if feed.format is Format.WARC or (feed.format is Format.AUTO and head.startswith(b"WARC/")):
        # The file is bytes, whatever its beginning looks like; each page in it has an encoding of its own.
        decision = replace(decision, encoding=Encoding("utf-8", 0, "a WARC file's own lines are UTF-8"))
        return _as(decision, Format.WARC, "declared" if feed.format is Format.WARC else "it begins with WARC/")
    if _binary(sample):
        return _unreadable(decision, "The file holds binary data, not text or pages.")
    if feed.format is Format.AUTO:
        return _find_out(feed, content.file, decision, sample, complete)
    return _declared(feed, decision, sample, complete)


def _as(decision: Decision, form: Format, reason: str) -> Decision:
    return replace(decision, format=form, reasons=(*decision.reasons, f"format {form}: {reason}"))


def _unreadable(decision: Decision, message: str) -> Decision:
    return replace(decision, problem=(Reason.UNREADABLE, message))


class _Held:
    """A sample as a stream."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, size: int, /) -> bytes:
        """All of it, once."""
        data, self.data = self.data, b""
        return data


def _decoded(head: bytes, encoding: Encoding) -> str:
    """The sample as text, with replacement characters: it is only looked at."""
    source = Source(_Held(head[encoding.mark :]), encoding, 0)
    return b"".join(iter(source.read, b"")).decode(source.codec, "replace")


# A stretch of NULs counts once: it may be what a crash left of a line in a file that is text otherwise.
_CONTROLS = re.compile(r"\x00+|[\x01-\x08\x0e-\x1a\x1c-\x1e\x7f]")


def _binary(sample: str) -> bool:
    return len(_CONTROLS.findall(sample)) > BINARY_SHARE * len(sample)


def _declared(feed: Feed, decision: Decision, sample: str, complete: bool) -> Decision:
    """The decision for a declared format: only the layout has to be found."""
    form = feed.format
    if form is Format.SEPARATED:
        separator = declared_separator(feed.separator) if feed.separator else find_separator(sample)
        return replace(_as(decision, form, f"declared; {separator.reason}"), separator=separator)
    if form is Format.JSONL:
        layout, reason = find_json_layout(sample, complete, feed.columns)
        return replace(_as(decision, form, f"declared; {reason}"), json=layout or JsonLayout({"content": "content"}))
    if form in (Format.CSV, Format.TSV):
        delimiter = feed.separator or ("\t" if form is Format.TSV else None)
        table, reason = find_table_layout(
            sample, complete, delimiter=delimiter, columns=feed.columns, header=feed.header
        )
        decision = _as(decision, form, f"declared; {reason}")
        if table is None:
            message = f"The file cannot be read as {form.upper()}: {reason}. Correct the feed's format or columns."
            return replace(decision, problem=(Reason.MALFORMED, message))
        return replace(decision, table=table)
    return _as(decision, form, "declared")


_PACKED_NAME = re.compile(r"\.(?:gz|gzip|bz2|xz|zst|zstd)$", re.I)
_JSON_ARRAY = re.compile(r"\s*\[\s*\{\s*\"")
_JSON_OBJECT = re.compile(r"\s*\{\s*\"[^\"\n]{1,200}\"\s*:")


def _find_out(feed: Feed, file: str, decision: Decision, sample: str, complete: bool) -> Decision:
    """The decision where nothing is declared, the surest signs first."""
    ending = _PACKED_NAME.sub("", file).rpartition(".")[2].lower()
    notes: list[str] = []
    if begins_as_document(sample):
        return _as(decision, Format.HTML, "it begins as an HTML document")
    if sample.lstrip().startswith("{") or ending in ("jsonl", "ndjson"):
        layout, reason = find_json_layout(sample, complete, feed.columns)
        if layout is not None and (layout.share > 0.5 or ending in ("jsonl", "ndjson")):
            return replace(_as(decision, Format.JSONL, reason), json=layout)
        notes.append(f"not JSON lines: {reason}")
    if _JSON_ARRAY.match(sample):
        return _unreadable(decision, "The file is one JSON array: write one object a line (jq -c '.[]').")
    if _JSON_OBJECT.match(sample):
        return _unreadable(decision, "The file is one JSON object in several lines: write it in one line (jq -c .).")
    if not sample.strip():
        return replace(decision, format=Format.TEXT, problem=(Reason.EMPTY, "The file holds nothing but blanks."))
    by_name = ending in ("csv", "tsv", "tab")
    if by_name or _may_be_table(sample):
        delimiter = "\t" if ending in ("tsv", "tab") else None
        table, reason = find_table_layout(
            sample, complete, delimiter=delimiter, columns=feed.columns, header=feed.header
        )
        if table is not None and (by_name or _surely_table(table)):
            form = Format.TSV if table.delimiter == "\t" else Format.CSV
            told = f"its name ends in .{ending}, {reason}" if by_name else reason
            return replace(_as(decision, form, told), table=table)
        if by_name and table is None:
            notes.append(f"named .{ending}, but no table that can be read: {reason}")
            if "no column" in reason:
                problem = (Reason.MALFORMED, f"The file cannot be read as {ending.upper()}: {reason}.")
                return replace(decision, format=Format.CSV, problem=problem)
    if content_type_of(sample) is ContentType.HTML:
        return _as(decision, Format.HTML, "; ".join([*notes, "it holds HTML tags"]))
    separator, doubt = evident_separator(sample, complete)
    if separator is not None:
        reason = "; ".join([*notes, separator.reason])
        return replace(_as(decision, Format.SEPARATED, reason), separator=separator)
    reason = "; ".join(filter(None, [*notes, doubt, "one document: no sign of more"]))
    return _as(decision, Format.TEXT, reason)


def _may_be_table(sample: str) -> bool:
    """Whether the first line could name the columns of a table: a file of another name is not tried in vain."""
    first = sample.lstrip("\ufeff\r\n").partition("\n")[0]
    return len(first) <= 2_000 and any(mark in first for mark in ",;\t|")


def _surely_table(table: TableLayout) -> bool:
    """Whether a file not named as a table is one: its first row names the content and another column, and the rows
    that follow have as many."""
    return table.header_in_file and "content" in table.by_name and len(table.by_name) >= 2 and table.even > 0.5
