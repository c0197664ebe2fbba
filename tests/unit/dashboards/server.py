"""A small HTTP server that holds an import request to the shape the saved objects API asks for."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Received:
    """What one request was made of."""

    path: str
    query: dict[str, list[str]]
    headers: Message
    filename: str | None
    lines: list[dict]


@dataclass
class Answer:
    """What the server says: a status, a body, and headers beside those that every answer has."""

    status: int = 200
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def import_server(answer: Answer) -> Iterator[tuple[str, list[Received]]]:
    """Serve on a free port of 127.0.0.1; yields the address and the requests received so far.

    An import without a file in it is answered 400. Without a body of its own an answer says that all was imported.
    """
    received: list[Received] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
            parts = list(BytesParser(policy=HTTP).parsebytes(head + body).iter_parts())
            named = [part for part in parts if part.get_param("name", header="content-disposition") == "file"]
            lines = [json.loads(line) for part in named for line in part.get_payload(decode=True).splitlines()]
            address = urlsplit(self.path)
            filename = named[0].get_filename() if named else None
            received.append(Received(address.path, parse_qs(address.query), self.headers, filename, lines))
            status = answer.status if named and (filename or "").endswith(".ndjson") else 400
            written = answer.body
            if written is None:
                written = json.dumps({"success": True, "successCount": len(lines)})
            self.send_response(status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(written.encode())))
            self.end_headers()
            self.wfile.write(written.encode())

        def log_message(self, *parts):
            """Say nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
