"""What the tests of the readers share: bytes in, records out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from clippings.articles import Rejected
from clippings.feeds import Feed
from clippings.readers import FileStat, read_file, split_ranges, stat_file
from clippings.readers.deciding import Decision
from clippings.readers.reading import open_file
from clippings.records import RawRecord

Outcome = RawRecord | Rejected


class Reader:
    """Writes a file into a feed of its own and reads it."""

    def __init__(self, folder: Path) -> None:
        self.feed = Feed("f", "f", str(folder), "0 0 * * *", date(2000, 1, 1))
        self.folder = folder

    def write(self, data: bytes, name: str = "file") -> str:
        """Lay a file into the feed."""
        (self.folder / name).write_bytes(data)
        return name

    def records(self, data: bytes, name: str = "file", **settings: Any) -> list[Outcome]:
        """The records of a file."""
        return list(read_file(replace(self.feed, **settings), self.write(data, name)))

    def contents(self, data: bytes, name: str = "file", **settings: Any) -> list[str]:
        """The contents of the records, and the reasons of those rejected."""
        return [
            f"<{outcome.reason}>" if isinstance(outcome, Rejected) else outcome.content
            for outcome in self.records(data, name, **settings)
        ]

    def decision(self, data: bytes, name: str = "file", **settings: Any) -> Decision:
        """What is decided on a file."""
        (opened,) = open_file(replace(self.feed, **settings), self.write(data, name))
        return opened.decision

    def in_ranges(self, data: bytes, target: int, name: str = "file", **settings: Any) -> tuple[int, list[Outcome]]:
        """How many ranges a file is cut into, and the records of all of them."""
        feed = replace(self.feed, **settings)
        stat: FileStat = stat_file(feed, self.write(data, name))
        ranges = split_ranges(feed, stat, target)
        assert ranges[0][0] == 0
        assert ranges[-1][1] == stat.size
        assert all(before[1] == after[0] for before, after in pairwise(ranges))
        return len(ranges), [record for part in ranges for record in read_file(feed, name, part)]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A reader with a folder of its own (for a whole module, since hypothesis calls a test many times)."""
    yield Reader(tmp_path_factory.mktemp("feed"))


@pytest.fixture(scope="session")
def articles() -> tuple[str, ...]:
    """Six texts that look like articles, of several lines each, with quotes, commas and non-ASCII letters."""
    texts = []
    for number in range(6):
        lines = [
            f'Paragraph {line} of text {number}: the envoy said, "we agree", and so did the café’s owner; '
            f"nobody was surprised that {line * 7} delegates, or perhaps more, had come to the old town."
            for line in range(1, 7)
        ]
        texts.append(
            "\n".join([f"Ministers meet for round {number} of the talks", f"May {number + 1}, 2012", "", *lines])
        )
    return tuple(texts)
