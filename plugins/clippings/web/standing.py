"""The pages of standing queries: save a search, see what matched, subscribe to it, remove it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

from fastapi import Depends, FastAPI, Request
from fastapi.params import Depends as Dependency
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from opensearchpy import OpenSearch
from starlette.datastructures import QueryParams

from clippings.search.requests import SearchRequest
from clippings.settings import OpenSearchSettings
from clippings.standing.asking import asks_for_something
from clippings.standing.matches import MOST_KEPT, matches_of, tallies
from clippings.standing.saved import StandingError, find, in_archive, remove, save, standing_queries
from clippings.web import address, view
from clippings.web.forgery import Forms

SIZE = 20
"""Matches on one page."""
IN_FEED = 50
"""Entries of a feed, the latest."""
ATOM = "application/atom+xml; charset=utf-8"
NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document can hold, not even escaped."""

Show = Callable[..., HTMLResponse]
Cluster = Callable[[], tuple[OpenSearch, OpenSearchSettings]]


def moment(at: datetime) -> str:
    """A moment in words, in UTC."""
    in_utc = at.astimezone(UTC)
    return f"{in_utc.day} {in_utc:%B %Y, %H:%M} UTC"


def xml_text(text: str | None) -> str:
    """A text without what XML cannot hold; escaping is the template's."""
    return NO_XML.sub("", text or "")


def asked_for(request: SearchRequest) -> list[str]:
    """What a search asks for, in the words of the search page."""
    parts = [request.text] if request.text else []
    for facet, title in view.FACET_TITLES.items():
        if values := getattr(request, address.FACETS[facet]):
            parts.append(f"{title.lower()}: {' or '.join(view.label_of(facet, value) for value in values)}")
    if request.date_from:
        parts.append(f"from {request.date_from}")
    if request.date_to:
        parts.append(f"to {request.date_to}")
    return parts


def address_to_save(request: SearchRequest) -> str | None:
    """The query string by which a search is offered to be saved; None where it asks for nothing."""
    plain = SearchRequest()
    own = replace(request, sort=plain.sort, page=plain.page, size=plain.size, every_copy=plain.every_copy)
    return address.write(own) if asks_for_something(own) else None


def urn(kind: str, id: str) -> str:
    """A name for a feed or an entry that stays the same wherever the page is served."""
    return uuid5(NAMESPACE_URL, f"clippings:{kind}:{id}").urn


def add_standing(
    app: FastAPI,
    show: Show,
    cluster: Cluster,
    guarded: Sequence[Dependency],
    *,
    forms: Forms,
    reader: Callable[..., str],
    reader_name: Callable[..., str],
) -> None:
    """Add the pages to the app. The parameters are those of `create_app`; `show` renders a template of a page, and
    `cluster` is asked at each request."""
    guards = list(guarded)
    Reader = Annotated[str, Depends(reader)]

    async def posted(request: Request, name: Reader) -> Mapping[str, str]:
        return await forms.posted(request, name)

    def missing(request: Request) -> HTMLResponse:
        heading, message = "No such standing query", "It was removed, or never saved."
        return show(request, "message.html", 404, heading=heading, message=message)

    def saving(request: Request, name: str, asked: SearchRequest, given: str, remark: str | None) -> HTMLResponse:
        there = None
        try:
            there = in_archive(*cluster(), asked)
        except StandingError as error:
            remark = remark or str(error)
        return show(
            request,
            "standing_new.html",
            400 if remark else 200,
            asked_for=asked_for(asked),
            search=address.write(asked).lstrip("?"),
            there=there,
            given=given,
            remark=remark,
            token=forms.token(name),
        )

    @app.get("/standing", response_class=HTMLResponse, dependencies=guards)
    def list_page(request: Request, name: Reader) -> HTMLResponse:
        client, settings = cluster()
        counted = tallies(client, settings)
        rows = [(each, asked_for(each.request), counted.get(each.id)) for each in standing_queries(client, settings)]
        return show(request, "standing.html", rows=rows, token=forms.token(name))

    @app.get("/standing/new", response_class=HTMLResponse, dependencies=guards)
    def new_page(request: Request, name: Reader) -> HTMLResponse:
        asked = address.read(request.query_params).request
        return saving(request, name, asked, asked.text[:60], None)

    @app.post("/standing", response_class=HTMLResponse, dependencies=guards)
    def save_form(
        request: Request,
        name: Reader,
        shown: Annotated[str, Depends(reader_name)],
        fields: Annotated[Mapping[str, str], Depends(posted)],
    ) -> Response:
        asked = address.read(QueryParams(fields.get("search", ""))).request
        given = fields.get("name", "")
        try:
            query = save(*cluster(), given, asked, shown or name)
        except StandingError as error:
            return saving(request, name, asked, given, str(error))
        return RedirectResponse(f"{request.scope.get('root_path', '')}/standing/{query.id}", status_code=303)

    @app.get("/standing/{id}", response_class=HTMLResponse, dependencies=guards)
    def matches_page(request: Request, id: str, name: Reader) -> HTMLResponse:
        client, settings = cluster()
        query = find(client, settings, id)
        if query is None:
            return missing(request)
        page = address.number(request.query_params.get("page"), 1)
        page = min(max(1, page), 2 * MOST_KEPT // SIZE)
        total, found = matches_of(client, settings, query, start=(page - 1) * SIZE, size=SIZE)
        return show(
            request,
            "standing_query.html",
            query=query,
            asked_for=asked_for(query.request),
            search=address.write(query.request),
            found=found,
            total=total,
            most=MOST_KEPT,
            page=page,
            more=page * SIZE < total,
            token=forms.token(name),
        )

    @app.get("/standing/{id}/feed", dependencies=guards)
    def feed(request: Request, id: str) -> Response:
        client, settings = cluster()
        query = find(client, settings, id)
        if query is None:
            return Response("There is no such standing query.", 404, media_type="text/plain")
        _, found = matches_of(client, settings, query, size=IN_FEED)
        own = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
        values: dict[str, Any] = {"query": query, "asked_for": asked_for(query.request), "found": found, "urn": urn}
        return Response(show(request, "feed.xml", own=own, **values).body, media_type=ATOM)

    @app.post("/standing/{id}/remove", dependencies=[*guards, Depends(posted)])
    def remove_form(request: Request, id: str) -> Response:
        client, settings = cluster()
        query = find(client, settings, id)
        if query is not None:
            remove(client, settings, query)
        return RedirectResponse(f"{request.scope.get('root_path', '')}/standing", status_code=303)
