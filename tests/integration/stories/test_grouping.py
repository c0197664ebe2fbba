"""Articles get their stories on the real node: in any order, again and again, whatever happens in between."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

import pytest
from fastapi.testclient import TestClient
from tests.integration.stories.conftest import Archive
from tests.unit.search.samples import article
from tests.unit.stories.texts import commented, cut, edited, text

from clippings.errors import ServiceError
from clippings.search.aliases import read_alias, versioned_index
from clippings.search.indexing import Status
from clippings.search.mapping import index_body
from clippings.search.rebuilding import rebuild
from clippings.stories import grouping, writing
from clippings.stories.turn import Renew
from clippings.web import create_app

STORY, OTHER = text(1), text(2)
WHOLE = text(3, 400)
COPIES = [
    article("m-original", STORY),
    article("a-cut", cut(STORY, 0, 0.72)),
    article("z-edited", edited(STORY, 5)),
    article("k-commented", commented(STORY, 6)),
]
ALONE = [article("b-other", OTHER), article("y-another", text(4))]
TOGETHER = {frozenset(one.id for one in COPIES), frozenset({"b-other"}), frozenset({"y-another"})}
HALVES = [article("h-first", cut(WHOLE, 0, 0.6)), article("g-last", cut(WHOLE, 0.4, 1))]
BRIDGE = article("q-whole", WHOLE)


@pytest.mark.parametrize("page", [1, 500])
@pytest.mark.parametrize("turned", [False, True])
def test_any_order_of_arrival_gives_the_same_stories(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, page: int, turned: bool
) -> None:
    """Copies filed and grouped one by one, in either order, get the same story ids as all of them at once."""
    monkeypatch.setattr(grouping, "PAGE", page)
    articles = [*COPIES, *ALONE][:: -1 if turned else 1]
    if page == 1:
        for one in articles:
            archive.file(one)
            assert archive.group().articles == 1
    else:
        archive.file(*articles)
        assert archive.group().articles == len(articles)
    assert archive.groups() == TOGETHER
    assert archive.stories()["z-edited"] == "a-cut"


def test_a_second_run_writes_nothing(archive: Archive) -> None:
    """Where all is grouped, a run leaves every document as it is, and says what there is."""
    archive.file(*COPIES, *ALONE)
    archive.group()
    before = archive.client.indices.stats(index=read_alias(archive.settings), level="shards")
    done = archive.group()
    assert (done.articles, done.reopened, done.stories, done.copies) == (0, 0, 1, 4)
    after = archive.client.indices.stats(index=read_alias(archive.settings), level="shards")
    numbers = [
        shard["seq_no"]["max_seq_no"]
        for answer in (before, after)
        for index in answer["indices"].values()
        for shard in index["shards"]["0"]
    ]
    assert len(set(numbers)) == 1


def test_two_stories_become_one_by_an_article_between_them_and_part_without_it(archive: Archive) -> None:
    """Halves that are no copies of each other belong together while the whole is there, and apart when it leaves."""
    archive.file(*HALVES)
    archive.group()
    assert archive.groups() == {frozenset({"h-first"}), frozenset({"g-last"})}
    archive.file(BRIDGE)
    archive.group()
    assert archive.groups() == {frozenset({"h-first", "g-last", "q-whole"})}
    archive.remove("q-whole")
    assert archive.group().reopened == 1
    assert archive.groups() == {frozenset({"h-first"}), frozenset({"g-last"})}


def test_the_story_goes_on_without_its_head(archive: Archive) -> None:
    """Where the article that gave the story its id leaves, the next one does."""
    archive.file(*COPIES)
    archive.group()
    archive.remove("a-cut")
    archive.group()
    assert set(archive.stories().values()) == {"k-commented"}


def test_an_article_filed_unchanged_keeps_its_story(archive: Archive) -> None:
    """Filing the same articles again finds them unchanged, stories and all."""
    archive.file(*COPIES)
    archive.group()
    before = archive.documents()
    assert archive.file(*COPIES) == [Status.UNCHANGED] * 4
    assert archive.documents() == before


def test_an_article_filed_with_another_text_is_grouped_anew(archive: Archive) -> None:
    """A changed article leaves its story for the one it is now a copy of, and both count right."""
    archive.file(*COPIES, *ALONE)
    archive.group()
    assert archive.file(article("a-cut", edited(OTHER, 9))) == [Status.INDEXED]
    archive.group()
    assert archive.groups() == {
        frozenset({"m-original", "z-edited", "k-commented"}),
        frozenset({"a-cut", "b-other"}),
        frozenset({"y-another"}),
    }


def test_short_and_empty_texts_are_nobodys_copies(archive: Archive) -> None:
    """Two pages that say the same few words are not one story."""
    archive.file(*(article(f"short-{number}", "Please log in to read this.") for number in range(3)), article("e", ""))
    archive.group()
    assert len(archive.groups()) == 4


def test_many_identical_texts_are_one_story(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that stands in many files is compared once, not with each of its copies."""
    monkeypatch.setattr(grouping, "PAGE", 40)
    archive.file(*(article(f"same-{number:03}", STORY) for number in range(100)))
    archive.group()
    assert set(archive.stories().values()) == {"same-000"}


@pytest.mark.faults
def test_a_run_killed_at_any_request_is_ended_by_the_next(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever write of a run is its last, one more run makes the stories right."""
    monkeypatch.setattr(writing, "AT_ONCE", 1)
    archive.file(*HALVES)
    archive.group()
    articles = [*COPIES, *ALONE, BRIDGE]
    archive.file(*articles)
    before = archive.documents()
    writes = len(articles) + len(HALVES)
    for last in range(writes):
        written = Countdown(last)
        monkeypatch.setattr(grouping, "write", written.write)
        with pytest.raises(KilledError):
            archive.group()
        monkeypatch.setattr(grouping, "write", writing.write)
        archive.group()
        assert archive.groups() == {*TOGETHER, frozenset({"h-first", "g-last", "q-whole"})}, last
        for id, source in before.items():
            archive.client.index(index=read_alias(archive.settings), id=id, body=source)


class KilledError(BaseException):
    """What stands for a kill."""


class Countdown:
    """Lets so many requests through, then none."""

    def __init__(self, requests: int) -> None:
        self.left = requests + 1

    def write(self, client, settings, changes, renew: Renew):
        """As `writing.write`, until it is over."""

        def counting() -> None:
            renew()
            self.left -= 1
            if self.left <= 0:
                raise KilledError

        return writing.write(client, settings, changes, counting)


def test_articles_filed_changed_and_removed_meanwhile_are_grouped(archive: Archive) -> None:
    """Runs of ingestion and of grouping at once lose nothing; one more grouping after them finds all copies."""
    texts = {f"{number:03}": text(100 + number // 3, 120) for number in range(90)}
    failures: list[BaseException] = []

    def ingest() -> None:
        try:
            for start in range(0, 90, 15):
                ids = sorted(texts)[start : start + 15]
                archive.file(*(article(id, edited(texts[id], int(id), 0.02)) for id in ids))
                archive.file(*(article(id, texts[id]) for id in ids))
                archive.remove(ids[0])
                archive.file(article(ids[0], texts[ids[0]]))
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=ingest)
    thread.start()
    while thread.is_alive():
        archive.group()
    thread.join()
    assert not failures
    archive.group()
    expected = {frozenset(id for id in texts if int(id) // 3 == story) for story in range(30)}
    assert archive.groups() == expected
    held = archive.documents()
    assert {id: source["text_en"] for id, source in held.items()} == texts


def test_a_rebuild_keeps_stories_and_those_found_meanwhile(archive: Archive) -> None:
    """The new index has the stories of the old one, those among them that were written while it was filled."""
    archive.file(*COPIES)
    archive.group()
    archive.file(*ALONE, *HALVES, BRIDGE, *(article(f"n-{number}", text(50 + number)) for number in range(60)))
    failures: list[BaseException] = []
    ended = threading.Event()

    def group_on() -> None:
        try:
            while not ended.is_set():
                archive.group()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=group_on)
    thread.start()
    try:
        done = rebuild(archive.client, archive.settings)
    finally:
        ended.set()
        thread.join()
    assert not failures
    assert done.index == versioned_index(archive.settings, 2)
    archive.group()
    groups = archive.groups()
    assert {one for one in groups if len(one) > 1} == {
        frozenset(one.id for one in COPIES),
        frozenset({"h-first", "g-last", "q-whole"}),
    }
    assert len(groups) == 64


def test_an_index_from_before_stories_is_named_with_the_remedy(archive: Archive) -> None:
    """Where the index has no fields for stories, a run says that it must be rebuilt; all is filed and shown meanwhile,
    and grouped after it."""
    body = index_body()
    for name in ("story_id", "story_copies", "story_version", "story_text", "story_bands", "story_fingerprints"):
        del body["mappings"]["properties"][name]
    own = replace(archive.settings, index_prefix=f"{archive.settings.index_prefix}old-")
    aliases = {read_alias(own): {}, f"{own.index_prefix}articles-write": {"is_write_index": True}}
    archive.client.indices.create(index=versioned_index(own, 1), body={**body, "aliases": aliases})
    with pytest.raises(ServiceError, match="index rebuild"):
        grouping.group(archive.client, own)
    before = Archive(archive.client, own)
    before.file(*COPIES)
    assert len(before.documents()) == 4
    page = TestClient(create_app(lambda: own))
    assert page.get("/").text.count('<article class="hit">') == 4
    assert page.get("/article/a-cut").status_code == 200
    rebuild(archive.client, own)
    before.group()
    assert set(before.stories().values()) == {"a-cut"}


def test_every_order_of_three_gives_the_same(archive: Archive) -> None:
    """Where one article ties two stories together, it does so whether it comes first, between them or last."""
    found: set[frozenset[frozenset[str]]] = set()
    for order in orders([*HALVES, BRIDGE]):
        for one in order:
            archive.file(one)
            archive.group()
        found.add(frozenset(archive.groups()))
        archive.remove(*(one.id for one in order))
    assert found == {frozenset({frozenset({"h-first", "g-last", "q-whole"})})}


def orders(articles: list) -> Iterable[tuple]:
    """All orders."""
    return permutations(articles)
