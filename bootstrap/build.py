"""Build .venv from a lock file: `build.py requirements.txt`. Called by `bootstrap/ensure`; needs the standard library
only.

uv installs the lock, checked hash by hash, and is itself installed by pip from bootstrap/uv.txt, beside the packages
rather than among them. A file `unfinished` stands in the environment while this is at work: whoever finds it after
an interruption starts anew. The lock is copied into the environment last, which is the mark of being current.
"""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = PROJECT / ".venv"
LOCKS = ("requirements.txt", "requirements-dev.txt")
"""The second holds the first, with the same versions, and more."""
NEEDED_BYTES = 1_500_000_000
"""What the environment takes (0.8 GB) and uv's downloads beside it."""
HEARTBEAT = 10.0
"""Seconds between two signs of life of a long step."""


class CannotBuildError(Exception):
    """Its message is one plain sentence for the user."""


def say(message: str) -> None:
    """Tell the user, on standard error."""
    print(message, file=sys.stderr, flush=True)


def current(lock: str) -> bool:
    """Whether the environment is finished and holds exactly this lock."""
    whole = (ENVIRONMENT / "bin/python").exists() and not (ENVIRONMENT / "unfinished").exists()
    return whole and same(PROJECT / lock, ENVIRONMENT / lock)


def same(file: Path, kept: Path) -> bool:
    """Whether `kept` is there and says what `file` says."""
    return kept.is_file() and kept.read_bytes() == file.read_bytes()


def trust_settings() -> dict[str, str]:
    """The environment, with the machine's own certificates trusted by pip and uv unless it says otherwise."""
    variables = dict(os.environ)
    variables.pop("PYTHONPATH", None)
    variables.setdefault("UV_SYSTEM_CERTS", "1")
    if "SSL_CERT_FILE" in variables:
        variables.setdefault("PIP_CERT", variables["SSL_CERT_FILE"])
    return variables


def call(command: list[str | Path], purpose: str, variables: dict[str, str]) -> None:
    """Run a command whose output nobody needs. Raises CannotBuildError with the reason that it gave."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        started = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        while True:
            try:
                code = process.wait(HEARTBEAT)
                break
            except subprocess.TimeoutExpired:
                say(f"  … {purpose}, {time.monotonic() - started:.0f} s")
            except BaseException:
                process.kill()
                raise
        if code == 0:
            return
        output.seek(0)
        said = [line.strip() for line in output if line.strip()]
    text = "\n".join(said).lower()
    if "no space left" in text:
        raise CannotBuildError(f"the disk is full: {purpose} needs about 1.5 GB under {PROJECT}.")
    unreachable = ("failed to fetch", "failed to download", "connection", "could not find a version", "connect error")
    if any(sign in text for sign in unreachable):
        raise CannotBuildError(
            f"{purpose} needs the network, and the package registry cannot be reached: check the connection "
            f"(and HTTPS_PROXY, SSL_CERT_FILE where you need them) and try again. It said: {reason(said)}"
        )
    raise CannotBuildError(f"{purpose} failed: {reason(said)}")


def reason(said: list[str]) -> str:
    """The most telling line of what a command said."""
    for sign in ("cause:", "error:", "ERROR:"):
        told = [line for line in said if sign in line]
        if told:
            return told[-1][:300]
    return said[-1][:300] if said else "nothing"


def build(lock: str) -> None:
    """Create or update the environment. Raises CannotBuildError."""
    uv_pin = PROJECT / "bootstrap/uv.txt"
    uv_folder = ENVIRONMENT / "uv"
    broken = (ENVIRONMENT / "unfinished").exists() or not (ENVIRONMENT / "bin/python").exists()
    fresh = broken or not same(uv_pin, uv_folder / "uv.txt")
    free = shutil.disk_usage(PROJECT).free
    if fresh and free < NEEDED_BYTES:
        raise CannotBuildError(
            f"the Python environment needs {NEEDED_BYTES / 1e9:.1f} GB under {PROJECT}, "
            f"and only {free / 1e9:.1f} GB is free: make room and try again."
        )
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise CannotBuildError(
            f"Python {version} at {sys.executable} cannot make environments: install its venv module "
            f"(on Debian or Ubuntu: apt-get install python{version}-venv)."
        )
    variables = trust_settings()
    python = ENVIRONMENT / "bin/python"
    if fresh:
        say(f"Building the Python environment in {ENVIRONMENT} (once, about a minute) …")
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        ENVIRONMENT.mkdir()
        (ENVIRONMENT / "unfinished").touch()
        call([sys.executable, "-I", "-m", "venv", ENVIRONMENT], "making the environment", variables)
        pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
        install: list[str | Path] = ["install", "--quiet", "--require-hashes", "--target", uv_folder, "-r", uv_pin]
        call([*pip, *install], "installing uv", variables)
        shutil.copyfile(uv_pin, uv_folder / "uv.txt")
    else:
        say("The locked requirements have changed: updating the Python environment …")
        (ENVIRONMENT / "unfinished").touch()
    sync: list[str | Path] = [
        uv_folder / "bin/uv",
        "pip",
        "sync",
        "--python",
        python,
        "--require-hashes",
        PROJECT / lock,
    ]
    call(sync, "installing the locked requirements", variables)
    for name in LOCKS:
        (ENVIRONMENT / name).unlink(missing_ok=True)
    for name in LOCKS[: LOCKS.index(lock) + 1]:
        shutil.copyfile(PROJECT / name, ENVIRONMENT / name)
    (ENVIRONMENT / "unfinished").unlink()


def main(lock: str) -> int:
    """Build under a lock, so that concurrent calls build once. Returns the exit code."""
    if lock == LOCKS[0] and (ENVIRONMENT / LOCKS[1]).exists():
        lock = LOCKS[1]
    try:
        held = os.open(PROJECT, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)  # on the project's folder itself: no file to leave behind
        if not current(lock):
            build(lock)
    except (CannotBuildError, OSError) as error:
        say(f"clippings: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
