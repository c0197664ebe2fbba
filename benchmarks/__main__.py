"""`make bench`: every figure as a ratio of two things measured in turn, printed as a table, with `--json` as JSON, too."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine
from benchmarks.measure import Bench, Ratio
from clippings.search.client import connect
from clippings.settings import opensearch_from_environment

PARTS = {
    "pages": "tagging pages, against trafilatura on the same pages (needs EVAL_DATA)",
    "filing": "the index step, against opensearch-py's own bulk helper",
    "end_to_end": "a DAG run by the real scheduler, against tagging alone and bulk alone",
    "unchanged": "a feed run again without a change, against its first run",
    "memory": "a task on a 2 GB file, against one on 20 MB",
    "growth": "the cost of a document from 2,000 to 200,000 of them",
    "intervals": "backfills of empty intervals, against a DAG that does nothing",
    "searching": "the search page's query with all facets, against a bare match query",
    "standing": "filing with 200 standing queries, against filing without any",
    "stories": "grouping copies into stories, against 500 documents a second; and later ones against earlier ones",
}
"""Each names a module of this package with `measure(bench: Bench) -> list[Ratio]`, in the order in which they run."""


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, and write down. Returns 1 where a part could not be measured."""
    arguments = _arguments(words)
    console = Console(width=160)
    ratios: list[Ratio] = []
    failed: list[str] = []
    for part in arguments.only or PARTS:
        started = time.monotonic()
        print(f"{part}: {PARTS[part]} …", file=sys.stderr, flush=True)
        try:
            ratios += _measured(part, arguments.scale, arguments.jsonl)
        except Exception as error:  # one part that fails does not take the figures of the others along
            failed.append(f"{part}: {type(error).__name__}: {error}")
            console.print_exception()
        print(f"{part}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        _write(arguments.json, ratios, failed)
    console.print(_table(ratios))
    for line in failed:
        print(f"not measured: {line}", file=sys.stderr)
    return 1 if failed else 0


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="only this part; may be given again")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the documents, to try things out (1)")
    parser.add_argument(
        "--jsonl", type=Path, metavar="FILE", help="pages of yours in place of made ones: JSON lines with a `text` each"
    )
    return parser.parse_args(words)


def _measured(part: str, scale: float, jsonl: Path | None) -> list[Ratio]:
    """The ratios of one part, on indices of its own, which are removed afterwards."""
    settings = replace(opensearch_from_environment(), index_prefix=f"bench-{part.replace('_', '-')}-", timeout=120.0)
    try:
        ratios: list[Ratio] = import_module(f"benchmarks.{part}").measure(Bench(settings, scale, jsonl))
    finally:
        with connect(settings) as client:
            client.indices.delete(index=f"{settings.index_prefix}*", ignore_unavailable=True)
    return ratios


def _write(file: Path | None, ratios: Sequence[Ratio], failed: Sequence[str]) -> None:
    """All figures so far: a run that is interrupted keeps what it had measured."""
    if file is not None:
        figures = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "ratios": [{**asdict(ratio), "met": ratio.met} for ratio in ratios],
            "not_measured": list(failed),
        }
        file.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _table(ratios: Sequence[Ratio]) -> Table:
    table = Table("what", "against", "ratio", "goal", "met", "figures", title=machine())
    for one in ratios:
        goal = "" if one.goal is None else f"{'at least' if one.at_least else 'at most'} {one.goal}"
        met = {True: "yes", False: "no", None: ""}[one.met]
        table.add_row(one.name, one.against, f"{one.value:.3g}", goal, met, one.detail)
    return table


if __name__ == "__main__":
    sys.exit(main())
