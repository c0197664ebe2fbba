"""A whole run in this process, without Airflow: the same three steps, one after the other."""

from opensearchpy import OpenSearch

from clippings.ingestion.ingesting import ingest
from clippings.ingestion.reconciling import reconcile
from clippings.ingestion.reports import RunReport
from clippings.ingestion.run import RunRequest
from clippings.ingestion.selecting import select
from clippings.pipeline import Pipeline
from clippings.search.aliases import ensure_index
from clippings.settings import OpenSearchSettings
from clippings.standing.matches import settle_matches


def run_here(client: OpenSearch, settings: OpenSearchSettings, request: RunRequest) -> RunReport:
    """Select, ingest every batch, reconcile. Returns the report.

    Raises what the steps raise: ServiceError, UnbalancedError, RejectedShareError.
    """
    ensure_index(client, settings)
    selection = select(client, settings, request)
    if selection.batches:
        pipeline = Pipeline.load()
        for batch in selection.batches:
            ingest(client, settings, pipeline, request, batch)
    report = reconcile(client, settings, request, selection.batches)
    settle_matches(client, settings, request.run)
    return report
