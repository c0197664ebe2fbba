"""JSON lines: keys mapped to roles, and lines that are broken."""

import json

import pytest

from clippings.feeds import Format
from clippings.records import ContentType


def lines(*rows) -> bytes:
    """Objects as JSON lines."""
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def test_keys_are_told_by_their_usual_names(reader):
    """What a line gives beside the content is kept as text; null and empty values are not given."""
    row = {"_id": 7, "Body": "One.", "link": "http://a/1", "headline": "T", "published_at": "2012-05-02", "lang": "en",
           "source": {"id": 3, "name": "CNN"}, "authors": ["Ann", {"name": "Bob"}], "other": 1}  # fmt: skip
    first, second = reader.records(lines(row, {"Body": "Two.", "lang": None, "link": " "}))
    assert first.given == {
        "id": "7", "url": "http://a/1", "title": "T", "date": "2012-05-02", "language": "en", "source": "CNN",
        "author": "Ann, Bob",
    }  # fmt: skip
    assert (second.content, second.given) == ("Two.", {})


def test_declared_keys_may_be_paths(reader):
    """A key such as `page.text` leads into an object."""
    data = lines({"page": {"text": "One.", "by": "Ann"}, "text": "not this"})
    (record,) = reader.records(data, format=Format.JSONL, columns={"content": "page.text", "author": "page.by"})
    assert (record.content, record.given) == ("One.", {"author": "Ann"})


def test_without_known_names_the_longest_text_is_the_content(reader):
    """The reason tells which key was taken."""
    data = lines(*({"k": "short", "z": f"A longer text, number {number}."} for number in range(3)))
    assert reader.contents(data)[0] == "A longer text, number 0."
    assert "content from 'z'" in reader.decision(data).reasons[-1]


def test_broken_lines_are_rejected_one_by_one(reader):
    """Each has its reason and position, and the lines around it are kept."""
    rows = [
        b'{"text": "one"}', b'{"text": "tw', b"[1]", b'"text"', b'{"text": ""}', b'{"no": 1}', b'{"text": "\\u0000"}',
        b"\0\0\0", b"[" * 100_000, b'{"text": ' + b"9" * 5000 + b"}", b'{"text": "end"}',
    ]  # fmt: skip
    data = b"\n".join(rows)
    outcomes = reader.records(data, format=Format.JSONL)
    assert [getattr(outcome, "reason", None) for outcome in outcomes] == [
        None, "malformed", "malformed", "malformed", "empty", "empty", "malformed", "malformed", "malformed",
        "malformed", None,
    ]  # fmt: skip
    assert [data[outcome.position :][: len(row)] for outcome, row in zip(outcomes, rows, strict=True)] == rows


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\n\n \n"])
def test_any_line_end_will_do(reader, end):
    """Blank lines are no records."""
    data = end.join([b'{"text": "one"}', b'{"text": "two"}', b""])
    assert reader.contents(data) == ["one", "two"]


def test_html_is_seen(reader):
    """The content type is that of each record."""
    first, second = reader.records(lines({"text": "<html><p>One</p></html>"}, {"text": "Two"}))
    assert (first.content_type, second.content_type) == (ContentType.HTML, ContentType.TEXT)


def test_a_json_array_is_refused_with_advice(reader):
    """It is no JSON lines; the message says how to make it so."""
    (rejected,) = reader.records(b'[{"text": "one"},\n {"text": "two"}]', "a.json")
    assert (rejected.reason, "one object a line" in rejected.message) == ("unreadable", True)


def test_a_line_beyond_the_limit_is_rejected_alone(reader):
    """Its size is told; the lines around it are kept."""
    data = lines({"text": "one"}, {"text": "x" * 5000}, {"text": "three"})
    one, rejected, three = reader.records(data, record_limit=1024)
    assert (one.content, rejected.reason, three.content) == ("one", "too-large", "three")
    assert rejected.raw == data.splitlines(keepends=True)[1]
