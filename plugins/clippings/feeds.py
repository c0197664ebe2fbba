"""Feeds: where files of scraped pages lie, how they are read, and when. Declared in include/feeds.yaml.

DAG files load this module at every parse, so it imports nothing heavy.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from clippings.errors import ConfigurationError
from clippings.settings import PROJECT

FEED_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
"""What Airflow takes in a DAG id, short enough to leave room for a prefix."""
RECORD_LIMIT = 16 * 1024 * 1024
"""Bytes a record may have unless the feed says otherwise; a longer one is rejected without being held in memory."""
ROLES = ("content", "url", "title", "date", "language", "source", "id", "author")
"""What a column can be mapped to."""


class Format(StrEnum):
    """How the records lie in a file. Compression and archives are seen through whatever the format."""

    AUTO = "auto"
    TEXT = "text"
    """One plain-text page a file."""
    HTML = "html"
    """One HTML page a file."""
    SEPARATED = "separated"
    """Text with many documents, divided by separator lines."""
    CSV = "csv"
    TSV = "tsv"
    JSONL = "jsonl"
    WARC = "warc"


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed.

    `location` is an absolute folder or an fsspec URL (`s3://bucket/prefix`); `options` go to that file system.
    `columns` maps a role (see ROLES) to the name of a column or JSON key, or to a column's number from 1;
    `header` names the columns of a CSV file that has no header line.
    `separator` is the delimiter of CSV and TSV, or the regular expression of a whole separator
    line for `separated`. None leaves both to the reader.
    """

    id: str
    title: str
    location: str
    schedule: str
    start: date
    patterns: tuple[str, ...] = ("**/*",)
    options: Mapping[str, Any] = field(default_factory=dict)
    format: Format = Format.AUTO
    separator: str | None = None
    columns: Mapping[str, str | int] = field(default_factory=dict)
    header: tuple[str, ...] = ()
    encoding: str | None = None
    date_in_path: str | None = None
    source: str | None = None
    bad_share_limit: float = 0.05
    remove_missing: bool = False
    record_limit: int = RECORD_LIMIT

    def day_of(self, path: str) -> date | None:
        """The day the path within the feed names (a month or year: its first day), None where it names none."""
        if self.date_in_path is None:
            return None
        found = _date_expression(self.date_in_path).search(path)
        if found is None:
            return None
        parts = found.groupdict()
        try:
            return date(int(parts["year"]), int(parts.get("month") or 1), int(parts.get("day") or 1))
        except ValueError:
            return None


_DIRECTIVES = {"%Y": r"(?P<year>\d{4})", "%m": r"(?P<month>\d{2})", "%d": r"(?P<day>\d{2})", "%%": "%"}


def _date_expression(text: str) -> re.Pattern[str]:
    """The regular expression for `date_in_path`: itself, or a template such as `%Y/%m/%d`. Raises ValueError."""
    if "(?P<" not in text:
        pieces = re.split(r"(%.)", text)
        unknown = [piece for piece in pieces if piece.startswith("%") and piece not in _DIRECTIVES]
        if unknown:
            raise ValueError(f"{unknown[0]} is none of %Y, %m, %d")
        text = "".join(_DIRECTIVES.get(piece, re.escape(piece)) for piece in pieces)
        # Digits on either side would make 20120502 out of 1201205021.
        text = rf"(?<!\d){text}(?!\d)"
    expression = re.compile(text)
    if "year" not in expression.groupindex:
        raise ValueError("it names no year (%Y or a group named year)")
    return expression


def feeds_file() -> Path:
    """The file the feeds are declared in: CLIPPINGS_FEEDS, or include/feeds.yaml."""
    return Path(os.environ.get("CLIPPINGS_FEEDS", PROJECT / "include" / "feeds.yaml"))


def load_feeds(path: Path | None = None) -> tuple[Feed, ...]:
    """All feeds declared in a file (by default `feeds_file()`), in its order.

    Raises ConfigurationError, with file and line, where anything in it is wrong.
    """
    path = feeds_file() if path is None else Path(path)
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: the feeds cannot be read: {error}.") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: this is not YAML: {error}") from error
    top = _Table(path, loader, node)
    declared = top.sequence("feeds")
    top.finish()
    feeds: list[Feed] = []
    for entry in declared:
        table = _Table(path, loader, entry)
        feed = _feed(table)
        if any(feed.id == other.id for other in feeds):
            raise table.wrong("id", f"two feeds are called {feed.id!r}: give each its own id")
        feeds.append(feed)
    return tuple(feeds)


def feed_named(feed_id: str, path: Path | None = None) -> Feed:
    """The feed with this id. Raises ConfigurationError where there is none."""
    feeds = load_feeds(path)
    for feed in feeds:
        if feed.id == feed_id:
            return feed
    known = ", ".join(feed.id for feed in feeds) or "none"
    raise ConfigurationError(f"There is no feed {feed_id!r} in {path or feeds_file()}: it declares {known}.")


def columns_from_text(text: str) -> dict[str, str | int]:
    """The mapping written as `content=body,url=2`. Raises ConfigurationError where it is none."""
    columns: dict[str, str | int] = {}
    for pair in text.split(","):
        role, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or role not in ROLES or not column:
            raise ConfigurationError(f"{pair!r} is no ROLE=COLUMN; a role is one of {', '.join(ROLES)}.")
        columns[role] = int(column) if column.isdecimal() else column
    return columns


Value = TypeVar("Value")
_KINDS: Mapping[type, str] = {
    str: "a text (put it in quotes)",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date such as 2008-01-31",
    dict: "a mapping",
    list: "a list",
}


class _Table:
    """A mapping of the YAML file that knows the line of each of its keys."""

    def __init__(self, path: Path, loader: yaml.SafeLoader, node: yaml.Node | None) -> None:
        self.path = path
        self.loader = loader
        self.line = node.start_mark.line + 1 if node is not None else 1
        self.nodes: dict[str, yaml.Node] = {}
        self.lines: dict[str, int] = {}
        if not isinstance(node, yaml.MappingNode):
            raise self.wrong(None, "here a mapping of `key: value` lines is needed")
        for key, value in node.value:
            name = str(key.value)
            if name in self.nodes:
                raise ConfigurationError(f"{path}, line {key.start_mark.line + 1}: {name!r} is set twice.")
            self.nodes[name] = value
            self.lines[name] = key.start_mark.line + 1
        self.seen: set[str] = set()

    def wrong(self, key: str | None, message: str) -> ConfigurationError:
        """The error for a key, with its line."""
        line = self.lines.get(key, self.line) if key else self.line
        return ConfigurationError(f"{self.path}, line {line}: {f'{key}: ' if key else ''}{message}.")

    def optional(self, key: str, kind: type[Value]) -> Value | None:
        """The value of a key, of the wanted type; None where the key is missing or empty."""
        self.seen.add(key)
        if key not in self.nodes:
            return None
        try:
            value = self.loader.construct_object(self.nodes[key], deep=True)
        except (yaml.YAMLError, ValueError) as error:
            raise self.wrong(key, f"this cannot be read: {error}") from error
        if value is None:
            return None
        if kind is float and type(value) is int:
            value = float(value)
        # Not isinstance: a truth value is an int to it, and a moment a date.
        if type(value) is not kind:
            raise self.wrong(key, f"{value!r} is not {_KINDS[kind]}")
        return value

    def value(self, key: str, kind: type[Value], default: Value) -> Value:
        """The value of a key, of the wanted type; the default where the key is missing or empty."""
        value = self.optional(key, kind)
        return default if value is None else value

    def need(self, key: str, kind: type[Value]) -> Value:
        """The value of a key that has to be there."""
        value = self.optional(key, kind)
        if value is None:
            raise self.wrong(key, f"a feed needs {key}: add it")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts."""
        node = self.nodes.get(key)
        if isinstance(node, yaml.SequenceNode):
            texts = self.value(key, list, [])
            if not all(isinstance(text, str) and text for text in texts):
                raise self.wrong(key, "each entry has to be a text")
            return tuple(texts)
        text = self.optional(key, str)
        return () if text is None else (text,)

    def sequence(self, key: str) -> list[yaml.Node]:
        """The entries of a list."""
        self.seen.add(key)
        node = self.nodes.get(key)
        if not isinstance(node, yaml.SequenceNode):
            raise self.wrong(key, f"a list under `{key}:` is needed")
        return list(node.value)

    def finish(self) -> None:
        """Raise for a key that nothing asked for: it is misspelt."""
        for key in self.nodes:
            if key not in self.seen:
                raise self.wrong(key, f"there is no such setting; there are {', '.join(sorted(self.seen))}")


def _feed(table: _Table) -> Feed:
    """One feed out of its part of the file."""
    feed_id = table.need("id", str)
    if not FEED_ID.fullmatch(feed_id):
        raise table.wrong("id", f"{feed_id!r} has to be letters, digits, `_`, `-` and `.`, at most 100 of them")
    form = _format(table)
    date_in_path = table.optional("date_in_path", str)
    if date_in_path is not None:
        try:
            _date_expression(date_in_path)
        except (ValueError, re.error) as error:
            raise table.wrong(
                "date_in_path", f"{date_in_path!r} is no template or regular expression: {error}"
            ) from error
    limit = table.value("bad_share_limit", float, 0.05)
    if not 0 <= limit <= 1:
        raise table.wrong("bad_share_limit", f"{limit} is not a share between 0 and 1")
    record_limit = table.value("record_limit", int, RECORD_LIMIT)
    if record_limit < 1024:
        raise table.wrong("record_limit", f"{record_limit} bytes is too few: a record needs at least 1024")
    feed = Feed(
        id=feed_id,
        title=table.value("title", str, feed_id),
        location=_location(table.need("location", str)),
        schedule=_schedule(table),
        start=table.need("start", date),
        patterns=table.texts("patterns") or ("**/*",),
        options=table.value("options", dict, {}),
        format=form,
        separator=_separator(table, form),
        columns=_columns(table),
        header=table.texts("header"),
        encoding=_encoding(table),
        date_in_path=date_in_path,
        source=table.optional("source", str),
        bad_share_limit=limit,
        remove_missing=table.value("remove_missing", bool, False),
        record_limit=record_limit,
    )
    table.finish()
    return feed


def _location(text: str) -> str:
    """A URL as it is; a folder made absolute, seen from the project."""
    return text if "://" in text else str((PROJECT / Path(text).expanduser()).resolve())


def _schedule(table: _Table) -> str:
    from croniter import croniter  # noqa: PLC0415 - only a feeds file that is read needs it

    schedule = table.need("schedule", str)
    if len(schedule.split()) != 5 or not croniter.is_valid(schedule):
        raise table.wrong("schedule", f"{schedule!r} is not a cron expression of five fields, such as `0 6 * * *`")
    return schedule


def _format(table: _Table) -> Format:
    name = table.value("format", str, Format.AUTO.value)
    try:
        return Format(name)
    except ValueError as error:
        raise table.wrong("format", f"{name!r} is none of {', '.join(Format)}") from error


def _separator(table: _Table, form: Format) -> str | None:
    separator = table.optional("separator", str)
    if separator is None:
        return None
    if form in (Format.CSV, Format.TSV):
        if not separator or any(mark in separator for mark in '"\r\n'):
            raise table.wrong("separator", f"{separator!r} must hold neither a quote nor a line end")
    elif form is Format.SEPARATED:
        try:
            re.compile(separator)
        except re.error as error:
            raise table.wrong("separator", f"{separator!r} is no regular expression: {error}") from error
    else:
        raise table.wrong("separator", "only the formats csv, tsv and separated take a separator: set `format`")
    return separator


def _columns(table: _Table) -> dict[str, str | int]:
    columns = table.value("columns", dict, {})
    for role, column in columns.items():
        if role not in ROLES:
            raise table.wrong("columns", f"{role!r} is none of {', '.join(ROLES)}")
        if isinstance(column, bool) or not isinstance(column, str | int) or column in ("", 0):
            raise table.wrong("columns", f"{role} has to be a column's name, or its number from 1")
    return columns


def _encoding(table: _Table) -> str | None:
    encoding = table.optional("encoding", str)
    if encoding is not None:
        try:
            "".encode(encoding)
        except LookupError as error:
            raise table.wrong("encoding", f"Python knows no encoding {encoding!r}") from error
    return encoding
