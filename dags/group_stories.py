"""The DAG that groups copies into stories: it follows every run that files articles, and runs by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, task

from clippings_steps import ARTICLES, POOL, opensearch_connection

DESCRIPTION = """
### Group copies into **stories**

A story that several papers print is shown once by the search page, with its copies. This DAG runs after every run that
files or removes articles (not after one that changes nothing), and by hand. It asks the index which articles have no
story yet, finds the copies of each, and writes the story into them. Runs that file articles, and a rebuild of the index,
may go on meanwhile.

**What a run takes**: every article that is not grouped: new ones, those filed with another text, and those of a story
that an article has left. A run that follows several others does the work of all; one that finds nothing writes nothing.
It may be killed and run again at any moment.

On the command line: `./clippings stories group`, and `./clippings stories show ID` for the copies of one article.
"""


def build() -> DAG:
    """The DAG."""
    with DAG(
        dag_id="group_stories",
        dag_display_name="Group stories",
        description="Gives every article that has none its story: copies of one text share one.",
        doc_md=DESCRIPTION,
        schedule=[ARTICLES],
        catchup=False,
        # Without an asset event it runs only when asked to: nobody need think of unpausing it.
        is_paused_upon_creation=False,
        max_active_runs=1,
        tags=["clippings", "stories"],
        default_args={"retries": 2, "retry_delay": timedelta(seconds=20)},
    ) as dag:

        @task(
            doc_md="Finds the copies of every article that is not grouped; returns how many, and what there is now.",
            pool=POOL,
        )
        def group() -> dict[str, Any]:
            from dataclasses import asdict

            from clippings.search.client import connect
            from clippings.stories.grouping import group as group_articles

            settings = opensearch_connection()
            with connect(settings) as client:
                return asdict(group_articles(client, settings, print))

        group()
    return dag


group_stories = build()
