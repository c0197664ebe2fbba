"""`./clippings index`: make the index, show its versions, rebuild it while it is in use."""

from argparse import ArgumentParser, Namespace

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clippings.search.aliases import ensure_index, read_alias, versions, write_alias
from clippings.search.client import connect
from clippings.search.rebuilding import Rebuilt, rebuild, remove_old, rollback
from clippings.settings import opensearch_from_environment

MEBIBYTE = 1024 * 1024


def configure(parser: ArgumentParser) -> None:
    """Declare the command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("create", help="make the index and its aliases, where they are not there yet")
    actions.add_parser("show", help="list the versions of the index")
    actions.add_parser("rebuild", help="fill a new version from what is stored, then exchange it for the one in use")
    actions.add_parser("rollback", help="go back to the former version, with what was filed since")
    actions.add_parser("remove-old", help="remove the versions that are not in use (then there is no rollback)")


def run(arguments: Namespace) -> int:
    """Do what was asked for. Returns 0. Raises ServiceError where it cannot be done."""
    settings = opensearch_from_environment()
    console = Console()

    def say(line: str) -> None:
        console.print(Text(line), soft_wrap=True)

    with connect(settings) as client:
        if arguments.action == "rebuild":
            say(_told(rebuild(client, settings, say)))
            return 0
        if arguments.action == "rollback":
            say(_told(rollback(client, settings, say)))
            return 0
        if arguments.action == "remove-old":
            removed = remove_old(client, settings)
            say(f"Removed: {', '.join(removed)}." if removed else "There is no old version to remove.")
            return 0
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


def _told(done: Rebuilt) -> str:
    return (
        f"{done.index} is in use, with {done.documents:,} documents. {done.former} is kept: "
        "`./clippings index rollback` goes back to it, `./clippings index remove-old` removes it."
    )
