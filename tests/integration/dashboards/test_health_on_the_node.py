"""The dashboard of ingestion against a real OpenSearch: what it counts is what status and the quarantine page say."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from statistics import fmean

import pytest
from tests.integration.dashboards.as_dashboards_asks import (
    MISSING,
    answered,
    listed,
    offered,
    refreshed_fields,
    visible,
)

from clippings.dashboards.health import health_objects
from clippings.feeds import Feed, Format
from clippings.ingestion.books import Book, index_of, write
from clippings.ingestion.local import run_here
from clippings.ingestion.quarantine import Narrowing, look_into
from clippings.ingestion.reports import Counts, RunReport, note_run
from clippings.ingestion.run import RunKind, RunRequest
from clippings.ingestion.status import feed_status
from clippings.search.aliases import ensure_index
from clippings.search.client import connect

HEALTH = "clippings-health"
TEXT = "The city council voted on the harbour tunnel after a debate that lasted well into the night. " * 4
FEEDS = {
    "north": {"a.jsonl": [TEXT, f"Another day. {TEXT}", TEXT, " "], "b.jsonl": ["{broken"]},
    "south": {"a.jsonl": [f"Elsewhere. {TEXT}", "\n"]},
}
"""The records of each file of each feed; what begins with a brace is no JSON."""

BROKEN = Counts(read=5, indexed=3)


def a_feed(folder, name, files):
    """A feed of JSON lines over a folder with these files."""
    folder.mkdir()
    for path, records in files.items():
        lines = [one if one.startswith("{") else json.dumps({"content": one}) for one in records]
        (folder / path).write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return Feed(
        id=name,
        title=name,
        location=str(folder),
        schedule="0 0 1 * *",
        start=date(2008, 1, 1),
        patterns=("**/*.jsonl",),
        format=Format.JSONL,
        columns={"content": "content"},
        bad_share_limit=1.0,
    )


@pytest.fixture(scope="module")
def client(opensearch):
    """A client of an empty archive."""
    with connect(opensearch) as client:
        ensure_index(client, opensearch)
        yield client


@pytest.fixture(scope="module")
def reports(client, opensearch, tmp_path_factory):
    """The reports of two runs over each feed, the second over what has not changed, and of one that did not balance."""
    folder = tmp_path_factory.mktemp("feeds")
    feeds = [a_feed(folder / name, name, files) for name, files in FEEDS.items()]
    done = []
    for number, at in enumerate((datetime(2012, 6, 1, tzinfo=UTC), datetime(2013, 6, 1, tzinfo=UTC))):
        for feed in feeds:
            request = RunRequest(f"{feed.id}/{number}", feed, RunKind.MANUAL, None, at)
            done.append((at, run_here(client, opensearch, request)))
    at = datetime(2014, 6, 1, tzinfo=UTC)
    due = at.isoformat()
    report = RunReport("north/2", "north", "manual", 1, BROKEN, 0, {}, False, "2 are missing", began=due, ended=due)
    note_run(client, opensearch, report, at=at.isoformat(), interval=None)
    return [*done, (at, report)]


@pytest.fixture(scope="module")
def objects(opensearch, reports):
    """The saved objects for this node's books, as they are imported, by id."""
    lines = [json.loads(each.line()) for each in health_objects(opensearch.index_prefix)]
    return {line["id"]: line for line in lines}


def test_the_patterns_have_the_fields_that_the_node_has(client, objects):
    """Refreshing an index pattern of the books from the node would change none of its fields."""
    patterns = [each for each in objects.values() if each["type"] == "index-pattern"]
    assert len(patterns) == 2
    for pattern in patterns:
        node = client.field_caps(index=pattern["attributes"]["title"], fields="*")
        assert visible(pattern["attributes"]["fields"]) == refreshed_fields(node)


def test_every_counting_visualization_is_compared_below(objects):
    """No visualization with aggregations is left out of these tests."""
    counting = {
        each["id"]
        for each in objects.values()
        if each["type"] == "visualization" and json.loads(each["attributes"]["visState"])["aggs"]
    }
    assert counting == {
        "clippings-run-count",
        "clippings-unbalanced",
        "clippings-in-quarantine",
        "clippings-runs-over-time",
        "clippings-outcomes-over-time",
        "clippings-law",
        "clippings-rates-over-time",
        "clippings-rates",
        "clippings-quarantine-reasons",
        "clippings-quarantine-stages",
    }


def test_runs_are_counted_and_nothing_else_of_their_book(client, opensearch, objects, reports):
    """The number of runs leaves out the plans and items that lie in the same book."""
    assert client.count(index=index_of(opensearch, Book.RUNS))["count"] > len(reports)
    assert answered(client, objects, "clippings-run-count", HEALTH) == {(): (len(reports),)}
    assert answered(client, objects, "clippings-unbalanced", HEALTH) == {(): (1,)}


def test_runs_over_time(client, objects, reports):
    """Each run stands in the year it was due, under its feed."""
    wanted = Counter((at.year, report.feed) for at, report in reports)
    found = answered(client, objects, "clippings-runs-over-time", HEALTH)
    assert {(int(due[:4]), feed): runs for (due, feed), (runs,) in found.items()} == dict(wanted)


def test_what_became_of_the_records_over_time(client, objects, reports):
    """Each year has the sums of what its runs report as indexed, unchanged, duplicate and quarantined."""
    wanted = {}
    for at, report in reports:
        wanted[at.year] = wanted.get(at.year, Counts()) + report.counts
    found = answered(client, objects, "clippings-outcomes-over-time", HEALTH)
    assert {int(due[:4]): figures for (due,), figures in found.items()} == {
        year: (counts.indexed, counts.unchanged, counts.duplicate, counts.quarantined)
        for year, counts in wanted.items()
    }
    assert wanted[2012].quarantined
    assert wanted[2012].duplicate


def test_both_sides_of_the_law(client, objects, reports):
    """For each feed the sums of both sides are those of its reports: equal where its runs balance, and only there."""
    wanted = {}
    for _, report in reports:
        key = report.feed, str(report.balanced).lower()
        wanted[key] = wanted.get(key, Counts()) + report.counts
    found = answered(client, objects, "clippings-law", HEALTH)
    assert found == {
        key: (each.read, each.indexed, each.unchanged, each.duplicate, each.quarantined, each.balance)
        for key, each in wanted.items()
    }
    for (_, balances), (read, *rest, unaccounted) in found.items():
        assert read == sum(rest) + unaccounted
        assert (unaccounted == 0) == (balances == "true")


def test_rates_are_those_of_the_reports_and_of_status(client, opensearch, objects, reports):
    """Each feed has the mean and the highest rate of its runs; the rate of the last run is what `status` says."""
    found = answered(client, objects, "clippings-rates", HEALTH)
    for feed in FEEDS:
        runs = [report for _, report in reports if report.feed == feed]
        rates = [report.rate for report in runs if report.rate is not None]
        assert found[(feed,)] == (pytest.approx(fmean(rates), rel=1e-5), pytest.approx(max(rates), rel=1e-5), len(runs))
    declared = Feed("south", "south", "/not/listed", "0 0 1 * *", date(2008, 1, 1))
    last = [report for _, report in reports if report.feed == "south"][-1]
    assert feed_status(client, opensearch, declared, listing=False).rate == pytest.approx(last.rate)
    by_year = answered(client, objects, "clippings-rates-over-time", HEALTH)
    ended = {report.ended[:4] for _, report in reports if report.rate is not None}
    assert {year[:4] for (year,), (rate,) in by_year.items() if rate} == ended


def test_quarantine_is_counted_as_by_its_page_and_by_status(client, opensearch, objects):
    """Records in quarantine are as many, for each reason and feed, as the page and `status` say."""
    page = look_into(client, opensearch, Narrowing())
    assert len(page.reasons) > 1
    assert answered(client, objects, "clippings-in-quarantine", HEALTH) == {(): (page.total,)}
    found = answered(client, objects, "clippings-quarantine-reasons", HEALTH)
    by_reason = Counter()
    for (reason, _), (records,) in found.items():
        by_reason[reason] += records
    assert dict(by_reason) == page.reasons
    for feed in FEEDS:
        of_feed = {reason: records for (reason, name), (records,) in found.items() if name == feed}
        declared = Feed(feed, feed, "/not/listed", "0 0 1 * *", date(2008, 1, 1))
        assert of_feed == feed_status(client, opensearch, declared, listing=False).quarantined


def test_quarantine_by_stage(client, opensearch, objects):
    """Every record in quarantine is under the step that stopped it, its reason and its version."""
    entries = look_into(client, opensearch, Narrowing()).entries
    wanted = Counter((each.stage, each.reason, each.pipeline_version) for each in entries)
    found = answered(client, objects, "clippings-quarantine-stages", HEALTH)
    assert {key: records for key, (records,) in found.items()} == dict(wanted)


def test_an_entry_without_a_stage_is_counted(client, opensearch, objects):
    """What lies in quarantine without a stage or a version is counted under a label of its own."""
    bare = {"feed": "north", "reason": "failed", "last_seen": "2012-06-01T00:00:00Z"}
    write(client, opensearch, Book.QUARANTINE, [{"_op_type": "index", "_id": "bare", "_source": bare}])
    found = answered(client, objects, "clippings-quarantine-stages", HEALTH)
    write(client, opensearch, Book.QUARANTINE, [{"_op_type": "delete", "_id": "bare"}])
    assert found[MISSING, "failed", MISSING] == (1,)


def test_the_searches_list_runs_and_quarantine(client, opensearch, objects, reports):
    """The tables have the reports, newest first, and every record in quarantine, each column with something in it."""
    rows = listed(client, objects, "clippings-search-runs", HEALTH)
    assert rows[0]["run"] == "north/2"
    assert {row["run"]: row["message"] for row in rows} == {report.run: report.message for _, report in reports}
    rejected = listed(client, objects, "clippings-search-quarantine", HEALTH)
    assert len(rejected) == look_into(client, opensearch, Narrowing()).total
    for identifier, found in (("clippings-search-runs", rows), ("clippings-search-quarantine", rejected)):
        for column in objects[identifier]["attributes"]["columns"]:
            assert any(column in row for row in found), column


def test_feeds_are_offered(client, objects):
    """The drop-down list has every feed to choose from."""
    assert offered(client, objects, "clippings-health-facets", HEALTH) == {"feed": set(FEEDS)}
