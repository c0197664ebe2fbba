"""What the index says of a story: its copies, the earliest of them, and other stories that share passages with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from opensearchpy import OpenSearch

from clippings.articles import Precision
from clippings.search.aliases import read_alias, searching
from clippings.search.documents import text_of
from clippings.settings import OpenSearchSettings
from clippings.stories.linking import CURRENT
from clippings.stories.passages import count_words, shared_passages
from clippings.stories.signatures import MOST_FINGERPRINTS, PASSAGE_WORDS

COPIES_SHOWN = 100
"""Copies that are listed; how many there are is said all the same."""

RELATED_LOOKED_AT = 20
"""Articles with the most telling fingerprints in common: of these the passages are looked for in the texts."""

SHOWN = ("title", "source", "language", "published", "published_until", "published_text", "published_precision")

Clause = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Copy:
    """One article of a story. `published` is as precise as it is known, None when it is not.

    `earliest` where no other copy is known to be older: of two that are known to the same day, both are.
    """

    id: str
    title: str | None
    source: str
    language: str | None
    published: str | None
    precision: str
    earliest: bool = False


@dataclass(frozen=True, slots=True)
class Copies:
    """The articles of a story, oldest first, undated ones last. `total` may be more than are listed."""

    total: int
    listed: tuple[Copy, ...]


NO_COPIES = Copies(0, ())


@dataclass(frozen=True, slots=True)
class Related:
    """An article of another story that shares passages; `passages` as the article asked about writes them."""

    copy: Copy
    passages: tuple[str, ...]
    words: int


def copies_of(
    client: OpenSearch, settings: OpenSearchSettings, stories: Iterable[str], *, size: int = COPIES_SHOWN
) -> Mapping[str, Copies]:
    """The copies of each of these stories that has more than one; at most a thousand stories. Raises ServiceError."""
    asked = sorted(set(stories))
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
                "_source": [*SHOWN, "story_id"],
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


def related_to(client: OpenSearch, settings: OpenSearchSettings, id: str, *, size: int = 5) -> tuple[Related, ...]:
    """Articles of other stories that share passages with this one, most shared words first, one of each story.

    Found by fingerprints, the rarer the better, so that what stands under every page of a paper brings nobody
    together; then the passages are looked for in the texts. Empty where the article is not grouped yet.
    Raises ServiceError.
    """
    own = _get(client, settings, id)
    fingerprints = own.get("story_fingerprints", [])[:MOST_FINGERPRINTS]
    if not fingerprints:
        return ()
    body = {
        "query": {
            "bool": {
                "should": [{"term": {"story_fingerprints": one}} for one in fingerprints],
                "minimum_should_match": 1,
                "filter": [CURRENT],
                "must_not": [{"term": {"story_id": own["story_id"]}}],
            }
        },
        "collapse": {"field": "story_id"},
        "size": RELATED_LOOKED_AT,
        "track_total_hits": False,
        "_source": [*SHOWN, "text_*"],
    }
    with searching(settings):
        hits = client.search(index=read_alias(settings), body=body)["hits"]["hits"]
    text = text_of(own)
    related = []
    for hit in hits:
        passages = shared_passages(text, text_of(hit["_source"]))
        words = sum(count_words(passage) for passage in passages)
        if words >= PASSAGE_WORDS:
            related.append(Related(_copy(hit), passages, words))
    return tuple(sorted(related, key=lambda one: (-one.words, one.copy.id))[:size])


def _get(client: OpenSearch, settings: OpenSearchSettings, id: str) -> Mapping[str, Any]:
    body = {
        "query": {"ids": {"values": [id]}},
        "_source": ["story_id", "story_fingerprints", "language", "text_*"],
        "size": 1,
    }
    with searching(settings):
        hits = client.search(index=read_alias(settings), body=body)["hits"]["hits"]
    return hits[0]["_source"] if hits else {}


def _copy(hit: Mapping[str, Any]) -> Copy:
    source = hit["_source"]
    return Copy(
        hit["_id"],
        source.get("title"),
        source["source"],
        source.get("language"),
        source.get("published_text"),
        source["published_precision"],
    )


def _marked(hits: list[Mapping[str, Any]]) -> tuple[Copy, ...]:
    """The copies, with the earliest marked."""
    ends = [end for hit in hits if (end := _last_moment(hit["_source"]))]
    first_end = min(ends, default="")
    return tuple(
        replace(_copy(hit), earliest=_moment(hit["_source"]) <= first_end if _moment(hit["_source"]) else False)
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
