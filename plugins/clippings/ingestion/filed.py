"""What the index of articles holds of a feed's files: asked of the index itself, never of a counter."""

from collections import Counter
from collections.abc import Collection, Iterator
from itertools import islice

from opensearchpy import OpenSearch

from clippings.errors import ServiceError
from clippings.ingestion.books import Document
from clippings.ingestion.run import RunRequest
from clippings.readers import MEMBER_MARK
from clippings.search.aliases import read_alias, refresh, write_alias
from clippings.search.bulk import send_actions
from clippings.search.client import error_reason
from clippings.search.scanning import scan_hits
from clippings.settings import OpenSearchSettings
from clippings.version import pipeline_version

PATHS_AT_ONCE = 500
"""Files asked for at once: each is a clause, and OpenSearch takes 1,024."""

IDS_AT_ONCE = 10_000

_CARRIER = """
String file = doc['file'].value;
if (params.paths.containsKey(file)) { return file; }
int mark = file.indexOf(params.mark);
while (mark >= 0) {
  String archive = file.substring(0, mark);
  if (params.paths.containsKey(archive)) { return archive; }
  mark = file.indexOf(params.mark, mark + 1);
}
return file;
"""
"""The file that carries an article: its own path, or that of the archive whose member it names."""


def _scope_query(request: RunRequest, paths: list[str]) -> Document:
    """Articles of these files, or of members of them that are archives, which belong to the run as the index dates and
    sources them."""
    members = [{"prefix": {"file": f"{path}{MEMBER_MARK}"}} for path in paths]
    carried = {"bool": {"should": [{"terms": {"file": paths}}, *members], "minimum_should_match": 1}}
    filters: list[Document] = [{"term": {"feed": request.feed.id}}, carried]
    if request.scope is not None:
        days = {"gte": request.scope.start.isoformat(), "lt": request.scope.end.isoformat()}
        filters.append({"range": {"published_on": days}})
    if request.source is not None:
        filters.append({"term": {"source": request.source}})
    if request.only_stale:
        filters.append({"bool": {"must_not": [{"term": {"pipeline_version": pipeline_version()}}]}})
    return {"bool": {"filter": filters}}


def count_in_scope(
    client: OpenSearch, settings: OpenSearchSettings, request: RunRequest, paths: list[str]
) -> dict[str, int]:
    """How many articles of each file the index holds within the run's scope, those of an archive's members under the
    archive; files without any are left out.

    At most 1,000 paths. The index must have been refreshed.
    """
    held: Counter[str] = Counter()
    for chunk in _chunks(paths):
        script = {"source": _CARRIER, "params": {"mark": MEMBER_MARK, "paths": dict.fromkeys(chunk, True)}}
        carriers = {"terms": {"script": script, "size": len(chunk)}}
        body = {"size": 0, "query": _scope_query(request, chunk), "aggs": {"files": carriers}}
        answer = client.search(index=read_alias(settings), body=body)
        held.update({one["key"]: one["doc_count"] for one in answer["aggregations"]["files"]["buckets"]})
    return dict(held)


def scan_ids(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest, paths: list[str]) -> Iterator[str]:
    """The ids of the articles of these files within the run's scope."""
    body = {"query": _scope_query(request, paths), "_source": False}
    for hit in scan_hits(client, read_alias(settings), body, size=2000):
        yield hit["_id"]


def ids_in_scope(
    client: OpenSearch, settings: OpenSearchSettings, request: RunRequest, paths: list[str]
) -> frozenset[str]:
    """The ids of the articles of these files within the run's scope, all at once (bounded by a batch's size)."""
    refresh(client, settings)
    return frozenset(one for chunk in _chunks(paths) for one in scan_ids(client, settings, request, chunk))


def count_held(client: OpenSearch, settings: OpenSearchSettings, ids: Collection[str]) -> int:
    """How many of these ids the index holds. It must have been refreshed."""
    held = 0
    every = iter(ids)
    while chunk := list(islice(every, IDS_AT_ONCE)):
        body = {"query": {"ids": {"values": chunk}}}
        held += int(client.count(index=read_alias(settings), body=body)["count"])
    return held


def remove(client: OpenSearch, settings: OpenSearchSettings, ids: list[str]) -> int:
    """Take articles out of the index. Returns how many left; one that is gone already is no failure."""
    actions = ({"_op_type": "delete", "_index": write_alias(settings), "_id": one} for one in ids)
    removed = 0
    for status, answer in send_actions(client, actions):
        if status not in (200, 404) or "error" in answer:
            raise ServiceError(
                f"OpenSearch would not delete an article that no file carries any more: {error_reason(answer)}."
            )
        removed += status != 404
    return removed


def _chunks(paths: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(paths), PATHS_AT_ONCE):
        yield paths[start : start + PATHS_AT_ONCE]
