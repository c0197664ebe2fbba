"""Holding new articles to the standing queries, by OpenSearch's percolator, just before they are filed.

The percolator's index is made of the book of standing queries and can be thrown away: it is filled anew whenever
something is missing in it, and made anew under another name when the analysis of words changes.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from opensearchpy import OpenSearch, helpers
from opensearchpy.exceptions import RequestError, TransportError

from clippings.errors import ServiceError
from clippings.search.aliases import ALREADY_THERE
from clippings.search.analysis import ANALYSES, FOLDED, analysis_settings
from clippings.search.client import error_reason
from clippings.search.mapping import field_mappings
from clippings.settings import OpenSearchSettings
from clippings.standing.asking import (
    ASKED_ABOUT,
    FOLDED_FIELD,
    UNSPACED,
    analyses_of,
    described,
    is_written,
    of_one_article,
    words_field,
)
from clippings.standing.matches import Match, note_matches
from clippings.standing.saved import MOST_QUERIES, StandingQuery, standing_queries

log = logging.getLogger(__name__)

MOST_AT_ONCE = 500
MOST_BYTES = 4 * 1024 * 1024
"""Articles, and bytes of them, in one request: the more at once, the less each costs."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Holds articles to the standing queries as they were when the watch began. Safe to use from several threads."""

    client: OpenSearch
    settings: OpenSearchSettings
    index: str
    written: bool
    run: str

    def __call__(self, bodies: Mapping[str, Mapping[str, Any]]) -> None:
        """Note which of these articles (bodies by id) match which query. Again and again it notes the same.

        Raises ServiceError where OpenSearch cannot tell: then they must not be filed yet.
        """
        groups: defaultdict[str, list[tuple[str, bytes]]] = defaultdict(list)
        feeds = {}
        for id, body in bodies.items():
            analysis, known = described(body, written=self.written)
            groups[analysis].append((id, json.dumps(known, ensure_ascii=False).encode("utf-8", "replace")))
            feeds[id] = str(body["feed"])
        matches = [
            Match(query, id, feeds[id], self.run)
            for analysis, articles in groups.items()
            for part in _parts(articles)
            for query, id in self._matching(analysis, part)
        ]
        note_matches(self.client, self.settings, matches)

    def _matching(self, analysis: str, articles: Sequence[tuple[str, bytes]]) -> Iterable[tuple[str, str]]:
        """Which query matches which article, as ids."""
        documents = b",".join(body for _, body in articles)
        own = json.dumps({"term": {"analysis": analysis}}).encode()
        percolate = b'{"percolate":{"field":"query","documents":[%b]}}' % documents
        body = b'{"size":%d,"_source":["id"],"query":{"bool":{"filter":[%b,%b]}}}' % (MOST_QUERIES, own, percolate)
        try:
            answer = self.client.search(index=self.index, body=body)
        except TransportError as error:
            raise ServiceError(
                f"New articles cannot be held to the standing queries: {error_reason(error.info)}. "
                "Nothing is lost: run the task again once OpenSearch is well."
            ) from error
        for hit in answer["hits"]["hits"]:
            for place in hit["fields"]["_percolator_document_slot"]:
                yield hit["_source"]["id"], articles[place][0]


def watch(client: OpenSearch, settings: OpenSearchSettings, run: str) -> Watch | None:
    """A watch over all standing queries for a run; None where there are none."""
    queries = standing_queries(client, settings)
    if not queries:
        return None
    index = prepare(client, settings, queries)
    return Watch(client, settings, index, any(is_written(each.request) for each in queries), run)


def prepare(client: OpenSearch, settings: OpenSearchSettings, queries: Sequence[StandingQuery]) -> str:
    """See that the percolator holds these queries and no others; returns the name of its index."""
    body = _index_body()
    version = sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]
    pattern = f"{settings.index_prefix}clippings-percolator-"
    name = f"{pattern}{version}"
    if not client.indices.exists(index=name):
        try:
            client.indices.create(index=name, body=body)
        except RequestError as error:
            if error.error != ALREADY_THERE:
                raise
        outdated = [one for one in client.indices.get(index=f"{pattern}*") if one != name]
        for one in outdated:
            client.indices.delete(index=one, ignore_unavailable=True)
    count = {"terms": {"field": "id", "size": 10 * MOST_QUERIES}}
    held = client.search(index=name, body={"size": 0, "aggs": {"held": count}})["aggregations"]["held"]["buckets"]
    there = {bucket["key"]: bucket["doc_count"] for bucket in held}
    wanted = {each.id: each for each in queries}
    gone = [id for id in there if id not in wanted]
    # A query of which a part is missing was being written when its writer was killed.
    missing = [each for id, each in wanted.items() if there.get(id) != len(analyses_of(each.request))]
    if gone:
        unwanted = {"query": {"terms": {"id": gone}}}
        client.delete_by_query(index=name, body=unwanted, conflicts="proceed", refresh="true")
    if missing:
        _write(client, name, missing)
    return name


def _write(client: OpenSearch, index: str, queries: Iterable[StandingQuery]) -> None:
    """Write queries, one entry for each analysis that articles can have."""
    actions = (
        {
            "_index": index,
            "_id": f"{each.id}-{analysis}",
            "_source": {"id": each.id, "analysis": analysis, "query": of_one_article(each.request, analysis)},
        }
        for each in queries
        for analysis in analyses_of(each.request)
    )
    for accepted, answer in helpers.streaming_bulk(client, actions, raise_on_error=False, max_retries=5):
        if not accepted:
            # One query that the percolator refuses must keep no article from being filed.
            log.warning("A standing query cannot be watched: %s", answer)
    client.indices.refresh(index=index)


def _index_body() -> dict[str, Any]:
    """Settings and mapping of the percolator's index."""
    mapped = field_mappings()
    fields: dict[str, Any] = {name: mapped[name] for name in ASKED_ABOUT}
    for analysis in ANALYSES:
        # Only whether a word is there is asked, not how often.
        kept = "positions" if analysis in UNSPACED else "docs"
        fields[words_field(analysis)] = {"type": "text", "analyzer": analysis, "norms": False, "index_options": kept}
        fields[f"title_{analysis}"] = mapped[f"title_{analysis}"]
    fields[FOLDED_FIELD] = {"type": "text", "analyzer": FOLDED}
    fields |= {"id": {"type": "keyword"}, "analysis": {"type": "keyword"}, "query": {"type": "percolator"}}
    return {
        "settings": {
            "index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"},
            "analysis": analysis_settings(),
        },
        "mappings": {"dynamic": "false", "properties": fields},
    }


def _parts(articles: Sequence[tuple[str, bytes]]) -> Iterable[Sequence[tuple[str, bytes]]]:
    """Articles in parts that one request can hold."""
    part: list[tuple[str, bytes]] = []
    size = 0
    for one in articles:
        if part and (len(part) >= MOST_AT_ONCE or size + len(one[1]) > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(one)
        size += len(one[1])
    if part:
        yield part
