"""An Airflow of its own in one folder: scheduler, api-server, dag-processor and triggerer, on SQLite.

Airflow is only ever started as processes here, never imported: importing it costs seconds.
"""

import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

from clippings.errors import ServiceError
from clippings.node.disk import require_space
from clippings.node.ports import LOOPBACK, require_free
from clippings.node.processes import ProcessFamily
from clippings.settings import CONNECTION_VARIABLE, PROJECT, OpenSearchSettings
from clippings.stack.api import AirflowApi
from clippings.stack.database import CONNECT_ARGUMENTS_SETTING

PORT_VARIABLE = "CLIPPINGS_AIRFLOW_PORT"
USER = "admin"
PARTS: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    # The api-server reads the log files itself, so nothing needs to serve them on a port of its own.
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
HEALTHY_PARTS = frozenset({"metadatabase", "scheduler", "triggerer", "dag_processor"})
POOL, WRITERS = "clippings", 4
"""The pool of the tasks that write to OpenSearch, and how many of them may at once unless the user sets another number."""
HOME_BYTES = 200_000_000
START_SECONDS = 180.0
STOP_SECONDS = 5.0
"""How long the processes may take to end: the triggerer would take ten, for triggers that it does not have."""

Report = Callable[[str], None]


def connection_of(settings: OpenSearchSettings) -> str:
    """The settings written as an Airflow connection, in JSON."""
    extra = {
        "use_ssl": settings.use_ssl,
        "verify_certs": settings.verify_certs,
        "ca_certs": settings.ca_certs,
        "timeout": settings.timeout,
    }
    return json.dumps(
        {
            "conn_type": "opensearch",
            "host": settings.host,
            "port": settings.port,
            "login": settings.user,
            "password": settings.password,
            "extra": extra,
        }
    )


def kept_secret(file: Path, length: int) -> str:
    """The secret in the file, which only we can read; made (of `length` random bytes) where there is none yet."""
    if not file.exists() or not file.read_text().strip():
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_text(secrets.token_urlsafe(length))
    return file.read_text().strip()


class AirflowStack:
    """One Airflow; used as a context manager it is healthy inside, and gone afterwards.

    home: what it keeps from run to run: `airflow/` (AIRFLOW_HOME), `logs/`, and whatever the DAGs keep (it is
        CLIPPINGS_HOME for them).
    port: of the UI and API, on the loopback address.
    opensearch: the connection `opensearch_default` of the DAGs, with its index prefix.
    dags: the folder of the DAG files.
    environment: further variables for all four processes, over everything else.
    report: takes one line on how far a long step has come.
    """

    def __init__(
        self,
        home: Path,
        port: int,
        opensearch: OpenSearchSettings,
        *,
        dags: Path = PROJECT / "dags",
        environment: Mapping[str, str] | None = None,
        parallelism: int = 4,
        report: Report = lambda line: None,
    ) -> None:
        self.home = home.resolve()
        self.airflow_home = self.home / "airflow"
        self.logs = self.home / "logs"
        self.port = port
        self.url = f"http://{LOOPBACK}:{port}"
        self.opensearch = opensearch
        self.dags = dags
        self.extra_environment = dict(environment or {})
        self.parallelism = parallelism
        self.report = report
        self.family = ProcessFamily(f"airflow {self.home}")
        self._api: AirflowApi | None = None

    @property
    def password(self) -> str:
        """The password of the user `admin`, the same from run to run."""
        return kept_secret(self.airflow_home / "password", 18)

    @property
    def api(self) -> AirflowApi:
        """The REST API, logged in as `admin`. Only once the stack is healthy."""
        if self._api is None:
            self._api = AirflowApi(self.url, USER, self.password)
        return self._api

    def environment(self) -> dict[str, str]:
        """What the four processes run with: our own variables, and Airflow's settings as variables."""
        passwords = self.airflow_home / "passwords.json"
        unproxied = ",".join(
            filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), LOOPBACK, "localhost"])
        )
        settings = {
            "API__BASE_URL": self.url,
            "API__HOST": LOOPBACK,
            "API__PORT": str(self.port),
            "API__SECRET_KEY": kept_secret(self.airflow_home / "session-secret", 48),
            "API__WORKERS": "1",
            "API_AUTH__JWT_SECRET": kept_secret(self.airflow_home / "jwt-secret", 64),
            "CORE__DAGS_FOLDER": str(self.dags),
            "CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__PARALLELISM": str(self.parallelism),
            "CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "DAG_PROCESSOR__REFRESH_INTERVAL": "30",
            "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.airflow_home / 'airflow.db'}",
            "DATABASE__SQL_ALCHEMY_CONNECT_ARGS": CONNECT_ARGUMENTS_SETTING,
            "LOGGING__BASE_LOG_FOLDER": str(self.airflow_home / "logs"),
            "USAGE_DATA_COLLECTION__ENABLED": "False",
        }
        return {
            **os.environ,
            "AIRFLOW_HOME": str(self.airflow_home),
            "CLIPPINGS_HOME": str(self.home),
            "CLIPPINGS_INDEX_PREFIX": self.opensearch.index_prefix,
            "CLIPPINGS_POOL": POOL,
            "NO_PROXY": unproxied,
            "no_proxy": unproxied,
            "PYTHONPATH": str(PROJECT / "plugins"),
            CONNECTION_VARIABLE: connection_of(self.opensearch),
            **{f"AIRFLOW__{name}": value for name, value in settings.items()},
            **self.extra_environment,
        }

    def claim(self) -> None:
        """End what an earlier, killed run left in this home, and check the port and the room.

        Raises ServiceError when the port is taken or the disk is full.
        """
        self.family.end()
        require_free(self.port, "Airflow", PORT_VARIABLE)
        require_space(self.home, HOME_BYTES, "keeping Airflow's database and logs")

    def prepare(self) -> None:
        """Lay out the folders and write the login."""
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.airflow_home.mkdir(mode=0o700, exist_ok=True)
        for left_over in self.airflow_home.glob("*.pid"):
            left_over.unlink()
        passwords = self.airflow_home / "passwords.json"
        passwords.touch(mode=0o600)
        passwords.chmod(0o600)
        passwords.write_text(json.dumps({USER: self.password}))

    def launch(self) -> None:
        """Bring the database up to this version of Airflow, and start the four processes; does not wait for them.

        Raises ServiceError when the port is taken, there is no room, or the database cannot be made.
        """
        self.claim()
        self.prepare()
        environment = self.environment()
        self.migrate(environment)
        for name in PARTS:
            self._start(name, environment)

    def _start(self, part: str, environment: Mapping[str, str]) -> None:
        self.family.start(
            f"Airflow's {part}",
            [sys.executable, "-m", "airflow", *PARTS[part]],
            log=self.logs / f"{part}.log",
            environment=environment,
            folder=self.airflow_home,
        )

    def restart(self, part: str) -> None:
        """Start one of PARTS anew, which has ended; does not wait for it."""
        self.family.started = [one for one in self.family.started if one.running]
        self._start(part, self.environment())

    def migrate(self, environment: Mapping[str, str]) -> None:
        """Make or update the database, which takes seconds even when there is nothing to do: so only when Airflow's
        version is another than last time. Raises ServiceError."""
        stamp = self.airflow_home / "database-version"
        wanted = version("apache-airflow-core")
        database = self.airflow_home / "airflow.db"
        if database.exists() and stamp.exists() and stamp.read_text() == wanted:
            return
        self.report("making Airflow's database")
        migration = self.family.start(
            "Airflow's database migration",
            [sys.executable, "-m", "airflow", "db", "migrate"],
            log=self.logs / "migration.log",
            environment=environment,
            folder=self.airflow_home,
        )
        if migration.process.wait() != 0:
            raise ServiceError(
                f"Airflow's database could not be made: {migration.last_words()} (all in {migration.log})"
            )
        self.family.started.remove(migration)
        stamp.write_text(wanted)

    def wait_until_healthy(self) -> None:
        """Return once all four processes report that they are healthy and the pool is there. Raises ServiceError when one
        ends, or after START_SECONDS."""
        began = reported = time.monotonic()
        while missing := HEALTHY_PARTS - {part for part, status in self.api.health().items() if status == "healthy"}:
            self.check()
            now = time.monotonic()
            names = ", ".join(sorted(missing))
            if now - began > START_SECONDS:
                raise ServiceError(f"Airflow is not healthy after {now - began:.0f} s ({names}): see {self.logs}.")
            if now - reported > 5:
                reported = now
                self.report(f"waiting for Airflow, {now - began:.0f} s (missing: {names})")
            time.sleep(0.25)
        self.api.ensure_pool(POOL, WRITERS, "Tasks that write to OpenSearch at the same time.")

    def check(self) -> None:
        """Raise ServiceError when one of the processes has ended."""
        self.family.check()

    def stop(self) -> None:
        """End all processes and what they started. What they kept stays."""
        if self._api is not None:
            self._api.close()
            self._api = None
        self.family.end(STOP_SECONDS)

    def __enter__(self) -> Self:
        try:
            self.launch()
            self.wait_until_healthy()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
