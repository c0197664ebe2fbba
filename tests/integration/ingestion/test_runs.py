"""Runs of a feed on a real node, by the same steps as the DAG."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import pytest
from opensearchpy import OpenSearch, helpers

from clippings.errors import RejectedShareError
from clippings.feeds import Feed, Format
from clippings.ingestion.ingesting import ingest
from clippings.ingestion.local import run_here
from clippings.ingestion.reports import Counts, RunReport
from clippings.ingestion.run import Interval, Reprocess, RunKind, RunRequest
from clippings.ingestion.selecting import select
from clippings.pipeline import Pipeline
from clippings.search.aliases import read_alias, refresh
from clippings.settings import PROJECT, OpenSearchSettings

DUE = datetime(2012, 6, 1, tzinfo=UTC)
PAGE = """{title}

BERLIN, {day} (Reuters) - The city council voted on the {title} after a debate that lasted well into the night.

Members of all parties said that the plan for the {title} would be carried out before the end of the coming year.

The mayor told reporters that the costs had been checked twice, and that nobody would have to pay more than before.
"""


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """The pipeline with the rules of the repo."""
    return Pipeline.load()


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    """A feed over an empty folder."""
    folder = tmp_path / "feed"
    folder.mkdir()
    return Feed(
        id="pages",
        title="Pages",
        location=str(folder),
        schedule="0 0 1 * *",
        start=date(2008, 1, 1),
        patterns=("**/*.txt",),
        format=Format.TEXT,
        bad_share_limit=1.0,
    )


@pytest.fixture
def seeds(feed: Feed) -> Feed:
    """The feed with the five seeds in its folder."""
    for page in (PROJECT / "include" / "seeds").glob("*.txt"):
        shutil.copy(page, feed.location)
    return feed


TypeRun = Callable[..., RunReport]


@pytest.fixture
def run(client: OpenSearch, opensearch: OpenSearchSettings, feed: Feed) -> TypeRun:
    """One run of the feed: a manual one, or a backfill where an interval is named."""
    numbers = iter(range(1000))

    def run(interval: tuple[str, str] | None = None, **changes: object) -> RunReport:
        request = RunRequest(
            run=f"test/{next(numbers)}",
            feed=feed,
            kind=RunKind.BACKFILL if interval else RunKind.MANUAL,
            interval=Interval(*(date.fromisoformat(day) for day in interval)) if interval else None,
            at=DUE,
        )
        return run_here(client, opensearch, replace(request, **changes))

    return run


def everything(client: OpenSearch, settings: OpenSearchSettings) -> dict[str, tuple[object, object]]:
    """Every document of the index with its version and body."""
    refresh(client, settings)
    hits = helpers.scan(client, index=read_alias(settings), query={"version": True, "query": {"match_all": {}}})
    return {hit["_id"]: (hit["_version"], hit["_source"]) for hit in hits}


def write(feed: Feed, path: str, title: str, day: str = "October 18") -> Path:
    """A page of the feed."""
    page = Path(feed.location) / path
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(PAGE.format(title=title, day=day), encoding="utf-8")
    return page


def test_a_manual_run_files_every_seed_once(seeds: Feed, run: TypeRun) -> None:
    """A manual run over the five seeds files five articles, and a second one reads nothing."""
    assert run().counts == Counts(read=5, indexed=5)
    assert run().counts == Counts()


def test_a_backfill_takes_the_documents_of_its_interval(
    seeds: Feed, run: TypeRun, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """On an empty index each month's backfill files just the articles that are dated to it."""
    months = [f"{year}-{month:02}-01" for year in range(2008, 2013) for month in range(1, 13)]
    filed = {}
    for start, end in pairwise(months):
        counts = run((start, end)).counts
        assert counts.balance == 0
        if counts.read:
            filed[start[:7]] = counts.indexed
    assert filed == {"2008-03": 1, "2011-09": 1, "2011-10": 1, "2012-05": 2}
    assert len(everything(client, opensearch)) == 5


def test_a_backfill_again_changes_no_document(
    seeds: Feed, run: TypeRun, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """A backfill over what is filed already reads it again and writes nothing."""
    run()
    before = everything(client, opensearch)
    assert run(("2008-01-01", "2012-07-01")).counts == Counts(read=5, unchanged=5)
    assert everything(client, opensearch) == before


def test_a_backfill_brings_back_a_deleted_document(
    seeds: Feed, run: TypeRun, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """An article that was deleted from the index is filed again by a backfill of its month."""
    run()
    before = everything(client, opensearch)
    lost = next(key for key, (_, source) in before.items() if source["month"] == "2011-10")
    client.delete(index=read_alias(opensearch), id=lost, refresh=True)
    assert run(("2011-10-01", "2011-11-01")).counts == Counts(read=1, indexed=1)
    assert {key: body for key, (_, body) in everything(client, opensearch).items()} == {
        key: body for key, (_, body) in before.items()
    }


def test_an_interval_without_documents_has_no_batches(
    seeds: Feed, client: OpenSearch, opensearch: OpenSearchSettings, pipeline: Pipeline
) -> None:
    """A backfill of a month without articles plans nothing."""
    interval = Interval(date(2009, 1, 1), date(2009, 2, 1))
    request = RunRequest("test/empty", seeds, RunKind.BACKFILL, interval, DUE)
    assert select(client, opensearch, request).batches == []


def test_a_manual_run_after_a_backfill_takes_the_rest(seeds: Feed, run: TypeRun) -> None:
    """Files that only a backfill has touched are still wholly filed by the next manual run."""
    assert run(("2012-05-01", "2012-06-01")).counts.indexed == 2
    assert run().counts == Counts(read=5, indexed=3, unchanged=2)


def test_a_changed_file_leaves_no_former_article(
    feed: Feed, run: TypeRun, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """When a file's content is replaced, the article made of the former content leaves the index."""
    write(feed, "a.txt", "harbour tunnel")
    run()
    write(feed, "a.txt", "new city library")
    report = run()
    assert (report.counts.indexed, report.removed) == (1, 1)
    assert [source["title"] for _, source in everything(client, opensearch).values()] == ["new city library"]


def test_same_named_files_of_two_folders_stay_apart(
    feed: Feed, run: TypeRun, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """Files of one name in different folders are two articles, even with the same content."""
    write(feed, "north/page.txt", "harbour tunnel")
    write(feed, "south/page.txt", "harbour tunnel")
    assert run().counts == Counts(read=2, indexed=2)
    files = {source["file"] for _, source in everything(client, opensearch).values()}
    assert files == {"north/page.txt", "south/page.txt"}


def test_a_bad_record_is_quarantined_and_released_once_it_is_mended(
    feed: Feed, run: TypeRun, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """An empty file is counted as quarantined with its reason, and leaves quarantine when it holds a page."""
    write(feed, "good.txt", "harbour tunnel")
    bad = Path(feed.location) / "bad.txt"
    bad.write_text("", encoding="utf-8")
    report = run()
    assert report.counts == Counts(read=2, indexed=1, quarantined=1)
    assert sum(report.reasons.values()) == 1
    quarantined = client.search(index=f"{opensearch.index_prefix}clippings-quarantine")["hits"]["hits"]
    assert [hit["_source"]["path"] for hit in quarantined] == ["bad.txt"]
    write(feed, "bad.txt", "new city library")
    assert run(reprocess=Reprocess.QUARANTINED).counts == Counts(read=1, indexed=1)
    assert client.count(index=f"{opensearch.index_prefix}clippings-quarantine")["count"] == 0


def test_articles_of_an_archive_are_held_to_the_law(
    feed: Feed, run: TypeRun, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """A zip's pages are filed and balanced under the zip; a page that a new zip lacks leaves the index."""
    first, second = write(feed, "first.txt", "harbour tunnel"), write(feed, "second.txt", "new city library")
    packed = Path(feed.location) / "pages!" / "pack.zip.txt"
    packed.parent.mkdir()
    with ZipFile(packed, "w") as archive:
        archive.write(first, "a/first.txt")
        archive.write(second, "second.txt")
    first.unlink()
    second.unlink()
    assert run().counts == Counts(read=2, indexed=2)
    with ZipFile(packed, "w") as archive:
        archive.writestr("second.txt", PAGE.format(title="new city library", day="October 18"))
    assert run().counts == Counts(read=1, unchanged=1)
    assert [body["file"] for _, body in everything(client, opensearch).values()] == ["pages!/pack.zip.txt!/second.txt"]


def test_too_many_bad_records_fail_the_run_after_the_good_are_filed(
    feed: Feed, run: TypeRun, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """Beyond the feed's limit of bad records a run fails, and what is good is in the index all the same."""
    write(feed, "good.txt", "harbour tunnel")
    (Path(feed.location) / "bad.txt").write_text(" \n", encoding="utf-8")
    with pytest.raises(RejectedShareError, match=r"1 of 2 records \(50.0%\)"):
        run(feed=replace(feed, bad_share_limit=0.05))
    assert len(everything(client, opensearch)) == 1


def test_articles_of_a_removed_file_leave_only_where_the_feed_says_so(
    feed: Feed, run: TypeRun, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """A file that is gone keeps its articles, unless the feed declares remove_missing."""
    write(feed, "stays.txt", "harbour tunnel")
    leaves = write(feed, "leaves.txt", "new city library")
    run()
    leaves.unlink()
    assert run().removed == 0
    assert len(everything(client, opensearch)) == 2
    assert run(feed=replace(feed, remove_missing=True)).removed == 1
    assert [source["file"] for _, source in everything(client, opensearch).values()] == ["stays.txt"]


def test_a_file_that_vanishes_after_planning_is_no_failure(
    feed: Feed, client: OpenSearch, opensearch: OpenSearchSettings, pipeline: Pipeline
) -> None:
    """A file that was planned and is gone when it is to be read is reported, and the other files are filed."""
    from clippings.ingestion.reconciling import reconcile

    write(feed, "stays.txt", "harbour tunnel")
    leaves = write(feed, "leaves.txt", "new city library")
    request = RunRequest("test/vanishing", feed, RunKind.MANUAL, None, DUE)
    batches = select(client, opensearch, request).batches
    leaves.unlink()
    for batch in batches:
        ingest(client, opensearch, pipeline, request, batch)
    report = reconcile(client, opensearch, request, batches)
    assert (report.counts, report.files) == (Counts(read=1, indexed=1), 2)


def test_a_task_that_is_done_twice_counts_the_same_records(
    feed: Feed, client: OpenSearch, opensearch: OpenSearchSettings, pipeline: Pipeline
) -> None:
    """A batch ingested again after it was filed reports every record once, as unchanged."""
    from clippings.ingestion.reconciling import reconcile

    for number in range(3):
        write(feed, f"{number}.txt", f"harbour tunnel number {number}")
    request = RunRequest("test/twice", feed, RunKind.MANUAL, None, DUE)
    batches = select(client, opensearch, request).batches
    assert ingest(client, opensearch, pipeline, request, batches[0]) == Counts(read=3, indexed=3)
    assert ingest(client, opensearch, pipeline, request, batches[0]) == Counts(read=3, unchanged=3)
    assert reconcile(client, opensearch, request, batches).counts == Counts(read=3, unchanged=3)


def test_a_run_narrowed_to_a_source_takes_only_that_source(seeds: Feed, run: TypeRun) -> None:
    """With the Param `source` a run files that source's articles, and the next run without it files the others."""
    assert run(source="CNN").counts == Counts(read=2, indexed=2, elsewhere=3)
    assert run().counts == Counts(read=5, indexed=3, unchanged=2)
