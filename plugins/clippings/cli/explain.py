"""`./clippings explain FILE`: one document as the pipeline sees it, line by line and tag by tag."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clippings.articles import Article, LanguageTag, Rejected
from clippings.errors import ConfigurationError
from clippings.explaining import DateFate, Distance, Line, explain
from clippings.pipeline import Pipeline
from clippings.records import ContentType, RawRecord
from clippings.sources.rules import Mark
from clippings.version import SOURCES_FILE

STYLES = {
    "title": "bold cyan",
    "byline": "magenta",
    "dateline": "magenta",
    "heading": "bold green",
    "paragraph": "green",
    "comment": "yellow",
    "boilerplate": "dim",
}
"""How the lines of each role are shown in a terminal."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The file, and what is known of it from elsewhere."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a page: .html and .htm are HTML, others are text")
    parser.add_argument("--url", help="the address of the page, if it is known from elsewhere")
    parser.add_argument("--rules", type=Path, default=SOURCES_FILE, help="the source rules (include/sources.yaml)")
    parser.add_argument("--main-text-only", action="store_true", help="leave out the lines that were not kept")


def run(arguments: argparse.Namespace) -> int:
    """Print the document. Raises ConfigurationError where the file or the rules cannot be read."""
    record = read_record(arguments.file, arguments.url)
    pipeline = Pipeline.load(arguments.rules)
    console = Console(highlight=False, soft_wrap=False)
    found = explain(pipeline, record)
    if isinstance(found, Rejected):
        console.print(f"Rejected at {found.stage} ({found.reason.value}): {found.message}", markup=False)
        return 1
    show_lines(console, found.lines, main_text_only=arguments.main_text_only)
    console.print()
    console.print(tags_table(found.article))
    show_languages(console, found.languages)
    show_dates(console, found.dates)
    show_source_rules(console, found.marks)
    return 0


def read_record(file: Path, url: str | None) -> RawRecord:
    """The file as a record. Raises ConfigurationError where it cannot be read."""
    try:
        content = file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be read: {error.strerror}. Name a page saved as text or HTML."
        ) from error
    kind = ContentType.HTML if file.suffix.lower() in {".html", ".htm"} else ContentType.TEXT
    return RawRecord("explain", file.name, 0, content, kind, given={"url": url} if url else {})


def show_lines(console: Console, lines: Sequence[Line], *, main_text_only: bool) -> None:
    """Each line with its number, its score (0 to 1), whether it was kept, and its role."""
    table = Table(
        "line", "score", "kept", "role", "text", box=None, pad_edge=False, title="Lines", title_justify="left"
    )
    for line in lines:
        verdict = line.verdict
        if main_text_only and not verdict.kept:
            continue
        mark = "kept" if verdict.kept else ""
        cells = (str(line.number), f"{verdict.score:.2f}", mark, verdict.role, line.text)
        table.add_row(*(Text(cell) for cell in cells), style=STYLES.get(verdict.role, ""))
    console.print(table)


def tags_table(article: Article) -> Table:
    """Every tag of the article, how sure it is, and what shows it."""
    table = Table("tag", "value", "confidence", "method", "shown by", title="Tags", title_justify="left")
    for cells in _tags(article):
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _tags(article: Article) -> Iterator[Sequence[str]]:
    cut = article.text_evidence
    doubt = ", doubtful" if article.doubtful else ""
    yield "title", article.title or "none", "", "", ""
    yield "author", article.author or "none", "", "", ""
    yield "main text", f"{article.words} words{doubt}", f"{cut.confidence:.2f}", cut.method, _short(cut.text)
    yield (
        "language",
        _languages(article.language),
        f"{article.language.confidence:.2f}",
        *_shown(article.language.evidence),
    )
    publication = article.publication
    sure = f"{publication.evidence.confidence:.2f}" if publication.evidence else ""
    yield "published", f"{publication.value} ({publication.precision.value})", sure, *_shown(publication.evidence)
    source = article.source
    yield (
        "source",
        source.name,
        f"{source.evidence.confidence:.2f}" if source.evidence else "",
        *_shown(source.evidence),
    )


def _languages(tag: LanguageTag) -> str:
    return ", ".join([tag.code or "unknown", *(f"also {code}" for code in tag.others)])


def _shown(evidence: object) -> tuple[str, str]:
    method, text = getattr(evidence, "method", ""), getattr(evidence, "text", "")
    return method, _short(text)


def _short(text: str, most: int = 100) -> str:
    squeezed = " ".join(text.split())
    return squeezed if len(squeezed) <= most else squeezed[: most - 1] + "…"


def show_languages(console: Console, languages: Sequence[Distance]) -> None:
    """The languages nearest to the text, and how far behind the first each is (in nats over the whole text)."""
    if not languages:
        console.print("No language has the letters of this text.")
        return
    table = Table("language", "behind by", title="Languages", title_justify="left")
    for each in languages:
        table.add_row(each.language, f"{each.behind:.1f} nats")
    console.print(table)


def show_dates(console: Console, dates: Sequence[DateFate]) -> None:
    """The date that was chosen and every candidate that lost, with the reason."""
    table = Table("date", "precision", "method", "confidence", "fate", "text", title="Dates", title_justify="left")
    for each in dates:
        cells = (each.value, each.precision, each.method, f"{each.confidence:.2f}", each.fate, _short(each.text))
        table.add_row(*map(Text, cells), style="green" if each.chosen else "")
    console.print(table if table.row_count else "No date was found.")


def show_source_rules(console: Console, marks: Sequence[Mark]) -> None:
    """Every source rule that fired, with the line that it fired on."""
    table = Table("source", "rule", "weight", "line", "text", title="Source rules", title_justify="left")
    for mark in marks:
        cells = (mark.source, mark.rule, f"{mark.weight:g}", str(mark.line or ""), _short(mark.text))
        table.add_row(*map(Text, cells))
    console.print(table if table.row_count else "No source rule fired.")
