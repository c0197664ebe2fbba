"""An Airflow home of its own for the tests that load DAG files, set before airflow is imported."""

import os
import tempfile

import pytest

from clippings.settings import PROJECT

_HOME = tempfile.mkdtemp(prefix="clippings-airflow-")
os.environ.setdefault("AIRFLOW_HOME", _HOME)
os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
os.environ.setdefault("AIRFLOW__CORE__DAGS_FOLDER", str(PROJECT / "dags"))
os.environ.setdefault("AIRFLOW__CORE__PLUGINS_FOLDER", str(PROJECT / "plugins"))


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """Airflow's own database, empty."""
    from airflow.utils.db import initdb

    initdb()
