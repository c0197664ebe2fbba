"""The pages for those who keep the archive: what lies in quarantine, and what became of the records of a run."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.params import Depends as Dependency
from fastapi.responses import HTMLResponse, RedirectResponse
from opensearchpy import OpenSearch
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from clippings.ingestion.progress import file_lines, run_state
from clippings.ingestion.quarantine import Narrowing, look_into
from clippings.settings import OpenSearchSettings
from clippings.web import quarantine, runs
from clippings.web.forgery import Forms

StartReplay = Callable[[Request, Narrowing], Awaitable[str]]
"""Starts a run that replays the narrowed entries of one feed, as the reader who sent the request; answers its name in
the books. Raises ClippingsError, with what the reader can do, where it does not."""


def add_upkeep(
    app: FastAPI,
    show: Callable[..., HTMLResponse],
    cluster: Callable[[], tuple[OpenSearch, OpenSearchSettings]],
    guarded: Sequence[Dependency],
    *,
    forms: Forms,
    reader: Callable[..., str],
    replay_address: str | None,
    start_replay: StartReplay | None,
    replay_dependencies: Sequence[Dependency],
) -> None:
    """Add the pages to the app. The parameters are those of `create_app`; `show` renders a template of a page, and
    `cluster` is asked at each request."""

    @app.get("/quarantine", response_class=HTMLResponse, dependencies=guarded)
    def quarantine_page(request: Request, name: Annotated[str, Depends(reader)]) -> HTMLResponse:
        asked = quarantine.read(request.query_params)
        found = look_into(*cluster(), asked.narrowing, page=asked.page, size=quarantine.SIZE)
        return show(
            request,
            "quarantine.html",
            asked=asked.narrowing,
            page=asked.page,
            remarks=asked.remarks,
            narrowed=asked.page > 1 or asked.narrowing != Narrowing(),
            found=found,
            entries=[quarantine.shown(entry) for entry in found.entries],
            facets=quarantine.facet_lists(asked.narrowing, found),
            pages=quarantine.pages(asked, found),
            replay=quarantine.replay(asked.narrowing, found),
            replay_address=replay_address,
            token=forms.token(name) if start_replay else None,
        )

    if start_replay is not None:

        @app.post("/quarantine/replay", dependencies=[*guarded, *replay_dependencies])
        async def replay(request: Request, name: Annotated[str, Depends(reader)]) -> RedirectResponse:
            narrowing = quarantine.read(QueryParams(dict(await forms.posted(request, name)))).narrowing
            if narrowing.feed is None:
                raise HTTPException(400, "A replay is of one feed: Choose a feed on the page of quarantine.")
            run = await start_replay(request, narrowing)
            root = request.scope.get("root_path", "")
            # A page of its own, so that going back or loading it again starts nothing.
            return RedirectResponse(f"{root}/run?{urlencode({'name': run})}", status_code=303)

    @app.get("/run", response_class=HTMLResponse, dependencies=guarded)
    def run_page(request: Request) -> HTMLResponse:
        asked = runs.read(request.query_params)
        client, chosen = cluster()
        state = run_state(client, chosen, asked.run)
        if state is None:
            message = f"“{asked.run}” has not begun. Airflow begins a run as soon as it has room: load the page again."
            return show(request, "message.html", 404, heading="No such run yet", message=message)
        lines = file_lines(client, chosen, asked.run, page=asked.page, size=runs.SIZE)
        return show(
            request,
            "run.html",
            state=state,
            lines=lines,
            headline=runs.headline(state),
            pages=runs.pages(asked, state.items, len(lines)),
            page=asked.page,
            moment=runs.moment,
            duration=runs.duration,
            stretch=runs.stretch,
        )
