"""The .env file of `docker compose`: `.env.example` with a strong value for every secret."""

import os
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from pathlib import Path

from clippings.errors import ConfigurationError
from clippings.settings import PROJECT

EXAMPLE = PROJECT / ".env.example"
FILE = PROJECT / ".env"

_ASSIGNMENT = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


def _password() -> str:
    """192 random bits in letters, digits, - and _: nothing that a URL, YAML, JSON or a shell reads otherwise."""
    return secrets.token_urlsafe(24)


def _fernet_key() -> str:
    """A key as Fernet wants it: 32 random bytes in URL-safe base64, padded."""
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _long_secret() -> str:
    """512 random bits, as much as a signature by HMAC-SHA-512 can use."""
    return secrets.token_urlsafe(64)


SECRETS: Mapping[str, Callable[[], str]] = {
    "AIRFLOW_ADMIN_PASSWORD": _password,
    "AIRFLOW_FERNET_KEY": _fernet_key,
    "AIRFLOW_JWT_SECRET": _long_secret,
    "AIRFLOW_SECRET_KEY": _long_secret,
    "POSTGRES_PASSWORD": _password,
    "OPENSEARCH_ADMIN_PASSWORD": _password,
    "OPENSEARCH_CLIPPINGS_PASSWORD": _password,
    "OPENSEARCH_READER_PASSWORD": _password,
    "OPENSEARCH_DASHBOARDS_PASSWORD": _password,
    "DASHBOARDS_COOKIE_PASSWORD": _long_secret,
}
"""Every variable of `.env.example` that stands there without a value, and how one is made."""


def variables(text: str) -> dict[str, str]:
    """The variables that an .env file sets, by name."""
    return {match[1]: match[2] for match in _ASSIGNMENT.finditer(text)}


def filled(example: str) -> str:
    """The example with a new value in place of every empty one.

    Raises ConfigurationError for an empty variable that is no known secret.
    """

    def fill(match: re.Match[str]) -> str:
        name, value = match[1], match[2]
        if value:
            return match[0]
        if name not in SECRETS:
            raise ConfigurationError(f"{EXAMPLE.name} leaves {name} empty, and no value can be made for it.")
        return f"{name}={SECRETS[name]()}"

    return _ASSIGNMENT.sub(fill, example)


def write_env(file: Path = FILE, example: Path = EXAMPLE) -> bool:
    """Write `file`, readable by its owner only. One that is there is never touched: returns False then.

    Raises ConfigurationError when the file that is there has no value for a variable of the example.
    """
    asked = example.read_text("utf-8")
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = variables(file.read_text("utf-8"))
        lacking = [name for name in variables(asked) if not kept.get(name)]
        if lacking:
            raise ConfigurationError(
                f"{file} is there and stays as it is, but has no value for {', '.join(lacking)}: add them by hand, as "
                f"{example.name} explains, or move the file away and run this again (with new passwords for all)."
            ) from None
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(filled(asked))
    return True
