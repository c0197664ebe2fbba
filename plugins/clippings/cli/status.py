"""`./clippings status`: what was read and filed, what is yet to be, and how the last run went, per feed."""

import argparse
import json
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from clippings.feeds import feed_named, load_feeds
from clippings.ingestion.books import ensure_books
from clippings.ingestion.status import FeedStatus, Unprocessed, feed_status
from clippings.search.client import connect
from clippings.settings import opensearch_from_environment

SILENT_SECONDS = 1800.0
"""A run that has not been heard of for so long may have stopped: a batch is meant to take minutes."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Which feeds, and how to print."""
    parser.add_argument("feeds", nargs="*", metavar="FEED", help="only these feeds")
    parser.add_argument("--json", action="store_true", help="a JSON line for each feed")
    parser.add_argument(
        "--no-listing", action="store_true", help="ask the books alone: do not list the feeds' files for new ones"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the status of the feeds. Raises ClippingsError where the cluster cannot be asked or there is no such feed."""
    settings = opensearch_from_environment()
    client = connect(settings)
    ensure_books(client, settings)
    feeds = [feed_named(one) for one in arguments.feeds] or load_feeds()
    for feed in feeds:
        status = feed_status(client, settings, feed, listing=not arguments.no_listing)
        if arguments.json:
            print(json.dumps(asdict(status), ensure_ascii=False), flush=True)
        else:
            _print(Console(highlight=False), status)
    return 0


def _print(console: Console, status: FeedStatus) -> None:
    """One line for each thing that is known: tables of so many columns fit no terminal."""
    console.print(Text(status.feed, style="bold"))
    for name, value in _lines(status):
        console.print(Text(f"  {name:<14}{value}"), soft_wrap=True)


def _lines(status: FeedStatus) -> list[tuple[str, str]]:
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(status.quarantined.items()))
    lines = [
        ("files", f"{status.files:,} known, {status.filed_files:,} of them wholly filed"),
        ("records", f"{status.records:,}, {status.undated:,} of them undated"),
        ("in quarantine", reasons or "nothing"),
    ]
    if status.unprocessed is not None:
        lines.append(("unprocessed", _unprocessed(status.unprocessed)))
    if status.last_run is None:
        return [*lines, ("last run", "never")]
    balance = {None: "", True: ", balances", False: ", DOES NOT BALANCE"}[status.balanced]
    lines.append(("last run", f"{status.last_run} (due {status.last_run_at}){balance}"))
    lines.append(("its count", status.last_message or ""))
    if status.rate is not None:
        lines.append(("its rate", f"{status.rate:,.1f} records a second"))
    if status.under_way:
        lines.append(("time left", _time_left(status)))
    return lines


def _unprocessed(waiting: Unprocessed) -> str:
    if waiting.problem is not None:
        return f"unknown: {waiting.problem}"
    if not waiting.files:
        return "nothing"
    oldest = f", the oldest {waiting.oldest} of {waiting.oldest_modified}" if waiting.oldest else ""
    return f"{waiting.files:,} files{oldest}"


def _time_left(status: FeedStatus) -> str:
    left = "not known before the first batch is done"
    if status.seconds_left is not None:
        left = f"about {status.seconds_left:,.0f} s at the pace so far"
    silent = status.silent_seconds or 0.0
    stopped = f"; nothing was heard of it for {silent:,.0f} s: see in Airflow whether it stopped"
    return left + (stopped if silent > SILENT_SECONDS else "")
