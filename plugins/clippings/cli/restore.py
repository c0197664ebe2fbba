"""`./clippings restore`: bring the archive back from a snapshot repository."""

from argparse import ArgumentParser, Namespace

from clippings.search.client import connect
from clippings.search.snapshots import backups, restore
from clippings.settings import opensearch_from_environment


def configure(parser: ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("place", metavar="FOLDER|REPOSITORY", help="where `./clippings backup` kept it")
    parser.add_argument("--name", help="which backup; the newest where none is named")
    parser.add_argument("--list", action="store_true", help="only list the backups, oldest first")
    parser.add_argument("--replace", action="store_true", help="remove the archive that is there first")


def run(arguments: Namespace) -> int:
    """Restore, or list what could be. Returns 0. Raises ServiceError where it cannot be done."""
    settings = opensearch_from_environment()
    with connect(settings) as client:
        if arguments.list:
            for name in backups(client, settings, arguments.place):
                print(name)
            return 0
        done = restore(client, settings, arguments.place, name=arguments.name, replace=arguments.replace)
    print(f"{done.name} is back: {done.articles:,} articles ({', '.join(done.indices)}).")
    return 0
