"""What Dashboards shows of ingestion: the runs, whether they balance, and what lies in quarantine."""

from clippings.dashboards.archive import FIRST_DAY
from clippings.dashboards.fields import pattern_fields
from clippings.dashboards.saved_objects import (
    GRID_WIDTH,
    Panel,
    SavedObject,
    dashboard,
    index_pattern,
    saved_search,
)
from clippings.dashboards.visualizations import (
    COUNT,
    average,
    count,
    counted_by_value,
    counted_over_time,
    facet_box,
    how_many,
    largest,
    note,
    over_time,
    stacked_bars,
    table,
    terms,
    total,
    visualization,
)
from clippings.ingestion.books import Book, field_mappings

ABOUT = """\
**The law of every run:** read = indexed + unchanged + duplicate + quarantined. *The law, by feed* has both sides; a run
that does not balance has failed, and says by how much.

A run stands at the moment it was due: of a backfill that is the end of its interval, however long ago. The dashboard
therefore opens on all time. *Still in quarantine* is what lies there now, by the run that saw it last."""

RUNS = 'kind : "run"'
"""The book of runs holds the plan and the items of each run, too."""

_MOMENT = {"id": "date", "params": {"pattern": "YYYY-MM-DD HH:mm", "timezone": "UTC"}}

OUTCOMES = (
    total(COUNT, "indexed", "Indexed"),
    total("2", "unchanged", "Unchanged"),
    total("3", "duplicate", "Duplicate"),
    total("4", "quarantined", "Quarantined"),
)
"""The right side of the law."""


def health_objects(prefix: str = "") -> tuple[SavedObject, ...]:
    """What is shown of ingestion, each object after those that it refers to."""
    runs = index_pattern(
        "clippings-runs",
        prefix + Book.RUNS,
        pattern_fields(field_mappings(Book.RUNS)),
        time_field="at",
        formats={"at": _MOMENT},
    )
    quarantine = index_pattern(
        "clippings-quarantine",
        prefix + Book.QUARANTINE,
        pattern_fields(field_mappings(Book.QUARANTINE)),
        time_field="last_seen",
        formats={"first_seen": _MOMENT, "last_seen": _MOMENT},
    )
    reports = saved_search(
        "clippings-search-runs",
        "Runs",
        "The report of every run, newest first.",
        pattern=runs,
        columns=("feed", "run", "run_kind", "files", "read", "indexed", "quarantined", "balanced", "message"),
        newest_first_by="at",
        query=RUNS,
    )
    rejected = saved_search(
        "clippings-search-quarantine",
        "Quarantine",
        "Every record that could not be filed, the last seen first.",
        pattern=quarantine,
        columns=("feed", "path", "position", "stage", "reason", "message", "tries", "first_seen"),
        newest_first_by="last_seen",
    )
    about = note("clippings-health-about", "How to read this", "What the law is.", markdown=ABOUT)
    facets = facet_box(
        "clippings-health-facets",
        "Feeds",
        "Narrow all panels to feeds.",
        pattern=runs,
        facets={"feed": "Feed"},
    )
    run_count = how_many(
        "clippings-run-count",
        "Number of runs",
        "Runs within the time range.",
        pattern=runs,
        counted=count("Runs"),
        query=RUNS,
    )
    unbalanced = how_many(
        "clippings-unbalanced",
        "Runs that do not balance",
        "Runs of which the index does not hold what they read: each has failed.",
        pattern=runs,
        counted=count("Out of balance"),
        query=f"{RUNS} and balanced : false",
    )
    in_quarantine = how_many(
        "clippings-in-quarantine",
        "Still in quarantine",
        "Records that could not be filed so far.",
        pattern=quarantine,
        counted=count("Records"),
    )
    runs_over_time = counted_over_time(
        "clippings-runs-over-time",
        "Runs over time, by feed",
        "Runs by the moment they were due.",
        pattern=runs,
        moment=("at", "Due"),
        by=("feed", "Feed"),
        counted=count("Runs"),
        query=RUNS,
    )
    outcomes_over_time = visualization(
        "clippings-outcomes-over-time",
        "What became of the records",
        "Records read, by the moment their run was due and by what became of them.",
        pattern=runs,
        chart=stacked_bars(OUTCOMES),
        aggregations=(*OUTCOMES, over_time("5", "at", "Due")),
        query=RUNS,
    )
    law = visualization(
        "clippings-law",
        "The law, by feed",
        "Records read, and what became of them: both sides are equal where all runs balance.",
        pattern=runs,
        chart=table(rows=20),
        aggregations=(
            total(COUNT, "read", "Read"),
            total("2", "indexed", "Indexed"),
            total("3", "unchanged", "Unchanged"),
            total("4", "duplicate", "Duplicate"),
            total("5", "quarantined", "Quarantined"),
            total("6", "balance", "Unaccounted for"),
            terms("7", "feed", "bucket", "Feed", size=100),
            terms("8", "balanced", "bucket", "Balances", size=2, every=False),
        ),
        query=RUNS,
    )
    rates_over_time = visualization(
        "clippings-rates-over-time",
        "Rate over time",
        "Records a second of the runs, by the moment they ended by the clock.",
        pattern=runs,
        chart=stacked_bars((average(COUNT, "rate", "Records a second"),)),
        aggregations=(average(COUNT, "rate", "Records a second"), over_time("2", "ended", "Ended")),
        query=RUNS,
    )
    rates = visualization(
        "clippings-rates",
        "Rate, by feed",
        "Records a second of the runs of each feed: on average, and of the fastest.",
        pattern=runs,
        chart=table(rows=10),
        aggregations=(
            average(COUNT, "rate", "Records a second"),
            largest("2", "rate", "Fastest"),
            count("Runs", id="3"),
            terms("4", "feed", "bucket", "Feed", size=100),
        ),
        query=RUNS,
    )
    reasons = counted_by_value(
        "clippings-quarantine-reasons",
        "Quarantine by reason",
        "Records in quarantine by why they could not be filed, stacked by feed.",
        pattern=quarantine,
        of=("reason", "Reason"),
        by=("feed", "Feed"),
        counted=count("Records"),
    )
    stages = visualization(
        "clippings-quarantine-stages",
        "Quarantine by stage",
        "Records in quarantine by the step that stopped them, the reason, and the version of the pipeline.",
        pattern=quarantine,
        chart=table(rows=10),
        aggregations=(
            count("Records"),
            terms("2", "stage", "bucket", "Stage", size=10),
            terms("3", "reason", "bucket", "Reason", size=20),
            terms("4", "pipeline_version", "bucket", "Pipeline version", size=10),
        ),
    )
    half, quarter = GRID_WIDTH // 2, GRID_WIDTH // 4
    overview = dashboard(
        "clippings-health",
        "Ingestion health",
        "The runs, whether they balance, and what lies in quarantine.",
        panels=(
            Panel(facets, 0, 0, quarter, 9),
            Panel(run_count, quarter, 0, quarter, 9),
            Panel(unbalanced, 2 * quarter, 0, quarter, 9),
            Panel(in_quarantine, 3 * quarter, 0, quarter, 9),
            Panel(runs_over_time, 0, 9, half, 16),
            Panel(outcomes_over_time, half, 9, half, 16),
            Panel(law, 0, 25, 2 * GRID_WIDTH // 3, 14),
            Panel(about, 2 * GRID_WIDTH // 3, 25, GRID_WIDTH // 3, 14),
            Panel(rates_over_time, 0, 39, half, 14),
            Panel(rates, half, 39, half, 14),
            Panel(reasons, 0, 53, half, 16),
            Panel(stages, half, 53, half, 16),
            Panel(reports, 0, 69, GRID_WIDTH, 18),
            Panel(rejected, 0, 87, GRID_WIDTH, 18),
        ),
        time_from=FIRST_DAY,
        time_to="now",
    )
    searches = (reports, rejected)
    numbers = (run_count, unbalanced, in_quarantine)
    charts = (runs_over_time, outcomes_over_time, law, rates_over_time, rates, reasons, stages)
    return (runs, quarantine, *searches, about, facets, *numbers, *charts, overview)
