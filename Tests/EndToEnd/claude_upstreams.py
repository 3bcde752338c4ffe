"""Upstreams that show what Claude Code needs beside a tool loop: a vendor's own search, an old Anthropic endpoint."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]

QUERY = "what is new in swift"
PAGE = {"uri": "https://swift.example/news", "title": "Swift news"}
FOUND = "Swift is new."


class Refusal(Exception):
    """What the upstream says no to."""


class ScriptedServer:
    """One provider, listening while the object lives in a `with`. Subclasses say what it answers."""

    def __init__(self) -> None:
        self.requests: list[Body] = []
        self.refusals: list[str] = []

    def answer(self, path: str, headers: dict[str, str], body: Body) -> list[tuple[str | None, Body]]:
        """The events of the answer; raises `Refusal`."""
        raise NotImplementedError

    def whole(self, events: list[tuple[str | None, Body]]) -> Body:
        """The answer for a client that wants no stream."""
        raise NotImplementedError

    def __enter__(self) -> ScriptedServer:
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


class GeminiSearch(ScriptedServer):
    """Gemini: calls `WebSearch`, runs the search that Claude Code then asks for, and repeats its result."""

    def answer(self, path: str, headers: dict[str, str], body: Body) -> list[tuple[str | None, Body]]:
        tools = body.get("tools") or []
        functions = {one["name"] for tool in tools for one in tool.get("functionDeclarations", [])}
        if any("googleSearch" in tool for tool in tools):
            return [
                self._chunk([{"text": FOUND}]),
                self._chunk([{"text": ""}], finishReason="STOP", groundingMetadata={
                    "webSearchQueries": [QUERY], "groundingChunks": [{"web": PAGE}],
                    "groundingSupports": [{
                        "segment": {"startIndex": 0, "endIndex": len(FOUND), "text": FOUND},
                        "groundingChunkIndices": [0]}]})]
        results = [part["functionResponse"] for content in body["contents"] for part in content["parts"]
                   if "functionResponse" in part]
        if results and results[-1]["name"] == "WebSearch":
            return [self._chunk([{"text": "RESULT: " + json.dumps(results[-1]["response"])}], finishReason="STOP")]
        call = None
        if "WebSearch" in functions:
            call = {"name": "WebSearch", "args": {"query": QUERY}}
        elif "ToolSearch" in functions and not results:
            call = {"name": "ToolSearch", "args": {"query": "select:WebSearch"}}
        if call:
            return [self._chunk([{"functionCall": call, "thoughtSignature": "c2ln"}], finishReason="STOP")]
        return [self._chunk([{"text": "{}"}], finishReason="STOP")]

    @staticmethod
    def _chunk(parts: list[Body], **members: object) -> tuple[None, Body]:
        return None, {
            "candidates": [{"content": {"role": "model", "parts": parts}, "index": 0, **members}],
            "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 4, "totalTokenCount": 9}}

    def whole(self, events: list[tuple[str | None, Body]]) -> Body:
        return events[-1][1]


class OldAnthropic(ScriptedServer):
    """A third party's Messages endpoint that knows what Anthropic's first version knew, and refuses all else."""

    MEMBERS = {
        "model", "messages", "system", "max_tokens", "metadata", "stop_sequences", "stream", "temperature", "top_k",
        "top_p", "tools", "tool_choice", "thinking"}
    TOOL_MEMBERS = {"name", "description", "input_schema", "cache_control"}
    BLOCKS = {"text", "image", "tool_use", "tool_result", "thinking", "redacted_thinking"}

    def answer(self, path: str, headers: dict[str, str], body: Body) -> list[tuple[str | None, Body]]:
        self._check(headers, body)
        results = [block for message in body["messages"] if isinstance(message["content"], list)
                   for block in message["content"] if block["type"] == "tool_result"]
        names = {tool["name"] for tool in body.get("tools", [])}
        if results:
            return self._message({"type": "text", "text": "RESULT: " + json.dumps(results[-1]["content"])})
        if "Bash" in names:
            return self._message({
                "type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "echo from the tool"}})
        return self._message({"type": "text", "text": "{}"})

    def _check(self, headers: dict[str, str], body: Body) -> None:
        if "anthropic-beta" in headers:
            raise Refusal(f"Unexpected value(s) `{headers['anthropic-beta']}` for the `anthropic-beta` header")
        if unknown := set(body) - self.MEMBERS:
            raise Refusal(f"{sorted(unknown)[0]}: Extra inputs are not permitted")
        thinking = body.get("thinking") or {"type": "disabled"}
        if thinking["type"] not in ("enabled", "disabled") or set(thinking) - {"type", "budget_tokens"}:
            raise Refusal(f"thinking: {thinking} is not permitted")
        for index, tool in enumerate(body.get("tools", [])):
            if unknown := set(tool) - self.TOOL_MEMBERS:
                raise Refusal(f"tools.{index}.custom.{sorted(unknown)[0]}: Extra inputs are not permitted")
        system = body.get("system") or []
        if any(block["text"].startswith("x-anthropic-billing-header") for block in system if isinstance(block, dict)):
            raise Refusal("system.0: this would spoil the prefix cache")
        for index, message in enumerate(body["messages"]):
            if message["role"] not in ("user", "assistant"):
                raise Refusal(f"messages.{index}.role: Input should be 'user' or 'assistant'")
            for block in message["content"] if isinstance(message["content"], list) else []:
                inner = block.get("content") if isinstance(block.get("content"), list) else []
                if unknown := {one["type"] for one in [block, *inner]} - self.BLOCKS:
                    raise Refusal(f"messages.{index}.content: unknown type {sorted(unknown)[0]}")

    @staticmethod
    def _message(block: Body) -> list[tuple[str | None, Body]]:
        is_call = block["type"] == "tool_use"
        start = block | ({"input": {}} if is_call else {"text": ""})
        delta = ({"type": "input_json_delta", "partial_json": json.dumps(block["input"])} if is_call
                 else {"type": "text_delta", "text": block["text"]})
        message = {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
            "stop_sequence": None, "usage": {"input_tokens": 5, "output_tokens": 1}}
        events: list[Body] = [
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": start},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "tool_use" if is_call else "end_turn"},
             "usage": {"output_tokens": 7}},
            {"type": "message_stop"}]
        return [(event["type"], event) for event in events]

    def whole(self, events: list[tuple[str | None, Body]]) -> Body:
        return events[0][1]["message"] | {"content": [{"type": "text", "text": "{}"}], "stop_reason": "end_turn"}


class _Handler(BaseHTTPRequestHandler):
    """HTTP around `ScriptedServer.answer`."""

    upstream: ScriptedServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # noqa: N802: the name http.server calls
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
        self.upstream.requests.append(body)
        try:
            events = self.upstream.answer(self.path, {key.lower(): value for key, value in self.headers.items()}, body)
        except Refusal as refusal:
            self.upstream.refusals.append(str(refusal))
            error = {"type": "error", "error": {"type": "invalid_request_error", "message": str(refusal)}}
            return self._send(400, "application/json", json.dumps(error))
        if not body.get("stream") and ":streamGenerateContent" not in self.path:
            return self._send(200, "application/json", json.dumps(self.upstream.whole(events)))
        text = "".join(
            (f"event: {name}\n" if name else "") + f"data: {json.dumps(event)}\n\n" for name, event in events)
        self._send(200, "text/event-stream", text)

    def _send(self, status: int, content_type: str, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Keeps requests off standard error."""
