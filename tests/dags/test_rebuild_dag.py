"""The DAG that rebuilds the index, loaded by Airflow itself."""

from typing import Any

import pytest
from tests.unit.search.samples import article

from clippings.search.aliases import ensure_index, versions
from clippings.search.client import connect
from clippings.search.indexing import file_articles
from clippings.settings import CONNECTION_VARIABLE, PROJECT, OpenSearchSettings


@pytest.fixture(scope="module")
def dag(airflow_database: None) -> Any:
    """The DAG."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(PROJECT / "dags", bundle_name="clippings")
    assert bag.import_errors == {}
    return bag.dags["rebuild_index"]


def test_the_steps_follow_one_another(dag: Any) -> None:
    """The index is made, filled, handed over and tidied after, in this order."""
    order = {"begin": {"fill", "hand_over"}, "fill": {"hand_over"}, "hand_over": {"tidy"}, "tidy": set()}
    assert {task.task_id: task.downstream_task_ids for task in dag.tasks} == order


def test_it_runs_by_hand_and_alone(dag: Any) -> None:
    """It has no schedule, one run at a time, and keeps the former index unless told otherwise."""
    assert dag.schedule is None
    assert dag.max_active_runs == 1
    assert dag.params["after"] == "keep"
    assert dag.params.get_param("after").schema["enum"] == ["keep", "remove old"]


def test_a_run_exchanges_the_index(dag: Any, opensearch: OpenSearchSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run by Airflow puts a new version with all articles into use, and removes the former where the Param says so."""
    monkeypatch.setenv(CONNECTION_VARIABLE, opensearch.url)
    monkeypatch.setenv("CLIPPINGS_INDEX_PREFIX", opensearch.index_prefix)
    with connect(opensearch) as client:
        ensure_index(client, opensearch)
        list(file_articles(client, opensearch, [article(f"article-{number}", "Text.") for number in range(50)]))
        run = dag.test(run_conf={"after": "remove old"})
        assert {one.task_id: one.state for one in run.get_task_instances()} == dict.fromkeys(dag.task_ids, "success")
        (only,) = versions(client, opensearch)
        assert (only.index[-2:], only.documents, only.read, only.written) == ("v2", 50, True, True)
        client.ingest.delete_pipeline(id=f"{opensearch.index_prefix}*")
