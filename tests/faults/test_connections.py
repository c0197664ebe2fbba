"""The connection to OpenSearch fails in the middle of a bulk."""

from dataclasses import replace

import pytest
from tests.faults.archives import Archive, Holding
from tests.faults.network import Fault, Proxy, Where, cut, proxy_before, slow

from clippings.ingestion.local import run_here
from clippings.search.client import connect

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("small_bulks")]


def run_through(archive: Archive, calm: Holding, proxy: Proxy, fault: Fault, where: Where, times: int = 3) -> None:
    """A run in which some bulks are hit: it ends well, and the archive is whole."""
    proxy.arm(fault, where, times=times)
    # Six seconds for an answer: more than the slow fault takes, and a half-open connection is given up soon.
    settings = replace(proxy.settings, timeout=6.0)
    with connect(settings) as client:
        report = run_here(client, settings, archive.request())
    assert proxy.struck == times
    assert report.counts.read == report.counts.indexed + report.counts.quarantined == 63
    archive.assert_lawful(report)
    assert archive.holding() == calm


@pytest.mark.parametrize("where", list(Where))
def test_connections_cut_in_the_middle_of_a_bulk(archive: Archive, calm: Holding, where: Where) -> None:
    """Cut while the request or the answer is on its way, a bulk is sent again, and each document is counted once."""
    with proxy_before(archive.settings) as proxy:
        run_through(archive, calm, proxy, cut, where)


@pytest.mark.parametrize("where", list(Where))
def test_a_connection_that_is_slow(archive: Archive, calm: Holding, where: Where) -> None:
    """Bulks that take five seconds each way are waited for."""
    with proxy_before(archive.settings) as proxy:
        run_through(archive, calm, proxy, slow, where, times=2)


@pytest.mark.parametrize("where", list(Where))
def test_a_connection_that_is_half_open(archive: Archive, calm: Holding, where: Where) -> None:
    """A connection on which nothing comes any more is given up after its timeout, and the bulk sent over another."""
    with proxy_before(archive.settings) as proxy:
        run_through(archive, calm, proxy, proxy.half_open, where, times=2)
