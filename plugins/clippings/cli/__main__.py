"""`./clippings COMMAND …`: finds the command's module and hands over."""

import argparse
import sys
from importlib import import_module

from clippings.errors import ClippingsError

COMMANDS = {
    "ingest": "file a feed here and now, without Airflow",
    "extract": "pages in, articles out, as JSON lines",
    "language": "tell the language of texts, as JSON lines",
    "sources": "show which source rules fire on files",
    "search": "search the archive",
    "stories": "group copies into stories, show those of an article",
    "standing": "save searches; new articles that match them are listed",
    "peek": "show the records of a file as the reader sees them",
    "explain": "show one document as the pipeline sees it",
    "dashboards": "write or import the OpenSearch Dashboards objects",
    "index": "create the index, list its versions, rebuild it while in use",
    "backup": "keep the archive in a snapshot repository",
    "restore": "bring the archive back from a backup",
    "node": "run the embedded OpenSearch on its own",
    "run": "start OpenSearch and Airflow, file the seeds (what `make run` calls)",
    "secrets": "write a strong .env for docker compose",
    "status": "what was read and filed, per feed",
    "quarantine": "list and replay records that could not be filed",
}
"""Each is `clippings.cli.<name>` with `configure(parser)` and `run(arguments) -> int` (the exit code)."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns its exit code: 0 done, 1 failed with a message, 2 wrong usage."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="clippings", description="A press archive you can search.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    asked = words[0] if words else None
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary.capitalize() + ".")
        if name == asked:
            import_module(f"clippings.cli.{name}").configure(command)
    parsed = parser.parse_args(words)
    try:
        return int(import_module(f"clippings.cli.{parsed.command}").run(parsed))
    except ClippingsError as error:
        print(f"clippings: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
