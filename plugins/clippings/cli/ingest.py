"""`./clippings ingest FEED`: one run of a feed here and now, by the same steps as its DAG."""

import argparse
import json
from datetime import UTC, date, datetime
from pathlib import Path

from clippings.errors import ConfigurationError
from clippings.feeds import Feed, load_feeds
from clippings.ingestion.local import run_here
from clippings.ingestion.run import Interval, Reprocess, RunKind, RunRequest
from clippings.search.client import connect
from clippings.settings import opensearch_from_environment


def configure(parser: argparse.ArgumentParser) -> None:
    """The feed, and what narrows the run."""
    parser.add_argument("feed", help="the id of a feed in include/feeds.yaml")
    parser.add_argument("--feeds", type=Path, help="another file of feeds")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="a backfill from this day")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="… to before this day")
    parser.add_argument("--source", help="only articles of this source")
    parser.add_argument("--reprocess", choices=[one.value for one in Reprocess], default=Reprocess.CHANGED.value)


def run(arguments: argparse.Namespace) -> int:
    """Run the feed and print the report as JSON. Raises ClippingsError where the run fails."""
    settings = opensearch_from_environment()
    report = run_here(connect(settings), settings, _request(arguments))
    print(json.dumps(report.summary(), ensure_ascii=False))
    return 0


def _request(arguments: argparse.Namespace) -> RunRequest:
    if (arguments.first is None) != (arguments.last is None):
        raise ConfigurationError("A backfill needs both --from and --to.")
    backfill = arguments.first is not None
    # A run by hand is due when it is asked for: this is the one place where the clock says so.
    now = datetime.now(UTC)
    return RunRequest(
        run=f"cli/{arguments.feed}/{now.isoformat()}",
        feed=feed_named(arguments.feed, arguments.feeds),
        kind=RunKind.BACKFILL if backfill else RunKind.MANUAL,
        interval=Interval(arguments.first, arguments.last) if backfill else None,
        at=now,
        source=arguments.source,
        reprocess=Reprocess(arguments.reprocess),
    )


def feed_named(wanted: str, feeds_file: Path | None) -> Feed:
    """The feed with this id. Raises ConfigurationError naming those that there are."""
    feeds = load_feeds(feeds_file)
    for feed in feeds:
        if feed.id == wanted:
            return feed
    there_are = ", ".join(feed.id for feed in feeds) or "none"
    raise ConfigurationError(f"There is no feed {wanted!r}; declared are: {there_are}.")
