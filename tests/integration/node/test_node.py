"""The embedded node, for real: started, broken, mended and ended."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from clippings.errors import ServiceError
from clippings.node import Node
from clippings.node.account import unprivileged_account
from clippings.node.distribution import THAI_BREAKING, fetch, fetch_one, sha512_of
from clippings.node.installation import install, whole
from clippings.node.ports import LOOPBACK, free_port, is_free
from clippings.settings import cache_folder

PLUGINS = Path(__file__).parents[3] / "plugins"
SMALLEST = THAI_BREAKING[1]
NOWHERE = "http://127.0.0.1:9"
PATIENCE = 60.0
"""Seconds that a busy machine may take for an answer."""


@pytest.fixture
def place(open_folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder of the test's own that an unprivileged node can reach."""
    folder = open_folder / request.node.name
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a proxy that is not there, which stands for no network."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, NOWHERE)


def quick_node(place: Path, port: int) -> Node:
    """A small node."""
    return Node(place / "node", port, heap_megabytes=256, quick=True)


def test_a_node_answers_on_this_machine_only_never_as_root_and_keeps_its_data(place: Path) -> None:
    """Inside the context it answers, bound to the loopback address, as an unprivileged user; afterwards its port is
    free and nothing runs; started again it has the document that was put in."""
    port = free_port()
    with quick_node(place, port) as node:
        answer = httpx.get(node.settings.url, trust_env=False, timeout=PATIENCE).json()
        assert answer["version"]["number"] == "3.8.0"
        members = node.family.members()
        assert all(process.username() != "root" for process in members)
        listening = {one.laddr.ip for process in members for one in process.net_connections() if one.status == "LISTEN"}
        assert {address.removeprefix("::ffff:") for address in listening} == {LOOPBACK}
        document = f"{node.settings.url}/kept/_doc/1"
        httpx.put(document, json={"title": "พาดหัวข่าว"}, trust_env=False, timeout=PATIENCE).raise_for_status()
    assert is_free(port)
    assert node.family.members() == []
    with quick_node(place, port):
        assert httpx.get(document, trust_env=False, timeout=PATIENCE).json()["_source"] == {"title": "พาดหัวข่าว"}


@pytest.mark.faults
def test_after_kill_9_of_its_starter_the_next_start_takes_the_place_over(place: Path) -> None:
    """The orphan still holds port and data; starting again in the same place ends it and comes up."""
    port = free_port()
    code = f"""
import time
from pathlib import Path
from clippings.node import Node
Node(Path({str(place / "node")!r}), {port}, heap_megabytes=256, quick=True).start()
print("up", flush=True)
time.sleep(600)
"""
    environment = {**os.environ, "PYTHONPATH": str(PLUGINS)}
    starter = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    assert starter.stdout.readline() == "up\n"
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    assert not is_free(port)
    with quick_node(place, port) as node:
        assert httpx.get(node.settings.url, trust_env=False, timeout=PATIENCE).status_code == 200
        assert len(node.family.members()) == 1
    assert is_free(port)


@pytest.mark.faults
def test_a_taken_port_is_one_sentence_and_starts_nothing(place: Path) -> None:
    """The message names the port and the setting; no process is there afterwards."""
    with socket.create_server((LOOPBACK, 0)) as server:
        node = quick_node(place, server.getsockname()[1])
        with pytest.raises(ServiceError, match=r"Port \d+, wanted for OpenSearch, is taken by .*CLIPPINGS_OPENSEARCH"):
            node.start()
    assert node.family.members() == []


@pytest.mark.faults
def test_a_broken_download_is_noticed_and_fetched_again(tmp_path: Path) -> None:
    """A file in the cache that was cut short is replaced by the pinned one; a whole one is not fetched again."""
    said: list[str] = []
    file = fetch_one(SMALLEST, tmp_path, said.append)
    assert sha512_of(file) == SMALLEST.sha512
    file.write_bytes(file.read_bytes()[:-1])
    assert sha512_of(fetch_one(SMALLEST, tmp_path, said.append)) == SMALLEST.sha512
    assert any("is broken: fetching it again" in line for line in said)
    before = file.stat().st_mtime_ns
    fetch_one(SMALLEST, tmp_path, said.append)
    assert file.stat().st_mtime_ns == before
    assert [path.name for path in tmp_path.iterdir()] == [SMALLEST.file_name]


@pytest.mark.faults
def test_without_a_network_one_sentence_says_what_is_missing_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No half file, and the way out is named."""
    cut_off(monkeypatch)
    with pytest.raises(ServiceError, match=r"No network: .* cannot be downloaded.*AIRFLOW_CONN_OPENSEARCH_DEFAULT"):
        fetch_one(SMALLEST, tmp_path, lambda line: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.faults
def test_a_half_deleted_installation_is_made_again_from_the_downloads(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With files gone from the installation, and no network, it is whole again; what was left half done is gone."""
    (place / "downloads").mkdir()
    for pinned, file in fetch(cache_folder(), lambda line: None).items():
        (place / "downloads" / pinned.file_name).symlink_to(file)
    cut_off(monkeypatch)
    installation = install(place, unprivileged_account(), lambda line: None)
    folder = installation.home.parent
    shutil.rmtree(installation.home / "modules/lang-painless")
    (folder.parent / ".installing-left").mkdir()
    assert not whole(folder)
    said: list[str] = []
    assert install(place, unprivileged_account(), said.append) == installation
    assert any("is not whole: installing again" in line for line in said)
    assert whole(folder)
    assert not list(folder.parent.glob(".installing-*"))


@pytest.mark.faults
def test_a_full_disk_is_one_sentence_before_anything_is_written() -> None:
    """Below /proc, a file system without a free byte, starting is refused and says how much is needed."""
    node = Node(Path("/proc/node"), free_port(), quick=True)
    with pytest.raises(
        ServiceError, match=r"No disk space: keeping OpenSearch's data needs 1.0 GB .* only 0.0 GB is free"
    ):
        node.start()
    assert node.family.members() == []
