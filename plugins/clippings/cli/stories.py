"""`./clippings stories`: group copies into stories, show the copies of one article."""

from argparse import ArgumentParser, Namespace

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clippings.errors import ServiceError
from clippings.search.client import connect
from clippings.search.copies import copies_of
from clippings.search.queries import get_article
from clippings.search.requests import NO_COPIES, Copies
from clippings.settings import opensearch_from_environment
from clippings.stories.grouping import group
from clippings.stories.telling import Related, related_to


def configure(parser: ArgumentParser) -> None:
    """Declare the command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("group", help="give every article that has none its story")
    shown = actions.add_parser("show", help="the copies of an article, and other stories that share passages with it")
    shown.add_argument("id", help="the article's id, as `./clippings search --json` and its page give it")


def run(arguments: Namespace) -> int:
    """Do what was asked for. Returns 0. Raises ServiceError where it cannot be done."""
    settings = opensearch_from_environment()
    console = Console()
    with connect(settings) as client:
        if arguments.action == "group":
            done = group(client, settings, lambda line: console.print(Text(line), soft_wrap=True))
            console.print(
                Text(
                    f"{done.articles:,} articles were grouped, {done.reopened:,} stories looked at anew. "
                    f"The archive has {done.stories:,} stories in several copies, {done.copies:,} articles in all."
                ),
                soft_wrap=True,
            )
            return 0
        filed = get_article(client, settings, arguments.id)
        if filed is None:
            raise ServiceError(f"There is no article {arguments.id}: `./clippings search --json` shows the ids.")
        copies = copies_of(client, settings, [filed.story_id]) if filed.story_id else {}
        related = related_to(client, settings, arguments.id)
    _print(console, copies.get(filed.story_id or "", NO_COPIES), related, grouped=filed.story_id is not None)
    return 0


def _print(console: Console, copies: Copies, related: tuple[Related, ...], *, grouped: bool) -> None:
    if not grouped:
        console.print("It is not grouped yet: `./clippings stories group` does it, or the DAG group_stories.")
    elif not copies.listed:
        console.print("It has no copies.")
    else:
        table = Table(title=Text(f"{copies.total:,} copies"), title_justify="left")
        for column in ("Date", "Source", "Title", "Id"):
            table.add_column(column, overflow="fold")
        mark = " earliest" if sum(one.earliest for one in copies.listed) == 1 else " perhaps the earliest"
        for one in copies.listed:
            date = Text(one.published or "unknown").append(mark if one.earliest else "", style="bold")
            table.add_row(date, Text(one.source), Text(one.title or "(no title)"), Text(one.id))
        console.print(table)
    for other in related:
        console.print(
            Text(f"\n{other.words:,} words shared with {other.copy.id} ", style="bold").append(
                f"({other.copy.source}, {other.copy.published or 'no date'}): {other.copy.title or '(no title)'}"
            )
        )
        for passage in other.passages:
            console.print(Text("  " + " ".join(passage.split())), soft_wrap=True)
