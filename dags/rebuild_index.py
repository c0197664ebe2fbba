"""The DAG that rebuilds the index of articles while it is in use: begin → fill → hand_over → tidy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from clippings_steps import POOL, opensearch_connection

DESCRIPTION = """
### Rebuild the index

Run it after the mapping has changed (`./clippings index show` says when the index has an older one). It makes the next
version of the index, fills it from what is stored, and exchanges it for the one in use. **Searches and ingestion go
on**: what is filed, changed or removed meanwhile is carried over. No source file is read again.

* `begin` makes the new index, or takes up the one that an interrupted run left.
* `fill` copies. A mapping that refuses documents ends the run here and names them; nothing has changed then.
* `hand_over` copies the last changes, compares, and exchanges both aliases in one call.
* `tidy` keeps the former index, or removes it where the Param `after` says so.

To go back: `./clippings index rollback`. Any task can be cleared and run again.
"""

PARAMS = {
    "after": Param(
        "keep",
        enum=["keep", "remove old"],
        title="The former index",
        description="keep: `./clippings index rollback` can go back to it. remove old: its room is free at once.",
    ),
}


def build() -> DAG:
    """The DAG."""
    with DAG(
        dag_id="rebuild_index",
        dag_display_name="Rebuild the index",
        description="Fills a new version of the index from today's mapping and exchanges it for the one in use.",
        doc_md=DESCRIPTION,
        schedule=None,
        catchup=False,
        max_active_runs=1,
        params=PARAMS,
        tags=["clippings", "maintenance"],
        default_args={"retries": 3, "retry_delay": timedelta(seconds=20)},
    ) as dag:

        @task(doc_md="Makes the next version of the index, or takes up the one that an interrupted run left.")
        def begin() -> str:
            from clippings.search.client import connect
            from clippings.search.rebuilding import begin as make

            settings = opensearch_connection()
            with connect(settings) as client:
                return make(client, settings)

        @task(
            doc_md="Copies what is stored, then what changed meanwhile. Fails at once where the mapping refuses documents.",
            pool=POOL,
        )
        def fill(index: str) -> int:
            from clippings.search.client import connect
            from clippings.search.copying import RefusedError
            from clippings.search.rebuilding import fill as copy

            settings = opensearch_connection()
            with connect(settings) as client:
                try:
                    return copy(client, settings, index, print)
                except RefusedError as error:
                    # Trying again would find the same: the mapping has to be mended.
                    raise AirflowFailException(str(error)) from error

        @task(doc_md="Copies the last changes, compares, and exchanges both aliases in one call.", pool=POOL)
        def hand_over(index: str) -> dict[str, Any]:
            from dataclasses import asdict

            from clippings.search.client import connect
            from clippings.search.copying import RefusedError
            from clippings.search.rebuilding import hand_over as exchange

            settings = opensearch_connection()
            with connect(settings) as client:
                try:
                    return asdict(exchange(client, settings, index))
                except RefusedError as error:
                    raise AirflowFailException(str(error)) from error

        @task(doc_md="Removes the versions that are not in use, where the Param `after` says so; returns their names.")
        def tidy() -> list[str]:
            from clippings.search.client import connect
            from clippings.search.rebuilding import remove_old

            if get_current_context()["params"]["after"] == "keep":
                return []
            settings = opensearch_connection()
            with connect(settings) as client:
                return list(remove_old(client, settings))

        made = begin()
        fill(made) >> hand_over(made) >> tidy()
    return dag


rebuild_index = build()
