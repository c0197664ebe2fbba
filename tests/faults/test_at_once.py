"""Two runs over the same files at once."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.faults.archives import PAGES, Archive, Holding, lines_of

from clippings.feeds import Feed
from clippings.ingestion import missing
from clippings.ingestion.ingesting import ingest
from clippings.ingestion.local import run_here
from clippings.ingestion.reconciling import reconcile
from clippings.ingestion.reports import RunReport
from clippings.ingestion.run import RunRequest
from clippings.ingestion.selecting import select
from clippings.pipeline import Pipeline
from clippings.readers import FileStat, list_files
from clippings.search.aliases import ensure_index
from clippings.search.client import connect

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("small_bulks")]


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """The pipeline with the rules of the repo."""
    return Pipeline.load()


class Steps:
    """A run of which each step is taken when the test says so."""

    def __init__(self, archive: Archive, pipeline: Pipeline) -> None:
        ensure_index(archive.client, archive.settings)
        self.archive, self.pipeline, self.request = archive, pipeline, archive.request()
        self.batches: list[int] = []

    def select(self) -> None:
        """Plan it."""
        self.batches = select(self.archive.client, self.archive.settings, self.request).batches

    def ingest(self) -> None:
        """Read and file all of its batches."""
        for batch in self.batches:
            ingest(self.archive.client, self.archive.settings, self.pipeline, self.request, batch)

    def reconcile(self) -> RunReport:
        """Hold it to the law."""
        return reconcile(self.archive.client, self.archive.settings, self.request, self.batches)


def test_two_runs_at_once_file_everything_once(archive: Archive, calm: Holding) -> None:
    """Two runs that start at the same moment both balance, and of each article one says that it was indexed."""
    ensure_index(archive.client, archive.settings)
    together = threading.Barrier(2)
    requests = [archive.request(), archive.request()]
    reports: list[RunReport] = []

    def run(request: RunRequest) -> None:
        with connect(archive.settings) as client:
            together.wait()
            reports.append(run_here(client, archive.settings, request))

    threads = [threading.Thread(target=run, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 2
    for report in reports:
        archive.assert_lawful(report)
    assert sum(report.counts.indexed for report in reports) == len(calm.articles)
    assert archive.holding() == calm


def test_a_record_that_two_runs_reject_at_once_stays_in_quarantine(
    archive: Archive, pipeline: Pipeline, calm: Holding
) -> None:
    """Step by step at the same time, neither run takes the other's rejected records out of quarantine."""
    first, second = Steps(archive, pipeline), Steps(archive, pipeline)
    for one in (first, second):
        one.select()
    for one in (first, second):
        one.ingest()
    for one in (first, second):
        archive.assert_lawful(one.reconcile())
    assert archive.holding() == calm


def test_a_file_that_changes_between_the_starts_of_two_runs(archive: Archive, pipeline: Pipeline) -> None:
    """The run that knows only the former state of a file and ends last leaves nothing behind that the next run misses."""
    file = Path(archive.feed.location) / "1.jsonl"
    first, second = Steps(archive, pipeline), Steps(archive, pipeline)
    first.select()
    former = file.read_bytes()
    file.write_text(lines_of(PAGES[100:120]), encoding="utf-8")
    present = file.stat()
    second.select()
    second.ingest()
    second.reconcile()
    # The first has read the file before it was changed, and is late with filing what it read.
    file.write_bytes(former)
    first.ingest()
    file.write_text(lines_of(PAGES[100:120]), encoding="utf-8")
    os.utime(file, ns=(present.st_atime_ns, present.st_mtime_ns))
    archive.assert_lawful(first.reconcile())
    archive.assert_lawful(archive.run())
    wanted = archive.undisturbed(replace(archive.settings, index_prefix=f"{archive.settings.index_prefix}calm-"))
    assert archive.holding() == wanted


def test_a_file_filed_while_missing_ones_are_looked_for_stays(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that has listed the feed before a file came does not take the file for gone once another run has filed it."""
    archive.feed = replace(archive.feed, remove_missing=True)
    archive.run()
    came = Path(archive.feed.location) / "came.jsonl"

    def listed_before_it_came(feed: Feed) -> Iterator[FileStat]:
        before = list(list_files(feed))
        if not came.exists():
            came.write_text(lines_of(PAGES[100:105]), encoding="utf-8")
            archive.run()
        return iter(before)

    monkeypatch.setattr(missing, "list_files", listed_before_it_came)
    archive.assert_lawful(archive.run())
    monkeypatch.undo()
    wanted = archive.undisturbed(replace(archive.settings, index_prefix=f"{archive.settings.index_prefix}calm-"))
    assert archive.holding() == wanted
