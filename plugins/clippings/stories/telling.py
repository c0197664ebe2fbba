"""Other stories that share passages with an article: linked to it, not merged with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch

from clippings.search.aliases import read_alias, searching
from clippings.search.copies import COPY_FIELDS, copy_of
from clippings.search.documents import text_of
from clippings.search.requests import Copy
from clippings.settings import OpenSearchSettings
from clippings.stories.fields import CURRENT, MOST_FINGERPRINTS
from clippings.stories.passages import PASSAGE_WORDS, count_words, shared_passages

RELATED_LOOKED_AT = 20
"""Articles with the most telling fingerprints in common: of these the passages are looked for in the texts."""


@dataclass(frozen=True, slots=True)
class Related:
    """An article of another story that shares passages; `passages` as the article asked about writes them."""

    copy: Copy
    passages: tuple[str, ...]
    words: int


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
        "_source": [*COPY_FIELDS, "text_*"],
    }
    with searching(settings):
        hits = client.search(index=read_alias(settings), body=body)["hits"]["hits"]
    text = text_of(own)
    related = []
    for hit in hits:
        passages = shared_passages(text, text_of(hit["_source"]))
        words = sum(count_words(passage) for passage in passages)
        if words >= PASSAGE_WORDS:
            related.append(Related(copy_of(hit), passages, words))
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
