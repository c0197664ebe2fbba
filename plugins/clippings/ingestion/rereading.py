"""The record that an article was made of, read from its file again."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from clippings.articles import Article
from clippings.errors import ClippingsError
from clippings.feeds import Feed
from clippings.readers import MEMBER_MARK, FileGoneError, read_file, stat_file
from clippings.records import RawRecord

LONGEST_SECONDS = 10.0
"""So long a file is looked through: a packed one can only be read from its beginning."""


@dataclass(frozen=True, slots=True)
class Reread:
    """A record as its file holds it. `made_before` is the day on which the file was last changed."""

    record: RawRecord
    made_before: date | None
    feed: Feed


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a record cannot be read again, in words for the reader."""

    why: str


def read_again(article: Article, feeds: Iterable[Feed], *, patience: float = LONGEST_SECONDS) -> Reread | Unreadable:
    """The very record that the article was made of, or why it is not to be had any more. Raises nothing else."""
    feed = next((each for each in feeds if each.id == article.feed), None)
    if feed is None:
        return Unreadable(f"Its feed, {article.feed}, is no longer declared.")
    path = article.file.split(MEMBER_MARK)[0]
    ends = time.monotonic() + patience
    try:
        modified = stat_file(feed, path).modified
        for one in _records(feed, path, article):
            if isinstance(one, RawRecord) and one.id == article.id:
                return Reread(one, None if modified is None else modified.date(), feed)
            if time.monotonic() > ends:
                return Unreadable(f"{path} is too large to be looked through here.")
    except FileGoneError:
        return Unreadable(f"{path} is no longer there.")
    except ClippingsError as error:
        return Unreadable(f"{path} cannot be read: {error}")
    return Unreadable(f"{path} no longer holds it as it was: the record has been changed or removed since.")


def _records(feed: Feed, path: str, article: Article) -> Iterator[object]:
    """The records that may be it: first the one at its place, then, as it may have moved, all of the file."""
    if article.position and MEMBER_MARK not in article.file:
        yield from read_file(feed, path, (article.position, article.position + 1))
    yield from read_file(feed, path)
