"""Memory and time are bounded by the feed's record limit, not by the file: measured in processes of their own."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from clippings.settings import PROJECT

READ = r"""
import json, re, sys, time
from datetime import date
from pathlib import Path
from clippings.feeds import Feed, Format
from clippings.readers import read_file, split_ranges, stat_file
path = Path(sys.argv[1])
feed = Feed("f", "f", str(path.parent), "0 0 * * *", date(2000, 1, 1), format=Format(sys.argv[2]))
began = time.monotonic()
ranges = len(split_ranges(feed, stat_file(feed, path.name), 4_000_000))
counts = {}
for outcome in read_file(feed, path.name):
    kind = str(getattr(outcome, "reason", "record"))
    counts[kind] = counts.get(kind, 0) + 1
# Not ru_maxrss: a process inherits that from the one that started it.
peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps({"peak": peak, "seconds": time.monotonic() - began, "counts": counts, "ranges": ranges}))
"""


def measured(path: Path, form: str = "auto") -> dict:
    """What reading a file took: peak memory in MB, seconds, and how many outcomes of each kind."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path), form],
        cwd=PROJECT / "plugins",
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def row(form: str, number: int) -> bytes:
    """One record of about 4 kB."""
    text = f"Record {number}: the minister said, so nobody was surprised. " * 70
    if form == "jsonl":
        return json.dumps({"id": number, "text": text}).encode() + b"\n"
    if form == "csv":
        return f'{number},"{text}\nand a second line"\n'.encode()
    return text.encode() + b"\n==========\n"


def write(path: Path, form: str, count: int) -> Path:
    """A file of so many records."""
    with path.open("wb") as file:
        if form == "csv":
            file.write(b"id,text\n")
        for number in range(count):
            file.write(row(form, number))
    return path


@pytest.mark.parametrize("form", ["jsonl", "csv", "separated"])
def test_memory_does_not_depend_on_the_files_size(tmp_path, form):
    """A file of 80 MB takes no more than a tenth more than one of 4 MB."""
    small = measured(write(tmp_path / "small", form, 1_000), form)
    large = measured(write(tmp_path / "large", form, 20_000), form)
    assert (small["counts"], large["counts"]) == ({"record": 1_000}, {"record": 20_000})
    assert large["peak"] < 1.1 * small["peak"]
    assert large["ranges"] > 15


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", ["jsonl", "csv", "separated"])
def test_a_record_of_200_megabytes_is_rejected_in_bounded_memory(tmp_path, form, packed):
    """It is rejected with its reason; the records before and after are kept."""
    path = tmp_path / "file"
    before, _, after = row(form, 1).partition(b"Record 1")
    with gzip.open(path, "wb", compresslevel=1) if packed else path.open("wb") as file:
        file.write(b"id,text\n" if form == "csv" else b"")
        for number in range(10):
            file.write(row(form, number))
        file.write(before)
        for _ in range(200):
            file.write((b"a line of text, " * 60 + (b"\n" if form == "separated" else b" ")) * 1_100)
        file.write(after)
        for number in range(10, 20):
            file.write(row(form, number))
    found = measured(path, form)
    assert found["counts"] == {"record": 20, "too-large": 1}
    assert found["peak"] < 250
    assert found["seconds"] < 60


def test_a_quoted_field_of_30_megabytes_in_many_lines(tmp_path):
    """Also where the field has line breaks, its lines are not taken for rows."""
    path = tmp_path / "file.csv"
    with path.open("wb") as file:
        file.write(b"id,url,text\n")
        for number in range(10):
            file.write(f'{number},http://a/{number},"Text, {number}\nof two lines"\n'.encode())
        file.write(b'10,http://a/10,"')
        for _ in range(30):
            file.write(b"a line of text, and, more, of words without end, as if it were a page\n" * 15_000)
        file.write(b'"\n11,http://a/11,"the last"\n')
    found = measured(path, "csv")
    assert found["counts"] == {"record": 11, "too-large": 1}
    assert found["peak"] < 250
    assert found["seconds"] < 90


@pytest.mark.parametrize("line", [b'1,"never closed\n', b'"\n', b'1,"a""\n', b'x","\n', b'"",""",\n'])
def test_broken_quotes_on_every_line_take_linear_time(tmp_path, line):
    """A hostile table is not searched again and again."""
    path = tmp_path / "file.csv"
    path.write_bytes(b"id,text\n" + b"1,good\n" * 10 + (line + b"2,good\n") * 20_000)
    found = measured(path, "csv")
    assert found["seconds"] < 30
    assert found["peak"] < 250
