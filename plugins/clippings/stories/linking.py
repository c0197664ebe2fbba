"""Linking: which of some articles hang together, with one another and with the stories there are already."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from opensearchpy import OpenSearch

from clippings.search.aliases import write_alias
from clippings.search.documents import text_of
from clippings.settings import OpenSearchSettings
from clippings.stories.fields import CURRENT, STORY_VERSION
from clippings.stories.reading import ReadText, read

MOST_CANDIDATES = 10_000
"""Texts that share a band with those of a page, each counted once; where there are more, the page is halved."""

TERMS_AT_ONCE = 60_000
"""Bands in one query, which takes 65,536 terms."""

TEXTS_AT_ONCE = 200

Document = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pending:
    """An article to group, as it was read."""

    hit: Document
    text: ReadText

    @property
    def id(self) -> str:
        """The article's id."""
        return str(self.hit["_id"])

    @property
    def name(self) -> str:
        """What it is called among the groups: articles of the same words are one there, those that tell nothing not."""
        return self.text.signature.text if self.text.tells else self.id


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text in the index that shares a band with one of the page; articles with the same text count as one."""

    id: str
    text: str
    story: str
    bands: tuple[str, ...]

    @property
    def name(self) -> str:
        """What its story is called among the groups."""
        return story_name(self.story)


@dataclass(slots=True)
class Groups:
    """What hangs together: each name points to another of its group, or to itself."""

    parents: dict[str, str] = field(default_factory=dict)

    def root(self, name: str) -> str:
        """The name that stands for the group."""
        while (parent := self.parents.setdefault(name, name)) != name:
            self.parents[name] = self.parents[parent]
            name = parent
        return name

    def together(self, one: str, other: str) -> bool:
        """Whether two are in one group."""
        return self.root(one) == self.root(other)

    def join(self, one: str, other: str) -> None:
        """Make one group of two."""
        self.parents[self.root(one)] = self.root(other)


def story_name(id: str) -> str:
    """What a story that is there already is called among the groups."""
    return f"story {id}"


def candidates_of(
    client: OpenSearch, settings: OpenSearchSettings, page: list[Pending]
) -> tuple[Candidate, ...] | None:
    """Grouped texts that share a band with one of the page. None where they are too many for one answer."""
    found: dict[str, Candidate] = {}
    for bands in chunks(sorted({band for one in page for band in one.text.signature.bands}), TERMS_AT_ONCE):
        body = {
            "query": {"bool": {"filter": [{"terms": {"story_bands": bands}}, CURRENT]}},
            "collapse": {"field": "story_text"},
            "sort": ["story_text"],
            "_source": ["story_id", "story_text", "story_bands"],
            "track_total_hits": False,
        }
        for size in (MOST_CANDIDATES // 10, MOST_CANDIDATES):
            hits = client.search(index=write_alias(settings), body={**body, "size": size})["hits"]["hits"]
            if len(hits) < size:
                break
        else:
            if len(page) > 1:
                return None
        for hit in hits:
            candidate = _candidate(hit["_id"], hit["_source"])
            found[candidate.text] = candidate
    return tuple(found.values())


def _candidate(id: str, source: Document) -> Candidate:
    return Candidate(id, source["story_text"], source["story_id"], tuple(source["story_bands"]))


def linked(
    client: OpenSearch, settings: OpenSearchSettings, page: list[Pending], candidates: Iterable[Candidate]
) -> Groups:
    """The page's texts and the stories of the candidates, joined by their links.

    Two that hang together already are not compared any more: it would change nothing.
    """
    groups = Groups()
    by_band: dict[str, dict[str, Pending]] = {}
    for one in page:
        for band in one.text.signature.bands:
            by_band.setdefault(band, {})[one.name] = one
    for sharing in by_band.values():
        _link_page(groups, list(sharing.values()))
    pairs: list[tuple[Pending, Candidate]] = []
    for candidate in candidates:
        met = {name: one for band in candidate.bands for name, one in by_band.get(band, {}).items()}
        if candidate.text in met:
            groups.join(candidate.text, candidate.name)
        pairs += [(one, candidate) for one in met.values()]
    for some in chunks(pairs, TEXTS_AT_ONCE):
        wanted = {candidate.id for one, candidate in some if not groups.together(one.name, candidate.name)}
        texts = _texts(client, settings, sorted(wanted))
        for one, candidate in some:
            if candidate.id in texts:
                _join_if(groups, one.name, candidate.name, one.text, texts[candidate.id])
    return groups


def _link_page(groups: Groups, sharing: list[Pending]) -> None:
    """Join those of the page that share a band, where they are copies."""
    if len({groups.root(one.name) for one in sharing}) == 1:
        return
    for place, one in enumerate(sharing):
        for other in sharing[:place]:
            _join_if(groups, one.name, other.name, one.text, other.text)


def _join_if(groups: Groups, one: str, other: str, text: ReadText, other_text: ReadText) -> None:
    if not groups.together(one, other) and text.is_copy_of(other_text):
        groups.join(one, other)


def _texts(client: OpenSearch, settings: OpenSearchSettings, ids: list[str]) -> dict[str, ReadText]:
    """The texts of grouped articles, as they are at this moment; those that are changed or gone are left out."""
    found = held(client, settings, ids, "language,story_version,text_*")
    return {hit["_id"]: read(text_of(hit["_source"])) for hit in found}


def held(client: OpenSearch, settings: OpenSearchSettings, ids: list[str], fields: str = "*") -> list[Document]:
    """The grouped articles among these, as they are at this moment."""
    if not ids:
        return []
    answer = client.mget(body={"ids": ids}, index=write_alias(settings), params={"_source_includes": fields})
    return [hit for hit in answer["docs"] if hit.get("found") and hit["_source"].get("story_version") == STORY_VERSION]


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, some at a time."""
    each = iter(items)
    while chunk := list(islice(each, size)):
        yield chunk
