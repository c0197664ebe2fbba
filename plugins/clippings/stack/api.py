"""Airflow's REST API, as far as the local stack and its tests use it (a CLI call costs Airflow 6 to 13 seconds)."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import httpx

from clippings.errors import ServiceError

ENDED = frozenset({"success", "failed"})
"""The states in which a DAG run stays."""
POLL_SECONDS = 0.5
GRACE_SECONDS = 5.0
"""How long a DAG may still come after another file of the DAGs was found to be broken."""


class AirflowApi:
    """A client of one Airflow, logged in by name and password. All answers are the API's own JSON.

    Every method raises ServiceError when Airflow does not answer or refuses, and names what it said.
    """

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self.user = user
        self.password = password
        self.client = httpx.Client(base_url=url, timeout=60.0, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def log_in(self) -> None:
        """Get a token; done by itself whenever the API asks for one."""
        answer = self.client.post("/auth/token", json={"username": self.user, "password": self.password})
        if answer.is_error:
            raise ServiceError(f"Airflow at {self.url} refused the login of {self.user}: {answer.text[:300]}")
        self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def request(
        self, method: str, path: str, body: object = None, parameters: Mapping[str, str | int] | None = None
    ) -> Any:  # noqa: ANN401 - the API's JSON
        """Call `/api/v2/<path>`. Returns the JSON of the answer, None where it is empty."""
        try:
            for attempt in range(2):
                answer = self.client.request(method, f"/api/v2/{path}", json=body, params=parameters)
                if answer.status_code != httpx.codes.UNAUTHORIZED or attempt:
                    break
                self.log_in()
        except httpx.TransportError as error:
            raise ServiceError(f"Airflow at {self.url} does not answer: {error}.") from error
        if answer.is_error:
            raise ServiceError(f"Airflow refused {method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else None

    def health(self) -> dict[str, str]:
        """The status of each part (metadatabase, scheduler, triggerer, dag_processor), empty while nothing answers."""
        try:
            answer = self.client.get("/api/v2/monitor/health", timeout=5.0)
            return {name: str(part["status"]) for name, part in answer.json().items() if part}
        except (httpx.TransportError, ValueError):
            return {}

    def dag_known(self, dag_id: str) -> bool:
        """Whether the DAG has been parsed and stored."""
        return any(dag["dag_id"] == dag_id for dag in self.request("GET", "dags", parameters={"limit": 200})["dags"])

    def import_errors(self) -> dict[str, str]:
        """DAG files that could not be imported, with the reason."""
        return {
            error["filename"]: error["stack_trace"] for error in self.request("GET", "importErrors")["import_errors"]
        }

    def wait_for_dag(self, dag_id: str, seconds: float = 90.0) -> None:
        """Return once the DAG is known. Raises ServiceError after `seconds`, with what kept it from being imported;
        sooner when files cannot be imported, for then it is likely to be one of them."""
        deadline = time.monotonic() + seconds
        while not self.dag_known(dag_id):
            errors = self.import_errors()
            if errors:
                deadline = min(deadline, time.monotonic() + GRACE_SECONDS)
            if time.monotonic() > deadline:
                told = "; ".join(f"{file}: {text.strip().splitlines()[-1]}" for file, text in errors.items())
                raise ServiceError(f"Airflow does not know the DAG {dag_id}. {told or 'No file of the DAGs holds it.'}")
            time.sleep(POLL_SECONDS)

    def ensure_pool(self, name: str, slots: int, description: str) -> None:
        """Make a pool unless there is one: how many slots it has is then its user's affair."""
        pools = self.request("GET", "pools", parameters={"limit": 1000})["pools"]
        if all(pool["name"] != name for pool in pools):
            body = {"name": name, "slots": slots, "description": description, "include_deferred": False}
            self.request("POST", "pools", body)

    def unpause(self, dag_id: str) -> None:
        """Let the DAG's runs start."""
        self.request("PATCH", f"dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, conf: Mapping[str, object] | None = None) -> str:
        """Start a manual run with these params. Returns its run id."""
        body = {"logical_date": None, "conf": dict(conf or {})}
        return str(self.request("POST", f"dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def dag_run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """One run: state, data_interval_start, run_type …"""
        return dict(self.request("GET", f"dags/{dag_id}/dagRuns/{run_id}"))

    def dag_runs(self, dag_id: str) -> list[dict[str, Any]]:
        """All runs of a DAG, oldest interval first."""
        runs: list[dict[str, Any]] = []
        while True:
            parameters: dict[str, str | int] = {"limit": 100, "offset": len(runs), "order_by": "run_after"}
            page = self.request("GET", f"dags/{dag_id}/dagRuns", parameters=parameters)
            runs += page["dag_runs"]
            if not page["dag_runs"] or len(runs) >= page["total_entries"]:
                return runs

    def wait_for_run(
        self, dag_id: str, run_id: str, seconds: float = 300.0, watch: Callable[[str], None] = lambda state: None
    ) -> str:
        """Return the state in which the run ended, success or failed. `watch` is told the state at each look.

        Raises ServiceError when it has not ended after `seconds`.
        """
        deadline = time.monotonic() + seconds
        while True:
            state = str(self.dag_run(dag_id, run_id)["state"])
            if state in ENDED:
                return state
            if time.monotonic() > deadline:
                raise ServiceError(f"The run {run_id} of {dag_id} is still {state} after {seconds:.0f} s.")
            watch(state)
            time.sleep(POLL_SECONDS)

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The task instances of a run (at most 1000): task_id, map_index, state …"""
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        return list(self.request("GET", path, parameters={"limit": 1000})["task_instances"])

    def xcom(self, dag_id: str, run_id: str, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:  # noqa: ANN401
        """What a task handed on under `key`."""
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}"
        return self.request("GET", path, parameters={"map_index": map_index})["value"]

    def task_log(self, dag_id: str, run_id: str, task_id: str, attempt: int = 1, map_index: int = -1) -> str:
        """What a task logged, one event a line."""
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"
        content = self.request("GET", path, parameters={"map_index": map_index, "full_content": "true"})["content"]
        return "\n".join(str(line.get("event", line)) if isinstance(line, dict) else str(line) for line in content)

    def backfill(
        self,
        dag_id: str,
        start: datetime,
        end: datetime,
        *,
        reprocess: str = "none",
        max_active_runs: int = 4,
        conf: Mapping[str, object] | None = None,
    ) -> int:
        """Start a backfill of the intervals from `start` to `end`, both with a time zone. Returns its id.

        `reprocess`: none (Missing), failed (Missing and Errored) or completed (All Runs).
        """
        body = {
            "dag_id": dag_id,
            "from_date": start.isoformat(),
            "to_date": end.isoformat(),
            "reprocess_behavior": reprocess,
            "max_active_runs": max_active_runs,
            "dag_run_conf": dict(conf or {}),
        }
        return int(self.request("POST", "backfills", body)["id"])

    def backfill_runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The runs of a DAG that belong to any backfill."""
        return [run for run in self.dag_runs(dag_id) if run["run_type"] == "backfill"]

    def wait_for_backfill(self, backfill_id: int, seconds: float = 600.0) -> None:
        """Return once Airflow has marked the backfill complete, which is up to 30 s after its last run.

        Raises ServiceError when it is not after `seconds`.
        """
        deadline = time.monotonic() + seconds
        while not self.request("GET", f"backfills/{backfill_id}")["completed_at"]:
            if time.monotonic() > deadline:
                raise ServiceError(f"The backfill {backfill_id} has not ended after {seconds:.0f} s.")
            time.sleep(POLL_SECONDS)
