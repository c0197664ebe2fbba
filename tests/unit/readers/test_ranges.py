"""A file that is read in byte ranges gives the same records, with the same ids and positions, as read whole."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clippings.feeds import Format
from clippings.records import RawRecord

WORDS = st.text(alphabet="abc é—п\t,;\"'", min_size=0, max_size=30)
PART = st.lists(WORDS, max_size=4).map("\n".join)


def same(reader, data: bytes, target: int, **settings) -> int:
    """Hold the ranges to the whole; returns how many records there were."""
    whole = reader.records(data, **settings)
    _, parts = reader.in_ranges(data, target, **settings)
    assert parts == whole
    assert [part.id for part in parts if isinstance(part, RawRecord)] == [
        part.id for part in whole if isinstance(part, RawRecord)
    ]
    return len(whole)


@given(parts=st.lists(PART, max_size=8), separator=st.sampled_from(["-----", "=== a ===", "\f", "======="]),
       end=st.sampled_from(["\n", "\r\n", "\r"]), target=st.integers(1, 300))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_separated_text(reader, parts, separator, end, target):
    """Documents between separator lines, named or not, with any line end."""
    data = f"\n{separator}\n".join(parts).replace("\n", end).encode()
    same(reader, data, target, format=Format.SEPARATED)


@given(rows=st.lists(PART | st.none(), max_size=12), end=st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
       target=st.integers(1, 300), codec=st.sampled_from(["utf-8", "utf-16-le", "cp1251"]))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_json_lines(reader, rows, end, target, codec):
    """Whole and broken lines, in encodings of one and two bytes."""
    lines = ['{"text": broken' if row is None else json.dumps({"text": f"x{row}"}) for row in rows]
    data = "".join(line + end for line in lines).encode(codec)
    count = same(reader, data, target, format=Format.JSONL, encoding=codec)
    assert count == max(1, len(rows))


@given(data=st.binary(max_size=500), form=st.sampled_from(list(Format)), target=st.integers(1, 200))
@settings(max_examples=500, deadline=None)
def test_any_bytes_in_any_format(reader, data, form, target):
    """Whatever a file holds and is declared to be: only records and reasons come out, the same in any ranges."""
    same(reader, data, target, format=form)


@pytest.mark.parametrize("form", [Format.SEPARATED, Format.JSONL, Format.CSV])
def test_a_file_is_really_cut(reader, articles, form):
    """Ranges come near the size that is asked for: a file of many records is not read in one."""
    if form is Format.CSV:
        rows = [f'{number},"{articles[number % 6].replace(chr(34), chr(34) * 2)}"' for number in range(300)]
        data = "\n".join(["id,text", *rows]).encode()
    elif form is Format.JSONL:
        data = "\n".join(json.dumps({"text": articles[number % 6]}) for number in range(300)).encode()
    else:
        data = "\n-----\n".join(articles[number % 6] for number in range(300)).encode()
    count, records = reader.in_ranges(data, 20_000, format=form)
    assert len(records) == 300
    assert len(data) / 20_000 * 0.8 < count <= len(data) / 20_000 + 1


def test_a_file_that_grew_gives_no_record_twice(reader, articles):
    """Ranges planned before a file grew leave what was appended for the next run."""
    data = b"".join(json.dumps({"text": text}).encode() + b"\n" for text in articles)
    _, planned = reader.in_ranges(data, 500, format=Format.JSONL)
    name = reader.write(data + data)
    from dataclasses import replace

    from clippings.readers import read_file

    feed = replace(reader.feed, format=Format.JSONL)
    again = list(read_file(feed, name, (0, len(data))))
    assert again == planned
