"""A file changes between the moment at which a run is planned and the moment at which it is read."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.faults.archives import BROKEN, PAGES, Archive, lines_of

from clippings.ingestion import selecting
from clippings.ingestion.ingesting import ingest
from clippings.ingestion.reconciling import reconcile
from clippings.ingestion.selecting import select
from clippings.pipeline import Pipeline
from clippings.search.aliases import ensure_index

pytestmark = pytest.mark.faults

FURTHER = PAGES[100:110]


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """The pipeline with the rules of the repo."""
    return Pipeline.load()


def grow(file: Path) -> None:
    """More lines at the end, the last of them not yet whole."""
    with file.open("a", encoding="utf-8") as lines:
        lines.write(lines_of(FURTHER) + BROKEN)


def shrink(file: Path) -> None:
    """Cut in the midst of a line."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def put_another(file: Path) -> None:
    """Another file under the same name, whose lines end elsewhere."""
    file.write_text(lines_of([*FURTHER, *PAGES[10:20], "short"]), encoding="utf-8")


@pytest.mark.parametrize("in_ranges", [False, True], ids=["whole", "ranges"])
@pytest.mark.parametrize("change", [grow, shrink, Path.unlink, put_another])
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_a_file_that_changes_between_select_and_ingest(
    archive: Archive,
    pipeline: Pipeline,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path], None],
    in_ranges: bool,
    known: bool,
) -> None:
    """The run balances, and the next one files what the file holds by then and takes out what it no longer holds."""
    if in_ranges:
        monkeypatch.setattr(selecting, "RANGE_BYTES", 16 * 1024)
    archive.feed = replace(archive.feed, remove_missing=True)
    file = Path(archive.feed.location) / "1.jsonl"
    if known:
        archive.run()
        with file.open("a", encoding="utf-8") as lines:
            lines.write(lines_of(PAGES[90:95]))
    ensure_index(archive.client, archive.settings)
    request = archive.request()
    selection = select(archive.client, archive.settings, request)
    change(file)
    for batch in selection.batches:
        ingest(archive.client, archive.settings, pipeline, request, batch)
    archive.assert_lawful(reconcile(archive.client, archive.settings, request, selection.batches))
    archive.assert_lawful(archive.run())
    calm = replace(archive.settings, index_prefix=f"{archive.settings.index_prefix}calm-")
    assert archive.holding() == archive.undisturbed(calm)


def test_a_file_that_vanishes_after_it_was_filed(archive: Archive, pipeline: Pipeline) -> None:
    """Where removed files are to leave the index, so does a new one that was filed by a run which never came to its end."""
    archive.feed = replace(archive.feed, remove_missing=True)
    ensure_index(archive.client, archive.settings)
    request = archive.request()
    for batch in select(archive.client, archive.settings, request).batches:
        ingest(archive.client, archive.settings, pipeline, request, batch)
    (Path(archive.feed.location) / "1.jsonl").unlink()
    archive.assert_lawful(archive.run())
    calm = replace(archive.settings, index_prefix=f"{archive.settings.index_prefix}calm-")
    assert archive.holding() == archive.undisturbed(calm)
