"""A process that files articles is killed with kill -9."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults.archives import FEED_DECLARED, Archive, Holding
from tests.faults.network import Hold, Where, proxy_before

from clippings.settings import CONNECTION_VARIABLE, PROJECT

pytestmark = pytest.mark.faults

IN_SMALL_BULKS = """
from clippings.search import indexing
indexing.MOST_DOCUMENTS = 10
from clippings.cli.__main__ import main
main(["ingest", "lines", "--feeds", {feeds!r}])
"""


@pytest.mark.parametrize("where", list(Where))
def test_killed_in_the_middle_of_a_bulk(archive: Archive, calm: Holding, tmp_path: Path, where: Where) -> None:
    """A run killed while a bulk is on its way, or done and not answered, is finished by the next one."""
    feeds = tmp_path / "feeds.yaml"
    declared = FEED_DECLARED.format(id="lines", location=archive.feed.location, schedule="0 0 1 * *")
    feeds.write_text(f"feeds:\n{declared}", encoding="utf-8")
    with proxy_before(archive.settings) as proxy:
        hold = Hold()
        environment = {
            **os.environ,
            CONNECTION_VARIABLE: proxy.settings.url,
            "CLIPPINGS_INDEX_PREFIX": archive.settings.index_prefix,
            "PYTHONPATH": str(PROJECT / "plugins"),
        }
        proxy.arm(hold, where)
        command = [sys.executable, "-c", IN_SMALL_BULKS.format(feeds=str(feeds))]
        with subprocess.Popen(command, env=environment) as under_way:
            hold.wait(120)
            under_way.send_signal(signal.SIGKILL)
            assert under_way.wait() == -signal.SIGKILL
        hold.let_go()
    report = archive.run()
    assert report.counts.read == 63
    assert report.counts.unchanged > 0 or where is Where.REQUEST
    archive.assert_lawful(report)
    assert archive.holding() == calm
