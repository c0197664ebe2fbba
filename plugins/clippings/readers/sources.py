"""A stream of bytes as the splitters see it: ASCII-based, with offsets in the file it came from."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from clippings.readers.encodings import Encoding

CHUNK = 256 * 1024
"""Bytes read at a time."""
HEAD_KEPT = 65_536
"""Bytes of a record that are kept where it cannot be taken as a whole."""


class Readable(Protocol):
    """What is read from: `read` answers b"" at the end only."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes."""
        ...


def _keep_bytes(error: UnicodeError) -> tuple[str, int]:
    """A codec error handler: each byte that does not decode becomes the lone surrogate U+DC00 + byte."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("clippings-keep-bytes", _keep_bytes)
_KEPT = re.compile("([\udc00-\udcff]+)")


class Source:
    """Bytes in which lines, quotes and delimiters can be found by their ASCII codes.

    A file in UTF-16, or in another encoding where an ASCII code can be half a character, is turned into UTF-8 on the
    way; `measure` then gives the bytes that a stretch has in the file, and `original` those bytes themselves.
    """

    def __init__(self, stream: Readable, encoding: Encoding, offset: int) -> None:
        self.stream = stream
        self.offset = offset
        """Where in the uncompressed file the first byte lies that is yet to be read."""
        self.encoding = encoding
        self.direct = encoding.ascii_based
        self.codec = encoding.codec if self.direct else "utf-8"
        """What the bytes handed out are to be decoded with."""
        self._decoder = (
            None if self.direct else codecs.getincrementaldecoder(encoding.codec)(errors="clippings-keep-bytes")
        )
        self._ended = False

    def read(self) -> bytes:
        """The next stretch, cut between characters (for an ASCII-based encoding: anywhere); b"" at the end."""
        if self._decoder is None:
            return self.stream.read(CHUNK)
        while not self._ended:
            chunk = self.stream.read(CHUNK)
            self._ended = not chunk
            text = self._decoder.decode(chunk, final=self._ended)
            if text:
                return text.encode("utf-8", "surrogatepass")
        return b""

    def measure(self, data: bytes) -> int:
        """How many bytes of the file a stretch stands for."""
        return len(data) if self.direct else len(self.original(data))

    def original(self, data: bytes) -> bytes:
        """The bytes of the file that a stretch stands for."""
        if self.direct:
            return data
        # A stretch that was cut to a length may end in the middle of a character, which is left out.
        text = codecs.getincrementaldecoder("utf-8")("surrogatepass").decode(data)
        parts = _KEPT.split(text)
        return b"".join(
            bytes(ord(character) - 0xDC00 for character in part) if number % 2 else part.encode(self.encoding.codec)
            for number, part in enumerate(parts)
        )

    def decode(self, data: bytes) -> str:
        """A stretch as text. Raises UnicodeDecodeError for a byte that does not decode."""
        return data.decode(self.codec)


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its line end; `size` is its length in the file. Of a line that is `cut`, `data` is a part."""

    offset: int
    size: int
    data: bytes
    cut: bool = False


def lines(source: Source, limit: int) -> Iterator[Line]:
    """The lines of a source; they end with LF, CR or CRLF. A line of more than `limit` bytes is cut, not held."""
    pending = b""
    # Of a line that is too long: how many bytes of the file are no longer held, and its beginning.
    passed = 0
    kept = b""
    while True:
        chunk = source.read()
        parts = (pending + chunk).splitlines(keepends=True)
        pending = b""
        # A last part without a line end goes on in the next chunk; one that ends in CR may be followed by LF.
        if chunk and parts and not parts[-1].endswith(b"\n"):
            pending = parts.pop()
        for part in parts:
            size = passed + source.measure(part)
            cut = size > limit
            yield Line(source.offset, size, (kept + part)[:HEAD_KEPT] if cut else part, cut)
            source.offset += size
            passed, kept = 0, b""
        if not pending.endswith(b"\r") and (len(pending) > limit or passed):
            kept = (kept + pending)[:HEAD_KEPT]
            passed += source.measure(pending)
            pending = b""
        if not chunk:
            if passed:
                yield Line(source.offset, passed, kept, cut=True)
                source.offset += passed
            return


class Buffer:
    """The part of a source that is held: what has not been taken yet, as far as it had to be looked at.

    `data[at:]` are the bytes not taken; `offset` is where in the file the first of them lies.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.offset = source.offset
        self.data = b""
        self.at = 0
        self.ended = False

    def take(self, size: int) -> bytes:
        """The next bytes; they are then no longer held."""
        data = self.data[self.at : self.at + size]
        self.at += len(data)
        self.offset += self.source.measure(data)
        return data

    def more(self) -> None:
        """Read on: at least as much again as is held."""
        gone = self.at
        chunks = [self.data[gone:]]
        held = len(chunks[0])
        wanted = 2 * held
        while not self.ended and held <= wanted:
            chunk = self.source.read()
            self.ended = not chunk
            chunks.append(chunk)
            held += len(chunk)
        self.data = b"".join(chunks)
        self.at = 0
        self.moved(gone)

    def moved(self, gone: int) -> None:
        """Called when so many bytes are dropped from the beginning of `data`."""

    def hold(self, size: int) -> bool:
        """Read on until so many bytes are held. False where the file ends before."""
        while len(self.data) - self.at < size and not self.ended:
            self.more()
        return len(self.data) - self.at >= size
