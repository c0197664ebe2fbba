"""`./clippings backup`: keep the archive in a snapshot repository."""

from argparse import ArgumentParser, Namespace

from clippings.search.client import connect
from clippings.search.snapshots import backup
from clippings.settings import opensearch_from_environment


def configure(parser: ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("place", metavar="FOLDER|REPOSITORY", help="a folder of the nodes (with a slash), or a name")


def run(arguments: Namespace) -> int:
    """Make a backup and say its name. Returns 0. Raises ServiceError where it is not whole."""
    settings = opensearch_from_environment()
    with connect(settings) as client:
        done = backup(client, settings, arguments.place)
    print(f"{done.name}: {done.articles:,} articles ({', '.join(done.indices)}) kept in {done.repository}.")
    return 0
