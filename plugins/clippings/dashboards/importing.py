"""Importing saved objects into a running OpenSearch Dashboards, by its HTTP interface."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from clippings.dashboards.saved_objects import SavedObject, ndjson
from clippings.errors import ConfigurationError, ServiceError

IMPORT_PATH = "/api/saved_objects/_import"


@dataclass(frozen=True, slots=True)
class DashboardsServer:
    """Where a Dashboards is and who asks. `tenant` is for servers with multi-tenancy on: "global" is seen by all."""

    url: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_certs: str | None = None
    tenant: str | None = None
    timeout: float = 60.0
    """Seconds the import may take."""


def _failure(failed: Mapping[str, Any]) -> str:
    error = failed.get("error") or {}
    missing = ", ".join(f"{each.get('type')} {each.get('id')}" for each in error.get("references") or [])
    reason = f"it refers to what is not there: {missing}" if missing else error.get("message") or error.get("type")
    return f"{failed.get('type')} {failed.get('id')}: {reason or 'no reason given'}"


def _refusal(server: DashboardsServer, answer: httpx.Response) -> str:
    """Why the import did not take place, for an answer that is not 200, and what to do."""
    if answer.status_code == 401:
        return f"{server.url} wants a login, or does not know this one: give --user and its password."
    if answer.status_code == 403:
        return f"{server.url}: {server.user or 'this user'} may not write saved objects; use one that may."
    if answer.is_redirect:
        return f"{server.url} redirects to {answer.headers.get('location')}: give that address, with any base path."
    if answer.status_code == 404:
        return f"{server.url} has no {IMPORT_PATH}: is it OpenSearch Dashboards, and does it need a base path?"
    return f"{server.url} answered {answer.status_code}: {answer.text[:300]}"


def import_objects(server: DashboardsServer, objects: Sequence[SavedObject]) -> int:
    """Import `objects`, replacing those that are there under the same ids. Returns how many were imported.

    Raises ServiceError when the server cannot be reached, refuses, or takes only some of them (it answers 200 even
    then, so its body is what counts); ConfigurationError when the address or the CA file is none.
    """
    if not server.url.startswith(("http://", "https://")):
        raise ConfigurationError(f"{server.url} is no address: it begins with http:// or https://.")
    try:
        verify = ssl.create_default_context(cafile=server.ca_certs)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"{server.ca_certs} cannot be read as CA certificates: {error}.") from error
    headers = {"osd-xsrf": "true"}
    if server.tenant is not None:
        headers["securitytenant"] = server.tenant
    login = httpx.BasicAuth(server.user, server.password or "") if server.user is not None else None
    body = ndjson(objects).encode()
    try:
        answer = httpx.post(
            server.url.rstrip("/") + IMPORT_PATH,
            params={"overwrite": "true"},
            headers=headers,
            auth=login,
            files={"file": ("clippings.ndjson", body, "application/ndjson")},
            verify=verify,
            timeout=server.timeout,
        )
    except httpx.HTTPError as error:
        raise ServiceError(f"OpenSearch Dashboards at {server.url} cannot be reached: {error}.") from error
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"{server.url} is no address: {error}.") from error
    if answer.status_code != 200:
        raise ServiceError(_refusal(server, answer))
    try:
        outcome = answer.json()
        imported, succeeded = int(outcome["successCount"]), outcome["success"] is True
        failures = [_failure(each) for each in outcome.get("errors") or []]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ServiceError(
            f"{server.url} did not answer as OpenSearch Dashboards does: {answer.text[:200]!r}."
        ) from error
    if not succeeded or failures or imported != len(objects):
        reasons = "\n  ".join(failures or ["the server gives no reason"])
        raise ServiceError(f"{server.url} took {imported} of {len(objects)} objects:\n  {reasons}")
    return imported
