"""Where a feed's files lie: listing and opening them, in local folders and on whatever fsspec reaches."""

import heapq
import io
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Any

import fsspec
from fsspec.utils import glob_translate

from clippings.errors import ClippingsError, ConfigurationError, ServiceError
from clippings.feeds import Feed

RUN_LENGTH = 50_000
"""Files that are held in memory at once while a listing is sorted (about 20 MB)."""
BUFFER = 1024 * 1024
"""Bytes read at a time."""
LAST_PLACE = 2**63 - 1
"""No file has a byte beyond this one."""

# A file name on Linux is bytes. One that is not UTF-8 has lone surrogates in Python, which neither JSON nor
# OpenSearch takes: each stands in a path as a private-use character (U+F780 to U+F7FF) that can be turned back.
_TO_PRIVATE = {0xDC00 + byte: 0xF700 + byte for byte in range(0x80, 0x100)}
_FROM_PRIVATE = {private: surrogate for surrogate, private in _TO_PRIVATE.items()}


class FileGoneError(ClippingsError):
    """A file that was listed is no longer there."""


@dataclass(frozen=True, slots=True)
class FileStat:
    """What is known of a file without reading it. `path` is relative to the feed's location, with forward slashes."""

    path: str
    size: int
    modified: datetime | None
    etag: str | None = None


def list_files(feed: Feed) -> Iterator[FileStat]:
    """The files of a feed that fit one of its patterns, sorted by path (by code point), in bounded memory.

    Hidden files and folders (their name begins with a dot) and what is no regular file are left out. Symbolic links
    are followed, except back into a folder above them. Raises ConfigurationError when the location does not exist,
    ServiceError when it cannot be read.
    """
    fits = _fitting(feed)
    try:
        yield from _sorted(stat for stat in _walk(feed) if fits(stat.path))
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"Feed {feed.id}: {feed.location} does not exist: create it, or correct its location in the feeds file."
        ) from error
    except ClippingsError:
        raise
    except Exception as error:  # what a lost connection raises differs from system to system
        raise ServiceError(
            f"Feed {feed.id}: {feed.location} cannot be listed: {type(error).__name__}: {error}. "
            "Check that it is reachable and may be read, then run again."
        ) from error


def is_listed(feed: Feed, path: str) -> bool:
    """Whether `list_files` would have this file now. Raises ServiceError where it cannot be asked."""
    if not _fitting(feed)(path):
        return False
    try:
        stat_file(feed, path)
    except FileGoneError:
        return False
    return True


def stat_file(feed: Feed, path: str) -> FileStat:
    """What is known of one file now. Raises FileGoneError where it is gone, ServiceError where it cannot be asked."""
    with _translated(feed, path):
        if is_local(feed):
            return _local_stat(path, os.stat(_local_path(feed, path)))  # noqa: PTH116 - the path may be bytes in disguise
        system, root = _file_system(feed)
        system.invalidate_cache()
        return _remote_stat(path, system.info(_join(root, path)))


class Digest:
    """SHA-256 of a file's stored bytes, taken from what is read anyway as far as that goes."""

    def __init__(self) -> None:
        self._hashed = sha256()
        self._reached = 0

    def saw(self, at: int, data: bytes) -> None:
        """Take in bytes that were read at a place in the file; those before it must have been taken in already."""
        if at <= self._reached < at + len(data):
            self._hashed.update(memoryview(data)[self._reached - at :])
            self._reached = at + len(data)

    def finish(self, stream: IO[bytes]) -> str:
        """The digest in hex, once the rest of the file is read (`stream` was opened with this digest)."""
        stream.seek(self._reached)
        while stream.read(BUFFER):
            pass
        return self._hashed.hexdigest()


def open_bytes(feed: Feed, path: str, start: int = 0, digest: Digest | None = None) -> IO[bytes]:
    """The bytes of a file as they are stored (still compressed), seekable, from `start` on; `digest` sees all of them.

    Raises FileGoneError where the file is gone, ServiceError where it cannot be opened.
    """
    with _translated(feed, path):
        if is_local(feed):
            inner: Any = open(_local_path(feed, path), "rb", buffering=0)  # noqa: SIM115, PTH123
        else:
            system, root = _file_system(feed)
            system.invalidate_cache()
            inner = system.open(_join(root, path), "rb", block_size=4 * BUFFER, cache_type="readahead")
        stream = io.BufferedReader(_Translating(inner, feed, path, digest), BUFFER)
        stream.seek(start)
        return stream


def file_digest(feed: Feed, path: str) -> str:
    """SHA-256 (hex) of a file's stored bytes."""
    digest = Digest()
    with open_bytes(feed, path, digest=digest) as stream:
        return digest.finish(stream)


def is_local(feed: Feed) -> bool:
    """Whether the feed lies in a local folder."""
    return "://" not in feed.location or feed.location.startswith("file://")


def _local_path(feed: Feed, path: str) -> str:
    root = feed.location.removeprefix("file://")
    return os.path.join(root, path.translate(_FROM_PRIVATE)) if path else root  # noqa: PTH118


def _file_system(feed: Feed) -> tuple[Any, str]:
    """The fsspec file system of a feed and the root on it. It is cached by fsspec for equal options."""
    try:
        system, root = fsspec.core.url_to_fs(feed.location, **feed.options)
    except (ImportError, ValueError) as error:
        raise ConfigurationError(f"Feed {feed.id}: {feed.location} cannot be reached: {error}.") from error
    return system, str(root).rstrip("/")


def _join(root: str, path: str) -> str:
    return f"{root}/{path}" if path else root


@contextmanager
def _translated(feed: Feed, path: str) -> Iterator[None]:
    """Turns what a file system raises into this project's errors."""
    try:
        yield
    except ClippingsError:
        raise
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileGoneError(f"Feed {feed.id}: {path} is gone from {feed.location}.") from error
    except Exception as error:
        raise ServiceError(
            f"Feed {feed.id}: {path} in {feed.location} cannot be read: {type(error).__name__}: {error}. "
            "Check that it is reachable and may be read, then run again."
        ) from error


class _Translating(io.RawIOBase):
    """A file whose errors are this project's: what a lost connection raises differs from system to system."""

    def __init__(self, inner: Any, feed: Feed, path: str, digest: Digest | None) -> None:  # noqa: ANN401 - no types
        self.inner = inner
        self.feed = feed
        self.path = path
        self.digest = digest
        self.at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        with _translated(self.feed, self.path):
            data = self.inner.read(len(buffer))
        buffer[: len(data)] = data
        if self.digest is not None:
            self.digest.saw(self.at, data)
        self.at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        # A damaged archive may name a place that cannot be: that is the file's fault, and no failure of the storage.
        if whence == io.SEEK_SET and not 0 <= offset <= LAST_PLACE:
            raise ValueError(f"there is no byte {offset} in a file")
        self.at = int(self.inner.seek(offset, whence))
        return self.at

    def tell(self) -> int:
        return int(self.inner.tell())

    def close(self) -> None:
        self.inner.close()
        super().close()


def _fitting(feed: Feed) -> Callable[[str], bool]:
    """Tells of a path whether it fits one of the feed's patterns and nothing in it is hidden."""
    expressions = [re.compile(glob_translate(pattern)) for pattern in feed.patterns]

    def fits(path: str) -> bool:
        hidden = any(part.startswith(".") for part in PurePosixPath(path).parts)
        return not hidden and any(expression.match(path) for expression in expressions)

    return fits


def _walk(feed: Feed) -> Iterator[FileStat]:
    if is_local(feed):
        root = feed.location.removeprefix("file://")
        if not Path(root).is_dir():
            raise FileNotFoundError(root)
        return _walk_local(root, "", frozenset())
    system, root = _file_system(feed)
    if hasattr(system, "call_s3"):
        return _walk_s3(system, root)
    return _walk_remote(system, root)


def _walk_local(folder: str, prefix: str, above: frozenset[tuple[int, int]]) -> Iterator[FileStat]:
    """All files under a folder, in no order. `above` holds (device, inode) of the folders that lead here."""
    here = os.stat(folder)  # noqa: PTH116 - os.scandir deals in plain strings, and a million Paths are slow
    identity = (here.st_dev, here.st_ino)
    if identity in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            path = prefix + entry.name.translate(_TO_PRIVATE)
            try:
                if entry.is_dir():
                    if not entry.name.startswith("."):
                        yield from _walk_local(entry.path, f"{path}/", above | {identity})
                elif entry.is_file():
                    yield _local_stat(path, entry.stat())
            except FileNotFoundError:
                # It vanished between being listed and being asked about; so it is not there.
                continue


def _local_stat(path: str, stat: os.stat_result) -> FileStat:
    return FileStat(path, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))


def _walk_s3(system: Any, root: str) -> Iterator[FileStat]:  # noqa: ANN401
    """All objects under a prefix, a page of a thousand at a time: fsspec's own listing holds all of them at once."""
    bucket, _, key = root.partition("/")
    prefix = f"{key}/" if key else ""
    token: dict[str, str] = {}
    while True:
        page = system.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, **token)
        for entry in page.get("Contents", ()):
            path = entry["Key"].removeprefix(prefix)
            # A key that ends in a slash stands for a folder.
            if path and not path.endswith("/"):
                yield _remote_stat(path, entry)
        if not page.get("IsTruncated"):
            return
        token = {"ContinuationToken": page["NextContinuationToken"]}


def _walk_remote(system: Any, root: str) -> Iterator[FileStat]:  # noqa: ANN401
    """All files under a folder, folder by folder."""
    folders = [root]
    while folders:
        folder = folders.pop()
        for entry in system.ls(folder, detail=True, refresh=True) if folder else system.ls("/", detail=True):
            name = str(entry["name"]).rstrip("/")
            if entry["type"] == "directory":
                if name != folder:
                    folders.append(name)
            elif entry["type"] == "file":
                yield _remote_stat(name.removeprefix(root).lstrip("/"), entry)


def _remote_stat(path: str, entry: dict[str, Any]) -> FileStat:
    """What fsspec's `info` or an S3 listing says of a file; the names differ from system to system."""
    modified = next(
        (entry[key] for key in ("LastModified", "updated", "last_modified", "mtime", "created") if entry.get(key)), None
    )
    if isinstance(modified, str):
        modified = datetime.fromisoformat(modified)
    elif isinstance(modified, int | float):
        modified = datetime.fromtimestamp(modified, UTC)
    if modified is not None and modified.tzinfo is None:
        modified = modified.replace(tzinfo=UTC)
    etag = entry.get("ETag") or entry.get("etag")
    size = entry.get("Size", entry.get("size"))
    return FileStat(path, int(size or 0), modified, str(etag).strip('"') if etag else None)


def _sorted(stats: Iterable[FileStat], run_length: int = RUN_LENGTH) -> Iterator[FileStat]:
    """The same files sorted by path: runs of them are sorted in memory, laid on disk and merged."""
    with tempfile.TemporaryDirectory(prefix="clippings-listing-") as folder:
        runs: list[Path] = []
        current: list[FileStat] = []

        def lay_down() -> None:
            current.sort(key=_path_of)
            run = Path(folder) / str(len(runs))
            with run.open("w", encoding="utf-8") as lines:
                lines.writelines(_to_line(stat) for stat in current)
            runs.append(run)
            current.clear()

        for stat in stats:
            current.append(stat)
            if len(current) >= run_length:
                lay_down()
        current.sort(key=_path_of)
        if not runs:
            yield from current
            return
        yield from heapq.merge(*(_from_run(run) for run in runs), current, key=_path_of)


_path_of: Callable[[FileStat], str] = lambda stat: stat.path  # noqa: E731


def _to_line(stat: FileStat) -> str:
    return json.dumps([stat.path, stat.size, stat.modified and stat.modified.isoformat(), stat.etag]) + "\n"


def _from_run(run: Path) -> Iterator[FileStat]:
    with run.open(encoding="utf-8") as lines:
        for line in lines:
            path, size, modified, etag = json.loads(line)
            yield FileStat(path, size, datetime.fromisoformat(modified) if modified else None, etag)
