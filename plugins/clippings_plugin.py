"""The search page in Airflow's navigation, for whoever is logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from clippings_links import PREFIX, base_path, dashboards_address

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from clippings.settings import OpenSearchSettings


def _opensearch() -> OpenSearchSettings:
    """The cluster that Airflow's connection `opensearch_default` names (environment, secrets backend or database)."""
    from airflow.models.connection import Connection

    from clippings.settings import opensearch_from_airflow

    return opensearch_from_airflow(Connection.get_connection_from_secrets("opensearch_default"))


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

    base = base_path()
    return create_app(
        _opensearch,
        # Whoever may see the DAGs may read what they filed.
        dependencies=guards(requires_access_view(AccessView.WEBSITE), requires_access_dag("GET")),
        login_address=f"{base}/auth/login",
        home_address=f"{base}/",
        dashboards_address=dashboards_address(),
        # Airflow 3.3 opens the form to trigger a DAG by a button on the DAG's page: it has no address of its own, and
        # none takes values for its fields.
        replay_address=f"{base}/dags/replay_quarantine",
    )


class ClippingsPlugin(AirflowPlugin):
    """What Airflow shows of Clippings."""

    name = "clippings"
    fastapi_apps: ClassVar[list[Any]] = [{"app": _SearchPage(), "url_prefix": PREFIX, "name": "Clippings search"}]
    external_views: ClassVar[list[Any]] = [
        {
            "name": "Search",
            "href": f"{base_path()}{PREFIX}/",
            "destination": "nav",
            "url_route": "clippings",
            "nav_top_level": True,
        },
        *(
            [{"name": "Dashboards", "href": dashboards_address(), "destination": "nav", "category": "browse"}]
            if dashboards_address()
            else []
        ),
    ]
