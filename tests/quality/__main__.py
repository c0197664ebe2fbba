"""`python -m tests.quality DATA`: measures every field on public sets, prints the tables, holds them to their floors."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.quality.figures import Figure

MEASURES = ("main_text", "dates", "language", "relevance", "stories")
"""Modules of this package with `measure(data: Path) -> list[Figure]`."""

WHERE_TO_GET_IT = """There are no evaluation data in {data}.

They are public and not part of this project; put them there as follows (gzipped UTF-8, one KEY.html.gz and KEY.txt.gz a page,
and a gold.json that maps each KEY to its answer):
  main_text/articles   github.com/scrapinghub/article-extraction-benchmark: {{"url", "articleBody"}}
  main_text/segments   github.com/adbar/trafilatura, tests/: {{"url", "with", "without"}}
  dates                github.com/adbar/htmldate, tests/: {{"url", "date"}}
  language             github.com/pemistahl/lingua-py, language-testdata: lines of {{"lang", "text"}}
  relevance/cranfield  Cranfield 1400: documents.jsonl, queries.jsonl, qrels.tsv
docs/accuracy.md says what was measured on them."""


def name_of(figure: Figure) -> str:
    """The name a floor is set under."""
    return f"{figure.table} / {figure.row} / {figure.metric}"


def show(figures: Sequence[Figure], console: Console) -> None:
    """Print one table for each `Figure.table`, a row for each thing measured and a column for each metric."""
    for title in dict.fromkeys(figure.table for figure in figures):
        own = [figure for figure in figures if figure.table == title]
        metrics = list(dict.fromkeys(figure.metric for figure in own))
        table = Table(title=title, title_justify="left")
        table.add_column("")
        for metric in (*metrics, "count"):
            table.add_column(metric, justify="right")
        for row in dict.fromkeys(figure.row for figure in own):
            values = {figure.metric: figure for figure in own if figure.row == row}
            cells = [f"{values[metric].value:.4f}" if metric in values else "" for metric in metrics]
            table.add_row(row, *cells, str(max(figure.count for figure in values.values())))
        console.print(table)


def below_floors(figures: Sequence[Figure], floors: Mapping[str, float]) -> list[str]:
    """One sentence for each figure that is worse than its floor. Figures without a floor pass."""
    sentences = []
    for figure in figures:
        floor = floors.get(name_of(figure))
        if floor is None:
            continue
        worse = figure.value < floor if figure.higher_is_better else figure.value > floor
        if worse:
            side = "below" if figure.higher_is_better else "above"
            sentences.append(f"{name_of(figure)}: {figure.value:.4f} is {side} the floor {floor:.4f}")
    return sentences


def main(words: Sequence[str] | None = None) -> int:
    """Measure; 0 where all floors hold, 1 where one does not, 2 where the data are missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the evaluation sets")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--gate", type=Path, help="fail where a figure is worse than its floor in this file")
    parser.add_argument("--only", choices=MEASURES, action="append", help="measure this alone (may be given again)")
    arguments = parser.parse_args(words)
    if not arguments.data.is_dir():
        print(WHERE_TO_GET_IT.format(data=arguments.data), file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for name in arguments.only or MEASURES:
        try:
            figures += import_module(f"tests.quality.{name}").measure(arguments.data)
        except FileNotFoundError as error:
            print(f"{name}: {error.filename} is missing.\n", file=sys.stderr)
            print(WHERE_TO_GET_IT.format(data=arguments.data), file=sys.stderr)
            return 2
    show(figures, Console())
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n", encoding="utf-8")
    if arguments.gate:
        floors = json.loads(arguments.gate.read_text(encoding="utf-8"))
        failed = below_floors(figures, floors)
        if not arguments.only:
            failed += [
                f"{name}: has a floor and was not measured" for name in floors.keys() - set(map(name_of, figures))
            ]
        for sentence in failed:
            print(sentence, file=sys.stderr)
        return 1 if failed else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
