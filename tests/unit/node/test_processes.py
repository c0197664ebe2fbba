"""Families of processes: found and ended by their mark, whatever they did to hide and whoever started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from clippings.errors import ServiceError
from clippings.node.processes import ProcessFamily

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import os, time; os.setsid(); time.sleep(600)"])
print("ready", flush=True)
time.sleep(600)
"""
"""Ignores SIGTERM, and starts a child that leaves its session."""

HIDING = """
import ctypes, os, signal, time
PR_SET_DUMPABLE = 4
signal.signal(signal.SIGTERM, signal.SIG_IGN)
ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
os.fork()
time.sleep(600)
"""


@pytest.fixture
def family(tmp_path: Path) -> Iterator[ProcessFamily]:
    """A family of its own; nothing of it outlives the test."""
    family = ProcessFamily(f"test {tmp_path}")
    yield family
    family.end(0.1)


def start(family: ProcessFamily, folder: Path, code: str) -> None:
    """Start Python code as a member."""
    environment = {"PATH": os.environ["PATH"]}
    log = folder / "log"
    family.start("the test", [sys.executable, "-c", code], log=log, environment=environment, folder=folder)


def wait_for_members(family: ProcessFamily, count: int) -> list[psutil.Process]:
    """Return the members once there are so many."""
    deadline = time.monotonic() + 20
    while len(members := family.members()) != count:
        assert time.monotonic() < deadline, members
        time.sleep(0.05)
    return members


def gone(process: psutil.Process) -> bool:
    """Whether the process has ended (a zombie has, whether or not its parent has asked)."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_ending_takes_the_stubborn_and_those_who_left_their_session(family: ProcessFamily, tmp_path: Path) -> None:
    """A member that ignores SIGTERM and a grandchild in a session of its own are both gone after `end`."""
    start(family, tmp_path, STUBBORN)
    members = wait_for_members(family, 2)
    assert family.end(0.3) == 2
    assert all(gone(process) for process in members)


def test_ending_takes_those_who_hide_their_environment(family: ProcessFamily, tmp_path: Path) -> None:
    """A member that hides its environment from its own account, as Airflow's tasks do, is gone after `end`, and so is its
    child."""
    start(family, tmp_path, HIDING)
    members = wait_for_members(family, 2)
    assert family.end(0.3) == 2
    assert all(gone(process) for process in members)


def test_a_killed_starter_leaves_members_that_the_next_one_finds(family: ProcessFamily, tmp_path: Path) -> None:
    """After kill -9 of whoever started them, a new family of the same mark ends the orphans."""
    code = f"""
import os, sys, time
from pathlib import Path
from clippings.node.processes import ProcessFamily
folder = Path({str(tmp_path)!r})
ProcessFamily({family.mark!r}).start(
    "the test", [sys.executable, "-c", {STUBBORN!r}], log=folder / "log", environment=dict(os.environ), folder=folder
)
time.sleep(600)
"""
    plugins = Path(__file__).parents[3] / "plugins"
    starter = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(plugins)})
    members = wait_for_members(family, 2)
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    assert len(family.members()) == 2
    assert family.end(0.3) == 2
    assert all(gone(process) for process in members)


def test_a_member_that_ends_by_itself_is_reported_with_its_last_words(family: ProcessFamily, tmp_path: Path) -> None:
    """`check` names the process, what it said last, and where all of it stands."""
    start(family, tmp_path, "import sys; print('ValueError: a reason'); print('bye'); sys.exit(3)")
    deadline = time.monotonic() + 20
    with pytest.raises(ServiceError, match=r"the test has ended by itself: ValueError: a reason \(all in .*log\)"):
        while time.monotonic() < deadline:
            family.check()
            time.sleep(0.05)


def test_another_mark_is_left_alone(family: ProcessFamily, tmp_path: Path) -> None:
    """Ending one family does not touch another."""
    start(family, tmp_path, "import time; time.sleep(600)")
    assert ProcessFamily(f"{family.mark} and more").end(0.1) == 0
    assert len(family.members()) == 1


def test_members_see_only_the_environment_they_are_given(family: ProcessFamily, tmp_path: Path) -> None:
    """Nothing of our own environment leaks into a member."""
    os.environ["CLIPPINGS_TEST_LEAK"] = "yes"
    try:
        start(family, tmp_path, "import os; print(os.environ.get('CLIPPINGS_TEST_LEAK'))")
        family.started[0].process.wait(20)
    finally:
        del os.environ["CLIPPINGS_TEST_LEAK"]
    assert (tmp_path / "log").read_text() == "None\n"
