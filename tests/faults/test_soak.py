"""A feed that changes all the time, run two hundred times: the index is always what the files say."""

import csv
import gzip
import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest
from benchmarks.texts import made_pages
from tests.faults.archives import Archive, lines_feed

from clippings.feeds import Format
from clippings.settings import OpenSearchSettings

pytestmark = pytest.mark.faults

RUNS = 200
MARK = re.compile(r"\bref[a-z]{8}\b")


@dataclass(frozen=True, slots=True)
class Record:
    """One document: a word that no other has, and the text that it stands in."""

    mark: str
    text: str


def as_text(records: list[Record]) -> bytes:
    """Documents under a line with their names."""
    return "".join(f"=== {record.mark} ===\n{record.text}\n" for record in records).encode()


def as_csv(records: list[Record]) -> bytes:
    """A table with line breaks in its cells."""
    table = io.StringIO()
    csv.writer(table).writerows([("mark", "content"), *((record.mark, record.text) for record in records)])
    return table.getvalue().encode()


def as_json_lines(records: list[Record]) -> bytes:
    """One object a line."""
    return "".join(json.dumps({"content": record.text}) + "\n" for record in records).encode()


FORMATS: dict[str, Callable[[list[Record]], bytes]] = {
    ".txt": as_text,
    ".csv": as_csv,
    ".jsonl": as_json_lines,
    ".txt.gz": lambda records: gzip.compress(as_text(records), mtime=0),
    ".csv.gz": lambda records: gzip.compress(as_csv(records), mtime=0),
    ".jsonl.gz": lambda records: gzip.compress(as_json_lines(records), mtime=0),
}


@dataclass(slots=True)
class Model:
    """The folder as the random script has made it: what the index must hold, without looking at it."""

    folder: Path
    random: Random
    files: dict[str, list[Record]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    """Files that the next run has to read."""
    texts: list[str] = field(default_factory=lambda: [page.text[:1500] for page in made_pages(60, seed=6)])
    clock: int = 1_600_000_000

    def step(self) -> None:
        """Some changes, each of a random kind."""
        for _ in range(self.random.randint(0, 3)):
            kinds = [self.add, self.add, self.change, self.change, self.remove, self.rename, self.touch]
            self.random.choice(kinds if self.files else [self.add])()

    def add(self) -> None:
        """A new file with some records."""
        folder, number = self.random.choice(["", "a/", "b/", "a/c/"]), self.random.randrange(40)
        path = f"{folder}{number}{self.random.choice(list(FORMATS))}"
        self.write(path, [self.record() for _ in range(self.random.randint(1, 4))])

    def change(self) -> None:
        """One record more, less, or another; one twice; or all of them in another order."""
        path = self.any_file()
        records = list(self.files[path])
        place = self.random.randrange(len(records))
        match self.random.choice(["more", "less", "another", "twice", "order"]):
            case "more":
                records.insert(place, self.record())
            case "less" if len(records) > 1:
                del records[place]
            case "another":
                records[place] = self.record()
            case "twice":
                records.append(records[place])
            case _:
                self.random.shuffle(records)
        self.write(path, records)

    def remove(self) -> None:
        """A file less."""
        self.take_away(self.any_file())

    def rename(self) -> None:
        """A file under another name, with the same content."""
        path = self.any_file()
        kind = "".join(Path(path).suffixes)
        new = f"renamed/{self.random.randrange(10**6)}{kind}"
        records = self.files[path]
        self.take_away(path)
        self.write(new, records)

    def touch(self) -> None:
        """A file written again as it is."""
        path = self.any_file()
        self.write(path, self.files[path])

    def take_away(self, path: str) -> None:
        """Take a file away."""
        (self.folder / path).unlink()
        del self.files[path]
        self.changed.discard(path)

    def any_file(self) -> str:
        """One of the files."""
        return self.random.choice(sorted(self.files))

    def record(self) -> Record:
        """A document that was never there before."""
        mark = "ref" + "".join(self.random.choices("bdfgklmnprst", k=8))
        paragraphs = self.random.choice(self.texts).split("\n\n")
        return Record(mark, "\n\n".join(f"In {mark} {paragraph}" for paragraph in paragraphs))

    def write(self, path: str, records: list[Record]) -> None:
        """Put a file there. Each has a time of its own, as files have that are not written within one tick."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        kind = next(kind for kind in sorted(FORMATS, key=len, reverse=True) if path.endswith(kind))
        file.write_bytes(FORMATS[kind](records))
        self.clock += 1
        os.utime(file, (self.clock, self.clock))
        self.files[path] = records
        self.changed.add(path)

    def articles(self) -> set[tuple[str, str]]:
        """File and mark of every article that must be in the index."""
        return {(path, record.mark) for path, records in self.files.items() for record in records}

    def to_read(self) -> int:
        """How many records the next run reads."""
        return sum(len(self.files[path]) for path in self.changed)


def test_two_hundred_runs_over_a_feed_that_changes(opensearch: OpenSearchSettings, tmp_path: Path) -> None:
    """Files of several formats are added, changed, renamed and removed by a seeded script; after every run the index
    holds just the records that the files hold, and the run has read just what was changed."""
    feed = lines_feed(tmp_path / "feed", patterns=("**/*",), format=Format.AUTO, remove_missing=True)
    archive = Archive(replace(opensearch, index_prefix=f"{opensearch.index_prefix}soak-"), feed)
    model = Model(Path(feed.location), Random(12))  # noqa: S311 - the same soak every time, no secret
    indexed = Counter[str]()
    for number in range(RUNS):
        model.step()
        report = archive.run()
        archive.assert_lawful(report)
        assert report.counts.read == model.to_read(), f"run {number}"
        model.changed.clear()
        assert found(archive) == sorted(model.articles()), f"run {number}"
        indexed.update(indexed=report.counts.indexed, removed=report.removed, duplicate=report.counts.duplicate)
    assert all(indexed.values()), "the script has to make and remove articles, and records that stand twice in a file"
    assert len(model.files) > 10


def found(archive: Archive) -> list[tuple[str, str]]:
    """File and mark of every article in the index."""
    return sorted(
        (article["file"], MARK.findall(json.dumps(article))[0]) for article in archive.holding().articles.values()
    )
