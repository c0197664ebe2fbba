"""Files that the catalogue knows and the feed no longer has: what becomes of their articles where the feed says so."""

import logging
from collections.abc import Iterator

from opensearchpy import OpenSearch

from clippings.ingestion.books import Book, write
from clippings.ingestion.catalogue import entry_id, files_by_path
from clippings.ingestion.filed import remove, scan_ids
from clippings.ingestion.quarantine import release
from clippings.ingestion.run import RunRequest
from clippings.readers import is_listed, list_files
from clippings.settings import OpenSearchSettings

log = logging.getLogger(__name__)


def remove_missing(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest) -> int:
    """Take out of index, catalogue and quarantine what came from files that are gone. Returns how many articles left.

    Does nothing unless the feed declares `remove_missing`, and nothing in a run that looks at a part of the feed: it
    could not tell a file that is gone from one that is not its own.
    """
    whole_feed = request.takes_whole_files and request.path_interval is None
    if not request.feed.remove_missing or not whole_feed:
        return 0
    removed = 0
    for path in _gone(client, settings, request):
        if is_listed(request.feed, path):
            continue  # it came after the listing, and another run has filed it since
        removed += remove(client, settings, list(scan_ids(client, settings, request, [path])))
        release(client, settings, request.feed.id, [path], run=request.run)
        write(client, settings, Book.FILES, [{"_op_type": "delete", "_id": entry_id(request.feed.id, path)}])
        log.info("%s is gone from feed %s: its articles were taken out", path, request.feed.id)
    return removed


def _gone(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest) -> Iterator[str]:
    """The paths that the catalogue knows and the feed does not have. Both are sorted by path, so neither is held."""
    listing = (stat.path for stat in list_files(request.feed))
    there = next(listing, None)
    for entry in files_by_path(client, settings, request.feed.id):
        while there is not None and there < entry.path:
            there = next(listing, None)
        if there != entry.path:
            yield entry.path
