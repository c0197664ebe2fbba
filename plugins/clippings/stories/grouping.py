"""Grouping: every article that is not grouped yet finds its copies in the index, and gets their story.

Two articles are linked where they share a band and their texts are copies (`likeness.are_copies`); a story is what
hangs together by links. Both are functions of the texts alone, so the stories are the same in whatever order articles
arrive. What the documents say is all there is: nothing is noted elsewhere, so a run may be killed anywhere, and the
next one takes up what it finds. Why that is sound is in docs/adr/0010-stories.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch

from clippings.errors import ServiceError
from clippings.search.aliases import refresh, write_alias
from clippings.search.documents import text_of
from clippings.search.scanning import scan_hits
from clippings.settings import OpenSearchSettings
from clippings.stories.fields import CURRENT, STORY_VERSION
from clippings.stories.linking import Groups, Pending, candidates_of, chunks, held, linked, story_name
from clippings.stories.reading import read
from clippings.stories.turn import SILENCE, Renew, turn
from clippings.stories.writing import Change, write

TURN = "stories"

PAGE = 2000
"""Articles grouped at once. After each page the index is refreshed, which costs as much for few articles as for many."""

READ_AT_ONCE = 500

PAGE_CHARACTERS = 16_000_000
"""Of the texts of a page, about: long ones come in smaller pages, but for a single text."""

MOST_ROUNDS = 20
"""Rounds of a run: each takes what came or changed during the one before it."""

Document = dict[str, Any]
Report = Callable[[str], None]

PENDING: Document = {"bool": {"must_not": [CURRENT]}}


@dataclass(frozen=True, slots=True)
class Grouped:
    """What a run did, and what there is after it.

    `articles` were grouped; `reopened` stories were looked at anew, because an article had left them, was filed with
    another text, or a run was killed. In the whole archive `stories` have more than one article, `copies` in all.
    """

    articles: int
    reopened: int
    stories: int
    copies: int


def group(
    client: OpenSearch,
    settings: OpenSearchSettings,
    report: Report = lambda line: None,
    *,
    patience: float = 600.0,
    silence: float = SILENCE,
) -> Grouped:
    """Group every article that is not grouped yet, until none is left. Safe at once with runs, rebuilds and itself.

    Waits up to `patience` seconds for another process that groups; one that has been silent for `silence` seconds is
    taken to be gone. Raises ServiceError where that one goes on, the index is missing or has no fields for stories.
    """
    articles = reopened = 0
    _check_mapping(client, settings)
    with turn(client, settings, TURN, patience=patience, silence=silence) as renew:
        for _ in range(MOST_ROUNDS):
            refresh(client, settings)
            broken = _reopen(client, settings, renew)
            reopened += broken
            if broken:
                refresh(client, settings)
            pending = 0
            for page in _pending_pages(client, settings):
                pending += len(page)
                articles += _group_page(client, settings, renew, page)
                report(f"{articles:,} articles grouped.")
            if not broken and not pending:
                break
    return Grouped(articles, reopened, *_copied(client, settings))


def anything_waits(client: OpenSearch, settings: OpenSearchSettings) -> bool:
    """Whether the index holds articles that are not grouped yet, as far as it was refreshed."""
    answer = client.search(index=write_alias(settings), body={"query": PENDING, "size": 0, "terminate_after": 1})
    return bool(answer["hits"]["total"]["value"])


def _copied(client: OpenSearch, settings: OpenSearchSettings) -> tuple[int, int]:
    """How many stories have more than one article, and how many articles those are."""
    answer = client.search(
        index=write_alias(settings),
        body={
            "size": 0,
            "track_total_hits": True,
            "query": {"bool": {"filter": [CURRENT, {"range": {"story_copies": {"gte": 2}}}]}},
            "aggs": {"copies": {"sum": {"field": "story_copies"}}},
        },
    )
    return answer["hits"]["total"]["value"], int(answer["aggregations"]["copies"]["value"])


def _check_mapping(client: OpenSearch, settings: OpenSearchSettings) -> None:
    refresh(client, settings)  # says so where there is no index
    found = client.indices.get_field_mapping(fields="story_id", index=write_alias(settings))
    if not all(index["mappings"] for index in found.values()):
        raise ServiceError(
            f"{', '.join(found)} was made before there were stories: run `./clippings index rebuild` (or the DAG "
            "rebuild_index) once. It can be searched and filed to meanwhile; articles are grouped after it."
        )


def _pending_pages(client: OpenSearch, settings: OpenSearchSettings) -> Iterator[list[Pending]]:
    """What is pending at this moment."""
    query = {"query": PENDING, "seq_no_primary_term": True}
    yield from _pages(scan_hits(client, write_alias(settings), query, size=READ_AT_ONCE))


def _pages(hits: Iterator[Document]) -> Iterator[list[Pending]]:
    """Articles, read and signed, in pages of about the same work."""
    page: list[Pending] = []
    characters = 0
    for hit in hits:
        text = text_of(hit["_source"])
        page.append(Pending(hit, read(text)))
        characters += len(text)
        if len(page) >= PAGE or characters >= PAGE_CHARACTERS:
            yield page
            page, characters = [], 0
    if page:
        yield page


def _group_page(client: OpenSearch, settings: OpenSearchSettings, renew: Renew, page: list[Pending]) -> int:
    """Group these articles with one another and with what is grouped already. Returns how many were written."""
    renew()
    candidates = candidates_of(client, settings, page)
    if candidates is None:
        half = len(page) // 2
        return sum(_group_page(client, settings, renew, part) for part in (page[:half], page[half:]))
    groups = linked(client, settings, page, candidates)
    changes = _changes(client, settings, page, groups, {one.story for one in candidates})
    written = write(client, settings, changes, renew)
    refresh(client, settings)
    return sum(one.id in written for one in page)


def _changes(
    client: OpenSearch,
    settings: OpenSearchSettings,
    page: list[Pending],
    groups: Groups,
    stories: set[str],
) -> Iterator[Change]:
    """What is to be written for the page's groups.

    A story's id is the least id of its articles. Where a smaller one joins, or two stories become one, all others are
    written anew; otherwise only the head is, whose number of copies grows.
    """
    members: dict[str, list[Pending]] = {}
    for one in page:
        members.setdefault(groups.root(one.name), []).append(one)
    joined: dict[str, list[str]] = {}
    for story in sorted(stories):
        name = groups.root(story_name(story))
        if name in members:
            joined.setdefault(name, []).append(story)
    there = held(client, settings, [story for former in joined.values() for story in former])
    heads = {hit["_id"]: hit for hit in there if "story_copies" in hit["_source"]}
    changes: list[Change] = []
    moved: dict[str, str] = {}
    for name, new in members.items():
        former = joined.get(name, [])
        if any(story not in heads for story in former):
            continue  # its head has left: the next round opens that story again, and finds these beside it
        least = min([one.id for one in new] + former)
        count = len(new) + sum(heads[story]["_source"]["story_copies"] for story in former)
        for one in new:
            changes.append(Change.of(one.hit, _fields(one, least, count)))
        for story in former:
            if story == least:
                changes.append(Change.of(heads[story], {"story_copies": count}))
            else:
                moved[story] = least
    return _with_moved(client, settings, changes, moved)


def _fields(one: Pending, story: str, count: int) -> Document:
    return {
        "story_version": STORY_VERSION,
        "story_id": story,
        "story_copies": count if one.id == story else None,
        "story_text": one.text.signature.text,
        "story_bands": list(one.text.signature.bands) or None,
        "story_fingerprints": list(one.text.signature.fingerprints) or None,
    }


def _with_moved(
    client: OpenSearch, settings: OpenSearchSettings, changes: list[Change], moved: Mapping[str, str]
) -> Iterator[Change]:
    """The changes, and those of every article in a story that gets another id."""
    yield from changes
    for hit in _of_stories(client, settings, moved) if moved else ():
        story = moved[hit["_source"]["story_id"]]
        yield Change.of(hit, {"story_id": story, "story_copies": None})


def _of_stories(client: OpenSearch, settings: OpenSearchSettings, stories: Iterable[str]) -> Iterator[Document]:
    """The grouped articles of stories, as documents to be written anew."""
    query = {
        "query": {"bool": {"filter": [{"terms": {"story_id": sorted(stories)}}, CURRENT]}},
        "seq_no_primary_term": True,
    }
    return scan_hits(client, write_alias(settings), query, size=READ_AT_ONCE)


def _reopen(client: OpenSearch, settings: OpenSearchSettings, renew: Renew) -> int:
    """Make the articles of every broken story pending again; returns how many stories those are."""
    broken = list(_broken(client, settings))
    for some in chunks(broken, READ_AT_ONCE):
        write(
            client,
            settings,
            (Change.of(hit, {"story_version": None}) for hit in _of_stories(client, settings, some)),
            renew,
        )
    return len(broken)


def _broken(client: OpenSearch, settings: OpenSearchSettings) -> Iterator[str]:
    """Stories whose head is not there or does not count as many articles as there are.

    An article has left or was filed anew with another text, or a run was killed between two writes.
    """
    in_story = [
        {"range": {"story_copies": {"gte": 2}}},
        {"bool": {"must_not": [{"exists": {"field": "story_copies"}}]}},
    ]
    sources = {"size": 1000, "sources": [{"story": {"terms": {"field": "story_id"}}}]}
    after: Document = {}
    while True:
        answer = client.search(
            index=write_alias(settings),
            body={
                "size": 0,
                "query": {"bool": {"filter": [CURRENT], "should": in_story, "minimum_should_match": 1}},
                "aggs": {
                    "stories": {
                        "composite": {**sources, **after},
                        "aggs": {"counted": {"sum": {"field": "story_copies"}}},
                    }
                },
            },
        )["aggregations"]["stories"]
        for bucket in answer["buckets"]:
            if bucket["doc_count"] != bucket["counted"]["value"]:
                yield bucket["key"]["story"]
        if "after_key" not in answer:
            return
        after = {"after": answer["after_key"]}
