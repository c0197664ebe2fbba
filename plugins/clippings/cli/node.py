"""`./clippings node`: the embedded OpenSearch on its own, until Ctrl-C, or for as long as a command takes."""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clippings.errors import ConfigurationError
from clippings.node import Node
from clippings.node.interruption import until_interrupted
from clippings.node.ports import free_port, port_from_environment
from clippings.node.server import PORT_VARIABLE
from clippings.settings import CONNECTION_VARIABLE, state_folder
from clippings.stack.local import announced, only_one, report

INTERRUPTED = 130


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--port", type=int, help=f"port of the loopback address ({PORT_VARIABLE}, otherwise 9200)")
    parser.add_argument("--heap", type=int, default=1024, metavar="MB", help="Java heap in megabytes (1024)")
    parser.add_argument("--temporary", action="store_true", help="on any free port, and throw its data away at the end")
    parser.add_argument(
        "words",
        nargs=argparse.REMAINDER,
        metavar="-- COMMAND",
        help=f"run this command with the node, named in {CONNECTION_VARIABLE}, and end with its exit code; "
        "where that already names a cluster, with that",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the node until it is interrupted (returns 0), or a command with it (returns its exit code, 130 when that is
    interrupted). Raises ServiceError when the node cannot start or ends by itself."""
    words = arguments.words[1:] if arguments.words[:1] == ["--"] else arguments.words
    if words and os.environ.get(CONNECTION_VARIABLE):
        return call(words, os.environ[CONNECTION_VARIABLE])
    code = INTERRUPTED if words else 0
    with until_interrupted(), temporary_node(arguments) if arguments.temporary else lasting_node(arguments) as node:
        if words:
            code = call(words, node.settings.url)
        else:
            print(f"OpenSearch answers at {node.settings.url} , and keeps its files in {node.place} .")
            print(f"{CONNECTION_VARIABLE}={node.settings.url}", flush=True)
            while True:
                node.check()
                time.sleep(0.5)
    return code


def call(words: list[str], connection: str) -> int:
    """Run a command with this connection. Returns its exit code; raises ConfigurationError when there is none such."""
    try:
        return subprocess.run(words, env={**os.environ, CONNECTION_VARIABLE: connection}, check=False).returncode  # noqa: S603
    except OSError as error:
        raise ConfigurationError(f"{words[0]} cannot be run: {error.strerror}.") from error


@contextmanager
def lasting_node(arguments: argparse.Namespace) -> Iterator[Node]:
    """The node of this installation, which the other commands find."""
    port = arguments.port or port_from_environment(PORT_VARIABLE, 9200)
    node = Node(state_folder() / "node", port, heap_megabytes=arguments.heap, report=report)
    with only_one(state_folder()), node, announced(node.settings):
        yield node


@contextmanager
def temporary_node(arguments: argparse.Namespace) -> Iterator[Node]:
    """A node for once, in a folder that its user can reach wherever this project lies."""
    folder = Path(tempfile.mkdtemp(prefix="clippings-node-"))
    try:
        folder.chmod(0o755)
        with Node(folder / "node", arguments.port or free_port(), heap_megabytes=arguments.heap, report=report) as node:
            yield node
    finally:
        shutil.rmtree(folder, ignore_errors=True)
