"""One DAG for each feed declared in include/feeds.yaml: select → ingest (mapped over batches) → reconcile."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from clippings.feeds import Feed, load_feeds
from clippings_links import DashboardsLink, DocumentsLink

if TYPE_CHECKING:
    from clippings.ingestion.run import RunRequest
    from clippings.settings import OpenSearchSettings

ARTICLES = Asset(name="articles", uri="clippings://articles")

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
`reconcile`, whose return value holds the counts. A run that does not balance fails.

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
        title="Which files",
        description=(
            "changed: new and changed files. stale: also those filed by an older version of the pipeline. "
            "quarantined: only files of which a record lies in quarantine. all: every file. "
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
        default_args={"retries": 2, "retry_delay": timedelta(seconds=20), "retry_exponential_backoff": True},
        render_template_as_native_obj=False,
    ) as dag:

        @task(doc_md="Finds the files that belong to this run and plans its batches.")
        def select() -> list[int]:
            from clippings.ingestion.selecting import select as plan
            from clippings.search.aliases import ensure_index
            from clippings.search.client import connect

            settings = _opensearch()
            client = connect(settings)
            ensure_index(client, settings)
            return plan(client, settings, _request(feed)).batches

        @task(
            doc_md="Reads one batch of files, clips every record and files the articles.",
            map_index_template="batch {{ task.op_kwargs['batch'] }}",
            max_active_tis_per_dagrun=4,
        )
        def ingest(batch: int) -> dict[str, int]:
            from dataclasses import asdict

            from clippings.ingestion.ingesting import ingest as file_batch
            from clippings.pipeline import Pipeline
            from clippings.search.client import connect

            settings = _opensearch()
            return asdict(file_batch(connect(settings), settings, Pipeline.load(), _request(feed), batch))

        @task(
            doc_md="Holds the run to the law and the index to the run's report; its return value is the report.",
            trigger_rule="none_failed",
            outlets=[ARTICLES],
        )
        def reconcile(batches: list[int]) -> dict[str, Any]:
            from clippings.errors import RejectedShareError, UnbalancedError
            from clippings.ingestion.reconciling import reconcile as settle
            from clippings.search.client import connect

            settings = _opensearch()
            try:
                report = settle(connect(settings), settings, _request(feed), batches)
            except (UnbalancedError, RejectedShareError) as error:
                # Trying again would find the same: the user has to look.
                raise AirflowFailException(str(error)) from error
            summary = report.summary()
            get_current_context()["outlet_events"][ARTICLES].extra = summary
            return summary

        batches = select()
        ingested = ingest.expand(batch=batches)
        reconciled = reconcile(batches)
        reconciled.operator.operator_extra_links = (DocumentsLink(), DashboardsLink())
        ingested >> reconciled
    return dag


def _opensearch() -> OpenSearchSettings:
    """The cluster that Airflow's connection `opensearch_default` names (environment, secrets backend or database)."""
    from airflow.sdk import Connection

    from clippings.settings import opensearch_from_airflow

    return opensearch_from_airflow(Connection.get("opensearch_default"))


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
