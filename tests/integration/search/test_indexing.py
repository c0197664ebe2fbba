"""Filing articles on the real node: an outcome for each, whatever the node answers."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from opensearchpy import OpenSearch
from tests.integration.search.faults import CUT, between
from tests.unit.search.samples import article

from clippings.articles import Article
from clippings.errors import ServiceError
from clippings.search.aliases import ensure_index, read_alias, refresh, versions, write_alias
from clippings.search.client import Patience, connect
from clippings.search.indexing import Outcome, Status, file_articles
from clippings.search.queries import get_article
from clippings.settings import OpenSearchSettings

HASTE = Patience(total=20.0, first=0.01, longest=0.1)
BRIEF = Patience(total=0.5, first=0.01, longest=0.1)


def articles(name: str, count: int) -> list[Article]:
    """Some articles with a text of a few kilobytes."""
    return [article(f"{name}-{number}", f"Article {number} of {name}. " * 200) for number in range(count)]


def statuses(outcomes: Iterator[Outcome]) -> dict[Status, int]:
    """How many outcomes there are of each kind."""
    return dict(Counter(outcome.status for outcome in outcomes))


def count(client: OpenSearch, settings: OpenSearchSettings, name: str) -> int:
    """How many of the articles are in the index."""
    refresh(client, settings)
    return int(client.count(index=read_alias(settings), body={"query": {"prefix": {"file": f"{name}-"}}})["count"])


def test_filing_again_changes_nothing(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """What is filed already is not written; what has changed is."""
    filed = articles("again", 50)
    assert statuses(file_articles(client, opensearch, filed)) == {Status.INDEXED: 50}
    assert statuses(file_articles(client, opensearch, filed)) == {Status.UNCHANGED: 50}
    changed = [replace(filed[0], text="Another text."), *filed[1:]]
    assert statuses(file_articles(client, opensearch, changed)) == {Status.INDEXED: 1, Status.UNCHANGED: 49}
    refresh(client, opensearch)
    found = get_article(client, opensearch, "again-0")
    assert found is not None
    assert found.article.text == "Another text."


def test_the_same_id_twice_is_a_duplicate(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """In one stream an id is filed once, and counted as a duplicate the second time."""
    filed = articles("twice", 3)
    assert statuses(file_articles(client, opensearch, [*filed, *filed])) == {Status.INDEXED: 3, Status.DUPLICATE: 3}


def test_a_refused_article_harms_no_other(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """An article the index cannot take is refused with the reason; the others of its batch are filed."""
    good = articles("refused", 4)
    bad_date = replace(article("refused-date", "text", date="2012"), words=10**12)
    bad_id = article("x" * 600, "text")
    bad_text = article("refused-text", "half a character: \ud800")
    outcomes = list(file_articles(client, opensearch, [*good, bad_date, bad_id, bad_text]))
    refused = {outcome.id: outcome.message for outcome in outcomes if outcome.status is Status.REFUSED}
    assert set(refused) == {"refused-date", "x" * 600, "refused-text"}
    assert all(refused.values())
    assert count(client, opensearch, "refused") == 4


def test_articles_are_taken_as_they_are_sent(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """Filing is lazy: the first outcome comes long before the last article is taken."""
    taken = 0

    def stream() -> Iterator[Article]:
        nonlocal taken
        for each in articles("lazy", 3000):
            taken += 1
            yield each

    outcomes = file_articles(client, opensearch, stream())
    next(outcomes)
    assert taken < 2500
    assert 1 + len(list(outcomes)) == 3000


@pytest.mark.parametrize("status", [429, 502, 503, 504, CUT])
def test_a_passing_fault_loses_nothing(client: OpenSearch, opensearch: OpenSearchSettings, status: int) -> None:
    """Busy answers and cut connections are tried again until everything is filed once."""
    asked = Counter[str]()

    def fault(path: str, _: bytes) -> int | None:
        kind = "bulk" if "_bulk" in path else "other"
        asked[kind] += 1
        return status if asked[kind] <= 3 else None

    with between(opensearch, fault) as faulty, connect(faulty, BRIEF) as through:
        outcomes = file_articles(through, faulty, articles(f"fault{status}", 20), patience=HASTE)
        assert statuses(outcomes) == {Status.INDEXED: 20}
    assert count(client, opensearch, f"fault{status}") == 20


def test_an_answer_lost_after_the_write_files_once(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """A bulk whose answer never came is sent again; the documents are there once."""
    lost = 0

    def fault(path: str, body: bytes) -> int | None:
        nonlocal lost
        if "_bulk" not in path or lost:
            return None
        lost = 1
        headers = {"Content-Type": "application/x-ndjson"}
        httpx.post(f"{opensearch.url}{path}", content=body, headers=headers, trust_env=False).raise_for_status()
        return CUT

    with between(opensearch, fault) as faulty, connect(faulty, BRIEF) as through:
        outcomes = file_articles(through, faulty, articles("lost", 20), patience=HASTE)
        assert statuses(outcomes) == {Status.INDEXED: 20}
    assert lost
    assert count(client, opensearch, "lost") == 20


def test_a_request_too_large_is_split(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """Batches are halved until they pass; an article too large by itself is refused with its size."""

    def fault(path: str, body: bytes) -> int | None:
        return 413 if "_bulk" in path and len(body) > 20_000 else None

    huge = article("split-huge", "word " * 10_000)
    with between(opensearch, fault) as faulty, connect(faulty, BRIEF) as through:
        outcomes = list(file_articles(through, faulty, [*articles("split", 20), huge], patience=HASTE))
    assert Counter(outcome.status for outcome in outcomes) == {Status.INDEXED: 20, Status.REFUSED: 1}
    assert "bytes" in next(outcome.message for outcome in outcomes if outcome.message)
    assert count(client, opensearch, "split") == 20


def test_a_node_that_stays_away_is_given_up_on(opensearch: OpenSearchSettings) -> None:
    """Patience is bounded, and the message says what to do."""
    with (
        between(opensearch, lambda _path, _body: 503) as faulty,
        connect(faulty, BRIEF) as through,
        pytest.raises(ServiceError, match="start the run again"),
    ):
        list(file_articles(through, faulty, articles("away", 5), patience=BRIEF))


@pytest.mark.parametrize("status", [401, 403])
def test_no_access_stops_at_once(opensearch: OpenSearchSettings, status: int) -> None:
    """A refused login is not tried again."""
    asked = 0

    def fault(_path: str, _body: bytes) -> int:
        nonlocal asked
        asked += 1
        return status

    with (
        between(opensearch, fault) as faulty,
        connect(faulty, HASTE) as through,
        pytest.raises(ServiceError, match="refuses access"),
    ):
        list(file_articles(through, faulty, articles("denied", 5), patience=HASTE))
    assert asked == 1


@pytest.mark.parametrize("block", ["write", "read_only_allow_delete"])
def test_a_read_only_index_stops_the_run(client: OpenSearch, opensearch: OpenSearchSettings, block: str) -> None:
    """A blocked index (by hand, or by a full disk) is said to be one; released, the rest is filed."""
    name = f"block-{block}"
    client.indices.put_settings(index=write_alias(opensearch), body={f"index.blocks.{block}": True})
    try:
        with pytest.raises(ServiceError, match="takes no writes"):
            list(file_articles(client, opensearch, articles(name, 5), patience=HASTE))
    finally:
        client.indices.put_settings(index=write_alias(opensearch), body={f"index.blocks.{block}": None})
    assert statuses(file_articles(client, opensearch, articles(name, 5))) == {Status.INDEXED: 5}


def test_without_an_index_nothing_is_made_by_accident(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """A missing index stops the run, and is not made by writing to it."""
    nowhere = replace(opensearch, index_prefix=f"{opensearch.index_prefix}none-")
    with pytest.raises(ServiceError, match="clippings index create"):
        list(file_articles(client, nowhere, articles("nowhere", 5)))
    assert not client.indices.exists(index=write_alias(nowhere))


def test_a_bulk_that_finds_no_index_asks_for_it_once(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """Where a bulk is told that there is no index, the cluster is asked once for all its documents, and the bulk is sent
    again if it has one."""
    bulks, questions = 0, 0

    def fault(path: str, _body: bytes) -> int | None:
        nonlocal bulks, questions
        bulks += "_bulk" in path
        questions += "/_alias/" in path
        return 404 if "_bulk" in path and bulks == 1 else None

    with between(opensearch, fault) as faulty, connect(faulty, BRIEF) as through:
        outcomes = file_articles(through, faulty, articles("astray", 20), patience=HASTE)
        assert statuses(outcomes) == {Status.INDEXED: 20}
    assert (bulks, questions) == (2, 1)
    assert count(client, opensearch, "astray") == 20


def test_a_cluster_that_lets_no_index_be_made_says_so(client: OpenSearch, opensearch: OpenSearchSettings) -> None:
    """Where OpenSearch forbids new indices, as it does for a while after its disk was full, the reason is told, and not
    taken for a refused login."""
    nowhere = replace(opensearch, index_prefix=f"{opensearch.index_prefix}full-")
    client.cluster.put_settings(body={"persistent": {"cluster.blocks.create_index": True}})
    try:
        with pytest.raises(ServiceError, match="make room"):
            ensure_index(client, nowhere)
    finally:
        client.cluster.put_settings(body={"persistent": {"cluster.blocks.create_index": None}})


def test_several_may_make_the_index_at_once(opensearch: OpenSearchSettings) -> None:
    """One of them makes it, all of them have it, and again changes nothing."""
    own = replace(opensearch, index_prefix=f"{opensearch.index_prefix}race-")
    with connect(own) as client, ThreadPoolExecutor(4) as pool:
        states = list(pool.map(lambda _: ensure_index(client, own), range(4)))
        assert sum(state.created for state in states) == 1
        assert {state.index for state in states} == {f"{own.index_prefix}articles-v1"}
        assert not ensure_index(client, own).created
        (version,) = versions(client, own)
        assert version.read
        assert version.written
        assert version.up_to_date


def test_a_changed_mapping_is_reported(opensearch: OpenSearchSettings) -> None:
    """An index made from another mapping is still used, and said to be behind."""
    own = replace(opensearch, index_prefix=f"{opensearch.index_prefix}old-")
    with connect(own) as client:
        state = ensure_index(client, own)
        client.indices.put_mapping(index=state.index, body={"_meta": {"mapping_hash": "another"}})
        assert not ensure_index(client, own).up_to_date
