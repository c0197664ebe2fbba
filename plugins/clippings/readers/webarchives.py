"""WARC: the HTML pages among the responses of a web archive.

Records are framed here and parsed by fastwarc one by one: fastwarc alone stops at the first record that is damaged.
"""

import io
import re
from collections.abc import Iterator

from fastwarc.warc import ArchiveIterator, WarcRecordType

from clippings.articles import Reason
from clippings.readers.encodings import find_encoding, misread
from clippings.readers.jsonlines import Fields
from clippings.readers.pieces import Piece, too_large
from clippings.readers.sources import HEAD_KEPT, Buffer, Source

LONGEST_HEADER = 65_536
_NEXT = re.compile(rb"[\r\n]WARC/\d\.\d\r?\n")
_FIRST = re.compile(rb"[\r\n]*WARC/\d\.\d\r?\n")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,18})[ \t]*\r?$", re.I | re.M)
_TYPE = re.compile(rb"^WARC-Type:[ \t]*(?:response|resource)[ \t]*\r?$", re.I | re.M)
_HTML = re.compile(rb"^Content-Type:[ \t]*(?:text/html|application/xhtml)", re.I | re.M)


def split_warc(source: Source, limit: int) -> Iterator[Piece]:
    """The response and resource records that are HTML by their headers, and what is no whole record."""
    buffer = Buffer(source)
    while True:
        buffer.hold(LONGEST_HEADER)
        blank = re.compile(rb"[\r\n]*").match(buffer.data, buffer.at)
        if blank is not None:
            buffer.take(blank.end() - buffer.at)
        if not buffer.hold(1):
            return
        piece = _record(buffer, limit)
        if piece is not None:
            yield piece


def _record(buffer: Buffer, limit: int) -> Piece | None:
    """The record at the beginning of the buffer, which is taken; None where it is none of those wanted."""
    start = buffer.offset
    buffer.hold(LONGEST_HEADER)
    head = buffer.data[buffer.at : buffer.at + LONGEST_HEADER]
    header_end = _HEADER_END.search(head)
    length = _LENGTH.search(head, 0, header_end.end()) if header_end else None
    if not _FIRST.match(head) or header_end is None or length is None:
        return _damaged(buffer, limit, "Here a WARC record should begin, and none does.")
    size = header_end.end() + int(length.group(1))
    wanted = _TYPE.search(head, 0, header_end.end()) is not None and _HTML.search(head) is not None
    if size <= limit:
        whole = buffer.hold(size)
        if not whole:
            return _damaged(buffer, limit, "The record is cut off: the file ends before it does.")
        buffer.hold(size + LONGEST_HEADER)
        following = buffer.data[buffer.at + size : buffer.at + size + 64]
        ends = not following.strip(b"\r\n") or following.startswith((b"\r\n\r\n", b"\n\n"))
        if not ends and not _FIRST.match(following):
            return _damaged(buffer, limit, "The record's Content-Length is wrong: no record begins where it ends.")
        data = buffer.take(size)
        return Piece(start, start, data) if wanted else None
    left = size
    while left and buffer.hold(1):
        left -= len(buffer.take(min(left, len(buffer.data) - buffer.at)))
    return too_large(start, start, head, size - left, limit) if wanted else None


def _damaged(buffer: Buffer, limit: int, message: str) -> Piece:
    """Take everything up to the next record: it is rejected."""
    start = buffer.offset
    head = buffer.take(1)
    while True:
        found = _NEXT.search(buffer.data, buffer.at)
        if found is not None:
            head += buffer.take(found.start() + 1 - buffer.at)[:HEAD_KEPT]
            break
        # The beginning of the next record may be cut in two by the end of what is held.
        rest = 0 if buffer.ended else 16
        head = (head + buffer.take(max(0, len(buffer.data) - buffer.at - rest)))[:HEAD_KEPT]
        if buffer.ended:
            break
        buffer.more()
    size = buffer.offset - start
    return Piece(start, start, head[:HEAD_KEPT], reason=Reason.MALFORMED, message=message, size=size)


def read_warc_record(data: bytes, limit: int) -> Fields | tuple[Reason, str] | None:
    """The page in one WARC record; None where it is no page (a redirect, an error, no HTML)."""
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(data), parse_http=True, auto_decode="all")), None)
        if record is None:
            return Reason.MALFORMED, "The WARC record cannot be parsed."
        response = record.record_type == WarcRecordType.response
        status = record.http_headers.status_code if response and record.http_headers is not None else None
        content_type = (record.http_content_type if response else record.headers.get("Content-Type")) or ""
        if (status is not None and not 200 <= status < 300) or "html" not in content_type.lower():
            return None
        charset = record.http_charset
        given = {"url": record.headers.get("WARC-Target-URI"), "id": record.headers.get("WARC-Record-ID")}
        body = record.reader.read(limit + 1)
    except BaseException as error:
        # A panic of fastwarc's Rust code is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        return Reason.MALFORMED, f"The WARC record cannot be parsed: {error}."
    if len(body) > limit:
        return Reason.TOO_LARGE, f"The page has more than the {limit:,} bytes that the feed allows."
    encoding = find_encoding([body], served_as=charset)
    try:
        content = body[encoding.mark :].decode(encoding.codec)
    except UnicodeDecodeError as error:
        return Reason.UNDECODABLE, f"The page is not {encoding.title} at its byte {error.start} ({error.reason})."
    doubt = misread(content, encoding)
    if doubt is not None:
        return Reason.UNDECODABLE, f"The page names no encoding, and what was found is in doubt, for {doubt}."
    return Fields(content, {role: value.strip("<> ") for role, value in given.items() if value})
