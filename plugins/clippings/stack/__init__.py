"""The local stack: an Airflow of its own beside an OpenSearch, started, watched and ended together."""

from clippings.stack.airflow import AirflowStack

__all__ = ["AirflowStack"]
