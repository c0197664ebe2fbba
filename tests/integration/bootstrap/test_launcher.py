"""The launcher and the building of its environment, tried on a small copy of the project."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
SMALL = "tzdata"
"""The one package of the small copy's lock."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a folder with a space: the real launcher and builder, a lock of one package, and a command line
    that prints what it was called with."""
    root = tmp_path / "a project"
    shutil.copytree(PROJECT / "bootstrap", root / "bootstrap")
    shutil.copy2(PROJECT / "clippings", root / "clippings")
    block = re.search(rf"^{SMALL}==.*\\\n(?: +--hash=.*\n)+", (PROJECT / "requirements.txt").read_text(), re.MULTILINE)
    assert block is not None
    (root / "requirements.txt").write_text(block[0])
    (root / "requirements-dev.txt").write_text(block[0])
    command = root / "plugins/clippings/cli"
    command.mkdir(parents=True)
    (command / "__main__.py").write_text(f"import sys, {SMALL}; print(sys.argv[1:])")
    return root


def call(
    program: Path, *words: str, folder: Path | None = None, path: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a program with the machine's own environment, less PYTHON* settings, plus these variables."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment.update(variables, PATH=path or f"{Path(sys.executable).parent}:/usr/bin:/bin")
    return subprocess.run([program, *words], capture_output=True, text=True, env=environment, cwd=folder, check=False)


def program(file: Path, text: str) -> Path:
    """An executable shell script."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def test_the_first_call_builds_and_standard_output_is_the_commands_alone(project: Path, tmp_path: Path) -> None:
    """Through a symlink, from another folder, with spaces: the words arrive, building speaks on standard error, and
    the second call is silent and quick."""
    link = tmp_path / "link to it"
    link.symlink_to(project / "clippings")
    first = call(link, "one two", "three", folder=tmp_path)
    assert (first.returncode, first.stdout) == (0, "['one two', 'three']\n"), first.stderr
    assert "Building the Python environment" in first.stderr
    began = time.monotonic()
    second = call(link, folder=tmp_path)
    assert (second.returncode, second.stdout, second.stderr) == (0, "[]\n", "")
    assert time.monotonic() - began < 2


def test_a_changed_lock_updates_the_environment(project: Path) -> None:
    """The next call installs what the lock says now."""
    call(project / "clippings")
    (project / "requirements.txt").write_text((project / "requirements.txt").read_text() + "\n# changed\n")
    updated = call(project / "clippings")
    assert updated.returncode == 0, updated.stderr
    assert "The locked requirements have changed" in updated.stderr
    assert call(project / "clippings").stderr == ""


@pytest.mark.faults
def test_concurrent_calls_build_once(project: Path) -> None:
    """Of three calls at once on a fresh project all succeed, and only one builds."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    calls = [
        subprocess.Popen([project / "clippings"], env=environment, stdout=-1, stderr=-1, text=True) for _ in range(3)
    ]
    ended = [(one.communicate(timeout=120), one.returncode) for one in calls]
    assert [code for _, code in ended] == [0, 0, 0], ended
    assert sum("Building" in error for (_, error), _ in ended) == 1


@pytest.mark.faults
def test_an_interrupted_build_is_noticed_and_done_again(project: Path) -> None:
    """After kill -9 in the middle of building, the next call starts anew and succeeds."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    building = subprocess.Popen([project / "clippings"], env=environment, stderr=-1, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (project / ".venv/unfinished").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(building.pid, signal.SIGKILL)
    building.communicate()
    again = call(project / "clippings", "on")
    assert (again.returncode, again.stdout) == (0, "['on']\n"), again.stderr
    assert "Building the Python environment" in again.stderr


@pytest.mark.faults
def test_without_a_network_one_sentence_says_so_and_the_next_call_mends_it(project: Path) -> None:
    """A proxy that is not there stands for no network."""
    nowhere = "http://127.0.0.1:9"
    cut_off = call(project / "clippings", HTTPS_PROXY=nowhere, https_proxy=nowhere, ALL_PROXY=nowhere, PIP_RETRIES="0")
    assert cut_off.returncode == 1
    assert "needs the network, and the package registry cannot be reached" in cut_off.stderr
    assert "Traceback" not in cut_off.stderr
    assert call(project / "clippings").returncode == 0


@pytest.mark.faults
def test_a_too_old_python_is_one_sentence_with_the_version_found(project: Path, tmp_path: Path) -> None:
    """A python3 that is 3.9 is not used, and the message names it and what is needed."""
    old = tmp_path / "old"
    script = 'case "$2" in *exit*) exit 1;; *platform*) echo 3.9.2;; esac'
    for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11"):
        program(old / name, script)
    refused = call(project / "clippings", path=f"{old}:/usr/bin:/bin")
    assert refused.returncode == 1
    assert refused.stderr.startswith("clippings: Python 3.11 or newer is needed, and only Python 3.9.2 was found:")
    assert refused.stderr.count("\n") == 1
    assert not (project / ".venv").exists()


@pytest.mark.faults
def test_a_newer_python_beside_an_old_one_is_found_and_python_names_one(project: Path, tmp_path: Path) -> None:
    """python3.11 is taken where python3 is too old; PYTHON names any other."""
    old = tmp_path / "old"
    program(old / "python3", "exit 1")
    (old / "python3.11").symlink_to(Path(sys.executable).resolve())
    assert call(project / "clippings", path=f"{old}:/bin").returncode == 0
    (old / "python3.11").unlink()
    shutil.rmtree(project / ".venv")
    assert call(project / "clippings", path=f"{old}:/bin", PYTHON=str(Path(sys.executable).resolve())).returncode == 0


@pytest.mark.faults
def test_a_python_without_its_venv_module_is_one_sentence(project: Path, tmp_path: Path) -> None:
    """Debian's python3 without python3-venv lacks ensurepip: the message names the package to install."""
    bare = tmp_path / "bare"
    bare.mkdir()
    real = Path(sys.executable).resolve()
    script = f'case "$1" in -I) shift; exec "{real}" "{bare}/without.py" "$@";; *) exec "{real}" "$@";; esac'
    (bare / "without.py").write_text(
        "import importlib.util, runpy, sys\nfind = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name: None if name == 'ensurepip' else find(name)\n"
        "sys.argv = sys.argv[1:]\nrunpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    program(bare / "python3", script)
    refused = call(project / "clippings", path=f"{bare}:/usr/bin:/bin")
    assert refused.returncode == 1
    assert "install its venv module (on Debian or Ubuntu: apt-get install python3." in refused.stderr
    assert refused.stderr.count("\n") == 1
