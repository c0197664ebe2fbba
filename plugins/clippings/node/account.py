"""Which user the node runs as: OpenSearch refuses root, so root starts it under an unprivileged one."""

import os
import pwd
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from clippings.errors import ConfigurationError
from clippings.node.disk import existing

USER_VARIABLE = "CLIPPINGS_NODE_USER"


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged user of this machine."""

    name: str
    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """The user to run the node as when we are root (CLIPPINGS_NODE_USER, or nobody); None when we are not root.

    Raises ConfigurationError where there is no such user, or it is root.
    """
    if os.geteuid() != 0:
        return None
    name = os.environ.get(USER_VARIABLE, "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise ConfigurationError(
            f"OpenSearch must not run as root, and there is no user “{name}” to run it as: "
            f"name one in {USER_VARIABLE}, or call this as another user."
        ) from None
    if entry.pw_uid == 0:
        raise ConfigurationError(f"OpenSearch must not run as root: name another user in {USER_VARIABLE}.")
    return Account(name, entry.pw_uid, entry.pw_gid)


def reachable(folder: Path, account: Account) -> bool:
    """Whether the account may pass through every folder on the way to `folder` (and through itself, if it is there)."""
    place = existing(folder)
    for step in (place, *place.parents):
        found = step.stat()
        if found.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif found.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not found.st_mode & needed:
            return False
    return True


def place_for(folder: Path, account: Account | None, fallback: Path) -> Path:
    """Where to keep what belongs in `folder` and the account must reach: there, or, where a closed folder such as
    /root is in the way, in a folder of its own under `fallback`."""
    if account is None or reachable(folder, account):
        return folder
    return fallback / f"{folder.name}-{sha256(str(folder).encode()).hexdigest()[:10]}"


def give(folder: Path, account: Account | None) -> None:
    """Make the account the owner of the folder and all in it; nothing to do when we are that user."""
    if account is None or folder.stat().st_uid == account.uid:
        return
    for path in folder.rglob("*"):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    os.chown(folder, account.uid, account.gid)
