"""HTTP on loopback around an upstream that tests play: `reply` says what it answers."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Body = dict[str, Any]
#: One event of a stream: its name, and its data as JSON or as text where it is none.
Event = tuple[str | None, Body | str]


class UpstreamServer:
    """One provider, listening while the object lives in a `with`."""

    def reply(self, path: str, headers: dict[str, str], body: Body) -> tuple[int, Body | list[Event]]:
        """Status, and a whole answer or a stream's events; the names of `headers` are in lower case."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"upstream": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    """One connection of an `UpstreamServer`."""

    upstream: UpstreamServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:  # noqa: N802: the name http.server calls
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
        headers = {key.lower(): value for key, value in self.headers.items()}
        status, answer = self.upstream.reply(self.path, headers, body)
        if isinstance(answer, dict):
            data = json.dumps(answer).encode()
            self._head(status, "application/json", len(data))
            self.wfile.write(data)
            return
        self._head(status, "text/event-stream", None)
        for event, value in answer:
            text = value if isinstance(value, str) else json.dumps(value)
            data = ((f"event: {event}\n" if event else "") + f"data: {text}\n\n").encode()
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, status: int, content_type: str, length: int | None) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        if length is None:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("content-length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keeps requests off standard error."""
