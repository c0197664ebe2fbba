"""A feed of very many files is listed and planned in bounded memory: measured in processes of their own."""

import json
import os
import subprocess
import sys

from clippings.settings import CONNECTION_VARIABLE, PROJECT, OpenSearchSettings

PLAN = r"""
import json, re, sys
from datetime import UTC, date, datetime
from pathlib import Path
import fsspec
from clippings.feeds import Feed
from clippings.ingestion.run import RunKind, RunRequest
from clippings.ingestion.selecting import select
from clippings.search.aliases import ensure_index
from clippings.search.client import connect
from clippings.settings import opensearch_from_environment

COUNT = int(sys.argv[1])

class MadeUp(fsspec.AbstractFileSystem):
    protocol, cachable = "madeup", False

    def ls(self, path, detail=True, **settings):
        if path == "files":
            return [{"name": f"files/{n:05}", "type": "directory", "size": 0} for n in range(COUNT // 1000)]
        names = (f"{path}/a-page-of-the-feed-{n:04}.txt" for n in range(1000))
        return [{"name": name, "type": "file", "size": 5000, "mtime": 1_335_980_820} for name in names]

fsspec.register_implementation("madeup", MadeUp)
settings = opensearch_from_environment()
client = connect(settings)
ensure_index(client, settings)
feed = Feed("madeup", "Made up", "madeup://files", "0 0 * * *", date(2008, 1, 1))
found = select(client, settings, RunRequest(f"many/{COUNT}", feed, RunKind.MANUAL, None, datetime(2012, 6, 1, tzinfo=UTC)))
# Not ru_maxrss: a process inherits that from the one that started it.
peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps({"files": found.files, "batches": len(found.batches), "peak": peak}))
"""


def planned(settings: OpenSearchSettings, count: int) -> dict[str, float]:
    """What planning a run over so many files found, and its peak memory in MB."""
    environment = {**os.environ, CONNECTION_VARIABLE: settings.url, "CLIPPINGS_INDEX_PREFIX": settings.index_prefix}
    environment["PYTHONPATH"] = str(PROJECT / "plugins")
    command = [sys.executable, "-c", PLAN, str(count)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_planning_takes_no_more_memory_for_more_files(opensearch: OpenSearchSettings) -> None:
    """Planning 150,000 files takes at most 15 MB more than planning 60,000, and both come to 100 batches."""
    few, many = planned(opensearch, 60_000), planned(opensearch, 150_000)
    assert (few["files"], few["batches"], many["files"], many["batches"]) == (60_000, 100, 150_000, 100)
    assert many["peak"] - few["peak"] < 15
