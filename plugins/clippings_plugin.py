"""The search page in Airflow's navigation, for whoever is logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from airflow.plugins_manager import AirflowPlugin

from clippings_links import ANY, PREFIX, REPLAY, base_path, dashboards_address

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from clippings.ingestion.quarantine import Narrowing
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
        # Airflow's own app, that this one is mounted in: in there, `app` names the mounted one.
        await self._app({**scope, "airflow": scope["app"]}, receive, send)


async def _start_replay(request: Request, narrowing: Narrowing) -> str:
    """Have `replay_quarantine` run, as the reader who sent the request, by Airflow's public REST API.

    The API is asked in this process, without a network: so it is Airflow itself that decides whether the reader may,
    checks what is asked, and writes its audit log.
    """
    import httpx

    from clippings.errors import ServiceError

    conf = {
        "feed": narrowing.feed,
        "reason": narrowing.reason or ANY,
        "since": None if narrowing.since is None else narrowing.since.isoformat(),
    }
    login = {name: request.headers[name] for name in ("cookie", "authorization") if name in request.headers}
    inside = httpx.ASGITransport(app=request.scope["airflow"], raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=inside, base_url=str(request.base_url), timeout=60.0) as api:
        answer = await api.post(
            f"{base_path()}/api/v2/dags/{REPLAY}/dagRuns",
            json={"logical_date": None, "conf": conf, "note": "Started by the button of the quarantine page."},
            headers=login,
        )
    if answer.is_error:
        raise ServiceError(f"Airflow did not start the replay: {answer.status_code} {answer.text[:500]}")
    return f"{REPLAY}/{answer.json()['dag_run_id']}"


def _search_page() -> ASGIApp:
    import hmac

    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity
    from airflow.api_fastapi.core_api.security import get_user, requires_access_dag, requires_access_view
    from airflow.configuration import conf
    from fastapi import Depends

    from clippings.web import create_app
    from clippings.web.app import guards
    from clippings.web.forgery import Forms

    def reader(user: Any = Depends(get_user)) -> str:  # noqa: ANN401, B008 - Airflow's users have no type; FastAPI's way
        return str(user.get_id())

    def reader_name(user: Any = Depends(get_user)) -> str:  # noqa: ANN401, B008
        return str(user.get_name())

    base = base_path()
    # All processes of the API share Airflow's key. What is made of it here is of no use for anything else.
    secret = hmac.digest(conf.get("api", "secret_key").encode(), b"clippings: tokens of forms", "sha256")
    own = urlsplit(conf.get("api", "base_url", fallback=""))
    return create_app(
        _opensearch,
        # Whoever may see the DAGs may read what they filed.
        dependencies=guards(requires_access_view(AccessView.WEBSITE), requires_access_dag("GET")),
        login_address=f"{base}/auth/login",
        home_address=f"{base}/",
        dashboards_address=dashboards_address(),
        # Airflow 3.3 opens the form to trigger a DAG by a button on the DAG's page: it has no address of its own, and
        # none takes values for its fields.
        replay_address=f"{base}/dags/{REPLAY}",
        start_replay=_start_replay,
        replay_dependencies=guards(requires_access_dag("POST", DagAccessEntity.RUN, REPLAY)),
        forms=Forms(secret, frozenset({f"{own.scheme}://{own.netloc}"}) if own.netloc else frozenset()),
        reader=reader,
        reader_name=reader_name,
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
