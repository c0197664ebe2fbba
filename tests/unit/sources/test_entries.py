"""The source rules' file: read, and its slips found with their lines."""

from pathlib import Path

import pytest

from clippings.errors import ConfigurationError
from clippings.settings import PROJECT
from clippings.sources.entries import Kind, read_entries

GOOD = """\
sources:
  - name: The Gazette
    kind: newspaper
    domains: [gazette.example, www.gazette-news.example]
    names: [Gazette Publishing Ltd]
    signatures: ["The Gazette is not responsible for tides"]
  - name: Agency
    kind: agency
    datelines: [AGY]
    furniture:
      "No comments:": 2
"""


def write(folder: Path, text: str) -> Path:
    """The text as a file of rules."""
    path = folder / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_sources_are_read(tmp_path: Path) -> None:
    """Every key of a source is read; its name is always among its names, and domains are without `www.`."""
    gazette, agency = read_entries(write(tmp_path, GOOD))
    assert gazette.name == "The Gazette"
    assert gazette.kind is Kind.NEWSPAPER
    assert gazette.line == 2
    assert gazette.domains == ("gazette.example", "gazette-news.example")
    assert gazette.names == ("The Gazette", "Gazette Publishing Ltd")
    assert agency.datelines == ("AGY",)
    assert [(piece.line, piece.weight) for piece in agency.furniture] == [("no comments:", 2.0)]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("kind: agency", "kind: gossip", 8, "`kind` is one of agency"),
        ("kind: agency", "sort: agency", 8, "unknown key `sort`"),
        ("    kind: agency\n", "", 7, "has no `kind`"),
        ("  - name: Agency\n    kind", "  - kind", 7, "has no `name`"),
        ("datelines: [AGY]", "datelines: AGY", 9, "a list with at least one text"),
        ("datelines: [AGY]", "datelines: []", 9, "a list with at least one text"),
        ("datelines: [AGY]", "datelines: [no]", 9, "put it in quotes"),
        ("datelines: [AGY]", "datelines: [AGY, agy]", 9, "the mark `agy` was given before, on line 9"),
        ("datelines: [AGY]", "datelines: [[AGY]]", 9, "a text is wanted"),
        ("datelines: [AGY]", 'datelines: [" "]', 9, "a text is wanted"),
        ("name: Agency", "name: the gazette", 7, "was given before, on line 2"),
        ("gazette.example,", "https://gazette.example/,", 4, "is not a domain"),
        ("gazette.example,", "gazette,", 4, "is not a domain"),
        ("gazette.example,", "gazette-news.example,", 4, "was given before, on line 4"),
        ("The Gazette is not responsible for tides", "The Gazette", 6, "shorter than 12"),
        ('"No comments:": 2', '"No comments:": much', 11, "is a number"),
        ('"No comments:": 2', "- No comments", 11, "a mapping of lines to weights"),
        ('    datelines: [AGY]\n    furniture:\n      "No comments:": 2\n', "", 7, "has no marks"),
        ("sources:", "publishers:", 1, "unknown key `publishers`"),
        ("kind: agency", "kind: agency\n    kind: agency", 9, "given twice"),
        ("datelines: [AGY]", "datelines: [AGY", 10, "this is not YAML"),
    ],
)
def test_slip_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    """A wrong file is refused, with its name, the line and what is wrong."""
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as raised:
        read_entries(path)
    assert f"{path}, line {line}: " in str(raised.value)
    assert message in str(raised.value)


@pytest.mark.parametrize("text", ["", "[]", "sources: []", "sources: {}", "sources:\n  - Reuters", "{}"])
def test_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    """A file that holds no list of sources is refused."""
    with pytest.raises(ConfigurationError, match=r"line [12]: "):
        read_entries(write(tmp_path, text))


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(ConfigurationError, match=r"none\.yaml"):
        read_entries(tmp_path / "none.yaml")


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """A file that is not UTF-8 is refused with a plain message."""
    path = tmp_path / "sources.yaml"
    path.write_bytes("sources:\n  - name: Süd".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        read_entries(path)


def test_shipped_rules_are_in_order() -> None:
    """The rules that ship can be read, list many sources, and each of them has a mark."""
    entries = read_entries(PROJECT / "include" / "sources.yaml")
    assert len(entries) >= 60
    assert {entry.kind for entry in entries} == set(Kind)
