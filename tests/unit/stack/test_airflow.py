"""What the local Airflow is configured with."""

from pathlib import Path

import pytest

from clippings.settings import OpenSearchSettings, opensearch_from_connection
from clippings.stack.airflow import AirflowStack, connection_of, kept_secret

SETTINGS = [
    OpenSearchSettings("127.0.0.1", 9201, use_ssl=False),
    OpenSearchSettings("search.example", 443, "reader", 'p"@:/ %', ca_certs="/etc/ca.pem", timeout=5.0),
    OpenSearchSettings("search.example", 9200, verify_certs=False),
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_connection_handed_to_airflow_reads_back_as_the_same_settings(settings: OpenSearchSettings) -> None:
    """Nothing of how the cluster is reached is lost on the way into a task."""
    assert opensearch_from_connection(connection_of(settings)) == settings


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    """The second call gives the first one's secret; an emptied file gets a new one."""
    file = tmp_path / "secret"
    secret = kept_secret(file, 64)
    assert len(secret) >= 64
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept_secret(file, 64) == secret
    file.write_text("")
    assert kept_secret(file, 64) not in {"", secret}


def test_airflow_is_bound_to_this_machine_and_keeps_its_secrets_to_itself(tmp_path: Path) -> None:
    """Loopback only, a signing secret of at least 64 bytes, a password file for the owner only, no proxy for what is
    here, and no usage reports."""
    stack = AirflowStack(tmp_path, 18080, SETTINGS[0], environment={"EXTRA": "1"})
    stack.prepare()
    environment = stack.environment()
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:18080/execution/"
    assert len(environment["AIRFLOW__API_AUTH__JWT_SECRET"].encode()) >= 64
    assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert "127.0.0.1" in environment["NO_PROXY"].split(",")
    assert environment["EXTRA"] == "1"
    passwords = Path(environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    assert passwords.stat().st_mode & 0o777 == 0o600
    assert stack.airflow_home.stat().st_mode & 0o777 == 0o700
    assert stack.password in passwords.read_text()
