"""The most memory that a task takes on a large file, against a small one, each in a process of its own."""

import json
import subprocess
import sys
import tempfile
from itertools import cycle
from pathlib import Path

from benchmarks.measure import Bench, Ratio
from benchmarks.texts import SEPARATOR, pages

SMALL, LARGE = 20 * 10**6, 2 * 10**9
FORMATS = ("separated", "jsonl", "csv")
TAGGED = 300
"""Pages that are tagged, too: what the models take belongs to a task, and tagging 2 GB would take hours."""
_READ = """
import re, sys
from datetime import date
from pathlib import Path
from clippings.feeds import Feed, Format
from clippings.pipeline import Pipeline
from clippings.readers import read_file, split_ranges, stat_file
from clippings.records import RawRecord
path, form, tagged = Path(sys.argv[1]), Format(sys.argv[2]), int(sys.argv[3])
feed = Feed("bench", "Bench", str(path.parent), "0 0 1 1 *", date(2000, 1, 1), format=form)
pipeline = Pipeline.load()
split_ranges(feed, stat_file(feed, path.name), 32 * 2**20)
count = 0
for record in read_file(feed, path.name):
    if count < tagged and isinstance(record, RawRecord):
        pipeline.clip(record)
    count += 1
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], count)
"""


def measure(bench: Bench) -> list[Ratio]:
    """Planning a file's ranges and reading all its records, the first of them tagged, by format."""
    large = max(2 * SMALL, round(LARGE * bench.scale))
    ratios = []
    for form in FORMATS:
        with tempfile.TemporaryDirectory(prefix="clippings-bench-") as folder:
            small_peak, _ = _peak(_write(bench, Path(folder) / "small", form, SMALL), form)
            large_peak, count = _peak(_write(bench, Path(folder) / "large", form, large), form)
        ratios.append(
            Ratio(
                f"memory of a task on a file of {large / 1e6:,.0f} MB ({form})",
                f"on one of {SMALL / 1e6:.0f} MB",
                large_peak / small_peak,
                1.2,
                False,
                f"{large_peak:.0f} against {small_peak:.0f} MB at the most, {count:,} records",
            )
        )
    return ratios


def _write(bench: Bench, path: Path, form: str, size: int) -> Path:
    """A file of about so many bytes: a thousand pages, over and over."""
    held = [_written(page.scrape, form) for page in pages(bench, 1000)]
    with path.open("wb") as file:
        if form == "csv":
            file.write(b"content\n")
        for one in cycle(held):
            file.write(one)
            if file.tell() >= size:
                return path
    return path


def _written(scrape: str, form: str) -> bytes:
    if form == "jsonl":
        return json.dumps({"content": scrape}).encode() + b"\n"
    if form == "csv":
        return ('"' + scrape.replace('"', '""') + '"\n').encode()
    return f"{SEPARATOR}\n{scrape}\n".encode()


def _peak(path: Path, form: str) -> tuple[float, int]:
    """Megabytes at the most, and how many records there were."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _READ, str(path), form, str(TAGGED)], capture_output=True, text=True, check=True
    )
    kilobytes, count = done.stdout.split()
    return int(kilobytes) / 1024, int(count)
