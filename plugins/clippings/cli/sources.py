"""`./clippings sources test FILE…`: which source rules fire on files, and what follows from them."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clippings.errors import ConfigurationError
from clippings.extraction import extract, parse
from clippings.records import ContentType
from clippings.settings import PROJECT
from clippings.sources import SourceRules

RULES = PROJECT / "include" / "sources.yaml"


def configure(parser: argparse.ArgumentParser) -> None:
    """`test` with the files to look at; `check` only reads the rules."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    test = actions.add_parser("test", help="show the marks found on files, and the source that follows")
    test.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a page: .html is HTML, others are text")
    test.add_argument("--url", help="the address of the page, if it is known from elsewhere")
    check = actions.add_parser("check", help="read the rules and say whether they are in order")
    for action in (test, check):
        action.add_argument("--rules", type=Path, default=RULES, help="the rules to use (include/sources.yaml)")


def run(arguments: argparse.Namespace) -> int:
    """Print what was found. Raises ConfigurationError where the rules or a file cannot be read."""
    rules = SourceRules.load(arguments.rules)
    if arguments.action == "check":
        marks = sum(
            len(entry.domains) + len(entry.datelines) + len(entry.names) + len(entry.signatures) + len(entry.furniture)
            for entry in rules.entries
        )
        sys.stdout.write(f"{arguments.rules}: {len(rules.entries)} sources with {marks} marks, in order.\n")
        return 0
    console = Console()
    for file in arguments.files:
        _show(console, rules, file, arguments.url)
    return 0


def _show(console: Console, rules: SourceRules, file: Path, url: str | None) -> None:
    try:
        content = file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}.") from error
    kind = ContentType.HTML if file.suffix.lower() in {".html", ".htm"} else ContentType.TEXT
    page = parse(content, kind, url)
    extraction = extract(page)
    tag = rules.tag(page, extraction, given=None, feed_default=None)
    table = Table("source", "rule", "weight", "line", "text", pad_edge=False)
    for mark in rules.marks(page, extraction):
        table.add_row(Text(mark.source), mark.rule, f"{mark.weight:g}", str(mark.line or ""), Text(mark.text))
    console.print(f"{file}: {tag.name}", markup=False, highlight=False, style="bold")
    if tag.evidence is not None:
        console.print(f"  by {tag.evidence.method}, confidence {tag.evidence.confidence:g}", markup=False)
    if table.row_count:
        console.print(table)
    else:
        console.print("  no rule of a listed source fires", markup=False)
