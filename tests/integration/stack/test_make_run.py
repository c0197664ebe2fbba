"""`./clippings run`, which `make run` calls: everything started as a user starts it, and ended in every way."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from clippings.node.ports import LOOPBACK, free_port, is_free
from clippings.node.processes import MARK
from clippings.settings import CONNECTION_VARIABLE, PROJECT, OpenSearchSettings

SEEDS = {
    "000_3cd017726662c768.txt": "2012-05-02",
    "001_74376fe254f95389.txt": "2012-05-02",
    "002_aa7d7d1d31daa034.txt": "2011-10-18",
    "003_1b8f5677dfb19321.txt": "2011-09-27",
    "004_70023ace8d7261df.txt": "2008-03",
}
"""Each seed and how its date begins as printed."""


class Installation:
    """A folder and two ports of its own for the project's command line."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ports = {"CLIPPINGS_AIRFLOW_PORT": free_port(), "CLIPPINGS_OPENSEARCH_PORT": free_port()}
        self.log = home.with_suffix(".stderr")
        environment = {name: value for name, value in os.environ.items() if name != CONNECTION_VARIABLE}
        ports = {name: str(port) for name, port in self.ports.items()}
        self.environment = {**environment, **ports, "CLIPPINGS_HOME": str(home)}

    def call(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        environment = {**self.environment, **variables}
        return subprocess.run(
            [PROJECT / "clippings", *words], env=environment, capture_output=True, text=True, check=False
        )

    def begin(self, *words: str, until: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command, and return once it has said `until` on standard error (which goes to `log`)."""
        with self.log.open("w") as said:
            process = subprocess.Popen(
                [PROJECT / "clippings", *words],
                env={**self.environment, **variables},
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        deadline = time.monotonic() + 300
        while until not in self.log.read_text():
            assert process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)
        return process

    def processes(self) -> list[psutil.Process]:
        """All that was started for this folder and still runs."""
        found = []
        for process in psutil.process_iter():
            try:
                marked = str(self.home) in process.environ().get(MARK, "")
                if marked and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    def nothing_is_left(self) -> bool:
        """No process, both ports free, no connection announced."""
        free = all(is_free(port) for port in self.ports.values())
        return free and not self.processes() and not (self.home / "connection").exists()


@pytest.fixture
def installation(open_folder: Path, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """A fresh installation; whatever the test leaves running is killed."""
    installation = Installation(open_folder / request.node.name)
    yield installation
    for process in installation.processes():
        process.kill()


@pytest.mark.faults
def test_the_seeds_are_filed_once_also_after_kill_9(installation: Installation) -> None:
    """While it runs, the other commands find its node and a second run is refused; after kill -9 the next run ends
    what was left, finds everything already filed, prints the table, and leaves nothing running."""
    running = installation.begin("run", until="Ready after")
    search = installation.call("search", "missile shield", "--json")
    assert search.returncode == 0, search.stderr
    assert "002_aa7d7d1d31daa034.txt" in search.stdout
    refused = installation.call("run")
    assert refused.returncode == 1
    assert f"already runs here, as process {running.pid}" in refused.stderr

    running.kill()
    running.communicate()
    assert installation.processes()
    again = installation.call("run", "--once")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Filed in OpenSearch: 5 documents" in again.stdout
    for file, date in SEEDS.items():
        assert re.search(rf"{file} .* {date}", again.stdout), again.stdout
    assert installation.nothing_is_left()
    secrets = [installation.home / "airflow" / name for name in ("password", "passwords.json", "jwt-secret")]
    assert {file.stat().st_mode & 0o777 for file in secrets} == {0o600}


@pytest.mark.faults
def test_ended_while_starting_it_leaves_nothing(installation: Installation, opensearch: OpenSearchSettings) -> None:
    """SIGTERM in the middle of the start ends all that was started; with a cluster of the user's own no node was."""
    own = {CONNECTION_VARIABLE: opensearch.url, "CLIPPINGS_INDEX_PREFIX": opensearch.index_prefix}
    starting = installation.begin("run", "--once", until="waiting for Airflow", **own)
    assert f"using your OpenSearch at {opensearch.url}" in installation.log.read_text()
    assert not any(process.name() == "java" for process in installation.processes())
    starting.send_signal(signal.SIGTERM)
    starting.communicate(timeout=30)
    assert starting.returncode == 130
    assert installation.nothing_is_left()


@pytest.mark.faults
def test_when_one_process_dies_all_ends_with_its_name(
    installation: Installation, opensearch: OpenSearchSettings
) -> None:
    """Killing the scheduler ends the rest, with one sentence and exit code 1."""
    own = {CONNECTION_VARIABLE: opensearch.url, "CLIPPINGS_INDEX_PREFIX": opensearch.index_prefix}
    starting = installation.begin("run", until="waiting for Airflow", **own)
    (scheduler,) = [process for process in installation.processes() if "scheduler" in process.cmdline()]
    scheduler.kill()
    starting.communicate(timeout=60)
    assert starting.returncode == 1
    assert re.search(
        r"^clippings: Airflow's scheduler has ended by itself: ", installation.log.read_text(), re.MULTILINE
    )
    assert installation.nothing_is_left()


@pytest.mark.faults
def test_an_own_cluster_that_does_not_answer_is_one_sentence(installation: Installation) -> None:
    """Nothing is started for a cluster that is not there."""
    refused = installation.call("run", **{CONNECTION_VARIABLE: "http://127.0.0.1:9"})
    assert refused.returncode == 1
    assert "http://127.0.0.1:9" in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr
    assert installation.nothing_is_left()


@pytest.mark.faults
@pytest.mark.parametrize("variable", ["CLIPPINGS_AIRFLOW_PORT", "CLIPPINGS_OPENSEARCH_PORT"])
def test_a_taken_port_is_told_before_anything_starts(installation: Installation, variable: str) -> None:
    """Either port, when another program has it, is named with the variable that changes it."""
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        refused = installation.call("run", **{variable: str(port)})
    assert refused.returncode == 1
    assert re.fullmatch(rf"clippings: Port {port}, wanted for .*{variable}={port + 1}\.\n", refused.stderr)
    assert installation.nothing_is_left()


@pytest.mark.faults
def test_no_room_is_one_sentence() -> None:
    """A home below /proc, where no byte is free, is refused."""
    ended = Installation(Path("/proc/clippings")).call("run")
    assert ended.returncode == 1
    assert ended.stderr.startswith("clippings: No disk space: keeping Airflow's database and logs needs 0.2 GB")
    assert ended.stderr.count("\n") == 1
