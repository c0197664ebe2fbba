"""One DAG for each feed declared in include/feeds.yaml: select → ingest (mapped over batches) → reconcile."""

from __future__ import annotations

from datetime import UTC, datetime, time
from functools import partial
from typing import TYPE_CHECKING

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, get_current_context

from clippings.feeds import Feed, load_feeds
from clippings_steps import RETRIES, add_steps

if TYPE_CHECKING:
    from clippings.ingestion.run import RunRequest

DESCRIPTION = """
### Feed **{title}** (`{id}`)

Takes the files of `{location}` ({patterns}), cuts out their main text, tags date, language and source, and files them
in OpenSearch. Search them on the **Search** page.

**What a run takes**

* A *scheduled* or *manual* run takes every file that is new or changed{dated}.
* A *backfill* takes again, whatever was done before, the documents of its interval: {by}. It works on an archive that
  was never ingested, too.
* A document known to a month or a year belongs to the first day of it. Undated documents belong to no interval:
  scheduled and manual runs take them.

**What a run promises**: read = indexed + unchanged + duplicate + quarantined, checked against the index by the task
`reconcile`. Its link *Report* leads to the counts of the run and of each file. A run that does not balance fails, and
says by how much and where.

**To backfill**: *Trigger → Backfill*, type the first and last day, choose *All Runs* to take documents again.
"""

PARAMS = {
    "source": Param(
        None,
        type=["null", "string"],
        title="Only this source",
        description="Take only articles of this source, as it is named in the Source facet. Empty: all.",
    ),
    "reprocess": Param(
        "changed",
        enum=["changed", "stale", "quarantined", "all"],
        title="Which records",
        description=(
            "changed: new and changed files. stale: only the documents that an older version of the pipeline made. "
            "quarantined: only the records that lie in quarantine. all: every record of every file. "
            "(A backfill takes its interval whatever this says.)"
        ),
    ),
}


def build(feed: Feed) -> DAG:
    """The DAG of one feed."""
    dated = feed.date_in_path is not None
    with DAG(
        dag_id=f"ingest_{feed.id}",
        dag_display_name=f"Ingest: {feed.title}",
        description=f"Files the pages of feed {feed.id} in OpenSearch.",
        doc_md=DESCRIPTION.format(
            title=feed.title,
            id=feed.id,
            location=feed.location,
            patterns=", ".join(feed.patterns),
            dated=" (a scheduled run: of those whose path is dated to its interval)" if dated else "",
            by="by the date in the path" if dated else "by publication date",
        ),
        schedule=CronDataIntervalTimetable(feed.schedule, timezone="UTC"),
        start_date=datetime.combine(feed.start, time(), UTC),
        catchup=False,
        # Two runs of one feed at once are safe, but would do the same work twice.
        max_active_runs=1,
        params=PARAMS,
        tags=["clippings", "ingest", feed.id],
        default_args=RETRIES,
        render_template_as_native_obj=False,
    ) as dag:
        add_steps(partial(_request, feed))
    return dag


def _request(feed: Feed) -> RunRequest:
    """What this run is asked to do, from Airflow's context. Intervals are days, in UTC."""
    from clippings.ingestion.run import Interval, Reprocess, RunKind, RunRequest

    context = get_current_context()
    run = context["dag_run"]
    kinds = {"backfill": RunKind.BACKFILL, "scheduled": RunKind.SCHEDULED}
    start, end = run.data_interval_start, run.data_interval_end
    params = context["params"]
    return RunRequest(
        run=f"{run.dag_id}/{run.run_id}",
        feed=feed,
        kind=kinds.get(str(getattr(run.run_type, "value", run.run_type)), RunKind.MANUAL),
        interval=None if start is None or end is None else Interval.of(start, end),
        at=run.run_after,
        source=params["source"] or None,
        reprocess=Reprocess(params["reprocess"]),
    )


for declared in load_feeds():
    globals()[f"ingest_{declared.id}"] = build(declared)
