"""JSON lines: one object a line."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clippings.articles import Reason
from clippings.readers.columns import as_text, roles_by_name, value_at
from clippings.readers.pieces import Piece, too_large
from clippings.readers.sources import Source, lines

SAMPLE_LINES = 50


@dataclass(frozen=True, slots=True)
class JsonLayout:
    """Which key plays which role, and the share of the sample's lines that are JSON objects."""

    keys: Mapping[str, str]
    share: float = 1.0


def find_json_layout(sample: str, complete: bool, declared: Mapping[str, str | int]) -> tuple[JsonLayout | None, str]:
    """The layout of a sample of JSON lines and why, or None with what speaks against it.

    Roles are declared, or told by the keys' usual names; without either the longest text is the content.
    """
    rows = [row for row in re.split(r"\r\n|\r|\n", sample) if row.strip()]
    if not complete and len(rows) > 1:
        rows.pop()
    objects: list[Mapping[str, Any]] = []
    for row in rows[:SAMPLE_LINES]:
        try:
            parsed = json.loads(row)
        except (ValueError, RecursionError):
            continue
        if isinstance(parsed, dict):
            objects.append(parsed)
    tried = min(len(rows), SAMPLE_LINES)
    keys = {role: str(key) for role, key in declared.items()}
    if objects:
        if not keys:
            keys = roles_by_name(list(dict.fromkeys(key for row in objects for key in row)))
        if "content" not in keys:
            by_name = roles_by_name(list(dict.fromkeys(key for row in objects for key in row)))
            keys["content"] = by_name.get("content") or _longest(objects)
    reason = f"{len(objects)} of {tried} lines are JSON objects"
    if "content" not in keys:
        return None, reason
    told = ", ".join(f"{role} from {key!r}" for role, key in keys.items())
    return JsonLayout(keys, len(objects) / tried if tried else 0.0), f"{reason}; {told}"


def _longest(objects: list[Mapping[str, Any]]) -> str:
    sizes: dict[str, int] = {}
    for row in objects:
        for key, value in row.items():
            sizes[key] = sizes.get(key, 0) + (len(value) if isinstance(value, str) else 0)
    return max(sizes, key=lambda key: sizes[key], default="content")


def split_json_lines(source: Source, limit: int) -> Iterator[Piece]:
    """One piece a line that is not blank. A line end cannot stand within a JSON object: any of the three cuts."""
    for line in lines(source, limit):
        if line.cut:
            yield too_large(line.offset, line.offset, line.data, line.size, limit)
        elif line.data.strip():
            yield Piece(line.offset, line.offset, line.data.rstrip(b"\r\n"))


@dataclass(frozen=True, slots=True)
class Fields:
    """What a row says: the content, and what is given beside it."""

    content: str
    given: Mapping[str, str]


def read_json_line(text: str, layout: JsonLayout) -> Fields | tuple[Reason, str]:
    """The fields of one line, or why there are none."""
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Reason.MALFORMED, f"This line is not JSON ({error}); correct it, or declare the file's format."
    if not isinstance(row, dict):
        return Reason.MALFORMED, "This line holds JSON, but no object: a record needs keys and values."
    content = as_text(value_at(row, layout.keys["content"]))
    given = {
        role: text
        for role, key in layout.keys.items()
        if role != "content" and (text := as_text(value_at(row, key)).strip())
    }
    if not content.strip():
        return Reason.EMPTY, f"The key {layout.keys['content']!r} holds no text."
    return Fields(content, given)
