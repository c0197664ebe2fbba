"""Which index is read and which is written: a versioned index behind two aliases, so that it can be exchanged."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError, RequestError, TransportError

from clippings.errors import ServiceError
from clippings.search.client import error_reason
from clippings.search.mapping import index_body, mapping_hash
from clippings.settings import OpenSearchSettings

ALREADY_THERE = "resource_already_exists_exception"


@dataclass(frozen=True, slots=True)
class IndexState:
    """The index behind the aliases. `up_to_date` is False when it was made from another mapping than today's."""

    index: str
    created: bool
    up_to_date: bool


@dataclass(frozen=True, slots=True)
class IndexVersion:
    """One versioned index: what it holds and what points to it."""

    index: str
    documents: int
    bytes: int
    read: bool
    written: bool
    up_to_date: bool


def read_alias(settings: OpenSearchSettings) -> str:
    """The name that is searched."""
    return f"{settings.index_prefix}articles"


def write_alias(settings: OpenSearchSettings) -> str:
    """The name that is written to."""
    return f"{settings.index_prefix}articles-write"


def versioned_index(settings: OpenSearchSettings, version: int) -> str:
    """The name of one version of the index."""
    return f"{settings.index_prefix}articles-v{version}"


def behind(client: OpenSearch, alias: str) -> tuple[str, ...]:
    """The indices behind an alias."""
    try:
        return tuple(sorted(client.indices.get_alias(name=alias)))
    except NotFoundError:
        return ()


def _hash_of(mapping: dict[str, Any]) -> str | None:
    meta = mapping["mappings"].get("_meta") or {}
    return meta.get("mapping_hash")


def put_template(client: OpenSearch, settings: OpenSearchSettings) -> None:
    """Every `articles-v*` made later, by whatever means, gets the mapping of the repo."""
    client.indices.put_index_template(
        name=f"{settings.index_prefix}articles",
        body={
            "index_patterns": [f"{settings.index_prefix}articles-v*"],
            "priority": 500,
            "template": index_body(),
        },
    )


def ensure_index(client: OpenSearch, settings: OpenSearchSettings) -> IndexState:
    """Make the index and its aliases where they are not there; called again, or by several at once, it changes nothing.

    Raises ServiceError when something else has the names, or when the cluster cannot be used.
    """
    reading, writing = read_alias(settings), write_alias(settings)
    written = behind(client, writing)
    created = False
    if not written:
        put_template(client, settings)
        name = versioned_index(settings, 1)
        try:
            client.indices.create(index=name, body={"aliases": {reading: {}, writing: {"is_write_index": True}}})
            created = True
        except RequestError as error:
            # Another process was quicker: the index and its aliases come in one step, so both are there now.
            if error.error != ALREADY_THERE:
                raise ServiceError(f"The index {name} cannot be made: {error.info}.") from error
        written = behind(client, writing)
    if len(written) != 1 or not behind(client, reading):
        raise ServiceError(
            f"The aliases {reading} and {writing} must each stand for an index, and {writing} for one only; "
            f"now {writing} stands for {', '.join(written) or 'none'}: `./clippings index show` lists what is there."
        )
    found = _hash_of(client.indices.get_mapping(index=written[0])[written[0]])
    return IndexState(index=written[0], created=created, up_to_date=found == mapping_hash())


def versions(client: OpenSearch, settings: OpenSearchSettings) -> tuple[IndexVersion, ...]:
    """All versions of the index, oldest first."""
    pattern = f"{settings.index_prefix}articles-v*"
    reading, writing = behind(client, read_alias(settings)), behind(client, write_alias(settings))
    statistics = client.indices.stats(index=pattern, metric="docs,store")["indices"]
    mappings = client.indices.get_mapping(index=pattern)
    return tuple(
        IndexVersion(
            index=name,
            documents=statistics[name]["primaries"]["docs"]["count"],
            bytes=statistics[name]["primaries"]["store"]["size_in_bytes"],
            read=name in reading,
            written=name in writing,
            up_to_date=_hash_of(mappings[name]) == mapping_hash(),
        )
        for name in sorted(statistics, key=lambda each: (len(each), each))
    )


def refresh(client: OpenSearch, settings: OpenSearchSettings) -> None:
    """Make everything that was filed findable now. Raises ServiceError where there is no index yet."""
    try:
        client.indices.refresh(index=write_alias(settings))
    except NotFoundError as error:
        raise missing_index(settings) from error


@contextmanager
def searching(settings: OpenSearchSettings) -> Iterator[None]:
    """Inside it, what OpenSearch cannot answer is said in a sentence: raises ServiceError."""
    try:
        yield
    except NotFoundError as error:
        raise missing_index(settings) from error
    except TransportError as error:
        raise ServiceError(f"OpenSearch at {settings.url} cannot search: {error_reason(error.info)}.") from error


def missing_index(settings: OpenSearchSettings) -> ServiceError:
    """What to say when there is no index yet."""
    return ServiceError(
        f"There is no index {read_alias(settings)} at {settings.url}: make it with `./clippings index create`."
    )
