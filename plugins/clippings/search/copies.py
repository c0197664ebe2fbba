"""A story's copies: one hit for each story, and the list of all its articles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from opensearchpy import OpenSearch

from clippings.articles import Precision
from clippings.search.aliases import read_alias, searching
from clippings.search.requests import Copies, Copy
from clippings.settings import OpenSearchSettings

COPIES_SHOWN = 100
"""Copies that are listed; how many there are is said all the same."""

COPY_FIELDS = ("title", "source", "language", "published", "published_until", "published_text", "published_precision")
"""What of a document is read for a copy."""

STORY_FIELDS = ("story_id", "story_copies")
"""What of a hit is read to tell stories apart, from its doc values."""


def one_of_each(hits: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The first hit of each story, in their order. An article that is not grouped yet is a story of its own."""
    seen: dict[str, Mapping[str, Any]] = {}
    for hit in hits:
        seen.setdefault(story_of(hit) or f"article {hit['_id']}", hit)
    return list(seen.values())


def story_of(hit: Mapping[str, Any]) -> str | None:
    """The story of a hit that has `STORY_FIELDS`; None where it is not grouped yet."""
    values = hit.get("fields", {}).get("story_id")
    return str(values[0]) if values else None


def may_have_copies(hit: Mapping[str, Any]) -> bool:
    """Whether it is worth asking: all but those that are the head of a story with one article."""
    return story_of(hit) is not None and hit["fields"].get("story_copies", [0])[0] != 1


def copies_of(
    client: OpenSearch, settings: OpenSearchSettings, stories: Iterable[str], *, size: int = COPIES_SHOWN
) -> Mapping[str, Copies]:
    """The copies of each of these stories that has more than one; at most a thousand stories. Raises ServiceError."""
    asked = sorted({story for story in stories if story})
    if not asked:
        return {}
    body = {
        "query": {"bool": {"filter": [{"terms": {"story_id": asked}}]}},
        "size": len(asked),
        "_source": False,
        "track_total_hits": False,
        "collapse": {
            "field": "story_id",
            "inner_hits": {
                "name": "copies",
                "size": size,
                "sort": [{"published": {"order": "asc", "missing": "_last"}}, {"file": "asc"}, {"position": "asc"}],
                "_source": [*COPY_FIELDS, "story_id"],
            },
        },
    }
    with searching(settings):
        answer = client.search(index=read_alias(settings), body=body)
    found: dict[str, Copies] = {}
    for hit in answer["hits"]["hits"]:
        inner = hit["inner_hits"]["copies"]["hits"]
        if inner["total"]["value"] > 1:
            story = inner["hits"][0]["_source"]["story_id"]
            found[story] = Copies(inner["total"]["value"], _marked(inner["hits"]))
    return found


def copy_of(hit: Mapping[str, Any]) -> Copy:
    """A hit that has `COPY_FIELDS` as a copy."""
    source = hit["_source"]
    return Copy(
        hit["_id"],
        source.get("title"),
        source["source"],
        source.get("language"),
        source.get("published_text"),
        source["published_precision"],
    )


def _marked(hits: Sequence[Mapping[str, Any]]) -> tuple[Copy, ...]:
    """The copies, with the earliest marked."""
    ends = [end for hit in hits if (end := _last_moment(hit["_source"]))]
    first_end = min(ends, default="")
    return tuple(
        replace(copy_of(hit), earliest=_moment(hit["_source"]) <= first_end if _moment(hit["_source"]) else False)
        for hit in hits
    )


def _moment(source: Mapping[str, Any]) -> str:
    """The first moment it can have been published at, as text that sorts by time; empty where that is not known."""
    return str(source.get("published", ""))


def _last_moment(source: Mapping[str, Any]) -> str:
    """The last moment it can have been published at: of a day, month or year the last second, in UTC."""
    if source["published_precision"] == Precision.MINUTE:
        return _moment(source)
    until = source.get("published_until")
    return f"{until}T23:59:59Z" if until else ""
