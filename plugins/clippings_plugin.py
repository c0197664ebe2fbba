"""The search page in Airflow's navigation, and links from a run to its documents and to OpenSearch Dashboards."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode, urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperatorLink, XCom

if TYPE_CHECKING:
    from airflow.models.taskinstancekey import TaskInstanceKey
    from starlette.types import ASGIApp, Receive, Scope, Send

    from clippings.settings import OpenSearchSettings

PREFIX = "/clippings"
DASHBOARDS_VARIABLE = "CLIPPINGS_DASHBOARDS_URL"
"""The address of OpenSearch Dashboards as a reader's browser reaches it; without it there are no links to it."""


def _base_path() -> str:
    """The path that Airflow itself is served under, without a slash at the end."""
    return urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")


def _dashboards_address() -> str | None:
    """The configured address where it is one that a browser may be sent to."""
    address = os.environ.get(DASHBOARDS_VARIABLE, "").rstrip("/")
    return address if urlsplit(address).scheme in ("http", "https") else None


def _report(ti_key: TaskInstanceKey) -> dict[str, Any]:
    """What the task handed on; empty where it failed before."""
    found = XCom.get_value(ti_key=ti_key, key="return_value")
    return found if isinstance(found, dict) else {}


class DocumentsLink(BaseOperatorLink):
    """From a run to the documents of its feed and, for a backfill, of its interval."""

    name = "Documents"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:  # noqa: ANN401
        """The address of the search page, narrowed to what the run is about."""
        report = _report(ti_key)
        asked = {"feed": report.get("feed") or ti_key.dag_id.removeprefix("ingest_")}
        if report.get("scope"):
            asked["from"], asked["to"] = report["scope"]
        return f"{_base_path()}{PREFIX}/?{urlencode(asked)}"


class DashboardsLink(BaseOperatorLink):
    """From a run to the dashboards, where their address is configured."""

    name = "Dashboards"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:  # noqa: ANN401
        """The address of Dashboards' list of dashboards; empty, which shows no link, where there is none."""
        address = _dashboards_address()
        return f"{address}/app/dashboards" if address else ""


def _opensearch() -> OpenSearchSettings:
    """The cluster that Airflow's connection `opensearch_default` names (environment, secrets backend or database)."""
    from airflow.models.connection import Connection

    from clippings.settings import opensearch_from_parts

    connection = Connection.get_connection_from_secrets("opensearch_default")
    return opensearch_from_parts(
        host=connection.host or "",
        port=connection.port,
        user=connection.login,
        password=connection.password,
        extra=connection.extra_dejson,
    )


class _SearchPage:
    """The app, made at the first request: scheduler and workers load plugins too, and need not pay for it."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            self._app = _search_page()
        await self._app(scope, receive, send)


def _search_page() -> ASGIApp:
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
    from airflow.api_fastapi.core_api.security import requires_access_dag, requires_access_view

    from clippings.web import create_app
    from clippings.web.app import guards

    base = _base_path()
    return create_app(
        _opensearch,
        # Whoever may see the DAGs may read what they filed.
        dependencies=guards(requires_access_view(AccessView.WEBSITE), requires_access_dag("GET")),
        login_address=f"{base}/auth/login",
        home_address=f"{base}/",
        dashboards_address=_dashboards_address(),
    )


class ClippingsPlugin(AirflowPlugin):
    """What Airflow shows of Clippings."""

    name = "clippings"
    fastapi_apps: ClassVar[list[Any]] = [{"app": _SearchPage(), "url_prefix": PREFIX, "name": "Clippings search"}]
    external_views: ClassVar[list[Any]] = [
        {
            "name": "Search",
            "href": f"{_base_path()}{PREFIX}/",
            "destination": "nav",
            "url_route": "clippings",
            "nav_top_level": True,
        },
        *(
            [{"name": "Dashboards", "href": _dashboards_address(), "destination": "nav", "category": "browse"}]
            if _dashboards_address()
            else []
        ),
    ]
    operator_extra_links: ClassVar[list[Any]] = [DocumentsLink(), DashboardsLink()]
