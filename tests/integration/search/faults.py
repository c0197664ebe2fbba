"""A server between client and node that passes requests on, or answers some of them itself."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

from clippings.settings import OpenSearchSettings

CUT = 0
"""As a status: the connection is closed without an answer."""

Fault = Callable[[str, bytes], int | None]
"""Given a request's path and body, the status to answer instead of the node, or None to pass it on."""


@contextmanager
def between(settings: OpenSearchSettings, fault: Fault) -> Iterator[OpenSearchSettings]:
    """The settings by which the node is reached through the faulty server."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_request(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status = fault(self.path, body)
            if status == CUT:
                self.close_connection = True
                return
            if status is None:
                headers = {"Content-Type": self.headers.get("Content-Type") or "application/json"}
                url = f"{settings.url}{self.path}"
                answer = httpx.request(self.command, url, content=body, headers=headers, timeout=60.0, trust_env=False)
                status, content = answer.status_code, answer.content
            else:
                content = json.dumps({"error": {"type": "fault", "reason": "a test"}, "status": status}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_request

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield replace(settings, port=server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
