"""`./clippings dashboards write|import`: the OpenSearch Dashboards objects, as a file or into a server."""

import argparse
import os
from pathlib import Path

from clippings.dashboards.importing import DashboardsServer, import_objects
from clippings.dashboards.objects import FILE, all_objects, write
from clippings.dashboards.saved_objects import ndjson
from clippings.errors import ConfigurationError

DASHBOARDS = "“Press archive” and “Ingestion health”"
PASSWORD_VARIABLE = "CLIPPINGS_DASHBOARDS_PASSWORD"  # noqa: S105 - the name of a variable


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="write|import")
    written = verbs.add_parser("write", help="write the objects to a file that Dashboards imports")
    written.add_argument("--file", type=Path, default=FILE, help="where to (default: the project's own file)")
    imported = verbs.add_parser("import", help="import the objects into a running OpenSearch Dashboards")
    imported.add_argument("--url", required=True, help="its address, with any base path: http://127.0.0.1:5601")
    imported.add_argument("--user", help=f"who logs in; the password is read from {PASSWORD_VARIABLE}")
    imported.add_argument("--ca-certs", help="a file of CA certificates to trust, for an https:// address")
    imported.add_argument("--tenant", help='where multi-tenancy is on: "global" for all to see')
    for verb in (written, imported):
        verb.add_argument(
            "--prefix",
            default=os.environ.get("CLIPPINGS_INDEX_PREFIX", ""),
            help="what the names of the indices begin with (default: CLIPPINGS_INDEX_PREFIX)",
        )


def run(arguments: argparse.Namespace) -> int:
    """Write or import the objects, and say what was done."""
    objects = all_objects(arguments.prefix)
    if arguments.verb == "write":
        changed = write(arguments.file, ndjson(objects))
        print(f"{len(objects)} objects in {arguments.file}" + ("" if changed else ", unchanged"))
        return 0
    password = os.environ.get(PASSWORD_VARIABLE)
    if arguments.user and not password:
        raise ConfigurationError(f"--user {arguments.user} needs a password: put it in {PASSWORD_VARIABLE}.")
    server = DashboardsServer(arguments.url, arguments.user, password, arguments.ca_certs, arguments.tenant)
    number = import_objects(server, objects)
    print(f"{number} objects imported: open {arguments.url.rstrip('/')}/app/dashboards, with {DASHBOARDS}.")
    return 0
