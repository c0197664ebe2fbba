"""Seeing through compression and archives (gz, bz2, xz, zst, zip, tar), told by what a file holds, not by its name."""

import bz2
import gzip
import io
import lzma
import re
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any, cast

from clippings.readers.sources import CHUNK, Readable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BOMB_FLOOR = 512 * 1024 * 1024
BOMB_RATIO = 200
"""A file that unpacks to more than BOMB_FLOOR bytes and more than BOMB_RATIO times its own size is a bomb: archives of
pages come to 3 to 40 times. Below the floor it is read whatever the ratio; that is over in seconds."""
XZ_MEMORY = 256 * 1024 * 1024
"""Bytes that decoding xz may take; the highest usual setting, -9, takes 65 MiB."""
MEMBER_MARK = "!/"
"""Divides the path of an archive from the name of the member that a record lies in."""
HEAD = 1024
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
TAR_MARK = slice(257, 262)
_ERRORS = (EOFError, zlib.error, lzma.LZMAError, zstd.ZstdError, zipfile.BadZipFile, tarfile.TarError)
_OTHER = (NotImplementedError, RuntimeError, ValueError)
"""What zipfile raises for a method it does not know, for a member that has a password, and for one at a place that
cannot be."""

FOREIGN = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
)


@dataclass
class Budget:
    """How much a stored file has, and how much was unpacked from it so far."""

    stored: int
    unpacked: int = 0

    @property
    def spent(self) -> bool:
        """Whether the file is a bomb."""
        return self.unpacked > BOMB_FLOOR and self.unpacked > BOMB_RATIO * max(self.stored, 1)


@dataclass
class Content:
    """One file's bytes as they are read: unpacked, with the head looked at beforehand.

    `file` is the path within the feed, with the member where it lies in an archive. When the bytes turn out to be
    damaged, reading ends as at the end of the file and `damage` says why.
    """

    file: str
    stream: Readable
    how: tuple[str, ...] = ()
    """What it was unpacked from, outermost first."""
    budget: Budget | None = None
    damage: str | None = None
    outer: "Content | None" = None
    """The archive it is a member of, where that is a stream: what is wrong with it is wrong with the member."""
    _head: bytes = field(default=b"", repr=False)

    def head(self, size: int) -> bytes:
        """The next bytes, without passing them; fewer at the end."""
        while len(self._head) < size and (chunk := self._read(CHUNK)):
            self._head += chunk
        return self._head[:size]

    def read(self, size: int, /) -> bytes:
        """The next bytes, b"" at the end."""
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        return self._read(size)

    def _read(self, size: int) -> bytes:
        if self.damage is not None:
            return b""
        try:
            data = self.stream.read(size)
        except (*_ERRORS, *_OTHER, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            outer = self.outer.damage if self.outer is not None else None
            self.damage = outer or f"The file is damaged or cut off: {_sentence(error)}."
            return b""
        if self.budget is not None:
            self.budget.unpacked += len(data)
            if self.budget.spent:
                self.damage = (
                    f"The file unpacks to more than {BOMB_RATIO} times its size of {self.budget.stored:,} bytes, "
                    "as a zip bomb does: what lies beyond this place is not read."
                )
                return b""
        return data


def _sentence(error: BaseException) -> str:
    text = str(error).strip().rstrip(".")
    return text or type(error).__name__


def unpack(path: str, stored: IO[bytes]) -> Iterator[Content]:
    """The contents of a packed file (see `is_packed`): one, or the members of an archive in their order.

    `stored` is the file as it lies, seekable, at its beginning. Hidden members and folders are passed over.
    """
    stored.seek(0, io.SEEK_END)
    budget = Budget(stored.tell())
    stored.seek(0)
    head = stored.read(HEAD)
    stored.seek(0)
    if head.startswith(ZIP_MARKS):
        yield from _zip_members(path, stored, budget)
        return
    compression = compression_of(head)
    how = (compression,) if compression else ()
    content = Content(path, _decompressed(compression, stored) if compression else stored, how, budget)
    if content.head(HEAD)[TAR_MARK] == b"ustar":
        yield from _tar_members(path, content)
    else:
        yield content


def is_packed(head: bytes) -> bool:
    """Whether a file that begins so is compressed or an archive, and can be read from its beginning only."""
    return head.startswith(ZIP_MARKS) or compression_of(head) is not None or head[TAR_MARK] == b"ustar"


def compression_of(head: bytes) -> str | None:
    """gz, bz2, xz or zst, by the first bytes."""
    if head.startswith(b"\x1f\x8b\x08"):
        return "gz"
    if head.startswith(b"BZh") and head[4:10] in (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90"):
        return "bz2"
    if head.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    if head.startswith(b"\x28\xb5\x2f\xfd") or re.match(rb"[\x50-\x5f]\x2a\x4d\x18", head):
        return "zst"
    return None


def foreign_kind(head: bytes) -> str | None:
    """What a file is that is none of those read here, such as "a PDF document"."""
    for mark, kind in FOREIGN:
        if head.startswith(mark):
            return kind
    if head.startswith(ZIP_MARKS) or head[TAR_MARK] == b"ustar":
        return "an archive within an archive"
    return None


def _decompressed(compression: str, stored: IO[bytes]) -> Readable:
    if compression == "gz":
        return _Partial(gzip.GzipFile(fileobj=stored, mode="rb"))
    if compression == "bz2":
        return _Partial(bz2.BZ2File(stored))
    if compression == "xz":
        return _Xz(stored)
    return _Partial(zstd.ZstdFile(stored))


class _Partial:
    """Reads what can be had at once: where a file is cut off, all that comes before is still handed out."""

    def __init__(self, inner: Any) -> None:  # noqa: ANN401 - the three have no type in common
        self.inner = inner

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes."""
        return bytes(self.inner.read1(size))


class _Xz:
    """xz with a bound on memory, which lzma.LZMAFile does not take."""

    def __init__(self, stored: IO[bytes]) -> None:
        self.stored = stored
        self.decompressor: lzma.LZMADecompressor | None = None
        self.rest = b""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes. Raises EOFError where a stream does not end properly."""
        while True:
            if self.decompressor is None:
                # NULs may pad the room between one stream and the next.
                self.rest = self.rest.lstrip(b"\0")
                while not self.rest:
                    chunk = self.stored.read(CHUNK)
                    if not chunk:
                        return b""
                    self.rest = chunk.lstrip(b"\0")
                self.decompressor = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
                chunk, self.rest = self.rest, b""
            else:
                chunk = self.stored.read(CHUNK) if self.decompressor.needs_input else b""
                if self.decompressor.needs_input and not chunk:
                    raise EOFError("it ends before its end-of-stream mark")
            data = self.decompressor.decompress(chunk, size)
            if self.decompressor.eof:
                self.rest = self.decompressor.unused_data
                self.decompressor = None
            if data:
                return data


def _zip_members(path: str, stored: IO[bytes], budget: Budget) -> Iterator[Content]:
    try:
        archive = zipfile.ZipFile(stored)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        yield Content(path, io.BytesIO(), ("zip",), damage=f"The zip archive cannot be read: {_sentence(error)}.")
        return
    with archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names:
            message = "This is an Office document, not pages: save its text or HTML."
            yield Content(path, io.BytesIO(), ("zip",), damage=message)
            return
        for member in archive.infolist():
            # Not `is_dir`, which cannot be asked of a member without a name.
            if member.filename.endswith("/") or _passed_over(member.filename):
                continue
            yield from _opened(f"{path}{MEMBER_MARK}{member.filename}", partial(archive.open, member), "zip", budget)
            if budget.spent:
                return


def _opened(file: str, opening: Callable[[], IO[bytes] | None], kind: str, budget: Budget | None) -> Iterator[Content]:
    """The content of a member, unpacked where it is compressed itself."""
    try:
        stream = opening()
        if stream is None:
            return
        with stream:
            content = Content(file, _Partial(stream), (kind,), budget)
            compression = compression_of(content.head(HEAD))
            if compression is not None:
                inner = _decompressed(compression, cast("IO[bytes]", _Raw(content)))
                content = Content(file, inner, (kind, compression), budget)
            yield content
    except (*_ERRORS, *_OTHER) as error:
        yield Content(file, io.BytesIO(), (kind,), damage=f"The member cannot be read: {_sentence(error)}.")


class _Raw(io.RawIOBase):
    """A content as the decompressors of the standard library want it."""

    def __init__(self, content: Content) -> None:
        self.content = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever holds bytes
        data = self.content.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _passed_over(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts if part != ".")


class _Forward(io.RawIOBase):
    """A stream that tarfile can read: it goes forward only, and no single read may be large.

    tarfile reads some headers (long names, pax) whole, however long they say they are.
    """

    LARGEST = 4 * 1024 * 1024

    def __init__(self, content: Content) -> None:
        self.content = content
        self.at = 0
        self.last = b""
        self.again = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def read(self, size: int = -1, /) -> bytes:
        if size < 0 or size > self.LARGEST:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        chunks = [self.again[:size]]
        self.again = self.again[size:]
        left = size - len(chunks[0])
        while left > 0 and (chunk := self.content.read(left)):
            chunks.append(chunk)
            left -= len(chunk)
        data = b"".join(chunks)
        self.at += len(data)
        self.last = data[-1:] or self.last
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET or offset < self.at - 1:
            raise tarfile.ReadError("the archive cannot be read backwards")
        if offset == self.at - 1:
            # tarfile reads the byte before the next header, to see whether the member was whole.
            self.again = self.last
            self.at = offset
        while self.at < offset and self.read(min(CHUNK, offset - self.at)):
            pass
        return self.at


def _tar_members(path: str, content: Content) -> Iterator[Content]:
    how = (*content.how, "tar")
    try:
        archive: Any = tarfile.open(fileobj=_Forward(content), mode="r:", errorlevel=2)  # noqa: SIM115
        while (member := archive.next()) is not None:
            # tarfile keeps all it has seen.
            archive.members = []
            if not member.isreg() or _passed_over(member.name):
                continue
            name = member.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").removeprefix("./")
            for opened in _opened(f"{path}{MEMBER_MARK}{name}", partial(archive.extractfile, member), "tar", None):
                opened.how = (*content.how, *opened.how)
                opened.outer = content
                yield opened
                if content.damage and opened.damage == content.damage:
                    return
    except (*_ERRORS, ValueError, OverflowError, RecursionError) as error:
        damage = content.damage or f"The tar archive is damaged: {_sentence(error)}."
        yield Content(path, io.BytesIO(), how, damage=damage)
        return
    if content.damage:
        yield Content(path, io.BytesIO(), how, damage=content.damage)
