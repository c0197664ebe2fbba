"""The embedded OpenSearch: a real node, fetched once, installed, and run on the loopback address only."""

from clippings.node.server import Node

__all__ = ["Node"]
