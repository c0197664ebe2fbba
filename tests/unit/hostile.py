"""Run as a program: times every regular expression of the library, or those that it is given, on text made to be hard for
them, and prints as JSON those that take too long, with the text."""

import ast
import importlib
import json
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import FrameType, ModuleType
from typing import Any

import clippings
from clippings.dates import markup
from clippings.extraction import bylines, datelines
from clippings.pipeline import Pipeline
from clippings.readers import separators
from clippings.sources import datelines as sources_datelines

LENGTH = 50_000
"""Characters of a hostile text: what takes the square of it takes seconds, what is linear some milliseconds."""
SECONDS = 0.5
"""Of processor time that a pattern may take on one text."""
FIRST_LOOK, SUSPICIOUS = 10, 0.003
"""Only the first of so many parts of a text is shown at first, and the whole where that took so many seconds: a pattern
that takes the square of the length, and half a second for the whole, takes a hundredth of that for a tenth."""

RUNS = " \n\t\xa0aA0-.,:;/\"'<>&([_=*|@%\\\0éжя中年٣"
"""Characters of which a run is tried with each pattern."""
END = "\x01"
"""Ends each text: hardly any pattern takes it, so that it has to go back and try what else there is."""
LIMITS = {
    "clippings.dates.markup._ANY_PUBLISHED": markup.LONGEST_NAME,
    "clippings.extraction.bylines.": bylines._LONGEST,
    "clippings.extraction.datelines.": datelines._REACH,
    "clippings.sources.datelines.Datelines": sources_datelines.REACH,
    "clippings.readers.separators.ANY_SEPARATOR": separators.LONGEST_SEPARATOR,
}
"""Where patterns are shown no longer texts, for the code looks at the length before."""
ANCHORED = {"match", "fullmatch"}
SEARCHING = {"search", "finditer", "findall", "sub", "subn", "split"}


class TooLongError(Exception):
    """A pattern was stopped."""


Pattern = re.Pattern[Any]


def modules() -> list[ModuleType]:
    """All modules of the library."""
    return [importlib.import_module(info.name) for info in pkgutil.walk_packages(clippings.__path__, "clippings.")]


def within(value: object, owner: str, depth: int = 6) -> Iterator[tuple[Pattern, str]]:
    """The patterns in a value, be it one, or hold them, each with the class of the library that has it (or `owner`)."""
    if isinstance(value, re.Pattern):
        yield value, owner
        return
    parts: Iterable[object] = ()
    kind = type(value)
    if depth == 0 or isinstance(value, str | bytes | type | ModuleType):
        parts = ()
    elif isinstance(value, Mapping):
        parts = (*value.keys(), *value.values())
    elif isinstance(value, list | tuple | set | frozenset):
        parts = value
    elif kind.__module__.startswith("clippings"):
        owner = f"{kind.__module__}.{kind.__name__}"
        names = {*getattr(value, "__dict__", ()), *getattr(kind, "__slots__", ())}
        parts = [getattr(value, name, None) for name in sorted(names)]
    for part in parts:
        yield from within(part, owner, depth - 1)


def written(tree: ast.AST) -> Iterator[tuple[Pattern, bool]]:
    """The patterns that are written where they are used (`re.sub(r"…", …)`), and whether they are only anchored."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        called, first = node.func, node.args[0]
        if isinstance(called.value, ast.Name) and called.value.id == "re" and isinstance(first, ast.Constant):
            flags = 0
            for argument in (*node.args[1:], *(word.value for word in node.keywords if word.arg == "flags")):
                flags |= sum(getattr(re, part) for part in re.findall(r"\bre\.([A-Z]+)\b", ast.unparse(argument)))
            if called.attr in ANCHORED | SEARCHING:
                yield re.compile(first.value, flags), called.attr in ANCHORED


def collected() -> dict[Pattern, tuple[str, bool]]:
    """Every pattern with where it was found, and whether it is tried at one place only."""
    found: dict[Pattern, tuple[str, bool]] = {}
    loaded = modules()
    sources = {module: Path(str(module.__file__)).read_text(encoding="utf-8") for module in loaded}
    calls: dict[str, set[str]] = {}
    for name, method in re.findall(r"\b(\w+)\.(\w+)\(", "\n".join(sources.values())):
        calls.setdefault(name, set()).add(method)
    for module, source in sources.items():
        for name, value in vars(module).items():
            anchored = isinstance(value, re.Pattern) and bool(calls.get(name)) and not calls[name] & SEARCHING
            for pattern, owner in within(value, f"{module.__name__}.{name}"):
                found.setdefault(pattern, (owner, anchored))
        for pattern, anchored in written(ast.parse(source)):
            found.setdefault(pattern, (module.__name__, anchored))
    for pattern, owner in within(Pipeline.load(), "pipeline"):
        found.setdefault(pattern, (owner, False))
    return found


def example(tree: Iterable[Any], times: int, groups: dict[int, str]) -> Iterator[tuple[str, str]]:
    """A text that a parsed pattern matches, piece by piece; beside each piece what may be repeated there without end."""
    for kind, value in tree:
        if kind in (kinds.LITERAL, kinds.NOT_LITERAL):
            yield (chr(value) if kind is kinds.LITERAL else "a" if value != ord("a") else "b"), ""
        elif kind is kinds.IN:
            yield member(value), ""
        elif kind is kinds.ANY:
            yield "a", ""
        elif kind is kinds.BRANCH:
            yield from example(value[1][0], times, groups)
        elif kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            least, most, inner = value
            one = "".join(piece for piece, _ in example(inner, times, groups))
            yield one * max(least, min(times, most)), one if most > 20 else ""
        elif kind is kinds.SUBPATTERN:
            pieces = list(example(value[3], times, groups))
            if value[0] is not None:
                groups[value[0]] = "".join(piece for piece, _ in pieces)
            yield from pieces
        elif kind is kinds.ATOMIC_GROUP:
            yield from example(value, times, groups)
        elif kind is kinds.GROUPREF:
            yield groups.get(value, ""), ""


def member(choices: Iterable[tuple[Any, Any]]) -> str:
    """A character of a class."""
    classes = {kinds.CATEGORY_DIGIT: "0", kinds.CATEGORY_SPACE: " ", kinds.CATEGORY_WORD: "a"}
    classes |= {kinds.CATEGORY_NOT_DIGIT: "a", kinds.CATEGORY_NOT_SPACE: "a", kinds.CATEGORY_NOT_WORD: "-"}
    listed = list(choices)
    if listed[0][0] is kinds.NEGATE:
        pattern = re.compile("[^" + "".join(map(_written, listed[1:])) + "]")
        return next((character for character in "a 0-\n" if pattern.match(character)), "é")
    kind, value = listed[0]
    return chr(value) if kind is kinds.LITERAL else chr(value[0]) if kind is kinds.RANGE else classes.get(value, "a")


def _written(choice: tuple[Any, Any]) -> str:
    kind, value = choice
    letters = {kinds.CATEGORY_DIGIT: "d", kinds.CATEGORY_SPACE: "s", kinds.CATEGORY_WORD: "w"}
    letters |= {kinds.CATEGORY_NOT_DIGIT: "D", kinds.CATEGORY_NOT_SPACE: "S", kinds.CATEGORY_NOT_WORD: "W"}
    if kind is kinds.CATEGORY:
        return "\\" + letters[value]
    return re.escape(chr(value)) if kind is kinds.LITERAL else f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"


def hostile(pattern: Pattern) -> Iterator[str]:
    """Texts made for a pattern: beginnings of what it matches, again and again; and runs of what it repeats."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    flags = pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    tree = parser.parse(source, flags & ~re.DEBUG)
    for times in (1, 3):
        pieces = list(example(tree, times, {}))
        whole = "".join(piece for piece, _ in pieces)
        yield from filler(whole)
        yield from filler(whole[:-1])
        step = max(1, len(pieces) // 8)
        before = ""
        for number, (piece, pump) in enumerate(pieces):
            if pump:
                yield before + pump * (LENGTH // len(pump))
                yield ((before[-200:] + pump * 50) * LENGTH)[:LENGTH]
            before += piece
            if number % step == 0:
                yield from filler(before)


def filler(token: str) -> Iterator[str]:
    """The token again and again."""
    if token:
        yield (token * (LENGTH // len(token) + 1))[:LENGTH]


def seconds(pattern: Pattern, text: str, *, anchored: bool) -> float:
    """Processor time that a pattern takes on a text, `SECONDS` at most."""
    subject = text.encode("utf-8") if isinstance(pattern.pattern, bytes) else text
    began = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        if anchored:
            pattern.match(subject)
        else:
            for _ in pattern.finditer(subject):
                pass
    except TooLongError:
        return SECONDS
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - began


def main() -> None:
    """Print how many patterns were tried, and those that took too long."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError

    signal.signal(signal.SIGVTALRM, stop)
    given = {re.compile(pattern): ("given", False) for pattern in sys.argv[1:]}
    patterns = given or collected()
    slow = [
        {"place": place, "pattern": str(pattern.pattern), "text": text[:60]}
        for pattern, (place, anchored) in patterns.items()
        if (text := too_hard(pattern, place, anchored=anchored)) is not None
    ]
    json.dump({"tried": len(patterns), "slow": slow}, sys.stdout)


def too_hard(pattern: Pattern, place: str, *, anchored: bool) -> str | None:
    """A text on which a pattern takes too long, or None."""
    limit = next((limit for prefix, limit in LIMITS.items() if place.startswith(prefix)), LENGTH)
    runs = [character * LENGTH for character in RUNS]
    for text in dict.fromkeys(text[:limit] + END for text in (*runs, *hostile(pattern))):
        first = seconds(pattern, text[: len(text) // FIRST_LOOK] + END, anchored=anchored)
        if first >= SUSPICIOUS and seconds(pattern, text, anchored=anchored) >= SECONDS:
            return text
    return None


if __name__ == "__main__":
    main()
