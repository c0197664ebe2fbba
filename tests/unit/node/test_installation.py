"""Whether an installation is whole."""

import json
from pathlib import Path

import pytest

from clippings.node.distribution import EVERYTHING
from clippings.node.installation import MANIFEST, sizes, whole


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with two files and the manifest that an installation has."""
    (tmp_path / "opensearch/lib").mkdir(parents=True)
    (tmp_path / "opensearch/lib/a.jar").write_bytes(b"12345")
    (tmp_path / "java").write_bytes(b"1")
    noted = {"pinned": [pinned.sha512 for pinned in EVERYTHING], "files": sizes(tmp_path)}
    (tmp_path / MANIFEST).write_text(json.dumps(noted))
    return tmp_path


def test_an_untouched_installation_is_whole(installed: Path) -> None:
    """All files there, with the sizes noted."""
    assert whole(installed)


def test_a_missing_file_a_cut_file_and_a_broken_manifest_are_noticed(installed: Path) -> None:
    """Each kind of damage alone makes it not whole."""
    jar = installed / "opensearch/lib/a.jar"
    jar.write_bytes(b"123")
    assert not whole(installed)
    jar.unlink()
    assert not whole(installed)
    jar.write_bytes(b"12345")
    assert whole(installed)
    manifest = (installed / MANIFEST).read_text()
    (installed / MANIFEST).write_text(manifest[:40])
    assert not whole(installed)
    (installed / MANIFEST).unlink()
    assert not whole(installed)


def test_another_pinned_version_is_not_this_one(installed: Path) -> None:
    """An installation of other files than those now pinned is made again."""
    noted = json.loads((installed / MANIFEST).read_text())
    noted["pinned"][0] = "0" * 128
    (installed / MANIFEST).write_text(json.dumps(noted))
    assert not whole(installed)
