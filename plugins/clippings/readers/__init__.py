"""Reading a feed's files: from files of every kind to records, in bounded memory."""

from clippings.readers.packing import MEMBER_MARK
from clippings.readers.reading import ByteRange, FormatFound, StoredFile, open_stored, read_file, split_ranges
from clippings.readers.storage import FileGoneError, FileStat, file_digest, is_listed, list_files, open_bytes, stat_file

__all__ = [
    "MEMBER_MARK",
    "ByteRange",
    "FileGoneError",
    "FileStat",
    "FormatFound",
    "StoredFile",
    "file_digest",
    "is_listed",
    "list_files",
    "open_bytes",
    "open_stored",
    "read_file",
    "split_ranges",
    "stat_file",
]
