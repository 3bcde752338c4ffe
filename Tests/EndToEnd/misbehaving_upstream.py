"""An upstream that does what upstreams must not do. What it does is the model's name; see `BEHAVIOURS`."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

TEXT = "one two three"

Event = tuple[str | None, Any]


@dataclass
class Request:
    """What a connection asked for."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def streams(self) -> bool:
        return ":streamGenerateContent" in self.path or bool(self.body.get("stream"))

    @property
    def behaviour(self) -> str:
        if self.body.get("model") == "refuse":
            return "refuse"
        found = re.search(r"/models/([^:]+):", self.path)
        return found.group(1) if found else str(self.body.get("model"))


def whole(protocol: str, usage: bool = True) -> dict[str, Any]:
    """A short answer of the protocol."""
    if protocol == "openai-chat":
        answer: dict[str, Any] = {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [{
                "index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}]}
        return answer | ({"usage": {
            "prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}} if usage else {})
    if protocol == "openai-responses":
        return _response("completed", [_message()], usage)
    if protocol == "anthropic":
        answer = {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
            "content": [{"type": "text", "text": TEXT}], "stop_reason": "end_turn", "stop_sequence": None}
        return answer | ({"usage": {"input_tokens": 5, "output_tokens": 3}} if usage else {})
    answer = {"candidates": [{
        "content": {"role": "model", "parts": [{"text": TEXT}]}, "finishReason": "STOP", "index": 0}]}
    return answer | ({"usageMetadata": {
        "promptTokenCount": 5, "candidatesTokenCount": 3, "totalTokenCount": 8}} if usage else {})


def _response(status: str, output: list[dict[str, Any]], usage: bool) -> dict[str, Any]:
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": "m", "output": output,
        "error": None, "incomplete_details": None, "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
    } | ({"usage": {
        "input_tokens": 5, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 3,
        "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 8}} if usage else {})


def _message() -> dict[str, Any]:
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": TEXT, "annotations": []}]}


def events(protocol: str, usage: bool = True) -> tuple[list[Event], list[Event]]:
    """A stream of the protocol: what tells the text, and what ends it."""
    words = [word + " " for word in TEXT.split(" ")[:-1]] + [TEXT.split(" ")[-1]]
    if protocol == "openai-chat":
        def chunk(delta: dict[str, Any], finish: str | None = None, **more: object) -> Event:
            choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
            return None, {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                          "choices": choices} | more
        start = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": word}) for word in words)]
        counts = [(None, {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                          "choices": [], "usage": whole(protocol)["usage"]})] if usage else []
        return start, [chunk({}, "stop"), *counts, (None, "[DONE]")]
    if protocol == "openai-responses":
        numbered: list[Event] = []

        def add(kind: str, **members: object) -> None:
            numbered.append((kind, {"type": kind, "sequence_number": len(numbered), **members}))

        place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
        part = _message()["content"][0]
        add("response.created", response=_response("in_progress", [], False))
        add("response.output_item.added", output_index=0, item=_message() | {"content": [], "status": "in_progress"})
        add("response.content_part.added", **place, part=part | {"text": ""})
        for word in words:
            add("response.output_text.delta", **place, delta=word)
        told = len(numbered)
        add("response.output_text.done", **place, text=TEXT)
        add("response.content_part.done", **place, part=part)
        add("response.output_item.done", output_index=0, item=_message())
        add("response.completed", response=_response("completed", [_message()], usage))
        return numbered[:told], numbered[told:]
    if protocol == "anthropic":
        def event(kind: str, **members: object) -> Event:
            return kind, {"type": kind, **members}
        message = whole(protocol, usage) | {"content": [], "stop_reason": None}
        counts = {"usage": {"output_tokens": 3}} if usage else {}
        return [
            event("message_start", message=message),
            event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            *(event("content_block_delta", index=0, delta={"type": "text_delta", "text": word}) for word in words),
        ], [
            event("content_block_stop", index=0),
            event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, **counts),
            event("message_stop"),
        ]
    def candidate(text: str, **more: object) -> Event:
        return None, {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "index": 0} | more]}
    last = candidate("", finishReason="STOP")
    if usage:
        last[1]["usageMetadata"] = whole(protocol)["usageMetadata"]
    return [candidate(word) for word in words], [last]


def failure(protocol: str, status: int, message: str) -> dict[str, Any]:
    """An error of the protocol."""
    if protocol == "anthropic":
        kind = {400: "invalid_request_error", 401: "authentication_error", 429: "rate_limit_error",
                529: "overloaded_error"}.get(status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}}
    if protocol == "gemini":
        name = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 429: "RESOURCE_EXHAUSTED"}.get(status, "INTERNAL")
        return {"error": {"code": status, "message": message, "status": name}}
    kind = {400: "invalid_request_error", 401: "authentication_error", 429: "rate_limit_error"}.get(
        status, "server_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


class MisbehavingUpstream:
    """One listener that speaks one protocol, badly. Lives while the object is in a `with`."""

    def __init__(self, protocol: str) -> None:
        self.protocol = protocol
        self.requests: list[Request] = []
        #: Set when the other side closed a stream that was still running.
        self.saw_client_leave = threading.Event()
        self._closing = threading.Event()

    def __enter__(self) -> MisbehavingUpstream:
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._socket.close()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            request = self._read(connection)
            if request is None:
                return
            self.requests.append(request)
            Misbehaviour(self, connection, request).run()

    @staticmethod
    def _read(connection: socket.socket) -> Request | None:
        reader = connection.makefile("rb")
        line = reader.readline().decode("latin1").split()
        if len(line) < 2:
            return None
        headers: dict[str, str] = {}
        while (header := reader.readline().decode("latin1").strip()):
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        data = reader.read(int(headers.get("content-length", 0)))
        try:
            body = json.loads(data) if data else {}
        except ValueError:
            body = {"model": "refuse"}
        return Request(line[1], headers, body)


class Misbehaviour:
    """One answer. Each method is a behaviour, called by the model's name with `-` for `_`."""

    def __init__(self, upstream: MisbehavingUpstream, connection: socket.socket, request: Request) -> None:
        self.upstream = upstream
        self.protocol = upstream.protocol
        self.connection = connection
        self.request = request

    def run(self) -> None:
        getattr(self, self.request.behaviour.replace("-", "_"), self.fine)()

    # Building blocks

    def head(self, status: int, content_type: str, **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} X", f"content-type: {content_type}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def body(self, status: int, content_type: str, data: bytes, **headers: str) -> None:
        self.head(status, content_type, content_length=str(len(data)), **headers)
        self.connection.sendall(data)

    def json(self, value: object, status: int = 200, **headers: str) -> None:
        self.body(status, "application/json", json.dumps(value).encode(), **headers)

    def chunk(self, data: bytes) -> None:
        self.connection.sendall(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def stream(self, *groups: list[Event]) -> None:
        """Head and events; the body stays open."""
        self.head(200, "text/event-stream", transfer_encoding="chunked")
        for event in (event for group in groups for event in group):
            self.event(event)

    def event(self, event: Event) -> None:
        name, value = event
        text = value if isinstance(value, str) else json.dumps(value)
        self.chunk(((f"event: {name}\n" if name else "") + f"data: {text}\n\n").encode())

    def end(self) -> None:
        self.connection.sendall(b"0\r\n\r\n")

    def wait_for_close(self) -> None:
        """Stays silent until the other side gives up."""
        self.connection.settimeout(60)
        self.connection.recv(1)

    # Behaviours

    def fine(self) -> None:
        if self.request.streams:
            self.stream(*events(self.protocol))
            self.end()
        else:
            self.json(whole(self.protocol))

    def refuse(self) -> None:
        self.json(failure(self.protocol, 400, "the request body is not valid JSON"), 400)

    def html_200(self) -> None:
        self.body(200, "text/html", b"<html><body>Welcome to the login page</body></html>")

    def html_502(self) -> None:
        self.body(502, "text/html", b"<html><body><h1>502 Bad Gateway</h1></body></html>")

    def garbage(self) -> None:
        self.body(200, "application/json", b'{"choices": [{"oops"')

    def bad_utf8(self) -> None:
        self.body(200, "application/json", json.dumps(whole(self.protocol)).encode().replace(b"two", b"t\xffo"))

    def empty(self) -> None:
        self.body(200, "application/json", b"")

    def close(self) -> None:
        pass

    def hang(self) -> None:
        self.wait_for_close()

    def half_body(self) -> None:
        data = json.dumps(whole(self.protocol)).encode()
        self.head(200, "application/json", content_length=str(len(data)))
        self.connection.sendall(data[:len(data) // 2])

    def cut(self) -> None:
        self.stream(events(self.protocol)[0])

    def end_without_terminal(self) -> None:
        self.stream(events(self.protocol)[0])
        self.end()

    def idle(self) -> None:
        self.stream(events(self.protocol)[0])
        self.wait_for_close()

    def endless(self) -> None:
        self.stream(events(self.protocol)[0])
        try:
            while not self.upstream._closing.is_set():
                self.event(events(self.protocol)[0][-1])
                time.sleep(0.02)
        except OSError:
            self.upstream.saw_client_leave.set()

    def garbage_inside(self) -> None:
        self.stream(events(self.protocol)[0])
        self.chunk(b"data: {oops\n\n")
        for event in events(self.protocol)[1]:
            self.event(event)
        self.end()

    def error_first(self) -> None:
        self.stream([self._stream_error()])
        self.end()

    def error_inside(self) -> None:
        self.stream(events(self.protocol)[0], [self._stream_error()])
        self.end()

    def _stream_error(self) -> Event:
        value = failure(self.protocol, 529 if self.protocol == "anthropic" else 503, "scripted overload")
        if self.protocol == "openai-responses":
            return "error", {"type": "error", "sequence_number": 9, "code": "server_error",
                             "message": "scripted overload", "param": None}
        return ("error" if self.protocol == "anthropic" else None), value

    def stream_to_whole(self) -> None:
        self.stream(*events(self.protocol))
        self.end()

    def whole_to_stream(self) -> None:
        self.json(whole(self.protocol))

    def double_end(self) -> None:
        start, end = events(self.protocol)
        self.stream(start, end, end)
        self.end()

    def no_usage(self) -> None:
        if self.request.streams:
            self.stream(*events(self.protocol, usage=False))
            self.end()
        else:
            self.json(whole(self.protocol, usage=False))

    def redirect(self) -> None:
        self.body(307, "text/plain", b"over there", location=f"{self.upstream.base}/stolen")

    def too_many(self) -> None:
        self.json(failure(self.protocol, 429, "slow down"), 429, retry_after="7")

    def echo_token(self) -> None:
        sent = [value for name, value in self.request.headers.items()
                if name in ("authorization", "x-api-key", "x-goog-api-key")]
        self.json(failure(self.protocol, 401, f"invalid credential: {sent}"), 401)

    def zipped(self) -> None:
        self.body(
            200, "application/json", gzip.compress(json.dumps(whole(self.protocol)).encode()), content_encoding="gzip")
