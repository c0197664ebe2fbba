"""Ports: whether they are free, and what is said when they are not."""

import os
import socket

import pytest

from clippings.errors import ConfigurationError, ServiceError
from clippings.node.ports import LOOPBACK, free_port, is_free, port_from_environment, require_free


def test_a_taken_port_is_named_with_who_holds_it_and_what_to_set() -> None:
    """A taken port is one sentence that says which port, which process, and which setting changes it."""
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(ServiceError) as caught:
            require_free(port, "Airflow", "CLIPPINGS_AIRFLOW_PORT")
    message = str(caught.value)
    assert f"Port {port}" in message
    assert f"process {os.getpid()}" in message
    assert f"CLIPPINGS_AIRFLOW_PORT={port + 1}" in message


def test_a_free_port_can_be_had_and_is_free() -> None:
    """`free_port` gives a port that `require_free` lets pass."""
    require_free(free_port(), "OpenSearch", "CLIPPINGS_OPENSEARCH_PORT")


@pytest.mark.parametrize("text", ["no", "0", "65536", "-1", "80.5"])
def test_a_wrong_port_in_the_environment_is_a_configuration_error(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no port is refused with the variable's name and the text."""
    monkeypatch.setenv("CLIPPINGS_AIRFLOW_PORT", text)
    with pytest.raises(ConfigurationError, match="CLIPPINGS_AIRFLOW_PORT must be a port"):
        port_from_environment("CLIPPINGS_AIRFLOW_PORT", 8080)


@pytest.mark.parametrize(("text", "port"), [("", 8080), ("  ", 8080), ("18080", 18080)])
def test_the_port_is_the_variables_or_the_default(text: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable counts as none."""
    monkeypatch.setenv("CLIPPINGS_AIRFLOW_PORT", text)
    assert port_from_environment("CLIPPINGS_AIRFLOW_PORT", 8080) == port
