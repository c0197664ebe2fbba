"""All hits of a query, however many: a failure on the way is said in a sentence, and is never taken for the end."""

from collections.abc import Iterator
from typing import Any

from opensearchpy import OpenSearch, helpers
from opensearchpy.exceptions import TransportError
from opensearchpy.helpers.errors import ScanError

from clippings.search.client import UnavailableError, error_reason


def scan_hits(client: OpenSearch, index: str, body: dict[str, Any], *, size: int = 1000) -> Iterator[dict[str, Any]]:
    """Every hit, in no order, `size` at a time. Raises UnavailableError where OpenSearch loses the thread: a node that is
    started again knows nothing of what was being read."""
    try:
        yield from helpers.scan(client, index=index, query=body, size=size)
    except (ScanError, TransportError) as error:
        told = error_reason(error.info) if isinstance(error, TransportError) else str(error)
        raise UnavailableError(
            f"OpenSearch could not read {index} to its end ({told}): was it started again meanwhile? Run again."
        ) from error
