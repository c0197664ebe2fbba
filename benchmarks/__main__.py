"""`make bench`: every ratio as a table, and as JSON where --json names a file."""

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import filing, pages, searching
from benchmarks.measure import Ratio
from clippings.search.client import connect
from clippings.settings import opensearch_from_environment


def main() -> None:
    """Measure, print, and write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    parser.add_argument("--only", choices=["pages", "filing", "searching"], help="one part")
    arguments = parser.parse_args()
    ratios: list[Ratio] = []
    if arguments.only in (None, "pages"):
        ratios += pages.measure()
    if arguments.only != "pages":
        settings = replace(opensearch_from_environment(), index_prefix="bench-")
        try:
            ratios += filing.measure(settings)
            ratios += searching.measure(settings)
        finally:
            connect(settings).indices.delete(index="bench-*", ignore_unavailable=True)
    Console(width=160).print(_table(ratios))
    if arguments.json:
        entries = [{**asdict(ratio), "met": ratio.met} for ratio in ratios]
        arguments.json.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def _table(ratios: list[Ratio]) -> Table:
    table = Table("what", "against", "ratio", "goal", "met", "figures")
    for one in ratios:
        goal = "" if one.goal is None else f"{'at least' if one.at_least else 'at most'} {one.goal}"
        met = {True: "yes", False: "no", None: ""}[one.met]
        table.add_row(one.name, one.against, f"{one.value:.3g}", goal, met, one.detail)
    return table


if __name__ == "__main__":
    main()
