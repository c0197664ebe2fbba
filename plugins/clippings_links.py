"""Links from a run to its documents and to OpenSearch Dashboards, and where both are served.

Apart from the plugin, because DAG files need the links and must not load the search page.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from airflow.sdk import BaseOperatorLink
from airflow.sdk.configuration import conf

if TYPE_CHECKING:
    from airflow.sdk.types import TaskInstanceKey

PREFIX = "/clippings"
INGEST = "ingest_"
"""What the ids of the feeds' own DAGs begin with; the feed's id follows."""
REPLAY = "replay_quarantine"
"""The id of the DAG that replays what lies in quarantine."""
ANY = "any"
"""What its Param `reason` says for all reasons."""
DASHBOARDS_VARIABLE = "CLIPPINGS_DASHBOARDS_URL"
"""The address of OpenSearch Dashboards as a reader's browser reaches it; without it there are no links to it."""


def base_path() -> str:
    """The path that Airflow itself is served under, without a slash at the end."""
    return urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")


def dashboards_address() -> str | None:
    """The configured address where it is one that a browser may be sent to."""
    address = os.environ.get(DASHBOARDS_VARIABLE, "").rstrip("/")
    return address if urlsplit(address).scheme in ("http", "https") else None


def _report(ti_key: TaskInstanceKey) -> dict[str, Any]:
    """What the task handed on; empty where it failed before."""
    from airflow.sdk.execution_time.xcom import XCom

    found = XCom.get_value(ti_key=ti_key, key="return_value")
    return found if isinstance(found, dict) else {}


class DocumentsLink(BaseOperatorLink):
    """From a run to the documents of its feed and, for a backfill, of its interval."""

    name = "Documents"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:  # noqa: ANN401
        """The address of the search page, narrowed to what the run is about."""
        report = _report(ti_key)
        asked = {"feed": report["feed"]} if "feed" in report else {}
        if not asked and ti_key.dag_id.startswith(INGEST):
            asked["feed"] = ti_key.dag_id.removeprefix(INGEST)
        if report.get("scope"):
            asked["from"], asked["to"] = report["scope"]
        return f"{base_path()}{PREFIX}/?{urlencode(asked)}"


class ReportLink(BaseOperatorLink):
    """From a run to its report: what became of every record, file by file."""

    name = "Report"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:  # noqa: ANN401
        """The address of the run's page."""
        return f"{base_path()}{PREFIX}/run?{urlencode({'name': f'{ti_key.dag_id}/{ti_key.run_id}'})}"


class DashboardsLink(BaseOperatorLink):
    """From a run to the dashboards, where their address is configured."""

    name = "Dashboards"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:  # noqa: ANN401
        """The address of Dashboards' list of dashboards; empty, which shows no link, where there is none."""
        address = dashboards_address()
        return f"{address}/app/dashboards" if address else ""
