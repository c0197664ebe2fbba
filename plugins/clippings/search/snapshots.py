"""Backups: what the archive holds, articles and books, into a snapshot repository and back.

One backup is two snapshots, the books' first. So whatever the books say is filed is among the articles, even when runs
go on meanwhile; what is filed in between, the next run finds filed.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError, TransportError

from clippings.errors import ServiceError
from clippings.ingestion.books import Book, index_of
from clippings.search.aliases import put_template, read_alias
from clippings.search.client import error_reason
from clippings.search.copying import count
from clippings.search.rebuilding import current_index
from clippings.settings import OpenSearchSettings

LONGEST_SECONDS = 6 * 3600
"""So long one snapshot or restore may take."""

BOOKS, ARTICLES = "books", "articles"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup in a repository: its name, the indices it holds (books first), and how many articles there are."""

    repository: str
    name: str
    indices: tuple[str, ...]
    articles: int


def backup(client: OpenSearch, settings: OpenSearchSettings, place: str) -> Backup:
    """Keep the index in use and the books, with the aliases, in a repository.

    `place` is the name of a repository of the cluster (a bucket, say), or a folder in which its nodes may keep
    snapshots (`path.repo`), written with a slash. Only what changed since the last backup there is written. Searches
    and ingestion go on. Raises ServiceError where the place cannot be used or the backup is not whole.
    """
    repository = _repository(client, settings, place)
    index = current_index(client, settings)
    held = [index_of(settings, book) for book in Book if client.indices.exists(index=index_of(settings, book))]
    name = f"{settings.index_prefix}{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    if held:
        _keep(client, settings, repository, f"{name}-{BOOKS}", held)
    # Said before, since the index is written on: the backup holds at least so many, unless articles are removed.
    articles = count(client, index)
    _keep(client, settings, repository, f"{name}-{ARTICLES}", [index])
    return Backup(repository, name, (*held, index), articles)


def backups(client: OpenSearch, settings: OpenSearchSettings, place: str) -> tuple[str, ...]:
    """The names of this archive's whole backups in a repository, oldest first. Raises ServiceError."""
    repository = _repository(client, settings, place)
    try:
        found = client.snapshot.get(repository=repository, snapshot="_all")["snapshots"]
    except TransportError as error:
        raise ServiceError(f"Repository {repository} cannot be read: {error_reason(error.info)}.") from error
    whole = re.compile(rf"({re.escape(settings.index_prefix)}\d{{8}}-\d{{6}}-\d{{6}})-{ARTICLES}")
    names = (whole.fullmatch(each["snapshot"]) for each in found if each["state"] == "SUCCESS")
    return tuple(sorted(name[1] for name in names if name))


def restore(
    client: OpenSearch,
    settings: OpenSearchSettings,
    place: str,
    *,
    name: str | None = None,
    replace: bool = False,
) -> Backup:
    """Bring back the newest backup, or the one of this name. Stop ingestion first.

    Raises ServiceError where there is none, where it is not whole, or where the archive is not empty; with `replace`
    what is there is removed first, all versions of the index among it. Killed and started again with `replace` it
    ends right.
    """
    repository = _repository(client, settings, place)
    known = backups(client, settings, place)
    name = name or (known[-1] if known else None)
    if name not in known:
        raise ServiceError(
            f"Repository {repository} holds no whole backup {name or 'of this archive'}: "
            f"there are {', '.join(known) or 'none'}."
        )
    there = _present(client, settings)
    if there and not replace:
        raise ServiceError(
            f"The archive is not empty ({', '.join(there)}): add --replace to remove it and put the backup in its place."
        )
    for index in there:
        client.indices.delete(index=index)
    put_template(client, settings)
    restored: list[str] = []
    for part in (BOOKS, ARTICLES):
        restored += _bring_back(client, repository, f"{name}-{part}", optional=part == BOOKS)
    client.cluster.health(index=",".join(restored), params={"wait_for_status": "yellow", "timeout": "60s"})
    return Backup(repository, str(name), tuple(restored), count(client, read_alias(settings)))


def _repository(client: OpenSearch, settings: OpenSearchSettings, place: str) -> str:
    """The repository of this name; for a folder, one that is registered for it."""
    if "/" not in place:
        try:
            client.snapshot.get_repository(repository=place)
        except NotFoundError as error:
            raise ServiceError(
                f"OpenSearch at {settings.url} has no snapshot repository {place}: register it there, or name a "
                "folder (with a slash, as ./backups)."
            ) from error
        return place
    location = str(Path(place).absolute())
    name = f"{settings.index_prefix}clippings-{crc32(location.encode()):08x}"
    body = {"type": "fs", "settings": {"location": location, "compress": True}}
    try:
        client.snapshot.create_repository(repository=name, body=body)
    except TransportError as error:
        raise ServiceError(
            f"The nodes of OpenSearch at {settings.url} cannot keep backups in {location}: {error_reason(error.info)}. "
            "The folder must be under path.repo of their configuration (for the node of `make run`: its folder "
            "`snapshots`), and on a cluster shared by all nodes."
        ) from error
    return name


def _keep(client: OpenSearch, settings: OpenSearchSettings, repository: str, name: str, indices: list[str]) -> None:
    """Make one snapshot. Raises ServiceError where it is not whole."""
    body = {"indices": ",".join(indices), "include_global_state": False, "partial": False}
    try:
        answer: dict[str, Any] = client.snapshot.create(
            repository=repository,
            snapshot=name,
            body=body,
            params={"wait_for_completion": "true", "request_timeout": LONGEST_SECONDS},
        )
    except TransportError as error:
        raise ServiceError(
            f"The backup {name} to {repository} failed: {error_reason(error.info)}. Nothing has changed at {settings.url}."
        ) from error
    made = answer["snapshot"]
    if made["state"] != "SUCCESS":
        raise ServiceError(f"The backup {name} is not whole ({made['state']}, {made['failures'][:3]}): make it again.")


def _bring_back(client: OpenSearch, repository: str, name: str, *, optional: bool) -> list[str]:
    """Restore one snapshot with its aliases; returns its indices. Raises ServiceError where it is not whole."""
    body = {
        "include_global_state": False,
        "include_aliases": True,
        "partial": False,
        # A backup made while an index was handed over must not put writers off when it is back.
        "ignore_index_settings": ["index.final_pipeline"],
    }
    try:
        answer = client.snapshot.restore(
            repository=repository,
            snapshot=name,
            body=body,
            params={"wait_for_completion": "true", "request_timeout": LONGEST_SECONDS},
        )["snapshot"]
    except NotFoundError:
        if optional:  # a backup made before anything was read has no books
            return []
        raise
    except TransportError as error:
        raise ServiceError(
            f"The backup {name} in {repository} could not be restored: {error_reason(error.info)}. "
            "Start again with --replace."
        ) from error
    if answer["shards"]["failed"]:
        raise ServiceError(f"{answer['shards']['failed']} shards of {name} could not be restored: it is damaged.")
    return sorted(answer["indices"])


def _present(client: OpenSearch, settings: OpenSearchSettings) -> tuple[str, ...]:
    """The archive's indices that there are: every version of the articles' index, and the books."""
    names = [f"{settings.index_prefix}articles-v*", *(index_of(settings, book) for book in Book)]
    found = client.indices.get(index=",".join(names), params={"ignore_unavailable": "true", "allow_no_indices": "true"})
    return tuple(sorted(found))
