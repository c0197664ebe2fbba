"""`./clippings index`: make the index, and show its versions."""

from argparse import ArgumentParser, Namespace

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clippings.search.aliases import ensure_index, read_alias, versions, write_alias
from clippings.search.client import connect
from clippings.settings import opensearch_from_environment

MEBIBYTE = 1024 * 1024


def configure(parser: ArgumentParser) -> None:
    """Declare the command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("create", help="make the index and its aliases, where they are not there yet")
    actions.add_parser("show", help="list the versions of the index")


def run(arguments: Namespace) -> int:
    """Make or show the index. Returns 0."""
    settings = opensearch_from_environment()
    console = Console()
    with connect(settings) as client:
        if arguments.action == "create":
            state = ensure_index(client, settings)
            done = "made" if state.created else "is there already"
            console.print(Text(f"{state.index}: {done}, at {settings.url}."))
            if not state.up_to_date:
                console.print(Text("It was made from another mapping than today's: new fields wait for a rebuild."))
            return 0
        table = Table(title=Text(f"{read_alias(settings)} at {settings.url}"))
        for column in ("Index", "Documents", "MB", "Searched", "Written", "Mapping"):
            table.add_column(column)
        for each in versions(client, settings):
            table.add_row(
                Text(each.index),
                f"{each.documents:,}",
                f"{each.bytes / MEBIBYTE:,.1f}",
                read_alias(settings) if each.read else "",
                write_alias(settings) if each.written else "",
                "today's" if each.up_to_date else "older",
            )
    console.print(table)
    return 0
