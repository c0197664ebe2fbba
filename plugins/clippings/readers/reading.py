"""From a file of a feed to its records, whatever the file is."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import IO

from clippings.articles import Reason, Rejected
from clippings.feeds import Feed, Format
from clippings.readers.deciding import SAMPLE, Decision, decide
from clippings.readers.encodings import misread
from clippings.readers.jsonlines import Fields, read_json_line, split_json_lines
from clippings.readers.markup import content_type_of
from clippings.readers.packing import Content, is_packed, unpack
from clippings.readers.pieces import Piece, too_large
from clippings.readers.separators import split_separated
from clippings.readers.sources import HEAD_KEPT, Source, lines
from clippings.readers.storage import Digest, FileStat, open_bytes
from clippings.readers.tables import read_row, split_table
from clippings.readers.webarchives import read_warc_record, split_warc
from clippings.records import ContentType, RawRecord

ByteRange = tuple[int, int]
"""From the first byte up to, but not with, the second."""
PROBES = 15
PROBE = 65_536
"""A large file is looked at in so many further places of so many bytes, to tell its encoding."""
STAGE = "read"


@dataclass(slots=True)
class LastRead:
    """The record that was read last, as its bytes in the file: asked for only where it is rejected later on."""

    _source: Source | None = None
    _piece: Piece | None = None

    def note(self, source: Source, piece: Piece) -> None:
        """This piece is the last that was read."""
        self._source, self._piece = source, piece

    def kept_in(self, rejected: Rejected) -> Rejected:
        """The rejection of that record, with its bytes."""
        if self._source is None or self._piece is None:
            return rejected
        raw, size = _original(self._source, self._piece)
        return replace(rejected, raw=raw, size=size, encoding=self._source.encoding.codec)


def _original(source: Source, piece: Piece) -> tuple[bytes, int]:
    """The bytes of a piece in the file, as many as are kept, and how many there are."""
    size = source.measure(piece.data) if piece.size is None else piece.size
    return source.original(piece.data[: 2 * HEAD_KEPT])[:HEAD_KEPT], size


@dataclass(frozen=True, slots=True)
class Opened:
    """One file (or member of an archive) while it is read: how, and its records.

    `packing` is what it was unpacked from, outermost first.
    """

    file: str
    decision: Decision
    records: Iterator[RawRecord | Rejected]
    packing: tuple[str, ...] = ()
    last: LastRead = field(default_factory=LastRead)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a feed, open to be read."""

    feed: Feed
    path: str
    _stored: IO[bytes]
    _digest: Digest

    def parts(self, byte_range: ByteRange | None = None) -> Iterator[Opened]:
        """The file, or the members of an archive one after the other, each with what was decided on it."""
        stored, path = self._stored, self.path
        head = stored.read(1024)
        if is_packed(head):
            members = 0
            for content in unpack(path, stored):
                members += 1
                decision = decide(self.feed, content)
                last = LastRead()
                records = _records(self.feed, content, decision, 0, None, last)
                yield Opened(content.file, decision, records, content.how, last)
            if not members:
                yield self._without_members()
            return
        decision = _decide_plain(self.feed, path, stored)
        start, end = byte_range or (0, None)
        begin = max(start, decision.encoding.mark)
        stored.seek(begin)
        content = Content(path, stored)
        last = LastRead()
        records = _records(self.feed, content, decision, begin, end, last, at_start=start == 0)
        yield Opened(path, decision, records, last=last)

    def _without_members(self) -> Opened:
        """An archive that holds nothing to be read: it is accounted for as an empty file is."""
        content = Content(self.path, io.BytesIO())
        problem = (Reason.EMPTY, "The archive holds no file (hidden ones are passed over).")
        decision = replace(decide(self.feed, content), problem=problem)
        return Opened(self.path, decision, _records(self.feed, content, decision, 0, None, LastRead()), ("archive",))

    def digest(self) -> str:
        """SHA-256 (hex) of the stored bytes. What was read already is not read again, the rest is."""
        return self._digest.finish(self._stored)


@contextmanager
def open_stored(feed: Feed, path: str) -> Iterator[StoredFile]:
    """A file to be read. Raises FileGoneError where it is gone, ServiceError where it cannot be read."""
    digest = Digest()
    with open_bytes(feed, path, digest=digest) as stored:
        yield StoredFile(feed, path, stored, digest)


def read_file(feed: Feed, path: str, byte_range: ByteRange | None = None) -> Iterator[RawRecord | Rejected]:
    """The records of a file, in order, in memory that does not depend on its size.

    `byte_range` is one of `split_ranges`: together they give the same records as the whole file. Raises FileGoneError
    where the file is gone, ServiceError where it cannot be read; what is wrong in the file comes as `Rejected`.
    """
    for opened in open_file(feed, path, byte_range):
        yield from opened.records


def open_file(feed: Feed, path: str, byte_range: ByteRange | None = None) -> Iterator[Opened]:
    """The same, with what was decided on the file or on each member of an archive."""
    with open_stored(feed, path) as file:
        yield from file.parts(byte_range)


class FormatFound:
    """What a file was found to be, such as `jsonl`, `gz csv` or `zip html + text`; of what cannot be read the reason."""

    def __init__(self) -> None:
        self._packing: dict[str, None] = {}
        self._formats: set[str] = set()

    def add(self, opened: Opened) -> None:
        """Take in the file, or one member of it."""
        self._packing |= dict.fromkeys(opened.packing)
        problem = opened.decision.problem
        self._formats.add(str(problem[0] if problem else opened.decision.format))

    def __str__(self) -> str:
        return " ".join([*self._packing, " + ".join(sorted(self._formats))]).strip() or "nothing"


def _decide_plain(feed: Feed, path: str, stored: IO[bytes]) -> Decision:
    """The decision on a file that is not packed."""
    stored.seek(0, 2)
    size = stored.tell()
    probes: list[bytes] = []
    if size > SAMPLE and feed.encoding is None:
        for number in range(1, PROBES + 1):
            stored.seek(SAMPLE + (size - SAMPLE) * number // (PROBES + 1))
            whole_lines = re.search(rb"[\r\n](.*)[\r\n]", stored.read(PROBE), re.S)
            if whole_lines is not None:
                probes.append(whole_lines.group(1))
    stored.seek(0)
    return decide(feed, Content(path, stored), probes)


def split_ranges(feed: Feed, stat: FileStat, target_bytes: int) -> tuple[ByteRange, ...]:
    """Byte ranges of about `target_bytes` that cover a file and are cut where records begin.

    What is compressed, an archive or one document is one range. Raises as `read_file` does.
    """
    whole = ((0, stat.size),)
    if stat.size <= target_bytes:
        return whole
    with open_bytes(feed, stat.path) as stored:
        if is_packed(stored.read(1024)):
            return whole
        decision = _decide_plain(feed, stat.path, stored)
        if decision.problem is not None or decision.format in (Format.TEXT, Format.HTML):
            return whole
        if decision.format is Format.JSONL and decision.encoding.ascii_based:
            borders = _line_borders(stored, decision, stat.size, target_bytes)
        else:
            stored.seek(decision.encoding.mark)
            source = Source(stored, decision.encoding, decision.encoding.mark)
            borders = _piece_borders(feed, source, decision, stat.size, target_bytes)
    return tuple(zip([0, *borders], [*borders, stat.size], strict=True))


def _line_borders(stored: IO[bytes], decision: Decision, size: int, target: int) -> list[int]:
    """Where lines begin, about every `target` bytes: only there the file has to be looked at."""
    borders: list[int] = []
    near = target
    while near < size:
        stored.seek(near - 1)
        line = next(lines(Source(stored, decision.encoding, near - 1), HEAD_KEPT), None)
        if line is None or line.offset + line.size >= size:
            break
        borders.append(line.offset + line.size)
        near = borders[-1] + target
    return borders


def _piece_borders(feed: Feed, source: Source, decision: Decision, size: int, target: int) -> list[int]:
    """Where records begin, about every `target` bytes: only by going through the file they can be known."""
    borders: list[int] = []
    near = target
    for piece in _pieces(feed, source, decision, at_start=True):
        if piece.start >= size:
            break
        if piece.start >= near:
            borders.append(piece.start)
            near = piece.start + target
    return borders


def _pieces(feed: Feed, source: Source, decision: Decision, *, at_start: bool) -> Iterator[Piece]:
    """The records of a source, cut out and not decoded."""
    limit = feed.record_limit
    if decision.format is Format.SEPARATED and decision.separator is not None:
        return split_separated(source, decision.separator, limit)
    if decision.format is Format.JSONL:
        return split_json_lines(source, limit)
    if decision.table is not None:
        return split_table(source, decision.table, limit, at_start=at_start)
    if decision.format is Format.WARC:
        return split_warc(source, limit)
    return _one_document(source, limit)


def _one_document(source: Source, limit: int) -> Iterator[Piece]:
    """The whole file as one piece."""
    chunks: list[bytes] = []
    size = 0
    while size <= limit and (chunk := source.read()):
        chunks.append(chunk)
        size += len(chunk)
    data = b"".join(chunks)
    if size > limit:
        yield too_large(0, 0, data[:HEAD_KEPT], None, limit)
    elif data:
        yield Piece(0, 0, data)


def _records(
    feed: Feed,
    content: Content,
    decision: Decision,
    start: int,
    end: int | None,
    last: LastRead,
    *,
    at_start: bool = True,
) -> Iterator[RawRecord | Rejected]:
    """The records that begin before `end`, read from `start`; `last` is told of each before it comes."""
    if decision.problem is not None:
        if at_start:
            reason, message = decision.problem
            yield Rejected(feed.id, content.file, 0, STAGE, reason, message, raw=content.head(HEAD_KEPT))
        return
    if not content.how:
        source = Source(content, decision.encoding, start)
    else:
        content.read(decision.encoding.mark) if decision.encoding.mark else None
        source = Source(content, decision.encoding, decision.encoding.mark)
    held: Piece | None = None
    for piece in _pieces(feed, source, decision, at_start=at_start):
        if end is not None and piece.start >= end:
            break
        if held is not None:
            last.note(source, held)
            yield from _record(feed, content.file, decision, source, held)
        held = piece
    # Where the file broke off, the last record is what broke off with it.
    if content.damage is not None:
        position = held.position if held is not None else source.offset
        raw = source.original(held.data)[:HEAD_KEPT] if held is not None else b""
        yield Rejected(feed.id, content.file, position, STAGE, Reason.UNREADABLE, content.damage, raw=raw)
    elif held is not None:
        last.note(source, held)
        yield from _record(feed, content.file, decision, source, held)


def _record(feed: Feed, file: str, decision: Decision, source: Source, piece: Piece) -> Iterator[RawRecord | Rejected]:
    """A piece as a record, or the reason why it is none; nothing for a response that is no page."""

    def rejected(reason: Reason, message: str) -> Rejected:
        raw, size = _original(source, piece)
        codec = decision.encoding.codec
        return Rejected(feed.id, file, piece.position, STAGE, reason, message, raw=raw, size=size, encoding=codec)

    if piece.reason is not None:
        yield rejected(piece.reason, piece.message)
        return
    try:
        fields = _fields(feed, decision, source, piece)
    except UnicodeDecodeError as error:
        yield rejected(
            Reason.UNDECODABLE,
            f"The record is not {decision.encoding.title} ({error.reason}, at its byte {error.start}; "
            f"{decision.encoding.reason}): declare the feed's encoding if it is another one, or correct the file.",
        )
        return
    if fields is None:
        return
    if isinstance(fields, tuple):
        yield rejected(*fields)
        return
    if not fields.content.strip():
        yield rejected(Reason.EMPTY, "The record holds no text.")
        return
    for text in (fields.content, *fields.given.values()):
        if "\0" in text:
            yield rejected(
                Reason.MALFORMED, "The record holds NUL characters: it is no text, or was cut off in writing."
            )
            return
        if _LONE_SURROGATE.search(text):
            yield rejected(Reason.UNDECODABLE, "The record holds half of a character that is written as two.")
            return
    doubt = misread(fields.content, decision.encoding)
    if doubt is not None:
        yield rejected(
            Reason.UNDECODABLE,
            f"The encoding is in doubt, for {doubt}: declare the feed's encoding, or correct the file.",
        )
        return
    content_type = {Format.HTML: ContentType.HTML, Format.WARC: ContentType.HTML}.get(decision.format)
    if content_type is None and feed.format is Format.TEXT:
        content_type = ContentType.TEXT
    yield RawRecord(
        feed.id,
        file,
        piece.position,
        fields.content,
        content_type or content_type_of(fields.content),
        piece.name,
        fields.given,
    )


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _fields(feed: Feed, decision: Decision, source: Source, piece: Piece) -> Fields | tuple[Reason, str] | None:
    """What a piece says. Raises UnicodeDecodeError for a byte that does not decode."""
    if decision.format is Format.WARC:
        return read_warc_record(piece.data, feed.record_limit)
    if decision.table is not None:
        return read_row(source, piece.data, piece.fields, decision.table)
    if decision.format is Format.JSONL and decision.json is not None:
        return read_json_line(source.decode(piece.data), decision.json)
    return Fields(source.decode(piece.data), {})
