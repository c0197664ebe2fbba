"""A TCP proxy between client and node that does something in the middle of a bulk: cut, slow down, go half-open, hold."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from clippings.node.ports import LOOPBACK
from clippings.settings import OpenSearchSettings

ARTICLES = b"articles-write/_bulk"
"""In the first line of a bulk of articles; the bulks of the books name no index there."""
CHUNK = 4096
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that makes closing a socket a reset, as when a machine or a cable goes."""


class Where(Enum):
    """At which point of a bulk the fault strikes."""

    REQUEST = auto()
    """The node has a part of the request."""
    ANSWER = auto()
    """The node has the whole request and has done it; the client has no answer."""


@dataclass(slots=True)
class Link:
    """One connection through the proxy."""

    client: socket.socket
    node: socket.socket
    bulk: bool = False
    """A bulk request is on its way."""

    @property
    def client_port(self) -> int:
        """The port on the client's side, by which the system knows whose connection it is."""
        return int(self.client.getpeername()[1])

    def cut(self) -> None:
        """End the connection on both sides with a reset."""
        for end in (self.client, self.node):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                end.shutdown(socket.SHUT_RDWR)
            end.close()


Fault = Callable[[Link], None]
"""Called in the middle of a bulk; nothing more passes in that direction of the connection before it returns."""


@dataclass(slots=True)
class _Armed:
    fault: Fault
    where: Where
    times: int


@dataclass(slots=True)
class Proxy:
    """Passes everything on, until a fault is armed. `struck` counts the bulks that were hit."""

    target: OpenSearchSettings
    server: socket.socket
    struck: int = 0
    closed: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _armed: _Armed | None = None
    _links: list[Link] = field(default_factory=list)

    @property
    def settings(self) -> OpenSearchSettings:
        """How the node is reached through the proxy."""
        return replace(self.target, port=self.server.getsockname()[1])

    def arm(self, fault: Fault, where: Where, *, times: int = 1) -> None:
        """Let the fault strike the next bulks of articles."""
        with self._lock:
            self._armed = _Armed(fault, where, times)

    def half_open(self, link: Link) -> None:
        """The fault that neither passes anything on nor ends the connection."""
        del link
        self.closed.wait()

    def serve(self) -> None:
        """Accept connections until the proxy is closed."""
        while not self.closed.is_set():
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            try:
                node = socket.create_connection((self.target.host, self.target.port), timeout=60)
            except OSError:
                client.close()
                continue
            node.settimeout(None)
            link = Link(client, node)
            self._links.append(link)
            for pump in (self._to_node, self._to_client):
                threading.Thread(target=pump, args=(link,), daemon=True).start()

    def close(self) -> None:
        """End everything."""
        self.closed.set()
        with suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        for link in self._links:
            link.cut()

    def _strike(self, link: Link, where: Where) -> None:
        with self._lock:
            armed = self._armed
            if armed is None or armed.where is not where or not armed.times:
                return
            armed.times -= 1
            self.struck += 1
        armed.fault(link)

    def _to_node(self, link: Link) -> None:
        passed = 0
        with suppress(OSError):
            while data := link.client.recv(CHUNK):
                if ARTICLES in data:
                    link.bulk, passed = True, 0
                if link.bulk:
                    passed += len(data)
                    if passed > len(data):  # one piece is through
                        self._strike(link, Where.REQUEST)
                link.node.sendall(data)
            link.node.shutdown(socket.SHUT_WR)

    def _to_client(self, link: Link) -> None:
        with suppress(OSError):
            while data := link.node.recv(CHUNK):
                if link.bulk:
                    link.bulk = False
                    self._strike(link, Where.ANSWER)
                link.client.sendall(data)
            link.client.shutdown(socket.SHUT_WR)


@contextmanager
def proxy_before(settings: OpenSearchSettings) -> Iterator[Proxy]:
    """A proxy before this node."""
    proxy = Proxy(settings, socket.create_server((LOOPBACK, 0)))
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()


class Hold:
    """A fault that holds a bulk until it is let go: time to do harm elsewhere."""

    def __init__(self) -> None:
        self._held = threading.Event()
        self._gone = threading.Event()
        self._link: Link | None = None

    def __call__(self, link: Link) -> None:
        """Hold this bulk; once it is let go, its connection is cut, for its sender is not what it was."""
        self._link = link
        self._held.set()
        self._gone.wait()
        link.cut()

    def wait(self, seconds: float) -> int:
        """Return once a bulk is held, with the client's port. Fails the test after `seconds`."""
        assert self._held.wait(seconds), f"no bulk came within {seconds:.0f} s"
        assert self._link is not None
        return self._link.client_port

    def let_go(self) -> None:
        """Hold it no longer."""
        self._gone.set()


def cut(link: Link) -> None:
    """The fault that ends the connection."""
    link.cut()


def slow(_: Link) -> None:
    """The fault that delays by five seconds."""
    time.sleep(5)
