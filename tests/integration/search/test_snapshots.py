"""Backups on the real node: made, the archive wiped, and brought back."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch, helpers
from tests.unit.search.samples import article

from clippings.cli.__main__ import main
from clippings.errors import ServiceError
from clippings.ingestion.books import Book, ensure_books, index_of, write
from clippings.node import Node
from clippings.node.ports import free_port
from clippings.search.aliases import behind, ensure_index, read_alias, refresh, write_alias
from clippings.search.client import connect
from clippings.search.indexing import Status, file_articles
from clippings.search.queries import get_article
from clippings.search.rebuilding import rebuild
from clippings.search.snapshots import backup, backups, restore
from clippings.settings import CONNECTION_VARIABLE, OpenSearchSettings


def fill(client: OpenSearch, own: OpenSearchSettings) -> None:
    """Articles and books, the index rebuilt once."""
    ensure_index(client, own)
    ensure_books(client, own)
    filed = [article(f"kept-{number}", f"Article {number}. " * 20, date="2012-05") for number in range(500)]
    assert {each.status for each in file_articles(client, own, filed)} == {Status.INDEXED}
    entries = [{"_id": f"file-{number}", "_source": {"feed": "test", "path": str(number)}} for number in range(20)]
    write(client, own, Book.FILES, entries)
    rebuild(client, own)


@pytest.fixture
def archive(own: OpenSearchSettings) -> Iterator[OpenSearch]:
    """A client of an archive with articles and books, rebuilt once."""
    with connect(own) as client:
        fill(client, own)
        yield client
        client.ingest.delete_pipeline(id=f"{own.index_prefix}*", params={"ignore": 404})


@pytest.fixture
def folder(archive: OpenSearch, own: OpenSearchSettings, snapshot_folder: Path) -> Iterator[str]:
    """A folder for backups; what is kept there is removed afterwards."""
    yield str(snapshot_folder / own.index_prefix.strip("-"))
    for name in archive.snapshot.get_repository():
        if name.startswith(own.index_prefix):
            for each in archive.snapshot.get(repository=name, snapshot="_all")["snapshots"]:
                archive.snapshot.delete(repository=name, snapshot=each["snapshot"])


def everything(client: OpenSearch, settings: OpenSearchSettings) -> dict[tuple[str, str], Any]:
    """Every document of the archive, by index or alias and id."""
    names = [read_alias(settings), *(index_of(settings, book) for book in Book)]
    client.indices.refresh(index=f"{settings.index_prefix}*")
    return {(name, hit["_id"]): hit["_source"] for name in names for hit in helpers.scan(client, index=name)}


def wipe(client: OpenSearch, settings: OpenSearchSettings) -> None:
    """Remove all indices and templates of the archive."""
    client.indices.delete(index=f"{settings.index_prefix}*")
    client.indices.delete_index_template(name=f"{settings.index_prefix}*")


def test_a_wiped_archive_comes_back(archive: OpenSearch, own: OpenSearchSettings, folder: str) -> None:
    """After all indices were removed the backup brings back every document, both aliases, and an archive that works."""
    before = everything(archive, own)
    made = backup(archive, own, folder)
    assert made.articles == 500
    wipe(archive, own)
    assert restore(archive, own, folder).articles == 500
    assert everything(archive, own) == before
    assert behind(archive, read_alias(own)) == behind(archive, write_alias(own)) == (made.indices[-1],)
    assert not ensure_index(archive, own).created
    assert {each.status for each in file_articles(archive, own, [article("after", "New.")])} == {Status.INDEXED}
    refresh(archive, own)
    assert get_article(archive, own, "kept-7") is not None
    assert rebuild(archive, own).documents == 501


@pytest.mark.faults
def test_a_wiped_node_comes_back(open_folder: Path) -> None:
    """A node that lost all its data, and knows neither index nor repository, has all of it again from the folder."""
    port = free_port()
    node = Node(open_folder / "lost", port, heap_megabytes=256, quick=True)
    folder = str(node.snapshots / "archive")
    with node, connect(node.settings) as client:
        fill(client, node.settings)
        before = everything(client, node.settings)
        assert main_with(node.settings, "backup", folder) == 0
    for kept in (node.place / "data").iterdir():
        shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
    with Node(open_folder / "lost", port, heap_megabytes=256, quick=True) as node, connect(node.settings) as client:
        assert not client.indices.exists(index=read_alias(node.settings))
        assert client.snapshot.get_repository() == {}
        assert main_with(node.settings, "restore", folder) == 0
        assert everything(client, node.settings) == before
        assert {each.status for each in file_articles(client, node.settings, [article("after", "New.")])} == {
            Status.INDEXED
        }
    shutil.rmtree(node.place)


def main_with(settings: OpenSearchSettings, *words: str) -> int:
    """The exit code of a command over this cluster."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CONNECTION_VARIABLE, settings.url)
        patch.setenv("CLIPPINGS_INDEX_PREFIX", settings.index_prefix)
        return main([*words])


def test_an_archive_is_replaced_only_when_asked(archive: OpenSearch, own: OpenSearchSettings, folder: str) -> None:
    """A restore over an archive is refused; with `replace` it is as it was at the backup that is named."""
    before = everything(archive, own)
    first = backup(archive, own, folder)
    list(file_articles(archive, own, [article("later", "Later.")]))
    second = backup(archive, own, folder)
    assert backups(archive, own, folder) == (first.name, second.name)
    with pytest.raises(ServiceError, match="--replace"):
        restore(archive, own, folder)
    restore(archive, own, folder, name=first.name, replace=True)
    assert everything(archive, own) == before
    restore(archive, own, folder, replace=True)
    assert len(everything(archive, own)) == len(before) + 1


def test_the_commands(
    archive: OpenSearch,
    own: OpenSearchSettings,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`./clippings backup` to a folder and `restore` from it by the repository's name do what they say."""
    monkeypatch.setenv(CONNECTION_VARIABLE, own.url)
    monkeypatch.setenv("CLIPPINGS_INDEX_PREFIX", own.index_prefix)
    before = everything(archive, own)
    assert main(["backup", folder]) == 0
    said = capsys.readouterr().out
    assert "500 articles" in said
    wipe(archive, own)
    repository = said.split()[-1].rstrip(".")
    assert main(["restore", repository]) == 0
    assert "500 articles" in capsys.readouterr().out
    assert everything(archive, own) == before
    assert main(["restore", repository]) == 1
    assert "not empty" in capsys.readouterr().err


def test_places_that_cannot_be_used(archive: OpenSearch, own: OpenSearchSettings, folder: str) -> None:
    """A folder outside path.repo, an unknown repository and an empty one are said to be so."""
    with pytest.raises(ServiceError, match=r"path\.repo"):
        backup(archive, own, "/somewhere/else")
    with pytest.raises(ServiceError, match="no snapshot repository"):
        backup(archive, own, f"{own.index_prefix}unknown")
    with pytest.raises(ServiceError, match="no whole backup"):
        restore(archive, own, folder)
