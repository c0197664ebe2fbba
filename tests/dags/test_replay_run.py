"""The DAG that replays quarantine, run by Airflow's own task runner over a real node."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import ANY

from clippings.feeds import load_feeds
from clippings.ingestion.local import run_here
from clippings.ingestion.quarantine import Narrowing, look_into
from clippings.ingestion.reports import Counts
from clippings.ingestion.run import RunKind, RunRequest
from clippings.search.client import connect
from clippings.search.requests import SearchRequest
from clippings.settings import PROJECT, OpenSearchSettings
from clippings.standing.saved import save
from clippings.stories.grouping import group

FEEDS = """feeds:
  - id: mended
    title: Mended
    location: {folder}
    patterns: "*.txt"
    schedule: "0 0 1 * *"
    start: 2008-01-01
    bad_share_limit: 1.0
"""
STORY = "Harbour tunnel\n\n" + "The city council voted on the tunnel after a debate that lasted into the night. " * 5


def test_a_replay_by_the_dag_files_the_mended_record(
    airflow_database: None, opensearch: OpenSearchSettings, tmp_path: Path
) -> None:
    """Triggered for a reason, the DAG reads only the file concerned, files its record, and empties quarantine of it;
    a standing query that the new article matches has an asset event, and one that it does not match has no part in it.
    Once the article is grouped, a run that changes nothing has no event of any asset.
    """
    (tmp_path / "feeds.yaml").write_text(FEEDS.format(folder=tmp_path), encoding="utf-8")
    feed = load_feeds(tmp_path / "feeds.yaml")[0]
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    (tmp_path / "wordless.txt").write_text("* * *\n", encoding="utf-8")
    client = connect(opensearch)
    due = datetime(2012, 6, 1, tzinfo=UTC)
    first = run_here(client, opensearch, RunRequest("test/1", feed, RunKind.MANUAL, None, due))
    assert first.counts == Counts(read=2, quarantined=2)
    (tmp_path / "empty.txt").write_text(STORY, encoding="utf-8")
    save(client, opensearch, "Tunnel", SearchRequest("council tunnel", feeds=("mended",)), "ann")
    save(client, opensearch, "Bridge", SearchRequest("council bridge"), "ann")
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT / "plugins"),
        "AIRFLOW_CONN_OPENSEARCH_DEFAULT": opensearch.url,
        "CLIPPINGS_INDEX_PREFIX": opensearch.index_prefix,
        "CLIPPINGS_FEEDS": str(tmp_path / "feeds.yaml"),
    }
    asked = json.dumps({"feed": feed.id, "reason": "empty", "since": "2012-06-01"})
    command = [sys.executable, "-m", "airflow", "dags", "test", "replay_quarantine", "-c", asked]
    _run(command, environment)
    assert _events("clippings://standing") == [{"run": ANY, "matched": {"Tunnel": 1}}]
    [filed] = _events("clippings://articles")
    assert filed["indexed"] == 1
    body = {"query": {"bool": {"filter": [{"term": {"kind": "run"}}, {"prefix": {"run": "replay_quarantine/"}}]}}}
    hits = client.search(index=f"{opensearch.index_prefix}clippings-runs", body=body)["hits"]["hits"]
    reports = [{name: hit["_source"][name] for name in asdict(Counts())} for hit in hits]
    assert reports == [asdict(Counts(read=1, indexed=1))]
    assert [entry.path for entry in look_into(client, opensearch, Narrowing()).entries] == ["wordless.txt"]
    group(client, opensearch)
    _run(command, environment)
    assert (len(_events("clippings://articles")), len(_events("clippings://standing"))) == (1, 1)


def _run(command: list[str], environment: dict[str, str]) -> None:
    """Have Airflow run a DAG to its end."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def _events(uri: str) -> list[Any]:
    """The extras of all events of an asset, as Airflow holds them."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    with create_session() as session:
        return [event.extra for event in session.query(AssetEvent) if event.uri.rstrip("/") == uri]
