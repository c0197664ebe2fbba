"""Which user the node runs as, and where that user can reach its files."""

import os
import pwd
from pathlib import Path

import pytest

from clippings.errors import ConfigurationError
from clippings.node.account import Account, place_for, reachable, unprivileged_account

SOMEBODY = Account("somebody", 54321, 54321)
"""Neither the owner nor of the group of any file here."""


def test_a_closed_folder_on_the_way_cannot_be_passed(open_folder: Path) -> None:
    """A folder under one without the right to pass is out of reach, whatever its own rights are."""
    closed = open_folder / "closed"
    inner = closed / "inner"
    inner.mkdir(parents=True)
    inner.chmod(0o777)
    closed.chmod(0o755)
    assert reachable(inner, SOMEBODY)
    closed.chmod(0o700)
    assert not reachable(inner, SOMEBODY)
    assert not reachable(inner / "not yet there", SOMEBODY)
    assert reachable(inner, Account("owner", os.getuid(), os.getgid()))


def test_what_is_out_of_reach_gets_a_place_of_its_own_elsewhere(open_folder: Path) -> None:
    """Two closed folders of one name get two places under the fallback, each the same every time."""
    fallback = open_folder / "fallback"
    folders = []
    for name in ("one", "two"):
        closed = open_folder / name
        closed.mkdir()
        closed.chmod(0o700)
        folders.append(closed / "node")
    places = [place_for(folder, SOMEBODY, fallback) for folder in folders]
    assert places == [place_for(folder, SOMEBODY, fallback) for folder in folders]
    assert len(set(places)) == 2
    assert all(place.parent == fallback for place in places)


def test_without_another_account_everything_stays_in_its_folder(tmp_path: Path) -> None:
    """Who does not run as root keeps all under the folder they chose."""
    assert place_for(tmp_path / "node", None, tmp_path / "fallback") == tmp_path / "node"


def test_the_account_is_never_root() -> None:
    """Root gets an unprivileged account, anyone else none."""
    account = unprivileged_account()
    if os.geteuid() == 0:
        assert account is not None
        assert account.uid == pwd.getpwnam("nobody").pw_uid
    else:
        assert account is None


@pytest.mark.parametrize("name", ["root", "no-such-user-here"])
def test_root_or_an_unknown_user_is_refused_to_root(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Naming root or nobody known is a configuration error for root; others do not need an account."""
    monkeypatch.setenv("CLIPPINGS_NODE_USER", name)
    if os.geteuid() == 0:
        with pytest.raises(ConfigurationError, match="must not run as root"):
            unprivileged_account()
    else:
        assert unprivileged_account() is None
