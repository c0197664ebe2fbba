"""The connection to OpenSearch: verified TLS, bounded retries, and failures said in plain sentences."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch, Transport
from opensearchpy.exceptions import ConnectionError as LostConnection
from opensearchpy.exceptions import ConnectionTimeout, SSLError, TransportError

from clippings.errors import ServiceError
from clippings.settings import CONNECTION_VARIABLE, OpenSearchSettings

TEMPORARY = frozenset({429, 502, 503, 504})
"""Answers that mean "not now": worth asking again."""

BLOCKED = frozenset({"cluster_block_exception", "index_create_block_exception"})
"""An index or cluster set read-only, or closed to new indices, by hand or because the disk is full; it answers 403 or
429, for ever."""

STARTING = 503
"""What a cluster answers whose block is its own and passes."""

MANAGERLESS = frozenset({"cluster_manager_not_discovered_exception", "master_not_discovered_exception"})
"""A cluster without a cluster manager, by its newer and its older name. A node without one byte of room has none: it
cannot note that it is one."""


class UnavailableError(ServiceError):
    """OpenSearch cannot be reached, or is too busy, and asking again within bounds did not help."""


ASK_ONCE = "ask_once"
"""A parameter of a call that is not to be tried again here."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on asking: waits double from `first` to at most `longest` seconds, `total` seconds in all."""

    total: float = 5.0
    first: float = 0.2
    longest: float = 10.0

    def waits(self) -> Iterator[float]:
        """Seconds to wait before each further try, with jitter of up to a half, until `total` is used up."""
        started, wait = time.monotonic(), self.first
        while time.monotonic() - started < self.total:
            yield wait * random.uniform(0.5, 1.0)  # noqa: S311 - spreads the tries of many tasks, keeps no secret
            wait = min(wait * 2, self.longest)


def error_type(info: object) -> str:
    """The type of an OpenSearch error, from its answer's body; an empty string where it has none."""
    error = info.get("error") if isinstance(info, dict) else None
    return str(error.get("type", "")) if isinstance(error, dict) else ""


def error_reason(info: object) -> str:
    """What OpenSearch says of an error, with its causes."""
    error = info.get("error", info) if isinstance(info, dict) else info
    reasons = []
    while isinstance(error, dict):
        if error.get("reason"):
            reasons.append(str(error["reason"]))
        error = error.get("caused_by")
    return ": ".join(dict.fromkeys(reasons)) or str(error or info)


def is_blocked(status: int | str, info: object) -> bool:
    """Whether an answer means a block that does not pass by itself. With 503 it is the cluster's own, which has no
    manager yet, or has not read its state."""
    return error_type(info) in BLOCKED and status != STARTING


def blocked(address: str, info: object) -> ServiceError:
    """What to say where a block keeps OpenSearch from writing."""
    return ServiceError(
        f"OpenSearch at {address} takes no writes: {error_reason(info)}. Where the disk is nearly full, make room; "
        "otherwise lift the block (setting index.blocks on the index, cluster.blocks on the cluster)."
    )


class PatientTransport(Transport):  # type: ignore[misc]
    """Asks again while the answer is temporary, then says what happened; other errors are passed on as they are."""

    def __init__(self, hosts: object, *, address: str, patience: Patience, **options: object) -> None:
        self.address = address
        self.patience = patience
        super().__init__(hosts, **options, max_retries=0)

    def perform_request(self, method: str, url: str, **options: object) -> object:
        """Raises UnavailableError, ServiceError (no access, bad certificate, a block), or TransportError for the rest.

        With the parameter `ASK_ONCE` there is one try, for those who must know that an answer was lost.
        """
        parameters = options.get("params")
        once = isinstance(parameters, dict) and parameters.pop(ASK_ONCE, False)
        waits = iter(()) if once else self.patience.waits()
        while True:
            try:
                answer: object = super().perform_request(method, url, **options)
                return answer
            except SSLError as error:
                raise ServiceError(
                    f"The certificate of OpenSearch at {self.address} cannot be verified ({error.error}): "
                    f"name its CA file as ca_certs in {CONNECTION_VARIABLE}."
                ) from error
            except ConnectionTimeout as error:
                failure = UnavailableError(
                    f"OpenSearch at {self.address} did not answer in time: see that it runs and has room, then try again."
                )
                cause: TransportError = error
            except LostConnection as error:
                failure = UnavailableError(
                    f"OpenSearch at {self.address} cannot be reached ({error.error}): "
                    "see that it runs and that the address is right."
                )
                cause = error
            except TransportError as error:
                if is_blocked(error.status_code, error.info):
                    raise blocked(self.address, error.info) from error
                if error.status_code in {401, 403}:
                    raise ServiceError(
                        f"OpenSearch at {self.address} refuses access ({error.status_code}): "
                        f"check user, password and rights in {CONNECTION_VARIABLE}."
                    ) from error
                if error.status_code not in TEMPORARY:
                    raise
                failure = UnavailableError(self._not_now(error))
                cause = error
            wait = next(waits, None)
            if wait is None:
                raise failure from cause
            time.sleep(wait)

    def _not_now(self, error: TransportError) -> str:
        """What a temporary answer means, and what to do."""
        if error_type(error.info) in MANAGERLESS | BLOCKED:
            return (
                f"OpenSearch at {self.address} has no cluster manager: it is starting, or cannot write to its disk; "
                "see that it runs and has room, then try again."
            )
        return (
            f"OpenSearch at {self.address} is too busy or not ready "
            f"({error.status_code}, {error_reason(error.info)}): try again later."
        )


def connect(settings: OpenSearchSettings, patience: Patience | None = None) -> OpenSearch:
    """A client for this cluster; nothing is sent yet. Close it when done (`with connect(settings) as client`).

    Its calls raise ServiceError in plain sentences where the cluster is out of reach, busy, or refuses access or writes.
    """
    tls: dict[str, Any] = {"use_ssl": settings.use_ssl}
    if settings.use_ssl:
        tls |= {
            "verify_certs": settings.verify_certs,
            "ssl_show_warn": False,
            # None: the certificate must be for the host that is called; True is taken for a host's name.
            "ssl_assert_hostname": None if settings.verify_certs else False,
        }
        if settings.ca_certs:
            tls["ca_certs"] = settings.ca_certs
    return OpenSearch(
        hosts=[{"host": settings.host, "port": settings.port}],
        http_auth=(settings.user, settings.password or "") if settings.user else None,
        timeout=settings.timeout,
        http_compress=False,
        pool_maxsize=8,
        transport_class=PatientTransport,
        address=settings.url,
        patience=patience or Patience(),
        **tls,
    )
