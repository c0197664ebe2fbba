"""`./clippings standing list|add|matches|remove`: searches saved under a name, and the new articles that match them."""

import json
from argparse import ArgumentParser, Namespace
from getpass import getuser

from opensearchpy import OpenSearch
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clippings.cli.search import configure_request, request_of
from clippings.search.client import connect
from clippings.settings import OpenSearchSettings, opensearch_from_environment
from clippings.standing.matches import MOST_KEPT, matches_of, tallies
from clippings.standing.saved import in_archive, named, remove, save, standing_queries
from clippings.standing.words import in_words


def configure(parser: ArgumentParser) -> None:
    """What to do, and with which standing query."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="the standing queries, and how many articles matched")
    adding = actions.add_parser("add", help="save a search: its words, facets and dates")
    adding.add_argument("name", metavar="NAME")
    configure_request(adding)
    matching = actions.add_parser("matches", help="the articles that matched, those found last first, as JSON lines")
    matching.add_argument("name", metavar="NAME")
    removing = actions.add_parser("remove", help="remove a standing query and what is noted of its matches")
    removing.add_argument("name", metavar="NAME")


def run(arguments: Namespace) -> int:
    """Do what was asked for. Returns 0. Raises StandingError or ServiceError where it cannot be done."""
    settings = opensearch_from_environment()
    with connect(settings) as client:
        if arguments.action == "list":
            _list(client, settings)
        elif arguments.action == "add":
            query = save(client, settings, arguments.name, request_of(arguments), getuser())
            there = in_archive(client, settings, query.request)
            print(f"“{query.name}” is saved: {in_words(query.request)}.")
            print(f"New articles are held to it from now on. {there:,} that are filed already would match.")
        elif arguments.action == "matches":
            _, found = matches_of(client, settings, named(client, settings, arguments.name), size=MOST_KEPT)
            for one in found:
                hit = one.hit
                entry = {"id": hit.id, "title": hit.title, "source": hit.source, "published": hit.published}
                entry |= {"url": hit.url, "file": hit.file, "found_at": one.found_at.isoformat()}
                print(json.dumps(entry, ensure_ascii=False))
        else:
            query = named(client, settings, arguments.name)
            remove(client, settings, query)
            print(f"“{query.name}” is removed. The articles that matched stay.")
    return 0


def _list(client: OpenSearch, settings: OpenSearchSettings) -> None:
    queries, counted = standing_queries(client, settings), tallies(client, settings)
    console = Console()
    if not queries:
        console.print("There are no standing queries: `./clippings standing add NAME WORDS` saves one.")
        return
    table = Table("Name", "New articles that", "Matches", "Latest", "Saved by")
    for each in queries:
        tally = counted.get(each.id)
        latest = f"{tally.latest:%Y-%m-%d %H:%M} UTC" if tally else ""
        cells = (each.name, in_words(each.request), str(tally.count if tally else 0), latest, each.saved_by)
        table.add_row(*map(Text, cells))
    console.print(table)
