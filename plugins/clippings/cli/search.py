"""`./clippings search`: the archive on the command line, as a table, as JSON, or for a batch of questions."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from opensearchpy import OpenSearch
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clippings.errors import ServiceError
from clippings.search.client import connect
from clippings.search.queries import get_article, more_like_this, ranked_ids, search
from clippings.search.requests import Hit, Passage, SearchRequest, SearchResults, Sort
from clippings.search.syntax import span
from clippings.settings import OpenSearchSettings, opensearch_from_environment

TABLE_SIZE, BATCH_SIZE = 10, 100
"""Hits shown in a table, and ids given for each question of a batch, unless told otherwise."""


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to 10000")
    return int(text)


def _span(text: str) -> tuple[date, date]:
    found = span(text)
    if found is None:
        raise ArgumentTypeError(f"{text!r} is not a year, month or day such as 2012, 2012-05 or 2012-05-02")
    return found


def configure_request(parser: ArgumentParser) -> None:
    """Declare what a search asks for: words, facets and dates."""
    parser.add_argument("text", nargs="?", default="", help='words, "a phrase", -without, this OR that, begin*')
    for name in ("source", "language", "feed", "year", "month"):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="VALUE", help=f"only this {name} (may be given again)"
        )
    parser.add_argument("--from", dest="first", type=_span, metavar="DATE", help="from this year, month or day on")
    parser.add_argument(
        "--to", dest="last", type=_span, metavar="DATE", help="up to the end of this year, month or day"
    )


def request_of(arguments: Namespace) -> SearchRequest:
    """What was asked for by the options of `configure_request`."""
    return SearchRequest(
        text=arguments.text,
        sources=tuple(arguments.source),
        languages=tuple(arguments.language),
        feeds=tuple(arguments.feed),
        years=tuple(arguments.year),
        months=tuple(arguments.month),
        date_from=arguments.first[0] if arguments.first else None,
        date_to=arguments.last[1] if arguments.last else None,
    )


def configure(parser: ArgumentParser) -> None:
    """Declare the command's options."""
    configure_request(parser)
    parser.add_argument("--sort", choices=[sort.value for sort in Sort], default=Sort.RELEVANCE.value)
    parser.add_argument(
        "--size", type=_number, help=f"hits shown ({TABLE_SIZE}), or ids for each question ({BATCH_SIZE})"
    )
    parser.add_argument("--page", type=_number, default=1)
    parser.add_argument(
        "--every-copy", action="store_true", help="each copy of a story as a hit of its own; otherwise a story once"
    )
    parser.add_argument(
        "--like", metavar="ID", help="other articles about what this one is about, by its id as --json gives it"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object: total, hits, facets, timeline")
    parser.add_argument(
        "--batch",
        action="store_true",
        help='questions from standard input as JSON lines {"qid", "query"}, ids out as {"qid", "ids"}, best first',
    )


def run(arguments: Namespace) -> int:
    """Search, and print what is found. Returns 0, or 1 where a line of a batch is no question."""
    settings = opensearch_from_environment()
    with connect(settings) as client:
        if arguments.batch:
            return _batch(client, settings, sys.stdin, arguments.size or BATCH_SIZE)
        if arguments.like:
            return _like(client, settings, arguments)
        request = replace(
            request_of(arguments),
            sort=arguments.sort,
            page=arguments.page,
            size=arguments.size or TABLE_SIZE,
            every_copy=arguments.every_copy,
        )
        results = search(client, settings, request)
    if arguments.json:
        print(json.dumps(_as_json(results), ensure_ascii=False))
    else:
        _print_table(results)
    return 0


def _like(client: OpenSearch, settings: OpenSearchSettings, arguments: Namespace) -> int:
    """Print what is like an article, best first, one of each story. Raises ServiceError where there is no such article."""
    filed = get_article(client, settings, arguments.like)
    if filed is None:
        raise ServiceError(f"There is no article {arguments.like}: `./clippings search --json` shows the ids.")
    hits = more_like_this(client, settings, arguments.like, arguments.size or TABLE_SIZE, filed.story_id)
    if arguments.json:
        print(json.dumps({"hits": _hits_as_json(hits)}, ensure_ascii=False))
    elif hits:
        Console().print(_table(f"Like “{filed.article.title or arguments.like}”", hits))
    else:
        Console().print("Nothing in the archive is like it.")
    return 0


def _batch(client: OpenSearch, settings: OpenSearchSettings, lines: Iterable[str], size: int) -> int:
    """Answer questions one by one, in their order."""
    failed = 0
    for answer in _answers(client, settings, lines, size):
        failed |= "error" in answer
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return int(failed)


def _answers(
    client: OpenSearch, settings: OpenSearchSettings, lines: Iterable[str], size: int
) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = json.loads(line)
            qid, text = question["qid"], str(question["query"])
        except (ValueError, KeyError, TypeError):
            yield {"qid": None, "error": f'line {number} is no JSON object with "qid" and "query"'}
            continue
        yield {"qid": qid, "ids": list(ranked_ids(client, settings, text, size))}


def _as_json(results: SearchResults) -> dict[str, Any]:
    """The results as JSON takes them; a passage is its plain text, with the words found beside it."""
    facets = {name: [asdict(count) for count in counts] for name, counts in results.facets.items()}
    return {
        "total": results.total,
        "more": results.more,
        "did_you_mean": results.did_you_mean,
        "hits": _hits_as_json(results.hits),
        "facets": facets,
        "timeline": [
            {"unit": bar.unit, "value": bar.value, "first": str(bar.first), "last": str(bar.last), "count": bar.count}
            for bar in results.timeline
        ],
    }


def _hits_as_json(hits: Iterable[Hit]) -> list[dict[str, Any]]:
    return [
        {**asdict(hit), "passages": [_plain(passage) for passage in hit.passages], "title_segments": None}
        for hit in hits
    ]


def _plain(passage: Passage) -> str:
    return "".join(segment.text for segment in passage)


def _marked(passage: Passage) -> Text:
    text = Text()
    for segment in passage:
        text.append(segment.text, style="bold" if segment.matched else "")
    return text


def _print_table(results: SearchResults) -> None:
    console = Console()
    if results.did_you_mean:
        console.print(Text(f"Did you mean: {results.did_you_mean}"))
    if not results.hits:
        console.print("Nothing found. Try fewer or other words, or leave out a filter.")
        return
    console.print(_table(f"{results.total:,} documents found", results.hits))


def _table(title: str, hits: Iterable[Hit]) -> Table:
    table = Table(title=Text(title), show_lines=True)
    for column in ("Date", "Source", "Language", "Title and passage"):
        table.add_column(column, overflow="fold", no_wrap=column == "Language")
    for hit in hits:
        found = _marked(hit.title_segments) if hit.title_segments else Text("(no title)", style="italic")
        if hit.passages:
            found = Text("\n").join([found, _marked(hit.passages[0])])
        found.append(f"\n{hit.file}", style="dim")
        if hit.copies.total:
            sources = ", ".join(dict.fromkeys(one.source for one in hit.copies.listed))
            found.append(f"\n{hit.copies.total} copies: {sources}")
        table.add_row(Text(hit.published or "unknown"), Text(hit.source), Text(hit.language or "unknown"), found)
    return table
