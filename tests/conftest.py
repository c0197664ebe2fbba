"""What tests share: a real OpenSearch node for the session, and a part of it of its own for each test module."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from clippings.node import Node
from clippings.node.ports import free_port
from clippings.settings import OpenSearchSettings, opensearch_from_connection

SERVER_VARIABLE = "CLIPPINGS_TEST_OPENSEARCH"
"""Names a running OpenSearch (as `http://127.0.0.1:9200`) to test against instead of starting one."""


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A temporary folder that other users of the machine can pass through, as an unprivileged node must.

    pytest's own `tmp_path` is closed to them.
    """
    folder = Path(tempfile.mkdtemp(prefix="clippings-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def opensearch_server(open_folder: Path) -> Iterator[OpenSearchSettings]:
    """A real OpenSearch node, started once for all tests, or the one that CLIPPINGS_TEST_OPENSEARCH names."""
    named = os.environ.get(SERVER_VARIABLE)
    if named:
        yield opensearch_from_connection(named)
        return
    with Node(open_folder / "node", free_port(), heap_megabytes=512, quick=True) as node:
        yield node.settings


@pytest.fixture(scope="session")
def snapshot_folder(opensearch_server: OpenSearchSettings) -> Path:
    """A folder in which the node may keep snapshot repositories."""
    nodes = (
        httpx.get(f"{opensearch_server.url}/_nodes/settings", trust_env=False, timeout=60.0)
        .raise_for_status()
        .json()["nodes"]
    )
    return Path(next(iter(nodes.values()))["settings"]["path"]["repo"][0])


@pytest.fixture(scope="module")
def opensearch(opensearch_server: OpenSearchSettings, request: pytest.FixtureRequest) -> Iterator[OpenSearchSettings]:
    """The node with an index prefix of the module's own; all under the prefix is removed afterwards."""
    prefix = f"t{sha256(f'{request.module.__name__} {os.getpid()}'.encode()).hexdigest()[:8]}-"
    yield replace(opensearch_server, index_prefix=prefix)
    with httpx.Client(base_url=opensearch_server.url, timeout=60.0, trust_env=False) as client:
        for path in ("", "_index_template/", "_component_template/", "_template/", "_snapshot/"):
            answer = client.delete(f"/{path}{prefix}*")
            assert answer.status_code in {httpx.codes.OK, httpx.codes.NOT_FOUND}, answer.text
