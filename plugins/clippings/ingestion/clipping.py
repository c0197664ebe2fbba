"""Read an item of a plan and clip each of its records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clippings.articles import Article, Rejected
from clippings.feeds import Feed
from clippings.ingestion.planning import PlannedItem
from clippings.readers import FormatFound, open_stored
from clippings.records import RawRecord

if TYPE_CHECKING:
    from clippings.pipeline import Pipeline

Clipped = tuple[RawRecord | None, Article | Rejected]
"""A record with what the pipeline makes of it, a rejection with its bytes in the file; None where reading it failed."""


@dataclass(slots=True)
class Found:
    """What was found of an item's file, complete once its records are.

    `content_hash` is the SHA-256 of the whole file as it is stored; of a file in ranges only the first tells it.
    """

    format: FormatFound = field(default_factory=FormatFound)
    content_hash: str | None = None


def clip_item(pipeline: "Pipeline", feed: Feed, item: PlannedItem, found: Found) -> Iterator[Clipped]:
    """What the pipeline makes of each record of a file or byte range, in order; `found` is filled on the way.

    Raises FileGoneError where the file is no longer there, ServiceError where its storage does not answer.
    """
    byte_range = None if item.start is None or item.end is None else (item.start, item.end)
    with open_stored(feed, item.path) as file:
        for opened in file.parts(byte_range):
            found.format.add(opened)
            for one in opened.records:
                if isinstance(one, RawRecord):
                    made = pipeline.clip(one, made_before=item.made_before, default_source=feed.source)
                    yield one, made if isinstance(made, Article) else opened.last.kept_in(made)
                else:
                    yield None, one
        if not item.start:
            found.content_hash = file.digest()
