"""docker-compose.yaml as docker compose would read it, with the variables of a fresh .env filled in."""

import re
from functools import cache
from typing import Any

import yaml

from clippings.compose.env_file import EXAMPLE, filled, variables
from clippings.settings import PROJECT

FILE = PROJECT / "docker-compose.yaml"

VARIABLE = re.compile(r"\$(?:(\$)|\{([A-Z_]+)(?::([-?])([^}]*))?\})")
"""`$$`, `${NAME}`, `${NAME:-default}` or `${NAME:?message}`: the forms of interpolation that the file uses."""

COMMITTED = (FILE, PROJECT / "Dockerfile", EXAMPLE, *sorted((PROJECT / "include" / "compose").rglob("*.yml")))
"""Every file that docker compose is given from the repo."""


@cache
def environment() -> dict[str, str]:
    """The variables of an .env that `./clippings secrets` would write."""
    return variables(filled(EXAMPLE.read_text("utf-8")))


def interpolated(text: str, values: dict[str, str]) -> str:
    """The text with its variables replaced. Raises KeyError for a required one that has no value."""

    def value(match: re.Match[str]) -> str:
        dollar, name, form, default = match.groups()
        if dollar:
            return "$"
        if values.get(name):
            return values[name]
        if form == "-":
            return default
        raise KeyError(name)

    return VARIABLE.sub(value, text)


@cache
def composition() -> dict[str, Any]:
    """The file with variables filled in and merges made."""
    return yaml.safe_load(interpolated(FILE.read_text("utf-8"), environment()))


@cache
def services() -> dict[str, dict[str, Any]]:
    """The services by name."""
    return composition()["services"]


def is_job(service: dict[str, Any]) -> bool:
    """Whether a service runs once and ends."""
    return service["restart"] == "no"


def mounts(service: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    """A service's volumes: target to source, and whether it is read only."""
    found = {}
    for volume in service.get("volumes", []):
        source, target, *mode = volume.split(":")
        found[target] = (source, mode == ["ro"])
    return found


def settings_of(file: str) -> Any:
    """One of the YAML files in include/compose/."""
    return yaml.safe_load((PROJECT / "include" / "compose" / file).read_text("utf-8"))
