"""The page of promises names tests that there are, and every test of faults."""

import ast
import re

from clippings.settings import PROJECT

PAGE = (PROJECT / "docs/guide/promises.md").read_text(encoding="utf-8")
NAMED = frozenset(re.findall(r"`(tests/[\w/]+\.py::test_\w+)`", PAGE))


def functions_of(folder: str) -> frozenset[str]:
    """Every test function in the files of a folder and those below, as `path::name`."""
    return frozenset(
        f"{file.relative_to(PROJECT).as_posix()}::{node.name}"
        for file in (PROJECT / folder).rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_test_that_is_named_exists() -> None:
    """A promise is not held by a test that was renamed or removed."""
    assert len(NAMED) > 30
    assert sorted(NAMED - functions_of("tests")) == []


def test_every_promise_names_its_tests() -> None:
    """Each row of the tables says what is promised, by which means, and names one test at least."""
    rows = [row.strip("|").split(" | ") for row in PAGE.splitlines() if row.startswith("| ")]
    promises = [row for row in rows if row[0].strip() not in {"What is promised", "---"}]
    assert len(promises) > 20
    for promise in promises:
        assert len(promise) == 3, promise
        assert "::test_" in promise[2], promise


def test_every_fault_is_on_the_page() -> None:
    """A fault that is tested is a promise that can be read."""
    assert sorted(functions_of("tests/faults") - NAMED) == []
