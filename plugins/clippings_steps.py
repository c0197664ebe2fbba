"""The tasks that every run of a feed is made of: select → ingest (mapped over batches) → reconcile.

Apart from the DAG files, because more than one of them files articles; apart from the library, because it knows nothing
of Airflow.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, AssetAlias, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from clippings_links import DashboardsLink, DocumentsLink, ReportLink

if TYPE_CHECKING:
    from collections.abc import Callable

    from clippings.ingestion.run import RunRequest
    from clippings.settings import OpenSearchSettings

ARTICLES = Asset(name="articles", uri="clippings://articles")
"""Has an event whenever a run has changed the archive, or left articles in it that are not grouped into stories yet. Its
extra is the run's report."""
FILED = AssetAlias(name="articles-filed")
STANDING = Asset(name="standing-queries", uri="clippings://standing")
"""Has an event whenever new articles of a run match standing queries. Its extra: `run`, and `matched`, which holds how
many by the name of the query."""
MATCHED = AssetAlias(name="standing-queries-matched")
"""By way of an alias a task decides whether there is an event: an asset among its outlets has one after every success."""

POOL = os.environ.get("CLIPPINGS_POOL", "default_pool")
"""The Airflow pool of the tasks that write to OpenSearch: its slots bound how many of them do so at once, whichever DAGs
they are of. `make run` and the compose file make one and name it here. Without that it is the pool that every Airflow
has: a task in a pool that does not exist would wait for ever."""

RETRIES: dict[str, Any] = {"retries": 2, "retry_delay": timedelta(seconds=20), "retry_exponential_backoff": True}
"""The `default_args` of a DAG with these tasks: each of them may be done again without harm."""


def add_steps(request: Callable[[], RunRequest]) -> None:
    """Put the three tasks into the DAG that is being declared.

    `request` is called in each task, where Airflow's context can be asked what the run is to do.
    """

    @task(doc_md="Finds the files that belong to this run and plans its batches.")
    def select() -> list[int]:
        from clippings.ingestion.selecting import select as plan
        from clippings.search.aliases import ensure_index
        from clippings.search.client import connect

        settings = opensearch_connection()
        client = connect(settings)
        ensure_index(client, settings)
        return plan(client, settings, request()).batches

    @task(
        doc_md="Reads one batch of files, clips every record and files the articles.",
        map_index_template="batch {{ task.op_kwargs['batch'] }}",
        max_active_tis_per_dagrun=4,
        pool=POOL,
    )
    def ingest(batch: int) -> dict[str, int]:
        from dataclasses import asdict

        from clippings.ingestion.ingesting import ingest as file_batch
        from clippings.pipeline import Pipeline
        from clippings.search.client import connect

        settings = opensearch_connection()
        return asdict(file_batch(connect(settings), settings, Pipeline.load(), request(), batch))

    @task(
        doc_md="Holds the run to the law and the index to the run's report; its return value is the report.",
        trigger_rule="none_failed",
        outlets=[FILED, MATCHED],
    )
    def reconcile(batches: list[int]) -> dict[str, Any]:
        from clippings.errors import RejectedShareError, UnbalancedError
        from clippings.ingestion.reconciling import reconcile as settle
        from clippings.search.client import connect
        from clippings.standing.matches import settle_matches
        from clippings.stories.grouping import anything_waits

        settings = opensearch_connection()
        client, asked = connect(settings), request()
        try:
            report = settle(client, settings, asked, batches)
        except (UnbalancedError, RejectedShareError) as error:
            # Trying again would find the same: the user has to look.
            raise AirflowFailException(str(error)) from error
        summary = report.summary()
        events = get_current_context()["outlet_events"]
        # What a run that failed has filed is grouped after the next one, whatever that finds.
        if report.counts.indexed or report.removed or anything_waits(client, settings):
            events[FILED].add(ARTICLES, extra=summary)
        if matched := settle_matches(client, settings, asked.run):
            events[MATCHED].add(STANDING, extra={"run": asked.run, "matched": matched})
        return summary

    batches = select()
    ingested = ingest.expand(batch=batches)
    reconciled = reconcile(batches)
    reconciled.operator.operator_extra_links = (ReportLink(), DocumentsLink(), DashboardsLink())
    ingested >> reconciled


def opensearch_connection() -> OpenSearchSettings:
    """The cluster that Airflow's connection `opensearch_default` names (environment, secrets backend or database)."""
    from airflow.sdk import Connection

    from clippings.settings import opensearch_from_airflow

    return opensearch_from_airflow(Connection.get("opensearch_default"))
