"""What machine the figures were taken on: they mean nothing without it."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil


def machine() -> str:
    """Processor, cores, memory and load of this machine, and the versions that matter, in a line."""
    cores = len(os.sched_getaffinity(0))
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    versions = f"Python {platform.python_version()}, trafilatura {version('trafilatura')}"
    return f"{_processor()}, {cores} cores, {memory:.0f} GiB, load {load:.1f} when this was written; {versions}"


def _processor() -> str:
    """The name of the processor, where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
