"""The shape of the index: every field, and how it can be searched. `dynamic: strict`, so nothing slips in unseen.

A text is held once, in the field of its language's analysis (`text_en`, `text_ru` …; `text_other` for the languages
without one), and copied by the index into `text`, which is analysed without a language: for words as they are written,
in any language. A title is held as `title`, too, because tables show it.
"""

import json
from hashlib import sha256
from typing import Any

from clippings.search.analysis import ANALYSES, FOLDED, analysis_settings

KEYWORD_CHARACTERS = 8191
"""Longer values are stored but not searchable: a term holds at most 32,766 bytes, and a character takes up to 4."""

LANGUAGE_TITLES = tuple(f"title_{name}" for name in ANALYSES)
LANGUAGE_TEXTS = tuple(f"text_{name}" for name in ANALYSES)

KEYWORDS = (
    "record_id",
    "feed",
    "file",
    "name",
    "url",
    "site",
    "source",
    "language",
    "other_languages",
    "published_text",
    "published_precision",
    "year",
    "month",
    "day",
    "date_method",
    "source_method",
    "language_method",
    "main_text_method",
    "pipeline_version",
    "content_hash",
    "article_hash",
    "story_id",
    "story_version",
    "story_text",
)
"""Exact values: for facets, filters and links."""


def field_mappings() -> dict[str, Any]:
    """The `properties` of the index's mapping."""
    keyword = {"type": "keyword", "ignore_above": KEYWORD_CHARACTERS}
    folded = {"type": "text", "analyzer": FOLDED}
    looked_up = {"type": "keyword", "doc_values": False}
    fields: dict[str, Any] = dict.fromkeys(KEYWORDS, keyword)
    fields |= {
        "title": {**folded, "fields": {"keyword": keyword}},
        "text": folded,
        "author": {**keyword, "fields": {"words": folded}},
        "position": {"type": "long"},
        "words": {"type": "integer"},
        "doubtful": {"type": "boolean"},
        # The moment in UTC; of a day, month or year the first moment. `published_precision` says which.
        "published": {"type": "date", "format": "strict_date_optional_time"},
        # The first and last local calendar day it can have been published on: one and the same where the day is
        # known, otherwise those of its month or year. A range of dates takes what lies in it wholly.
        "published_on": {"type": "date", "format": "strict_date"},
        "published_until": {"type": "date", "format": "strict_date"},
        "language_confidence": {"type": "float"},
        # Written by the grouping of stories alone (clippings.stories), never by filing; an article that has no
        # `story_version` is not grouped yet. `story_id` is the id of one of the story's articles, its head, and only
        # the head has `story_copies`: how many articles the story has, itself among them. So a search for articles
        # with `story_copies` finds each story once, and `story_copies >= 2` those with copies.
        "story_copies": {"type": "integer"},
        # What finds an article's copies and relatives: looked up by their terms, never counted.
        "story_bands": looked_up,
        "story_fingerprints": looked_up,
        # Shown, never searched: evidence has passages of any length, and what is given has names of any kind.
        "evidence": {"type": "object", "enabled": False},
        "date_candidates": {"type": "object", "enabled": False},
        "given": {"type": "object", "enabled": False},
    }
    for name in ANALYSES:
        fields[f"title_{name}"] = {"type": "text", "analyzer": name}
        # With the place of each word, so that passages are marked without cutting the whole text into words again.
        fields[f"text_{name}"] = {"type": "text", "analyzer": name, "copy_to": "text", "index_options": "offsets"}
    return fields


def index_body() -> dict[str, Any]:
    """Settings and mapping of an articles index; `_meta.mapping_hash` tells versions of it apart."""
    settings = {
        "index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"},
        "analysis": analysis_settings(),
    }
    mappings = {"dynamic": "strict", "properties": field_mappings()}
    written = json.dumps([settings, mappings], sort_keys=True).encode()
    return {
        "settings": settings,
        "mappings": {**mappings, "_meta": {"mapping_hash": sha256(written).hexdigest()[:16]}},
    }


def mapping_hash() -> str:
    """What `_meta.mapping_hash` of an index made now would be."""
    return str(index_body()["mappings"]["_meta"]["mapping_hash"])
