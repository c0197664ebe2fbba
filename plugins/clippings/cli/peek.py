"""`./clippings peek FILE`: the records of a file as the reader sees them, and what it decided on the file."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from clippings.articles import Rejected
from clippings.errors import ConfigurationError
from clippings.feeds import Feed, Format, columns_from_text, feed_named
from clippings.readers.reading import Opened, open_file
from clippings.records import RawRecord

SHOWN = 200
"""Characters of a record's content that are shown to people."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", metavar="FILE", help="a local file, or an address such as s3://bucket/pages.csv.gz")
    parser.add_argument("--feed", metavar="ID", help="read the file as this feed does")
    parser.add_argument("--format", choices=[str(form) for form in Format], help="instead of finding it out")
    parser.add_argument("--encoding", help="instead of finding it out, such as windows-1251")
    parser.add_argument("--separator", help="the delimiter of CSV, or the regular expression of a separator line")
    parser.add_argument(
        "--columns", metavar="ROLE=COLUMN,…", help="such as content=body,url=link or, by number, content=2"
    )
    parser.add_argument("--limit", type=int, default=5, help="records shown; 0 for all (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="a JSON object a line: the records, whole")
    parser.add_argument(
        "--verbose", action="store_true", help="with --json: also the archive's member, and what is wrong in words"
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the records. Returns 0; what is wrong in the file is shown, too."""
    feed, path = _feed(arguments)
    limit = arguments.limit if arguments.limit > 0 else None
    opened = open_file(feed, path)
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    if arguments.json:
        _write_json(opened, limit, verbose=arguments.verbose)
    else:
        _write_text(opened, limit)
    return 0


def _feed(arguments: argparse.Namespace) -> tuple[Feed, str]:
    """The feed that the file is read as, and its path within it. Raises ConfigurationError for a wrong argument."""
    where, _, path = arguments.file.rpartition("/")
    if "://" not in arguments.file:
        local = Path(arguments.file).absolute()
        if not local.is_file():
            raise ConfigurationError(f"There is no file {arguments.file}.")
        where, path = str(local.parent), local.name
    if arguments.feed:
        feed = feed_named(arguments.feed)
        root = feed.location.rstrip("/") + "/"
        whole = f"{where}/{path}"
        # A file of the feed keeps its path within it, so that records get the ids that they have in the archive.
        where, path = (feed.location, whole.removeprefix(root)) if whole.startswith(root) else (where, path)
        feed = replace(feed, location=where)
    else:
        feed = Feed(id="peek", title="peek", location=where, schedule="", start=date.min)
    if arguments.format:
        feed = replace(feed, format=Format(arguments.format))
    if arguments.encoding:
        feed = replace(feed, encoding=arguments.encoding)
    if arguments.separator:
        feed = replace(feed, separator=arguments.separator.encode().decode("unicode_escape"))
    if arguments.columns:
        feed = replace(feed, columns=columns_from_text(arguments.columns))
    return feed, path


def _write_json(files: Iterator[Opened], limit: int | None, *, verbose: bool) -> None:
    count = 0
    for opened in files:
        for record in opened.records:
            if limit is not None and count >= limit:
                return
            count += 1
            line = _as_json(record)
            if verbose:
                line |= {"file": opened.file}
                line |= {"message": record.message} if isinstance(record, Rejected) else {}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _as_json(record: RawRecord | Rejected) -> dict[str, object]:
    if isinstance(record, Rejected):
        return {"position": record.position, "rejected": str(record.reason)}
    return {
        "position": record.position,
        "name": record.name,
        "content_type": str(record.content_type),
        "content": record.content,
        "given": dict(record.given),
    }


def _write_text(files: Iterator[Opened], limit: int | None) -> None:
    count = 0
    for opened in files:
        print(opened.file)
        for reason in opened.decision.reasons:
            print(f"  {reason}")
        for record in opened.records:
            if limit is not None and count >= limit:
                print(f"\nThe first {limit} records; --limit 0 shows all.")
                return
            count += 1
            print()
            print("\n".join(_as_lines(record)))
        print()


def _as_lines(record: RawRecord | Rejected) -> list[str]:
    if isinstance(record, Rejected):
        return [f"  at byte {record.position:,}: rejected, {record.reason}", f"    {record.message}"]
    name = f", {record.name}" if record.name else ""
    shown = [f"  at byte {record.position:,}: {record.content_type}, {len(record.content):,} characters{name}"]
    shown += [f"    {role}: {value}" for role, value in record.given.items()]
    content = " ".join(record.content.split())
    shown.append(f"    {content[:SHOWN]}{'…' if len(content) > SHOWN else ''}")
    return shown
