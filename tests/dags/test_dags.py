"""The DAG files, loaded by Airflow itself."""

import json
import subprocess
import sys
from typing import Any

import pytest

from clippings.articles import Reason
from clippings.feeds import load_feeds
from clippings.settings import PROJECT

HEAVY = ("trafilatura", "opensearchpy", "lxml", "htmldate", "langdetect", "numpy")


@pytest.fixture(scope="module")
def dagbag(airflow_database: None) -> Any:
    """All DAGs of the repo."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(PROJECT / "dags", bundle_name="clippings")


def test_every_dag_file_loads(dagbag: Any) -> None:
    """Airflow imports every DAG file without an error."""
    assert dagbag.import_errors == {}


def test_every_feed_has_its_dag(dagbag: Any) -> None:
    """There is one ingest DAG for each declared feed, with the feed's schedule, start and no catch-up."""
    for feed in load_feeds():
        dag = dagbag.dags[f"ingest_{feed.id}"]
        assert dag.timetable.expression == feed.schedule
        assert dag.start_date.date() == feed.start
        assert dag.catchup is False


def test_an_ingest_dag_selects_then_ingests_then_reconciles(dagbag: Any) -> None:
    """The three steps hang together in order, and the batches are mapped."""
    dag = dagbag.dags["ingest_seeds"]
    assert {task.task_id: task.downstream_task_ids for task in dag.tasks} == {
        "select": {"ingest", "reconcile"},
        "ingest": {"reconcile"},
        "reconcile": set(),
    }
    assert dag.get_task("ingest").is_mapped


def test_the_replay_dag_takes_the_same_steps_by_hand_only(dagbag: Any) -> None:
    """The replay of quarantine has the steps of an ingest DAG, no schedule, and offers every feed and every reason."""
    dag, ingest = dagbag.dags["replay_quarantine"], dagbag.dags["ingest_seeds"]
    steps = {task.task_id: task.downstream_task_ids for task in dag.tasks}
    assert steps == {task.task_id: task.downstream_task_ids for task in ingest.tasks}
    assert dag.get_task("ingest").is_mapped
    assert (dag.schedule, dag.is_paused_upon_creation) == (None, False)
    assert dag.params.get_param("feed").schema["enum"] == [feed.id for feed in load_feeds()]
    assert dag.params.get_param("reason").schema["enum"] == ["any", *(reason.value for reason in Reason)]
    assert (dag.params["reason"], dag.params["since"]) == ("any", None)


def test_every_dag_explains_itself(dagbag: Any) -> None:
    """Every DAG has documentation, tags and retries, and every Param a title and a description."""
    for dag in dagbag.dags.values():
        assert dag.doc_md
        assert "clippings" in dag.tags
        assert all(task.retries >= 1 for task in dag.tasks)
        for name in dag.params:
            schema = dag.params.get_param(name).schema
            assert schema.get("title"), (dag.dag_id, name)
            assert dag.params.get_param(name).description, (dag.dag_id, name)


def test_without_a_pool_of_ones_own_no_task_waits_for_one(dagbag: Any) -> None:
    """Where no pool is named all tasks are in the one that every Airflow has: another, missing one would hold them up."""
    assert {task.pool for dag in dagbag.dags.values() for task in dag.tasks} == {"default_pool"}


def test_schedules_can_be_backfilled(dagbag: Any) -> None:
    """Each ingest DAG has intervals of some length, which a backfill needs."""
    from airflow.sdk import CronDataIntervalTimetable

    for feed in load_feeds():
        assert isinstance(dagbag.dags[f"ingest_{feed.id}"].timetable, CronDataIntervalTimetable)


@pytest.mark.parametrize("file", sorted(path.name for path in (PROJECT / "dags").glob("*.py")))
def test_parsing_imports_nothing_heavy(file: str) -> None:
    """A DAG file does nothing at parse time beyond declaring: no library that a task needs is imported."""
    code = (
        f"import sys; sys.path[:0] = [{str(PROJECT / 'plugins')!r}]\n"
        "import airflow.sdk\n"
        "before = set(sys.modules)\n"
        f"import runpy; runpy.run_path({str(PROJECT / 'dags' / file)!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules and name not in before])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr[-2000:]


def test_the_plugin_manager_leaves_the_library_alone(airflow_database: None) -> None:
    """plugins/.airflowignore keeps Airflow from importing the library's modules one by one under bare names."""
    library = f"{PROJECT / 'plugins' / 'clippings'}/"
    code = (
        "import json, sys\n"
        "from airflow import plugins_manager\n"
        "plugins, errors = plugins_manager._get_plugins()\n"
        "files = [getattr(module, '__file__', None) or '' for name, module in sys.modules.items() if '.' not in name]\n"
        f"bare = [file for file in files if file.startswith({str(library) + '/'!r}) and not file.endswith('__init__.py')]\n"
        "print(json.dumps([[plugin.name for plugin in plugins if 'clippings' in plugin.name], errors, bare]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout.splitlines()[-1]) == [["clippings"], {}, []], done.stderr[-2000:]


def test_the_library_never_imports_airflow() -> None:
    """No module under plugins/clippings names airflow in an import."""
    for path in (PROJECT / "plugins" / "clippings").rglob("*.py"):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        assert not [line for line in lines if line.startswith(("import airflow", "from airflow"))], path
