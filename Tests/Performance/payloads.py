"""What is sent and answered while measuring: one request and one answer, said in each protocol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PROTOCOLS = ("openai-chat", "openai-responses", "anthropic", "gemini")
#: Protocol → path of an upstream's base URL.
BASE_PATHS = {"openai-chat": "/v1", "openai-responses": "/v1", "anthropic": "", "gemini": "/v1beta"}
#: What clients send; only LiteLLM looks at it.
CLIENT_KEY = "sk-client-0123456789"
#: Text deltas of a stream.
CHUNKS = 200
USAGE = (1200, CHUNKS)
WORDS = ("The function reads its lines lazily, keeps the order and closes the file when the last of them was taken. "
         "A caller that stops early leaves nothing open. ").split(" ")


def path_of(protocol: str, model: str, stream: bool) -> str:
    """Where a client of the protocol posts."""
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return {
        "openai-chat": "/v1/chat/completions", "openai-responses": "/v1/responses", "anthropic": "/v1/messages",
        "gemini": f"/v1beta/models/{model}:{method}"}[protocol]


def texts(count: int = CHUNKS) -> list[str]:
    """Text deltas as models send them: a word each."""
    return [WORDS[i % len(WORDS)] + " " for i in range(count)]


def encode(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


# Answers

def whole(protocol: str, text: str) -> bytes:
    """A whole answer."""
    taken, given = USAGE
    if protocol == "openai-chat":
        message = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
        return encode({
            "id": "chatcmpl-BenchBenchBenchBenchBenchBe", "object": "chat.completion", "created": 1763000000,
            "model": "bench-model",
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": taken, "completion_tokens": given, "total_tokens": taken + given,
                "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0}},
            "service_tier": "default", "system_fingerprint": "fp_0123456789"})
    if protocol == "openai-responses":
        return encode(response_object("completed", text))
    if protocol == "anthropic":
        return encode({
            "id": "msg_01BenchBenchBenchBenchBench", "type": "message", "role": "assistant", "model": "bench-model",
            "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None,
            "usage": {"input_tokens": taken, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
                      "output_tokens": given}})
    return encode(gemini_chunk(text, "STOP"))


def response_object(status: str, text: str | None) -> dict[str, Any]:
    """An answer of the Responses protocol."""
    taken, given = USAGE
    item = {"id": "msg_bench", "type": "message", "status": "completed", "role": "assistant",
            "content": [{"type": "output_text", "annotations": [], "logprobs": [], "text": text}]}
    return {
        "id": "resp_BenchBenchBenchBenchBenchBenchBenchBench", "object": "response", "created_at": 1763000000,
        "status": status, "background": False, "error": None, "incomplete_details": None, "instructions": None,
        "max_output_tokens": None, "model": "bench-model", "output": [] if text is None else [item],
        "parallel_tool_calls": True, "previous_response_id": None, "reasoning": {"effort": None, "summary": None},
        "store": False, "temperature": 1.0, "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto", "tools": [], "top_p": 1.0, "truncation": "disabled",
        "usage": None if text is None else {
            "input_tokens": taken, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": given,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": taken + given},
        "user": None, "metadata": {}}


def gemini_chunk(text: str, reason: str | None = None) -> dict[str, Any]:
    """One answer of Gemini: a whole one, or an event of a stream."""
    taken, given = USAGE
    candidate: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    if reason:
        candidate["finishReason"] = reason
    return {
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": taken, "candidatesTokenCount": given, "totalTokenCount": taken + given,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": taken}]},
        "modelVersion": "bench-model", "responseId": "BenchBenchBenchBenchBe"}


def stream(protocol: str, deltas: list[str]) -> bytes:
    """The same answer as a stream, a text delta an event, as the vendors frame it."""
    return b"".join(
        (f"event: {event['type']}\n".encode() if "type" in event and protocol != "gemini" else b"")
        + b"data: " + encode(event) + b"\n\n" for event in _events(protocol, deltas)
    ) + (b"data: [DONE]\n\n" if protocol == "openai-chat" else b"")


def _events(protocol: str, deltas: list[str]) -> list[dict[str, Any]]:
    taken, given = USAGE
    if protocol == "openai-chat":
        def chunk(delta: dict[str, Any] | None, reason: str | None = None, usage: Any = None) -> dict[str, Any]:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
            return {
                "id": "chatcmpl-BenchBenchBenchBenchBenchBe", "object": "chat.completion.chunk",
                "created": 1763000000, "model": "bench-model", "service_tier": "default",
                "system_fingerprint": "fp_0123456789", "choices": [] if delta is None else [choice], "usage": usage,
                "obfuscation": "aB3dE5gH7j"}
        total = {"prompt_tokens": taken, "completion_tokens": given, "total_tokens": taken + given}
        return [chunk({"role": "assistant", "content": "", "refusal": None})] + [
            chunk({"content": text}) for text in deltas] + [chunk({}, "stop"), chunk(None, usage=total)]
    if protocol == "openai-responses":
        place = {"item_id": "msg_bench", "output_index": 0, "content_index": 0}
        text = "".join(deltas)
        done = response_object("completed", text)
        item = done["output"][0]
        part = item["content"][0]
        events: list[dict[str, Any]] = [
            {"type": "response.created", "response": response_object("in_progress", None)},
            {"type": "response.in_progress", "response": response_object("in_progress", None)},
            {"type": "response.output_item.added", "output_index": 0,
             "item": item | {"status": "in_progress", "content": []}},
            {"type": "response.content_part.added", **place, "part": part | {"text": ""}}]
        events += [{"type": "response.output_text.delta", **place, "delta": delta, "logprobs": [],
                    "obfuscation": "aB3dE5gH7j"} for delta in deltas]
        events += [
            {"type": "response.output_text.done", **place, "text": text, "logprobs": []},
            {"type": "response.content_part.done", **place, "part": part},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": done}]
        return [event | {"sequence_number": number} for number, event in enumerate(events)]
    if protocol == "anthropic":
        message = json.loads(whole(protocol, ""))
        message |= {"content": [], "stop_reason": None, "usage": message["usage"] | {"output_tokens": 1}}
        return [
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "ping"},
            *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
              for text in deltas),
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
             "usage": {"output_tokens": given}},
            {"type": "message_stop"}]
    return [gemini_chunk(text) for text in deltas[:-1]] + [gemini_chunk(deltas[-1], "STOP")]


def write_answers(directory: Path, paced_seconds: int) -> None:
    """The files of the fake upstream."""
    directory.mkdir(parents=True, exist_ok=True)
    for protocol in PROTOCOLS:
        (directory / f"{protocol}.whole").write_bytes(whole(protocol, "".join(texts(160))))
        (directory / f"{protocol}.stream").write_bytes(stream(protocol, texts()))
        marked = ["@T0000000000000000 " + text for text in texts(paced_seconds * 10)]
        (directory / f"{protocol}.paced").write_bytes(stream(protocol, marked))


# Requests

def request(protocol: str, model: str, size: int, streams: bool) -> bytes:
    """A request of about `size` bytes: a question, and from 20 KB on an agent's whole session before it."""
    builder = {"openai-chat": _chat, "openai-responses": _responses, "anthropic": _anthropic, "gemini": _gemini}
    make = builder[protocol]
    turns = 0
    system, tools, padding = "You are a careful engineer.", [], 0
    if size >= 20000:
        system = ("You are a coding agent. " + " ".join(WORDS) + "\n") * 30
        tools = [_tool(number) for number in range(30)]
        step = len(make(model, system, tools, 11, "", streams)) - len(make(model, system, tools, 10, "", streams))
        turns = max(0, (size - len(make(model, system, tools, 0, "", streams))) // step)
    padding = size - len(make(model, system, tools, turns, "", streams))
    return make(model, system, tools, turns, (" ".join(WORDS) + " ") * (padding // 100 + 1), streams, max(0, padding))


def _tool(number: int) -> tuple[str, str, dict[str, Any]]:
    properties = {
        f"argument_{index}": {"type": "string", "description": "What it is, \"quoted\", and when it may be left out."}
        for index in range(6)}
    properties["count"] = {"type": "integer", "minimum": 0, "description": "How many lines are wanted."}
    schema = {"type": "object", "properties": properties, "required": ["argument_0", "count"],
              "additionalProperties": False}
    return f"tool_{number}", f"Does thing number {number}. " + " ".join(WORDS), schema


def _turn(number: int) -> tuple[str, dict[str, Any], str]:
    lines = "".join(
        f"{number * 10 + line:6}\tlet value{line} = try read(\"a/b\\c\", at: {line})\n" for line in range(20))
    return f"I read file {number} now.", {"argument_0": f"/src/file{number}.swift", "count": 20}, lines


def _cut(text: str, size: int | None) -> str:
    return text if size is None else text[:size]


def _chat(model, system, tools, turns, text, streams, size=None):  # noqa: ANN001, ANN202: one row of a table
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}]
    for number in range(turns):
        said, arguments, result = _turn(number)
        call = {"id": f"call_{number:08}", "type": "function",
                "function": {"name": f"tool_{number % 30}", "arguments": json.dumps(arguments)}}
        messages += [{"role": "user", "content": f"Go on with {number}."},
                     {"role": "assistant", "content": said, "tool_calls": [call]},
                     {"role": "tool", "tool_call_id": call["id"], "content": result}]
    messages.append({"role": "user", "content": "?" + _cut(text, size)})
    body: dict[str, Any] = {"model": model, "messages": messages}
    if tools:
        body["tools"] = [{"type": "function", "function": {"name": name, "description": about, "parameters": schema}}
                         for name, about, schema in tools]
    body["max_completion_tokens"] = 4096
    return encode(body | ({"stream": True, "stream_options": {"include_usage": True}} if streams else {}))


def _responses(model, system, tools, turns, text, streams, size=None):  # noqa: ANN001, ANN202
    items: list[dict[str, Any]] = []
    for number in range(turns):
        said, arguments, result = _turn(number)
        items += [{"role": "user", "content": f"Go on with {number}."},
                  {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": said}]},
                  {"type": "function_call", "call_id": f"call_{number:08}", "name": f"tool_{number % 30}",
                   "arguments": json.dumps(arguments)},
                  {"type": "function_call_output", "call_id": f"call_{number:08}", "output": result}]
    items.append({"role": "user", "content": "?" + _cut(text, size)})
    body: dict[str, Any] = {"model": model, "instructions": system, "input": items}
    if tools:
        body["tools"] = [{"type": "function", "name": name, "description": about, "parameters": schema, "strict": False}
                         for name, about, schema in tools]
    return encode(body | {"max_output_tokens": 4096, "store": False} | ({"stream": True} if streams else {}))


def _anthropic(model, system, tools, turns, text, streams, size=None):  # noqa: ANN001, ANN202
    messages: list[dict[str, Any]] = []
    for number in range(turns):
        said, arguments, result = _turn(number)
        use = {"type": "tool_use", "id": f"toolu_{number:08}", "name": f"tool_{number % 30}", "input": arguments}
        asked = [{"type": "text", "text": f"Go on with {number}."}]
        if number == 0:
            messages.append({"role": "user", "content": asked})
        else:
            messages[-1]["content"] += asked
        messages += [{"role": "assistant", "content": [{"type": "text", "text": said}, use]},
                     {"role": "user", "content": [
                         {"type": "tool_result", "tool_use_id": use["id"], "content": result}]}]
    question = {"type": "text", "text": "?" + _cut(text, size)}
    if turns:
        messages[-1]["content"].append(question)
    else:
        messages = [{"role": "user", "content": [question]}]
    body: dict[str, Any] = {"model": model, "max_tokens": 4096, "system": system, "messages": messages}
    if tools:
        body["tools"] = [{"name": name, "description": about, "input_schema": schema} for name, about, schema in tools]
    return encode(body | ({"stream": True} if streams else {}))


def _gemini(model, system, tools, turns, text, streams, size=None):  # noqa: ANN001, ANN202, ARG001
    contents: list[dict[str, Any]] = []
    for number in range(turns):
        said, arguments, result = _turn(number)
        name = f"tool_{number % 30}"
        contents += [
            {"role": "user", "parts": [{"text": f"Go on with {number}."}]},
            {"role": "model", "parts": [{"text": said}, {"functionCall": {"name": name, "args": arguments}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": name, "response": {"output": result}}}]}]
    contents.append({"role": "user", "parts": [{"text": "?" + _cut(text, size)}]})
    body: dict[str, Any] = {"systemInstruction": {"parts": [{"text": system}]}, "contents": contents}
    if tools:
        body["tools"] = [{"functionDeclarations": [
            {"name": name, "description": about,
             "parameters": {key: value for key, value in schema.items() if key != "additionalProperties"}}
            for name, about, schema in tools]}]
    return encode(body | {"generationConfig": {"maxOutputTokens": 4096}})


# What an answer says

def said(protocol: str, body: bytes, streams: bool) -> tuple[str, int, int]:
    """Text and tokens (in, out) of an answer."""
    if not streams:
        return _said_whole(protocol, json.loads(body))
    text, taken, given = "", 0, 0
    for block in body.decode().split("\n\n"):
        data = "".join(line[5:].strip() for line in block.split("\n") if line.startswith("data:"))
        if not data or data == "[DONE]":
            continue
        event = json.loads(data)
        kind = event.get("type", "")
        if protocol == "openai-chat":
            text += "".join(choice["delta"].get("content") or "" for choice in event["choices"])
            usage = event.get("usage") or {}
            taken, given = usage.get("prompt_tokens", taken), usage.get("completion_tokens", given)
        elif protocol == "openai-responses":
            if kind == "response.output_text.delta":
                text += event["delta"]
            elif kind == "response.completed":
                whole_text, taken, given = _said_whole(protocol, event["response"])
                if whole_text != text:
                    raise ValueError("the deltas are not the text of response.completed")
        elif protocol == "anthropic":
            if kind == "content_block_delta":
                text += event["delta"]["text"]
            usage = event.get("message", event).get("usage") or {}
            taken, given = usage.get("input_tokens") or taken, usage.get("output_tokens", given)
        else:
            piece, taken, given = _said_whole(protocol, event)
            text += piece
    return text, taken, given


def _said_whole(protocol: str, value: dict[str, Any]) -> tuple[str, int, int]:
    if protocol == "gemini":
        usage = value.get("usageMetadata") or {}
        parts = [part for candidate in value["candidates"] for part in candidate.get("content", {}).get("parts", [])]
        return ("".join(part.get("text", "") for part in parts), usage.get("promptTokenCount", 0),
                usage.get("candidatesTokenCount", 0))
    usage = value["usage"]
    if protocol == "openai-chat":
        return value["choices"][0]["message"]["content"], usage["prompt_tokens"], usage["completion_tokens"]
    parts = value["content"] if protocol == "anthropic" else value["output"][0]["content"]
    return "".join(part["text"] for part in parts), usage["input_tokens"], usage["output_tokens"]
