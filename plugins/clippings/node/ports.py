"""Ports of the loopback address."""

import os
import socket

import psutil

from clippings.errors import ConfigurationError, ServiceError

LOOPBACK = "127.0.0.1"


def port_from_environment(variable: str, default: int) -> int:
    """The port that the variable names, or the default. Raises ConfigurationError where it is no port."""
    text = os.environ.get(variable, "").strip() or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ConfigurationError(f"{variable} must be a port, a number from 1 to 65535, and is “{text}”.")
    return int(text)


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that is free now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def holder(port: int) -> str:
    """Who listens on the port, in words, as far as this user may see it."""
    try:
        for connection in psutil.net_connections("inet"):
            listening = connection.status == psutil.CONN_LISTEN and port in connection.laddr[1:]
            if listening and connection.pid:
                return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:
        pass
    return "another program"


def require_free(port: int, purpose: str, variable: str) -> None:
    """Raise ServiceError when the port is taken; the message names who holds it and the setting to change."""
    if not is_free(port):
        raise ServiceError(
            f"Port {port}, wanted for {purpose}, is taken by {holder(port)}: "
            f"stop that, or choose another port, as in {variable}={port + 1}."
        )
