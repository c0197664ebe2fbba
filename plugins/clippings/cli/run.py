"""`./clippings run`: everything on this machine, in the foreground, until Ctrl-C (`make run`)."""

import argparse
import sys
import time

from clippings.node.interruption import until_interrupted
from clippings.stack.airflow import USER
from clippings.stack.local import FEED, LocalStack, file_the_seeds, running_stack

INTERRUPTED = 130


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--once", action="store_true", help="end after the table; exit code 0 only if all was filed")


def run(arguments: argparse.Namespace) -> int:
    """Start, file the seeds, print what came of it, and stay until interrupted (unless --once).

    Returns 0 when all was filed, 1 when not, 130 when interrupted before that was known. Raises ClippingsError when
    something cannot be started or ends by itself.
    """
    code = INTERRUPTED
    began = time.monotonic()
    with until_interrupted(), running_stack() as stack:
        code = 0 if show_filed(stack, file_the_seeds(stack)) else 1
        print(f"Ready after {time.monotonic() - began:.0f} s.", file=sys.stderr)
        if not arguments.once:
            print_addresses(stack)
            while True:
                stack.check()
                time.sleep(1)
    print("All is ended, and the ports are free.", file=sys.stderr)
    return code


def show_filed(stack: LocalStack, state: str) -> bool:
    """Print the table, and say what is missing. Returns whether every file of the feed was filed."""
    from clippings.stack.filed import filed_articles, files_of, print_table  # noqa: PLC0415 - with OpenSearch's client

    articles = filed_articles(stack.airflow.opensearch, FEED)
    print_table(articles)
    missing = sorted(files_of(FEED) - {article.file for article in articles})
    if missing:
        print(f"Not filed: {', '.join(missing)}. `./clippings quarantine list` tells why.")
    if state != "success":
        print(f"The run of the feed {FEED} has failed: its log is at {stack.airflow.url}/dags/ingest_{FEED}.")
    return state == "success" and not missing


def print_addresses(stack: LocalStack) -> None:
    """Say where everything is, how to log in, and what to try next."""
    airflow = stack.airflow
    print(
        f"""
  Airflow      {airflow.url}   user {USER}, password {airflow.password}
  Search page  {airflow.url}/clippings
  OpenSearch   {airflow.opensearch.url}

Try next:
  ./clippings search "missile shield" --from 2011 --to 2012
  A backfill: {airflow.url}/dags/ingest_{FEED} → Trigger → Backfill, from 2008-01-01 to 2012-06-30, All Runs.

Ctrl-C ends everything; what was filed stays in {airflow.home}.
""",
        flush=True,
    )
