"""Where things lie and how OpenSearch is reached: read from the environment, in this one place."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from clippings.errors import ConfigurationError

CONNECTION_VARIABLE = "AIRFLOW_CONN_OPENSEARCH_DEFAULT"
PROJECT = Path(__file__).resolve().parents[2]
"""The folder that holds dags/, plugins/ and include/."""


@dataclass(frozen=True, slots=True)
class OpenSearchSettings:
    """How one OpenSearch cluster is reached. TLS certificates are verified unless the user says otherwise."""

    host: str
    port: int = 9200
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    use_ssl: bool = True
    verify_certs: bool = True
    ca_certs: str | None = None
    timeout: float = 30.0
    """Seconds a request may take."""
    index_prefix: str = ""
    """Put before every index and alias, so that several archives can share a cluster."""

    @property
    def url(self) -> str:
        """The address without user and password, for messages."""
        return f"{'https' if self.use_ssl else 'http'}://{self.host}:{self.port}"


class AirflowConnection(Protocol):
    """What is used of Airflow's connection objects, of which it has two kinds (in tasks, and in its servers)."""

    conn_type: str
    host: str | None
    port: int | None
    login: str | None
    password: str | None

    @property
    def extra_dejson(self) -> dict[str, Any]:
        """The connection's `extra`, read."""


def _truth(value: object) -> bool:
    return str(value).strip().lower() in {"1", "true", "yes", "on"}


def opensearch_from_parts(
    *, host: str, port: int | None, user: str | None, password: str | None, extra: Mapping[str, object]
) -> OpenSearchSettings:
    """Settings out of the parts of an Airflow connection; `extra` takes use_ssl, verify_certs, ca_certs, timeout.

    A host written with `http://` is taken without TLS. Raises ConfigurationError when there is no host.
    """
    if not host:
        raise ConfigurationError(f"The OpenSearch connection names no host: set it in {CONNECTION_VARIABLE}.")
    plain = host.startswith("http://")
    bare = host.split("://", 1)[-1].rstrip("/")
    if port is None and ":" in bare:
        bare, _, digits = bare.rpartition(":")
        port = int(digits)
    return OpenSearchSettings(
        host=bare,
        port=port or 9200,
        user=user or None,
        password=password or None,
        use_ssl=_truth(extra.get("use_ssl", not plain)),
        verify_certs=_truth(extra.get("verify_certs", True)),
        ca_certs=str(extra["ca_certs"]) if extra.get("ca_certs") else None,
        timeout=float(str(extra.get("timeout", 30))),
        index_prefix=os.environ.get("CLIPPINGS_INDEX_PREFIX", ""),
    )


def opensearch_from_airflow(connection: AirflowConnection) -> OpenSearchSettings:
    """Settings out of one of Airflow's own connection objects. Raises ConfigurationError when it names no host.

    Airflow makes `http://host` a connection of type http, which is taken without TLS as the address says.
    """
    scheme = "http://" if connection.conn_type == "http" else ""
    return opensearch_from_parts(
        host=scheme + connection.host if connection.host else "",
        port=connection.port,
        user=connection.login,
        password=connection.password,
        extra=connection.extra_dejson,
    )


def opensearch_from_connection(text: str) -> OpenSearchSettings:
    """Settings out of an Airflow connection written as a URI or as JSON.

    Raises ConfigurationError where the text is neither.
    """
    try:
        if text.lstrip().startswith("{"):
            parts = json.loads(text)
            extra = parts.get("extra") or {}
            return opensearch_from_parts(
                host=str(parts.get("host") or ""),
                port=int(parts["port"]) if parts.get("port") else None,
                user=parts.get("login"),
                password=parts.get("password"),
                extra=json.loads(extra) if isinstance(extra, str) else extra,
            )
        split = urlsplit(text)
        query = dict(parse_qsl(split.query))
        extra = json.loads(query.pop("__extra__")) if "__extra__" in query else query
        scheme = "http://" if split.scheme == "http" else ""
        return opensearch_from_parts(
            host=scheme + unquote(split.hostname or ""),
            port=split.port,
            user=unquote(split.username) if split.username else None,
            password=unquote(split.password) if split.password else None,
            extra=extra,
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{CONNECTION_VARIABLE} cannot be read as an Airflow connection (URI or JSON): {error}."
        ) from error


def opensearch_from_environment() -> OpenSearchSettings:
    """The cluster named by the environment, otherwise the one that a running `make run` or `./clippings node` started.

    Raises ConfigurationError when there is neither.
    """
    text = os.environ.get(CONNECTION_VARIABLE)
    if not text and connection_file().is_file():
        text = connection_file().read_text(encoding="utf-8")
    if not text:
        raise ConfigurationError(
            f"No OpenSearch is configured: start one with `make run` in another terminal, or set {CONNECTION_VARIABLE}."
        )
    return opensearch_from_connection(text)


def state_folder() -> Path:
    """Where this installation keeps what it makes (Airflow's home, the node's data): CLIPPINGS_HOME or ./.clippings."""
    return Path(os.environ.get("CLIPPINGS_HOME", PROJECT / ".clippings")).resolve()


def connection_file() -> Path:
    """Holds the connection of the embedded node while it runs."""
    return state_folder() / "connection"


def cache_folder() -> Path:
    """Where downloads are kept, outside the repo: CLIPPINGS_CACHE, or the user's cache folder."""
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clippings"
    return Path(os.environ.get("CLIPPINGS_CACHE", default)).resolve()
