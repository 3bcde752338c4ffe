"""Upstreams that show what Claude Code needs beside a tool loop: a vendor's own search, an old Anthropic endpoint."""

from __future__ import annotations

import json

from upstream_server import Body, Event, UpstreamServer

QUERY = "what is new in swift"
PAGE = {"uri": "https://swift.example/news", "title": "Swift news"}
FOUND = "Swift is new."


class Refusal(Exception):
    """What the upstream says no to."""


class ScriptedServer(UpstreamServer):
    """One provider, which remembers what it was asked. Subclasses say what it answers."""

    def __init__(self) -> None:
        self.requests: list[Body] = []
        self.refusals: list[str] = []

    def reply(self, path: str, headers: dict[str, str], body: Body) -> tuple[int, Body | list[Event]]:
        self.requests.append(body)
        try:
            events = self.answer(headers, body)
        except Refusal as refusal:
            self.refusals.append(str(refusal))
            return 400, {"type": "error", "error": {"type": "invalid_request_error", "message": str(refusal)}}
        return 200, events if body.get("stream") or ":streamGenerateContent" in path else self.whole(events)

    def answer(self, headers: dict[str, str], body: Body) -> list[Event]:
        """The events of the answer; raises `Refusal`."""
        raise NotImplementedError

    def whole(self, events: list[Event]) -> Body:
        """The answer for a client that wants no stream."""
        raise NotImplementedError


class GeminiSearch(ScriptedServer):
    """Gemini: calls `WebSearch`, runs the search that Claude Code then asks for, and repeats its result."""

    def answer(self, headers: dict[str, str], body: Body) -> list[Event]:
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
    def _chunk(parts: list[Body], **members: object) -> Event:
        return None, {
            "candidates": [{"content": {"role": "model", "parts": parts}, "index": 0, **members}],
            "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 4, "totalTokenCount": 9}}

    def whole(self, events: list[Event]) -> Body:
        return events[-1][1]


class ResponsesSearch(ScriptedServer):
    """OpenAI's Responses: the same search, told by an item of its own and the citations of the text."""

    def answer(self, headers: dict[str, str], body: Body) -> list[Event]:
        tools = body.get("tools") or []
        functions = {tool["name"] for tool in tools if tool["type"] == "function"}
        if any(tool["type"] == "web_search" for tool in tools):
            return self._response(
                {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {
                    "type": "search", "query": QUERY, "sources": [{"type": "url", "url": PAGE["uri"]}]}},
                self._message(FOUND, [{
                    "type": "url_citation", "start_index": 0, "end_index": len(FOUND), "url": PAGE["uri"],
                    "title": PAGE["title"]}]))
        calls = {item["call_id"]: item["name"] for item in body["input"] if item.get("type") == "function_call"}
        results = [item for item in body["input"] if item.get("type") == "function_call_output"]
        if results and calls.get(results[-1]["call_id"]) == "WebSearch":
            return self._response(self._message("RESULT: " + json.dumps(results[-1]["output"])))
        if "WebSearch" in functions:
            return self._response(self._call("WebSearch", {"query": QUERY}))
        if "ToolSearch" in functions and not results:
            return self._response(self._call("ToolSearch", {"query": "select:WebSearch"}))
        return self._response(self._message("{}"))

    @staticmethod
    def _message(text: str, annotations: list[Body] | None = None) -> Body:
        return {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [
            {"type": "output_text", "text": text, "annotations": annotations or [], "logprobs": []}]}

    @staticmethod
    def _call(name: str, arguments: Body) -> Body:
        return {"type": "function_call", "id": "fc_1", "call_id": f"call_{name}", "name": name,
                "arguments": json.dumps(arguments), "status": "completed"}

    @staticmethod
    def _response(*items: Body) -> list[Event]:
        """The few events that any client of the protocol must be content with."""
        start = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "in_progress",
                 "output": []}
        usage = {"input_tokens": 5, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 4,
                 "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 9}
        done = start | {"status": "completed", "output": list(items), "usage": usage}
        events: list[Body] = [{"type": "response.created", "response": start}]
        for index, item in enumerate(items):
            events += [
                {"type": "response.output_item.added", "output_index": index, "item": item | (
                    {"content": []} if item["type"] == "message" else {})},
                {"type": "response.output_item.done", "output_index": index, "item": item}]
        events.append({"type": "response.completed", "response": done})
        return [(event["type"], event | {"sequence_number": number}) for number, event in enumerate(events)]

    def whole(self, events: list[Event]) -> Body:
        return events[-1][1]["response"]


class OldAnthropic(ScriptedServer):
    """A third party's Messages endpoint that knows what Anthropic's first version knew, and refuses all else."""

    MEMBERS = {
        "model", "messages", "system", "max_tokens", "metadata", "stop_sequences", "stream", "temperature", "top_k",
        "top_p", "tools", "tool_choice", "thinking"}
    TOOL_MEMBERS = {"name", "description", "input_schema", "cache_control"}
    BLOCKS = {"text", "image", "tool_use", "tool_result", "thinking", "redacted_thinking"}

    def answer(self, headers: dict[str, str], body: Body) -> list[Event]:
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
    def _message(block: Body) -> list[Event]:
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

    def whole(self, events: list[Event]) -> Body:
        return events[0][1]["message"] | {"content": [{"type": "text", "text": "{}"}], "stop_reason": "end_turn"}
