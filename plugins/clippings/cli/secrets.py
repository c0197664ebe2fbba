"""`./clippings secrets`: a strong .env for docker compose; in its containers, also certificates and Airflow's login."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from clippings.compose.certificates import ensure_certificates
from clippings.compose.env_file import FILE, write_env
from clippings.compose.login import USER, write_login
from clippings.errors import ConfigurationError

PASSWORD_VARIABLE = "AIRFLOW_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--file", type=Path, default=FILE, help="the .env to write (default: the project's)")
    verbs = parser.add_subparsers(dest="verb", metavar="certificates|login")
    certificates = verbs.add_parser("certificates", help="make TLS certificates, or keep good ones (a compose job)")
    certificates.add_argument("folder", type=Path, help="where to, in ca/ and node/")
    login = verbs.add_parser("login", help=f"write Airflow's password file, from {PASSWORD_VARIABLE} (a compose job)")
    login.add_argument("login_file", type=Path, metavar="FILE", help="the file")


def run(arguments: argparse.Namespace) -> int:
    """Write what is asked for, and say what was written and what was left."""
    if arguments.verb == "certificates":
        made = ensure_certificates(arguments.folder, datetime.now(UTC))
        said = "made: start OpenSearch and its clients again if they run" if made else "good for two months and more"
        print(f"certificates in {arguments.folder}: {said}")
        return 0
    if arguments.verb == "login":
        password = os.environ.get(PASSWORD_VARIABLE)
        if not password:
            raise ConfigurationError(f"{PASSWORD_VARIABLE} is not set: `./clippings secrets` puts it in .env.")
        write_login(arguments.login_file, password)
        print(f"{USER} can log in to Airflow with {PASSWORD_VARIABLE}")
        return 0
    if write_env(arguments.file):
        print(f"{arguments.file} written: keep it, it holds every password. Next: docker compose up --build")
    else:
        print(f"{arguments.file} is there with a value for every variable, and stays as it is")
    return 0
