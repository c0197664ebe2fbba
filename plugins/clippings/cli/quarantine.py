"""`./clippings quarantine list|replay`: records that could not be filed."""

import argparse
import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from clippings.articles import Reason
from clippings.cli.ingest import feed_named
from clippings.ingestion.books import Book, ensure_books, scan
from clippings.ingestion.local import run_here
from clippings.ingestion.quarantine import Narrowing, entries_meant
from clippings.ingestion.run import Reprocess, RunKind, RunRequest
from clippings.search.client import connect
from clippings.settings import opensearch_from_environment

SHOWN = ["feed", "path", "position", "stage", "reason", "message", "tries", "first_seen", "last_seen"]


def configure(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which records."""
    parser.add_argument("action", choices=["list", "replay"], help="list them, or read their files again")
    parser.add_argument("--feed", help="the feed (replay needs it)")
    reasons = [one.value for one in Reason]
    parser.add_argument("--reason", choices=reasons, metavar="REASON", help=f"only this reason: {', '.join(reasons)}")
    parser.add_argument(
        "--since", type=date.fromisoformat, metavar="DAY", help="only what was seen on this day (UTC) or later"
    )
    parser.add_argument("--feeds", type=Path, help="another file of feeds")


def run(arguments: argparse.Namespace) -> int:
    """List as JSON lines, or replay and print the run's report. Raises ClippingsError where either fails."""
    settings = opensearch_from_environment()
    client = connect(settings)
    ensure_books(client, settings)
    if arguments.action == "list":
        meant = entries_meant(Narrowing(arguments.feed, arguments.reason, arguments.since))
        for _, entry in scan(client, settings, Book.QUARANTINE, meant, fields=SHOWN):
            print(json.dumps(entry, ensure_ascii=False))
        return 0
    now = datetime.now(UTC)
    request = RunRequest(
        run=f"cli/replay/{arguments.feed}/{now.isoformat()}",
        feed=feed_named(arguments.feed or "", arguments.feeds),
        kind=RunKind.MANUAL,
        interval=None,
        at=now,
        reprocess=Reprocess.QUARANTINED,
        reason=arguments.reason,
        since=arguments.since,
    )
    report = run_here(client, settings, request)
    print(json.dumps(asdict(report), ensure_ascii=False))
    return 0
