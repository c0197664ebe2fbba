"""Read an item of a plan and clip each of its records."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from clippings.articles import Article, Rejected
from clippings.feeds import Feed
from clippings.ingestion.planning import PlannedItem
from clippings.readers import read_file
from clippings.records import RawRecord

if TYPE_CHECKING:
    from clippings.pipeline import Pipeline


def clip_item(pipeline: "Pipeline", feed: Feed, item: PlannedItem) -> Iterator[Article | Rejected]:
    """What the pipeline makes of each record of a file or byte range, in order.

    Raises FileGoneError where the file is no longer there, ServiceError where its storage does not answer.
    """
    byte_range = None if item.start is None or item.end is None else (item.start, item.end)
    for one in read_file(feed, item.path, byte_range):
        if isinstance(one, RawRecord):
            yield pipeline.clip(one, made_before=item.made_before, default_source=feed.source)
        else:
            yield one
