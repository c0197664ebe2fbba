"""The DAG that rebuilds the index, loaded by Airflow itself."""

from typing import Any

import pytest

from clippings.settings import PROJECT


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
