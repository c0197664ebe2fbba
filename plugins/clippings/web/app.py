"""The FastAPI app of the search page. Whoever mounts it says how OpenSearch is reached and who may look."""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.params import Depends as Dependency
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from opensearchpy import OpenSearch
from starlette.exceptions import HTTPException

from clippings.errors import ClippingsError
from clippings.search.client import connect
from clippings.search.copies import copies_of
from clippings.search.queries import get_article, more_like_this, search
from clippings.search.requests import NO_COPIES
from clippings.settings import OpenSearchSettings
from clippings.standing.matches import queries_matched
from clippings.stories.passages import Kind, differences
from clippings.stories.telling import related_to
from clippings.web import address, standing, view
from clippings.web.explaining import add_explaining
from clippings.web.forgery import Forms, RefusedFormError
from clippings.web.upkeep import StartReplay, add_upkeep

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
"""Airflow's login cookie can be read by scripts of this origin, so no script is ever let run here."""

SettingsProvider = Callable[[], OpenSearchSettings]


def _nobody() -> str:
    return ""


def create_app(
    settings: SettingsProvider,
    *,
    dependencies: Sequence[Dependency] = (),
    login_address: str = "/auth/login",
    home_address: str = "/",
    dashboards_address: str | None = None,
    replay_address: str | None = None,
    start_replay: StartReplay | None = None,
    replay_dependencies: Sequence[Dependency] = (),
    forms: Forms | None = None,
    reader: Callable[..., str] = _nobody,
    reader_name: Callable[..., str] = _nobody,
) -> FastAPI:
    """The app. `settings` is asked at each request, `dependencies` guard every page and raise where one may not look.

    `login_address` is where a reader without a login is sent to, `home_address` where "Airflow" leads,
    `replay_address` where a reader finds the DAG that replays what lies in quarantine. `start_replay` is what the
    button of the quarantine page does, and `replay_dependencies` guard it. `forms` tell forms of our own from forged
    ones, for whom `reader`, a dependency, names; `reader_name`, another, is how others know the reader.
    """
    app = FastAPI(title="Clippings search", docs_url=None, redoc_url=None, openapi_url=None)
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    pages.filters.update(
        date_words=view.date_words,
        language_name=view.language_name,
        web_address=view.web_address,
        sources_of=view.sources_of,
        moment=standing.moment,
        xml_text=standing.xml_text,
    )
    pages.globals.update(home_address=home_address, dashboards_address=dashboards_address)

    def show(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401
        root = request.scope.get("root_path", "")
        return HTMLResponse(pages.get_template(name).render(root=root, **values), status_code=status)

    def cluster() -> tuple[OpenSearch, OpenSearchSettings]:
        chosen = settings()
        return connect(chosen), chosen

    def no_article(request: Request) -> HTMLResponse:
        message = "It was never filed, or it has left the index because its file no longer carries it."
        return show(request, "message.html", 404, heading="No such article", message=message)

    guarded = list(dependencies)

    @app.middleware("http")
    async def secure(request: Request, answer: Callable[[Request], Any]) -> Response:
        response: Response = await answer(request)
        response.headers.update(SECURITY_HEADERS)
        return response

    @app.get("/", response_class=HTMLResponse, dependencies=guarded)
    def search_page(request: Request) -> HTMLResponse:
        asked = address.read(request.query_params)
        results = search(*cluster(), asked.request)
        return show(
            request,
            "search.html",
            asked=asked.request,
            remarks=asked.remarks,
            results=results,
            facets=view.facet_lists(asked.request, results),
            chosen=view.chosen(asked.request),
            timeline=view.timeline(asked.request, results.timeline),
            pages=view.pages(asked.request, results),
            sorts=view.sort_links(asked.request),
            copies_address=address.write(replace(asked.request, every_copy=not asked.request.every_copy, page=1)),
            everything=address.write(type(asked.request)(text=asked.request.text)),
            facet_fields=address.FACETS,
            did_you_mean=results.did_you_mean,
            watched=standing.address_to_save(asked.request),
            suggested=address.write(type(asked.request)(text=results.did_you_mean or "")),
        )

    @app.get("/article/{article_id}", response_class=HTMLResponse, dependencies=guarded)
    def article_page(request: Request, article_id: str) -> HTMLResponse:
        client, chosen = cluster()
        filed = get_article(client, chosen, article_id)
        if filed is None:
            return no_article(request)
        story = filed.story_id or ""
        return show(
            request,
            "article.html",
            filed=filed,
            article=filed.article,
            similar=more_like_this(client, chosen, article_id, story=filed.story_id),
            copies=copies_of(client, chosen, [story]).get(story, NO_COPIES),
            related=related_to(client, chosen, article_id),
            watched_by=queries_matched(client, chosen, article_id),
        )

    @app.get("/article/{article_id}/compare/{other_id}", response_class=HTMLResponse, dependencies=guarded)
    def compare_page(request: Request, article_id: str, other_id: str) -> HTMLResponse:
        client, chosen = cluster()
        one, other = (get_article(client, chosen, each) for each in (article_id, other_id))
        if one is None or other is None:
            return no_article(request)
        stretches = differences(one.article.text, other.article.text)
        same = sum(len(each.text) for each in stretches if each.kind is Kind.SAME)
        return show(
            request,
            "compare.html",
            article=one.article,
            other=other.article,
            stretches=stretches,
            same=same / max(1, len(other.article.text)),
        )

    add_explaining(app, show, cluster, guarded, no_article)
    forms = forms or Forms(secrets.token_bytes(32))
    standing.add_standing(app, show, cluster, guarded, forms=forms, reader=reader, reader_name=reader_name)
    add_upkeep(
        app,
        show,
        cluster,
        guarded,
        forms=forms,
        reader=reader,
        replay_address=replay_address,
        start_replay=start_replay,
        replay_dependencies=replay_dependencies,
    )

    @app.get("/api/search", dependencies=guarded)
    def search_json(request: Request) -> JSONResponse:
        asked = address.read(request.query_params)
        return JSONResponse({**_plain(search(*cluster(), asked.request)), "remarks": asked.remarks})

    @app.get("/api/article/{article_id}", dependencies=guarded)
    def article_json(article_id: str) -> JSONResponse:
        filed = get_article(*cluster(), article_id)
        if filed is None:
            return JSONResponse({"error": "no such article"}, status_code=404)
        return JSONResponse(_plain(filed))

    @app.get("/style.css")
    def style() -> Response:
        return Response((HERE / "style.css").read_bytes(), media_type="text/css")

    _answer_errors(app, show, login_address)
    return app


def _answer_errors(app: FastAPI, show: Callable[..., Response], login_address: str) -> None:
    """Have errors shown as pages, or as JSON to those who asked for JSON."""

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        if "/api/" in request.url.path or request.url.path.endswith("/feed"):
            # A program that asks is told so; it could do nothing with a page to log in.
            asked = {"WWW-Authenticate": "Bearer"} if error.status_code == 401 else None
            return JSONResponse({"error": str(error.detail)}, status_code=error.status_code, headers=asked)
        if error.status_code == 401:
            return RedirectResponse(f"{login_address}?next={request.url.path}", status_code=303)
        heading = "You may not look at this" if error.status_code == 403 else "There is nothing here"
        return show(request, "message.html", error.status_code, heading=heading, message=str(error.detail))

    @app.exception_handler(RefusedFormError)
    def forged(request: Request, error: RefusedFormError) -> Response:
        log.warning("a form for %s was refused: %s", request.url.path, error)
        return show(request, "message.html", 403, heading="Nothing was changed", message=str(error))

    @app.exception_handler(ClippingsError)
    def failed(request: Request, error: ClippingsError) -> Response:
        log.warning("%s could not be shown: %s", request.url.path, error)
        if "/api/" in request.url.path:
            return JSONResponse({"error": str(error)}, status_code=503)
        return show(request, "message.html", 503, heading="The archive does not answer", message=str(error))


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever the library answers, as JSON takes it
    """Frozen types as plain JSON values: `dataclasses.asdict` stops at read-only mappings and at dates."""
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def guards(*callables: Callable[..., object]) -> list[Dependency]:
    """Dependencies out of plain callables, for `create_app`."""
    return [Depends(one) for one in callables]
