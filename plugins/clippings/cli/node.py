"""`./clippings node`: the embedded OpenSearch on its own, in the foreground, until Ctrl-C."""

import argparse
import time

from clippings.node import Node
from clippings.node.interruption import until_interrupted
from clippings.node.ports import port_from_environment
from clippings.node.server import PORT_VARIABLE
from clippings.settings import CONNECTION_VARIABLE, state_folder
from clippings.stack.local import announced, only_one, report


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--port", type=int, help=f"port of the loopback address ({PORT_VARIABLE}, otherwise 9200)")
    parser.add_argument("--heap", type=int, default=1024, metavar="MB", help="Java heap in megabytes (1024)")


def run(arguments: argparse.Namespace) -> int:
    """Run the node until it is interrupted. Returns 0; raises ServiceError when it cannot start or ends by itself."""
    port = arguments.port or port_from_environment(PORT_VARIABLE, 9200)
    node = Node(state_folder() / "node", port, heap_megabytes=arguments.heap, report=report)
    with until_interrupted(), only_one(state_folder()), node, announced(node.settings):
        print(f"OpenSearch answers at {node.settings.url} ; its files are in {node.place} . Ctrl-C ends it.")
        print(f"{CONNECTION_VARIABLE}={node.settings.url}", flush=True)
        while True:
            node.check()
            time.sleep(0.5)
    return 0
