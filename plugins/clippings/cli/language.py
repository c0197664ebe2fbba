"""`./clippings language`: texts in, languages out, a JSON line each, in order."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from clippings.language import detect


def configure(parser: argparse.ArgumentParser) -> None:
    """The command takes no arguments: it reads standard input and writes standard output."""
    parser.epilog = (
        'A line in: {"id", "text"}. A line out: {"id", "lang", "confidence"}, where "lang" is an ISO 639-1 code, or '
        'null for a text without language; and "others" where further languages take up a real share of the text. '
        'A line that cannot be read is answered by {"id", "error"}.'
    )


def run(arguments: argparse.Namespace) -> int:
    """Copy standard input to standard output, text by text. Returns 0 also where lines were bad: they say so."""
    del arguments
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for answer in answers(sys.stdin):
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 0


def answers(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The answer to each line that is not blank, in order."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answer(line, number)


def _answer(line: str, number: int) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"line {number} is not JSON: {error}"}
    if not isinstance(asked, dict):
        return {"id": None, "error": f"line {number} is not a JSON object"}
    text = asked.get("text")
    if not isinstance(text, str):
        return {"id": asked.get("id"), "error": f'line {number}: "text" is missing or not a string'}
    tag = detect(text)
    answer: dict[str, Any] = {"id": asked.get("id"), "lang": tag.code, "confidence": tag.confidence}
    if tag.others:
        answer["others"] = list(tag.others)
    return answer
