"""Processes started for one purpose, which can all be found and ended again, whatever became of their starter.

Each is started in a session of its own, so that Ctrl-C in the terminal reaches only the starter, and carries a mark
in its environment. What it starts in turn inherits the mark. Ending goes by the mark, so it also finds what left its
process group, and what an earlier starter that was killed left behind. A process can hide its environment from its own
account, as Airflow's tasks do; such a one is told by its session, or by those that it descends from.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from clippings.errors import ServiceError
from clippings.node.account import Account
from clippings.node.interruption import undisturbed

MARK = "CLIPPINGS_STARTED_FOR"
TAIL_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Started:
    """One process that was started: its name in messages, and the file that takes its output."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def running(self) -> bool:
        """Whether it is still there."""
        return self.process.poll() is None

    def last_words(self) -> str:
        """The last line of its output that speaks of an error, or the last line, cut to 300 characters."""
        with self.log.open("rb") as stream:
            stream.seek(max(0, self.log.stat().st_size - TAIL_BYTES))
            lines = [line.strip() for line in stream.read().decode("utf-8", "replace").splitlines() if line.strip()]
        signs = ("error", "exception", "fatal")
        telling = [line for line in lines if any(sign in line.lower() for sign in signs) and not line.startswith("at ")]
        return (telling or lines or ["it said nothing"])[-1][:300]


class ProcessFamily:
    """All processes of one owner; `mark` names the owner and is the same from run to run (the folder it works in)."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.started: list[Started] = []

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        folder: Path,
        account: Account | None = None,
    ) -> Started:
        """Start a process with exactly this environment, in `folder`, its output going to `log`, as `account`."""
        # SPT_NOENV keeps programs that rename themselves from writing over their environment, and so over the mark.
        variables = {**environment, MARK: self.mark, "SPT_NOENV": "1"}
        with undisturbed(), log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                [str(word) for word in command],
                env=variables,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
            started = Started(name, process, log)
            self.started.append(started)
        return started

    def check(self) -> None:
        """Raise ServiceError when one of the started processes has ended, with its last words."""
        for started in self.started:
            if not started.running:
                raise ServiceError(f"{started.name} has ended by itself: {started.last_words()} (all in {started.log})")

    def members(self) -> list[psutil.Process]:
        """Every living process with our mark, started by us, by those, or by an earlier owner, and those among them that
        hide it."""
        marked, hidden = [], []
        for process in psutil.process_iter():
            try:
                if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                if process.environ().get(MARK) == self.mark:
                    marked.append(process)
            except psutil.AccessDenied:
                hidden.append(process)
            except (psutil.Error, OSError):
                continue
        pids = {process.pid for process in marked} | {started.process.pid for started in self.started}
        return marked + [process for process in hidden if _belongs(process, pids)]

    def end(self, patience: float = 10.0) -> int:
        """End every member: asked first, and after `patience` seconds killed. Returns how many there were.

        The processes that we started are asked, and end what they started; of an earlier owner's, all are asked.
        """
        with undisturbed():
            members = self.members()
            own = {started.process.pid for started in self.started}
            asked = [process for process in members if process.pid in own] or members
            for process in asked:
                tell(process, signal.SIGTERM)
            psutil.wait_procs(asked, timeout=patience)
            while remaining := self.members():
                for process in remaining:
                    tell(process, signal.SIGKILL)
                psutil.wait_procs(remaining, timeout=1.0)
            self.started.clear()
        return len(members)


def _belongs(process: psutil.Process, pids: set[int]) -> bool:
    """Whether a process is in a session that one of `pids` leads, or descends from one of them."""
    try:
        return os.getsid(process.pid) in pids or any(parent.pid in pids for parent in process.parents())
    except (psutil.Error, OSError):
        return False


def tell(process: psutil.Process, what: signal.Signals) -> None:
    """Send a signal to a process that may be gone already."""
    try:
        process.send_signal(what)
    except psutil.Error:
        return
