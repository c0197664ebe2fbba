"""One real Airflow for all end-to-end tests: scheduler, api-server, dag-processor and triggerer."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from clippings.node.ports import free_port
from clippings.search.client import connect
from clippings.settings import OpenSearchSettings
from clippings.stack.airflow import AirflowStack


@pytest.fixture(scope="session")
def archive(opensearch_server: OpenSearchSettings) -> OpenSearchSettings:
    """The part of the node that the end-to-end tests file into."""
    return replace(opensearch_server, index_prefix="e2e-")


@pytest.fixture(scope="session")
def airflow(archive: OpenSearchSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowStack]:
    """A healthy Airflow with the repo's DAGs, on a free port and in a home of its own."""
    home: Path = tmp_path_factory.mktemp("airflow")
    with AirflowStack(home, free_port(), archive) as stack:
        stack.api.wait_for_dag("ingest_seeds")
        yield stack


@pytest.fixture
def empty_archive(archive: OpenSearchSettings) -> Callable[[], OpenSearch]:
    """Empties index and books when called, and gives a client."""

    def empty() -> OpenSearch:
        client = connect(archive)
        client.indices.delete(index=f"{archive.index_prefix}*", ignore_unavailable=True)
        return client

    return empty
