"""A reasoning model behind each of the four protocols, strict about the state it hands out.

Every answer thinks and calls the tool `step` once, until ten results are in; then it says so. The state of a thought
(Anthropic `signature`, Responses `encrypted_content`, Gemini `thoughtSignature`) is made with a secret of the instance.
A request that brings back anybody else's state, or lacks what the vendor demands back, gets the vendor's own error.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from reasoning_anthropic import Anthropic
from reasoning_gemini import Gemini
from reasoning_openai import Chat, Responses
from reasoning_protocol import TURNS, Body, ReasoningProtocol, Refusal, Seen

PROTOCOLS: dict[str, type[ReasoningProtocol]] = {
    "openai-chat": Chat, "openai-responses": Responses, "anthropic": Anthropic, "gemini": Gemini}


@dataclass
class ReasoningUpstream:
    """One provider, listening while the object lives in a `with`."""

    name: str
    protocol: str
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    requests: list[Seen] = field(default_factory=list)

    def __enter__(self) -> ReasoningUpstream:
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

    # The thoughts

    def thought(self, turn: int) -> str:
        return f"{self.name} thinks about step {turn}."

    def state(self, turn: int) -> str:
        seal = hmac.new(self.secret, str(turn).encode(), hashlib.sha256).digest()
        return base64.b64encode(b"state of " + self.name.encode() + bytes([turn]) + seal * 2).decode()

    def turn_of(self, state: object) -> int | None:
        """The turn whose state this is; nil when it is not ours."""
        return next((turn for turn in range(1, TURNS + 1) if state == self.state(turn)), None)

    def arguments(self, turn: int) -> Body:
        return {"n": turn, "by": self.name}

    def made(self, arguments: object) -> int | None:
        """The turn of a call that this upstream made; nil for somebody else's."""
        if isinstance(arguments, str):
            arguments = json.loads(arguments or "{}")
        if not isinstance(arguments, dict) or arguments.get("by") != self.name:
            return None
        return int(arguments["n"])

    def answer(self, path: str, body: Body) -> tuple[int, Body | list[tuple[str | None, Body | str]]]:
        """Status, and a whole answer or a stream's events."""
        speak = PROTOCOLS[self.protocol](self, body, path)
        try:
            speak.read()
        except Refusal as refusal:
            speak.seen.refusal = str(refusal)
            return refusal.status, speak.failure(refusal)
        finally:
            self.requests.append(speak.seen)
        return 200, speak.events() if speak.seen.streams else speak.whole()


class _Handler(BaseHTTPRequestHandler):
    """HTTP around `ReasoningUpstream.answer`."""

    upstream: ReasoningUpstream
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:  # noqa: N802: the name http.server calls
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
        try:
            status, answer = self.upstream.answer(self.path, body)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            status, answer = 400, {"error": {
                "message": f"malformed request: {type(error).__name__} {error}", "type": "invalid_request_error",
                "code": 400, "status": "INVALID_ARGUMENT"}, "type": "error"}
            self.upstream.requests.append(Seen(refusal=f"malformed request: {type(error).__name__} {error}"))
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
