"""Files of a feed are listed sorted, in bounded memory, and errors say what is wrong."""

import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from clippings.errors import ConfigurationError, ServiceError
from clippings.feeds import Feed
from clippings.readers import FileGoneError, file_digest, list_files, open_bytes, read_file, stat_file, storage
from clippings.settings import PROJECT


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    """A feed on an empty folder."""
    return Feed("f", "f", str(tmp_path), "0 0 * * *", date(2000, 1, 1))


def fill(feed: Feed, *paths: str) -> None:
    """Lay files into a feed; each holds its own path."""
    for path in paths:
        file = Path(feed.location, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)


def paths(feed: Feed) -> list[str]:
    """The paths that are listed."""
    return [stat.path for stat in list_files(feed)]


def test_files_are_listed_sorted_by_path(feed):
    """Sorted as whole paths, by code point, whatever the folders; hidden files and folders are left out."""
    fill(feed, "b.txt", "a/z.txt", "a.txt", "a/b/c.txt", "é.txt", ".hidden", ".git/x", "a/.x", "B.txt")
    assert paths(feed) == ["B.txt", "a.txt", "a/b/c.txt", "a/z.txt", "b.txt", "é.txt"]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (("**/*",), ["a.csv", "a.txt", "n/b.txt", "n/m/c.txt"]),
        (("*.txt",), ["a.txt"]),
        (("**/*.txt",), ["a.txt", "n/b.txt", "n/m/c.txt"]),
        (("n/*",), ["n/b.txt"]),
        (("*.csv", "n/**/c.*"), ["a.csv", "n/m/c.txt"]),
        (("[ab].txt", "?.csv"), ["a.csv", "a.txt"]),
    ],
)
def test_patterns_choose_files(feed, patterns, expected):
    """One star stays within a folder, two go through folders; any of several patterns will do."""
    fill(feed, "a.txt", "a.csv", "n/b.txt", "n/m/c.txt")
    assert paths(replace(feed, patterns=patterns)) == expected


def test_size_and_time_are_told(feed):
    """The time is in UTC; a local file has no etag; `stat_file` says the same as the listing."""
    fill(feed, "a.txt")
    os.utime(Path(feed.location, "a.txt"), (1_335_980_820, 1_335_980_820))
    (stat,) = list_files(feed)
    assert (stat.size, stat.modified, stat.etag) == (5, datetime(2012, 5, 2, 17, 47, tzinfo=UTC), None)
    assert stat_file(feed, "a.txt") == stat


def test_links_are_followed_but_never_in_circles(feed, tmp_path):
    """A link to a file or folder counts, one back to a folder above it or to nothing does not, nor does a pipe."""
    fill(feed, "a/one.txt")
    Path(feed.location, "a/loop").symlink_to("..")
    Path(feed.location, "b").symlink_to("a")
    Path(feed.location, "c.txt").symlink_to("a/one.txt")
    Path(feed.location, "broken.txt").symlink_to("nothing")
    os.mkfifo(Path(feed.location, "pipe.txt"))
    assert paths(feed) == ["a/one.txt", "b/one.txt", "c.txt"]


def test_a_name_that_is_no_utf8_is_listed_and_read(feed):
    """Its odd bytes are shown by private-use characters, and the file can be opened by that path."""
    with open(os.path.join(os.fsencode(feed.location), b"caf\xe9.txt"), "wb") as file:  # noqa: PTH118, PTH123
        file.write(b"A text.")
    (stat,) = list_files(feed)
    assert stat.path == "caf\uf7e9.txt"
    assert stat.path.encode()
    assert [record.content for record in read_file(feed, stat.path)] == ["A text."]


def test_long_listings_are_sorted_on_disk(feed, monkeypatch):
    """More files than are held at once come out sorted all the same, with all that is known of them."""
    monkeypatch.setattr(storage, "RUN_LENGTH", 7)
    fill(feed, *(f"{number * 37 % 100:02}.txt" for number in range(100)))
    listed = list(list_files(feed))
    assert [stat.path for stat in listed] == [f"{number:02}.txt" for number in range(100)]
    assert listed[5] == stat_file(feed, "05.txt")


def test_a_listing_is_held_in_bounded_memory():
    """Sorting 400,000 files takes at most 25 MB more than sorting 100,000."""
    code = (
        "import resource, sys; from clippings.readers.storage import FileStat, _sorted;"
        "n = int(sys.argv[1]);"
        "stats = (FileStat(f'{i * 7919 % n:07}/a-file-of-the-feed.txt', i, None) for i in range(n));"
        "assert sum(1 for _ in _sorted(stats)) == n; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    peaks = [
        int(subprocess.run([sys.executable, "-c", code, str(count)], cwd=PROJECT / "plugins", capture_output=True,
                           check=True, text=True).stdout)
        for count in (100_000, 400_000)
    ]  # fmt: skip
    assert peaks[1] - peaks[0] < 25_000


def test_a_folder_that_is_missing_is_a_wrong_setting(feed):
    """The message names the feed and the folder."""
    with pytest.raises(ConfigurationError, match=r"Feed f: .*nowhere does not exist"):
        paths(replace(feed, location=feed.location + "/nowhere"))


def test_a_file_that_vanished_is_told_apart(feed):
    """What was listed and is gone raises FileGoneError, whoever asks."""
    for ask in (stat_file, open_bytes, file_digest, lambda feed, path: list(read_file(feed, path))):
        with pytest.raises(FileGoneError, match=r"a\.txt is gone"):
            ask(feed, "a.txt")


def test_a_file_that_cannot_be_read_is_a_failing_service(feed):
    """A folder in the place of a file can be opened by nobody, root included."""
    fill(feed, "a.txt/b")
    with pytest.raises(ServiceError, match="Check that it is reachable"):
        open_bytes(feed, "a.txt")


def test_an_unknown_kind_of_address_is_a_wrong_setting(feed):
    """The message names it."""
    with pytest.raises(ConfigurationError, match="nosuch://x"):
        paths(replace(feed, location="nosuch://x"))


def test_a_digest_is_of_the_stored_bytes(feed):
    """SHA-256 in hex."""
    fill(feed, "a.txt")
    assert file_digest(feed, "a.txt") == "18b7cb099a9ea3f50ba899b5ba81e0d377a5f3b16f8f6eeb8b3e58cd4692b993"


def test_files_are_read_over_http(tmp_path):
    """A folder that a web server lists is a location like any other."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("A text over http.")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        location = f"http://127.0.0.1:{server.server_port}/in"
        feed = Feed("f", "f", location, "0 0 * * *", date(2000, 1, 1))
        assert [record.content for record in read_file(feed, "a.txt")] == ["A text over http."]
        with pytest.raises(FileGoneError):
            list(read_file(feed, "b.txt"))
        server.shutdown()
