"""Every regular expression of the library takes time that grows with the text, not with its square."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from clippings.settings import PROJECT

PATIENCE = 120
"""Seconds; ten of processor time on two cores. A pattern that backtracks without end is stopped after half a second."""


def tried(*patterns: str) -> dict[str, Any]:
    """What `hostile.py` found, of the whole library or of these patterns."""
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("hostile.py"), *patterns],
        cwd=PROJECT,
        env={"PYTHONPATH": "plugins:."},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_no_regular_expression_backtracks_without_end() -> None:
    """On 50,000 characters made to be hard for it, no pattern of any module takes half a second."""
    found = tried()
    assert found["slow"] == []
    assert found["tried"] > 150


def test_one_that_backtracks_would_be_found() -> None:
    """Patterns that take the square of the length, or two to the power of it, are named."""
    bad = [r"\s+$", r"(?:\w+\s?)+:", r"<b[^>]*charset\s*=\s*'?\s*x", r"(?:a|aa)+!"]
    assert [one["pattern"] for one in tried(*bad, r"\w+", r"^\s+x")["slow"]] == bad
