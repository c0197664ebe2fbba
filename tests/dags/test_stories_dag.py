"""The DAG that groups stories, loaded and run by Airflow itself."""

from typing import Any

import pytest
from tests.unit.search.samples import article
from tests.unit.stories.texts import cut, text

from clippings.search.aliases import ensure_index, read_alias
from clippings.search.client import connect
from clippings.search.indexing import file_articles
from clippings.settings import CONNECTION_VARIABLE, PROJECT, OpenSearchSettings


@pytest.fixture(scope="module")
def dag(airflow_database: None) -> Any:
    """The DAG."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(PROJECT / "dags", bundle_name="clippings")
    assert bag.import_errors == {}
    return bag.dags["group_stories"]


def test_it_follows_every_run_that_files_articles(dag: Any) -> None:
    """It is scheduled on the asset of filed articles, is not paused, and runs alone."""
    from clippings_steps import ARTICLES

    assert list(dag.schedule) == [ARTICLES]
    assert (dag.max_active_runs, dag.is_paused_upon_creation) == (1, False)


def test_a_run_groups_what_the_index_holds(
    dag: Any, opensearch: OpenSearchSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run by Airflow, started by hand, gives copies one story, whatever event there was."""
    monkeypatch.setenv(CONNECTION_VARIABLE, opensearch.url)
    monkeypatch.setenv("CLIPPINGS_INDEX_PREFIX", opensearch.index_prefix)
    with connect(opensearch) as client:
        ensure_index(client, opensearch)
        texts = {"one": text(1), "two": cut(text(1), 0, 0.8), "other": text(2)}
        list(file_articles(client, opensearch, [article(id, each) for id, each in texts.items()]))
        run = dag.test()
        assert {one.task_id: one.state for one in run.get_task_instances()} == {"group": "success"}
        hits = client.search(index=read_alias(opensearch))["hits"]["hits"]
        assert {hit["_id"]: hit["_source"]["story_id"] for hit in hits} == {
            "one": "one",
            "two": "one",
            "other": "other",
        }
