"""The DAG that reads files again of which records lie in quarantine: select → ingest (mapped) → reconcile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import DAG, Param, get_current_context

from clippings.articles import Reason
from clippings.feeds import load_feeds
from clippings_links import ANY, REPLAY
from clippings_steps import RETRIES, add_steps

if TYPE_CHECKING:
    from clippings.ingestion.run import RunRequest

DESCRIPTION = """
### Replay what lies in **quarantine**

A record that could not be filed lies in quarantine, with the reason. The page **Quarantine** (a link on **Search**)
shows what lies there and why.

**Before a run**: mend the files, change the feed's settings in `include/feeds.yaml`, or bring in a newer pipeline.
Nothing comes out of quarantine by being read again just as it was.

**What a run takes**: the files of the chosen feed of which a record lies in quarantine, narrowed by reason and by the
day on which it was last seen there. Of an unchanged file it takes the records that are not in the index, of a changed
one all. A record that now passes is filed and leaves quarantine.

**What a run promises**: read = indexed + unchanged + duplicate + quarantined, checked against the index by the task
`reconcile`, whose link *Report* leads to the counts. A record that fails again stays, with one more try. A run whose bad
records exceed the feed's `bad_share_limit` fails after everything good is filed.
"""


def build(feeds: list[str]) -> None:
    """The DAG, for these feeds."""
    with DAG(
        dag_id=REPLAY,
        dag_display_name="Replay quarantine",
        description="Reads the files again of which records lie in quarantine, and files what now passes.",
        doc_md=DESCRIPTION,
        schedule=None,
        catchup=False,
        # Without a schedule it runs only when asked to: paused, it would leave the first to ask waiting for nothing.
        is_paused_upon_creation=False,
        max_active_runs=1,
        params={
            "feed": Param(feeds[0], enum=feeds, title="Feed", description="The feed whose quarantine is replayed."),
            "reason": Param(
                ANY,
                enum=[ANY, *(reason.value for reason in Reason)],
                title="Only this reason",
                description="Take only files of which a record lies in quarantine for this reason.",
            ),
            "since": Param(
                None,
                type=["null", "string"],
                format="date",
                title="Seen since",
                description=(
                    "Take only files of which a record was put into quarantine, or was rejected again, on this day "
                    "(UTC) or later. Empty: whenever that was."
                ),
            ),
        },
        tags=["clippings", "quarantine"],
        default_args=RETRIES,
        render_template_as_native_obj=False,
    ):
        add_steps(_request)


def _request() -> RunRequest:
    """What this run is asked to do, from Airflow's context."""
    from datetime import date

    from clippings.ingestion.run import Reprocess, RunKind, RunRequest

    context = get_current_context()
    run, params = context["dag_run"], context["params"]
    return RunRequest(
        run=f"{run.dag_id}/{run.run_id}",
        feed={feed.id: feed for feed in load_feeds()}[params["feed"]],
        kind=RunKind.MANUAL,
        interval=None,
        at=run.run_after,
        reprocess=Reprocess.QUARANTINED,
        reason=None if params["reason"] == ANY else params["reason"],
        since=date.fromisoformat(params["since"]) if params["since"] else None,
    )


declared = [feed.id for feed in load_feeds()]
# Without a feed there is nothing to replay, and no value that the Param could take.
if declared:
    build(declared)
