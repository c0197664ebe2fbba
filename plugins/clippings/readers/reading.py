"""From a file of a feed to its records."""

from collections.abc import Iterator

from clippings.articles import Reason, Rejected
from clippings.feeds import Feed
from clippings.readers.markup import content_type_of
from clippings.readers.storage import FileStat, open_bytes
from clippings.records import RawRecord

ByteRange = tuple[int, int]
"""From the first byte up to, but not with, the second."""


def split_ranges(feed: Feed, stat: FileStat, target_bytes: int) -> tuple[ByteRange, ...]:
    """Byte ranges of about `target_bytes` that cover a file and are cut at record borders."""
    return ((0, stat.size),)


def read_file(feed: Feed, path: str, byte_range: ByteRange | None = None) -> Iterator[RawRecord | Rejected]:
    """The records of a file, in order."""
    with open_bytes(feed, path) as stream:
        raw = stream.read(feed.record_limit + 1)
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield Rejected(feed.id, path, 0, "read", Reason.UNDECODABLE, f"{error}", raw=raw[:65536])
        return
    yield RawRecord(feed.id, path, 0, content, content_type_of(content))
