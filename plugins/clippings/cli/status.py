"""`./clippings status`: what was read and filed, per feed."""

import argparse
import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from clippings.feeds import load_feeds
from clippings.ingestion.books import ensure_books
from clippings.ingestion.status import FeedStatus, feed_status
from clippings.search.client import connect
from clippings.settings import opensearch_from_environment


def configure(parser: argparse.ArgumentParser) -> None:
    """Which feeds, and how to print."""
    parser.add_argument("feeds", nargs="*", metavar="FEED", help="only these feeds")
    parser.add_argument("--json", action="store_true", help="a JSON line for each feed instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Print the status of the feeds. Raises ClippingsError where the cluster cannot be asked."""
    settings = opensearch_from_environment()
    client = connect(settings)
    ensure_books(client, settings)
    wanted = [feed.id for feed in load_feeds() if not arguments.feeds or feed.id in arguments.feeds]
    statuses = [feed_status(client, settings, feed) for feed in wanted]
    if arguments.json:
        for status in statuses:
            print(json.dumps(asdict(status), ensure_ascii=False))
    else:
        Console().print(_table(statuses))
    return 0


def _table(statuses: list[FeedStatus]) -> Table:
    table = Table("feed", "files", "wholly filed", "records", "undated", "in quarantine", "last run", "its count")
    for one in statuses:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(one.quarantined.items())) or "none"
        numbers = (str(number) for number in (one.files, one.filed_files, one.records, one.undated))
        table.add_row(one.feed, *numbers, reasons, one.last_run or "never", one.last_message or "")
    return table
