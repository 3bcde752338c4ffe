"""One agent per client protocol: asks for reasoning, runs the tool, and replays all it was given, every turn."""

from __future__ import annotations

import json
from typing import Any

import wire
from reasoning_protocol import TOOL
from report import Failure, expect

SCHEMA = {
    "type": "object", "properties": {"n": {"type": "integer"}, "by": {"type": "string"}}, "required": ["n", "by"]}
DESCRIPTION = "Does one step"
PROMPT = "Do all the steps, one at a time."

Body = dict[str, Any]


class LoopClient:
    """The history of one session. Subclasses know a protocol."""

    protocol = ""

    def __init__(self, port: int, stream: bool, session: str) -> None:
        self.port = port
        self.stream = stream
        self.session = session
        #: What stands before the protocol's own path.
        self.prefix = ""
        #: Whether thoughts are not to be shown.
        self.hidden = False
        self.history: list[Body] = []
        #: Of the latest answer.
        self.calls: list[tuple[str, Body]] = []
        self.reasoning = ""
        self.text = ""

    def ask(self, model: str) -> None:
        """One turn: sends the history, adds the answer to it."""
        self.calls, self.reasoning, self.text = [], "", ""
        headers = wire.headers_of(self.protocol) | {"session-id": self.session}
        answer = wire.post(
            self.port, self.prefix + wire.path_of(self.protocol, model, self.stream), self.body(model), headers)
        if answer.status != 200:
            raise Failure(f"status {answer.status}: {answer.body[:400].decode(errors='replace')}")
        if not self.stream:
            return self.take(answer.json())
        events = answer.events()
        if errors := wire.stream_errors(self.protocol, events):
            raise Failure(f"error in the stream: {errors[0][:300]}")
        expect(not answer.cut and wire.ends_cleanly(self.protocol, events), f"stream not ended: {events[-1:]}")
        self.take(self.join(events))

    def body(self, model: str) -> Body:
        raise NotImplementedError

    def take(self, whole: Body) -> None:
        """Reads a whole answer into the history."""
        raise NotImplementedError

    def join(self, events: list[tuple[str | None, Any]]) -> Body:
        """The whole answer that a stream tells."""
        raise NotImplementedError

    def give(self, results: list[str]) -> None:
        """Adds the results of the latest calls, in their order."""
        raise NotImplementedError


class ChatClient(LoopClient):
    protocol = "openai-chat"

    def body(self, model: str) -> Body:
        tool = {"type": "function", "function": {"name": TOOL, "description": DESCRIPTION, "parameters": SCHEMA}}
        return {
            "model": model, "messages": [{"role": "user", "content": PROMPT}, *self.history], "tools": [tool],
            "reasoning_effort": "high", "max_completion_tokens": 8000, "stream": self.stream}

    def take(self, whole: Body) -> None:
        message = {key: value for key, value in whole["choices"][0]["message"].items() if value is not None}
        message.setdefault("content", None)
        self.history.append(message)
        self.text = message["content"] or ""
        self.reasoning = message.get("reasoning_content", "")
        self.calls = [
            (call["id"], json.loads(call["function"]["arguments"])) for call in message.get("tool_calls", [])]

    def join(self, events: list[tuple[str | None, Any]]) -> Body:
        message: Body = {"role": "assistant", "content": None}
        calls: dict[int, Body] = {}
        for _, chunk in events:
            if not isinstance(chunk, dict) or not chunk["choices"]:
                continue
            delta = chunk["choices"][0]["delta"]
            for key in ("content", "reasoning_content"):
                if delta.get(key):
                    message[key] = (message.get(key) or "") + delta[key]
            for piece in delta.get("tool_calls") or []:
                call = calls.setdefault(
                    piece["index"], {"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
                call["id"] = piece.get("id") or call["id"]
                for key, value in piece.get("function", {}).items():
                    call["function"][key] += value or ""
        if calls:
            message["tool_calls"] = [call for _, call in sorted(calls.items())]
        return {"choices": [{"message": message}]}

    def give(self, results: list[str]) -> None:
        for (identifier, _), text in zip(self.calls, results, strict=True):
            self.history.append({"role": "tool", "tool_call_id": identifier, "content": text})


class ResponsesClient(LoopClient):
    protocol = "openai-responses"

    def body(self, model: str) -> Body:
        tool = {"type": "function", "name": TOOL, "description": DESCRIPTION, "parameters": SCHEMA, "strict": False}
        prompt = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": PROMPT}]}
        return {
            "model": model, "input": [prompt, *self.history], "tools": [tool], "store": False, "stream": self.stream,
            "reasoning": {"effort": "high"} | ({} if self.hidden else {"summary": "auto"}),
            "include": ["reasoning.encrypted_content"],
            "max_output_tokens": 8000}

    def take(self, whole: Body) -> None:
        self.history += whole["output"]
        for item in whole["output"]:
            if item["type"] == "reasoning":
                self.reasoning += "".join(part["text"] for part in item["summary"])
            elif item["type"] == "function_call":
                self.calls.append((item["call_id"], json.loads(item["arguments"])))
            elif item["type"] == "message":
                self.text += "".join(part["text"] for part in item["content"])

    def join(self, events: list[tuple[str | None, Any]]) -> Body:
        done = [event["item"] for name, event in events if name == "response.output_item.done"]
        final = events[-1][1]["response"]["output"]
        expect(done == final, "the items of the stream are not those of `response.completed`")
        return {"output": done}

    def give(self, results: list[str]) -> None:
        for (identifier, _), text in zip(self.calls, results, strict=True):
            self.history.append({"type": "function_call_output", "call_id": identifier, "output": text})


class AnthropicClient(LoopClient):
    protocol = "anthropic"

    def body(self, model: str) -> Body:
        return {
            "model": model, "messages": [{"role": "user", "content": PROMPT}, *self.history], "max_tokens": 8000,
            "tools": [{"name": TOOL, "description": DESCRIPTION, "input_schema": SCHEMA}], "stream": self.stream,
            "thinking": {"type": "enabled", "budget_tokens": 2048}}

    def take(self, whole: Body) -> None:
        self.history.append({"role": "assistant", "content": whole["content"]})
        for block in whole["content"]:
            if block["type"] == "thinking":
                self.reasoning += block["thinking"]
            elif block["type"] == "tool_use":
                self.calls.append((block["id"], block["input"]))
            elif block["type"] == "text":
                self.text += block["text"]

    def join(self, events: list[tuple[str | None, Any]]) -> Body:
        blocks: list[Body] = []
        arguments: dict[int, str] = {}
        for _, event in events:
            if event["type"] == "content_block_start":
                expect(event["index"] == len(blocks), f"block {event['index']} opened after {len(blocks)} blocks")
                blocks.append(dict(event["content_block"]))
            elif event["type"] == "content_block_delta":
                block, delta = blocks[event["index"]], event["delta"]
                if delta["type"] == "input_json_delta":
                    arguments[event["index"]] = arguments.get(event["index"], "") + delta["partial_json"]
                else:
                    key = delta["type"].removesuffix("_delta")
                    block[key] = block.get(key, "") + delta[key]
        for index, text in arguments.items():
            blocks[index]["input"] = json.loads(text or "{}")
        return {"content": blocks}

    def give(self, results: list[str]) -> None:
        self.history.append({"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": identifier, "content": text}
            for (identifier, _), text in zip(self.calls, results, strict=True)]})


class GeminiClient(LoopClient):
    protocol = "gemini"

    def body(self, model: str) -> Body:
        return {
            "contents": [{"role": "user", "parts": [{"text": PROMPT}]}, *self.history],
            "tools": [{"functionDeclarations": [{
                "name": TOOL, "description": DESCRIPTION, "parametersJsonSchema": SCHEMA}]}],
            "generationConfig": {
                "maxOutputTokens": 8000,
                "thinkingConfig": {"includeThoughts": not self.hidden, "thinkingBudget": 2048}}}

    def take(self, whole: Body) -> None:
        parts = whole["candidates"][0]["content"]["parts"]
        self.history.append({"role": "model", "parts": parts})
        self._called = [part["functionCall"] for part in parts if "functionCall" in part]
        self.calls = [(call.get("id", ""), call.get("args", {})) for call in self._called]
        self.reasoning = "".join(part.get("text", "") for part in parts if part.get("thought"))
        self.text = "".join(part.get("text", "") for part in parts if not part.get("thought"))

    def join(self, events: list[tuple[str | None, Any]]) -> Body:
        parts: list[Body] = []
        for _, chunk in events:
            for candidate in chunk.get("candidates", []):
                parts += (candidate.get("content") or {}).get("parts", [])
        return {"candidates": [{"content": {"parts": parts}}]}

    def give(self, results: list[str]) -> None:
        responses = []
        for call, text in zip(self._called, results, strict=True):
            identity = {"id": call["id"]} if "id" in call else {}
            responses.append({"functionResponse": identity | {"name": call["name"], "response": {"result": text}}})
        self.history.append({"role": "user", "parts": responses})


CLIENTS: dict[str, type[LoopClient]] = {
    client.protocol: client for client in (ChatClient, ResponsesClient, AnthropicClient, GeminiClient)}
