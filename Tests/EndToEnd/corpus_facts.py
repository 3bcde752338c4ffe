"""What a body says, whatever protocol it says it in: texts, calls, results, media, settings, counts.

Written against the vendors' documentation and knowing nothing of aor's own readers, so that a mistake they make is not
made here a second time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fact:
    """One thing a request says, and where: `path` as losses name places (`messages[2].content[0]`)."""

    kind: str
    value: str
    path: str


@dataclass
class Answer:
    """What an answer says. `None` where it says nothing about it."""

    text: str = ""
    refusal: str = ""
    reasoning: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    cited: set[str] = field(default_factory=set)
    #: stop, length, tool, refusal, error, or None for an end that never came.
    stop: str | None = None
    usage: dict[str, int] = field(default_factory=dict)


def canonical(value: Any) -> str:
    """JSON with members in order of name; numbers by value."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False)


def plain(value: Any) -> Any:
    """1.0 and 1 are one number."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def squeeze(text: str) -> str:
    """A text without white space, which may be arranged anew."""
    return re.sub(r"\s+", "", text)


def digest(data: str) -> str:
    """A name for base64 content, whatever alphabet and padding it is in."""
    cleaned = re.sub(r"\s+", "", data).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        raw = base64.b64decode(cleaned + "=" * (-len(cleaned) % 4), validate=True)
    except (binascii.Error, ValueError):
        return "broken:" + data[:40]
    return hashlib.sha256(raw).hexdigest()[:16]


def media(address: str) -> str:
    """A name for an address or a `data:` URL."""
    match = re.match(r"data:[^,]*;base64,(.*)", address, re.S)
    return digest(match[1]) if match else address


def as_list(content: Any) -> list:
    if content is None:
        return []
    return content if isinstance(content, list) else [content]


# --- requests


def request_facts(protocol: str, body: dict) -> list[Fact]:
    """Everything a request says that must arrive."""
    return [fact for fact in READERS[protocol](body) if squeeze(fact.value) or fact.kind in ("call", "tool")]


def text_of(content: Any) -> str:
    """All text inside a tool's result."""
    if isinstance(content, str):
        return content
    return "\n".join(
        part["text"] for part in as_list(content) if isinstance(part, dict) and isinstance(part.get("text"), str))


def setting(kind: str, value: Any, path: str) -> list[Fact]:
    if value is None:
        return []
    return [Fact("setting." + kind, canonical(value), path)]


def read_chat(body: dict) -> list[Fact]:
    facts = []
    for index, message in enumerate(as_list(body.get("messages"))):
        where = f"messages[{index}]"
        role = message.get("role")
        content = message.get("content")
        if role in ("tool", "function"):
            facts.append(Fact("result", text_of(content), f"{where}.content"))
            continue
        kind = {"system": "system", "developer": "system", "assistant": "assistant"}.get(role, "user")
        for number, part in enumerate(as_list(content)):
            at = f"{where}.content[{number}]" if isinstance(content, list) else f"{where}.content"
            if isinstance(part, str):
                facts.append(Fact(kind, part, at))
            elif part.get("type") in ("text", "refusal"):
                facts.append(Fact(kind, part.get("text") or part.get("refusal") or "", at))
            elif part.get("type") == "image_url":
                image = part.get("image_url")
                facts.append(Fact("media", media(image if isinstance(image, str) else image.get("url", "")), at))
            elif part.get("type") == "input_audio":
                audio = part["input_audio"]  # Mistral: the data alone
                facts.append(Fact("media", digest(audio if isinstance(audio, str) else audio["data"]), at))
            elif part.get("type") == "file":
                file = part["file"]
                facts.append(Fact("media", media(file.get("file_data") or file.get("file_id") or ""), at))
        facts.append(Fact(kind, message.get("refusal") or "", f"{where}.refusal"))
        for number, call in enumerate(as_list(message.get("tool_calls"))):
            function = call.get("function") or call.get("custom") or {}
            arguments = function.get("arguments", function.get("input", ""))
            told = f"{function.get('name')} {canonical(arguments or '{}')}"
            facts.append(Fact("call", told, f"{where}.tool_calls[{number}]"))
    for index, tool in enumerate(as_list(body.get("tools"))):
        function = tool.get("function") or tool.get("custom")
        if function:
            facts.append(Fact("tool", function["name"], f"tools[{index}]"))
            facts.append(Fact("tool.description", function.get("description") or "", f"tools[{index}]"))
    facts += setting("max", body.get("max_completion_tokens", body.get("max_tokens")), "max_tokens")
    facts += setting("temperature", body.get("temperature"), "temperature")
    facts += setting("top_p", body.get("top_p"), "top_p")
    facts += setting("stop", as_list(body.get("stop")) or None, "stop")
    return facts


def read_responses(body: dict) -> list[Fact]:
    facts = []
    if isinstance(body.get("instructions"), str):
        facts.append(Fact("system", body["instructions"], "instructions"))
    if isinstance(body.get("input"), str):
        facts.append(Fact("user", body["input"], "input"))
    for index, item in enumerate(body["input"] if isinstance(body.get("input"), list) else []):
        where = f"input[{index}]"
        kind = item.get("type", "message")
        if kind == "message":
            role = {"system": "system", "developer": "system", "assistant": "assistant"}.get(item.get("role"), "user")
            content = item.get("content")
            for number, part in enumerate(as_list(content)):
                at = f"{where}.content[{number}]" if isinstance(content, list) else f"{where}.content"
                if isinstance(part, str):
                    facts.append(Fact(role, part, at))
                elif isinstance(part.get("text"), str):
                    facts.append(Fact(role, part["text"], at))
                elif part.get("type") == "refusal":
                    facts.append(Fact(role, part.get("refusal") or "", at))
                elif part.get("type") == "input_image":
                    facts.append(Fact("media", media(part.get("image_url") or part.get("file_id") or ""), at))
                elif part.get("type") == "input_audio":
                    facts.append(Fact("media", digest((part.get("input_audio") or {}).get("data") or ""), at))
                elif part.get("type") == "input_file":
                    address = part.get("file_data") or part.get("file_url") or part.get("file_id") or ""
                    facts.append(Fact("media", media(address), at))
        elif kind == "function_call":
            facts.append(Fact("call", f"{item['name']} {canonical(item.get('arguments') or '{}')}", where))
        elif kind == "custom_tool_call":
            facts.append(Fact("call.custom", f"{item['name']} {item.get('input', '')}", where))
        elif kind in ("function_call_output", "custom_tool_call_output"):
            output = item.get("output")
            facts.append(Fact("result", text_of(output), f"{where}.output"))
            for number, part in enumerate(output if isinstance(output, list) else []):
                address = part.get("image_url") or part.get("file_data") or part.get("file_url")
                if address:
                    facts.append(Fact("media", media(address), f"{where}.output[{number}]"))
    for index, tool in enumerate(as_list(body.get("tools"))):
        if tool.get("type") in ("function", "custom"):
            facts.append(Fact("tool", tool["name"], f"tools[{index}]"))
            facts.append(Fact("tool.description", tool.get("description") or "", f"tools[{index}]"))
    facts += setting("max", body.get("max_output_tokens"), "max_output_tokens")
    facts += setting("temperature", body.get("temperature"), "temperature")
    facts += setting("top_p", body.get("top_p"), "top_p")
    return facts


def read_anthropic(body: dict) -> list[Fact]:
    facts = []
    system = body.get("system")
    for number, block in enumerate(as_list(system)):
        at = f"system[{number}]" if isinstance(system, list) else "system"
        text = block if isinstance(block, str) else block.get("text") or ""
        if not text.startswith("x-anthropic-billing-header"):
            facts.append(Fact("system", text, at))
    for index, message in enumerate(as_list(body.get("messages"))):
        content = message.get("content")
        role = {"assistant": "assistant", "system": "system"}.get(message.get("role"), "user")
        for number, block in enumerate(as_list(content)):
            at = f"messages[{index}].content[{number}]" if isinstance(content, list) else f"messages[{index}].content"
            if isinstance(block, str):
                facts.append(Fact(role, block, at))
            elif block.get("type") == "text":
                facts.append(Fact(role, block.get("text") or "", at))
            elif block.get("type") in ("image", "document"):
                facts += anthropic_media(block, at)
            elif block.get("type") == "tool_use":
                facts.append(Fact("call", f"{block['name']} {canonical(block.get('input') or {})}", at))
            elif block.get("type") == "tool_result":
                facts.append(Fact("result", text_of(block.get("content")), f"{at}.content"))
                for inner, part in enumerate(as_list(block.get("content"))):
                    if isinstance(part, dict) and part.get("type") in ("image", "document"):
                        facts += anthropic_media(part, f"{at}.content[{inner}]")
    for index, tool in enumerate(as_list(body.get("tools"))):
        if tool.get("type", "custom") == "custom":
            facts.append(Fact("tool", tool["name"], f"tools[{index}]"))
            facts.append(Fact("tool.description", tool.get("description") or "", f"tools[{index}]"))
    facts += setting("max", body.get("max_tokens"), "max_tokens")
    facts += setting("temperature", body.get("temperature"), "temperature")
    facts += setting("top_p", body.get("top_p"), "top_p")
    facts += setting("stop", body.get("stop_sequences") or None, "stop_sequences")
    return facts


def anthropic_media(block: dict, at: str) -> list[Fact]:
    source = block.get("source") or {}
    kind = source.get("type")
    if kind == "base64":
        return [Fact("media", digest(source.get("data") or ""), at)]
    if kind == "text":
        return [Fact("document", source.get("data") or "", at)]
    if kind == "content":
        return [Fact("document", text_of(source.get("content")), at)]
    return [Fact("media", source.get("url") or source.get("file_id") or "", at)]


def either(body: dict, camel: str) -> Any:
    """A member under its camelCase or snake_case name."""
    snake = re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), camel)
    return body.get(camel, body.get(snake)) if isinstance(body, dict) else None


def read_gemini(body: dict) -> list[Fact]:
    facts = []
    system = either(body, "systemInstruction")
    if isinstance(system, str):
        facts.append(Fact("system", system, "systemInstruction"))
    elif isinstance(system, dict):
        for number, part in enumerate(as_list(system.get("parts"))):
            facts.append(Fact("system", part.get("text") or "", f"systemInstruction.parts[{number}]"))
    for index, turn in enumerate(as_list(body.get("contents"))):
        role = "assistant" if turn.get("role") == "model" else "user"
        for number, part in enumerate(as_list(turn.get("parts"))):
            at = f"contents[{index}].parts[{number}]"
            call, response = either(part, "functionCall"), either(part, "functionResponse")
            data, stored = either(part, "inlineData"), either(part, "fileData")
            if call is not None:
                facts.append(Fact("call", f"{call['name']} {canonical(call.get('args') or {})}", at))
            elif response is not None:
                facts.append(Fact("result.object", canonical(response.get("response") or {}), at))
            elif data is not None:
                facts.append(Fact("media", digest(data.get("data") or ""), at))
            elif stored is not None:
                facts.append(Fact("media", either(stored, "fileUri") or "", at))
            elif isinstance(part.get("text"), str) and not part.get("thought"):
                facts.append(Fact(role, part["text"], at))
    for index, tool in enumerate(as_list(body.get("tools"))):
        for number, function in enumerate(as_list(either(tool, "functionDeclarations"))):
            facts.append(Fact("tool", function["name"], f"tools[{index}]"))
            facts.append(Fact("tool.description", function.get("description") or "", f"tools[{index}]"))
    options = either(body, "generationConfig") or {}
    facts += setting("max", either(options, "maxOutputTokens"), "generationConfig.maxOutputTokens")
    facts += setting("temperature", options.get("temperature"), "generationConfig.temperature")
    facts += setting("top_p", either(options, "topP"), "generationConfig.topP")
    facts += setting("stop", either(options, "stopSequences") or None, "generationConfig.stopSequences")
    return facts


READERS = {
    "openai-chat": read_chat, "openai-responses": read_responses, "anthropic": read_anthropic, "gemini": read_gemini}


# --- answers


def answer(protocol: str, body: Any) -> Answer:
    """What a whole answer says."""
    return ANSWERS[protocol](body)


def stream(protocol: str, events: list[Any]) -> Answer:
    """What a stream says when all of it is put together."""
    return STREAMS[protocol](events)


def counts(total_in: int | None, cached: int | None, total_out: int | None, thought: int | None) -> dict[str, int]:
    pairs = {"input": total_in, "cached": cached, "output": total_out, "reasoning": thought}
    return {name: count for name, count in pairs.items() if isinstance(count, int) and count > 0}


def chat_usage(usage: dict | None) -> dict[str, int]:
    if not usage:
        return {}
    details = usage.get("prompt_tokens_details") or {}
    spent = usage.get("completion_tokens_details") or {}
    cached = (
        details.get("cached_tokens") or usage.get("prompt_cache_hit_tokens") or usage.get("cached_tokens")
        or usage.get("num_cached_tokens"))
    return counts(
        usage.get("prompt_tokens"), cached,
        usage.get("completion_tokens"), spent.get("reasoning_tokens"))


CHAT_STOPS = {
    "stop": "stop", "length": "length", "tool_calls": "tool", "function_call": "tool", "content_filter": "refusal",
    "max_tokens": "length", "error": "error", "insufficient_system_resource": "error"}  # vendors' own words


def chat_call(call: dict) -> tuple[str, str]:
    function = call.get("function") or call.get("custom") or {}
    return function.get("name") or "", canonical(function.get("arguments", function.get("input", "")) or "{}")


def answer_chat(body: dict) -> Answer:
    choice = (body.get("choices") or [{}])[0]
    message = choice.get("message") or {}
    content = message.get("content")
    told = Answer(
        text=text_of(content) if isinstance(content, list) else content or "", refusal=message.get("refusal") or "",
        reasoning=chat_reasoning(message),
        calls=[chat_call(call) for call in as_list(message.get("tool_calls"))]
        + [chat_call({"function": call}) for call in as_list(message.get("function_call"))],
        stop=CHAT_STOPS.get(choice.get("finish_reason"), "stop"), usage=chat_usage(body.get("usage")))
    told.cited = chat_citations(message)
    if "error" in body and not body.get("choices"):
        told.stop = "error"
    return told


def chat_reasoning(message: dict) -> str:
    for name in ("reasoning_content", "reasoning"):
        if isinstance(message.get(name), str) and message[name]:
            return message[name]
    # OpenRouter's list, and Mistral's blocks of thinking among those of the content.
    details = [block for block in as_list(message.get("reasoning_details")) if isinstance(block, dict)]
    blocks = [block for block in as_list(message.get("content")) if isinstance(block, dict)]
    return "".join(block.get("text") or block.get("summary") or "" for block in details) or "".join(
        text_of(block.get("thinking")) for block in blocks if block.get("type") == "thinking")


def chat_citations(message: dict) -> set[str]:
    return {
        note["url_citation"]["url"] for note in as_list(message.get("annotations"))
        if note.get("type") == "url_citation" and note.get("url_citation")}


def stream_chat(events: list[dict]) -> Answer:
    told, calls = Answer(), {}
    for event in events:
        if event.get("error"):
            told.stop = "error"
            break
        if event.get("done"):
            told.stop = told.stop or "stop"
            break
        usage = event.get("usage") or (event.get("x_groq") or {}).get("usage")
        if usage:
            told.usage = chat_usage(usage)
        for choice in event.get("choices") or []:
            if choice.get("index", 0) != 0:
                continue
            if choice.get("usage"):
                told.usage = told.usage or chat_usage(choice["usage"])
            delta = choice.get("delta") or {}
            content = delta.get("content")
            told.text += text_of(content) if isinstance(content, list) else content or ""
            told.refusal += delta.get("refusal") or ""
            told.reasoning += chat_reasoning(delta)
            told.cited |= chat_citations(delta)
            legacy = delta.get("function_call") or {}
            if legacy:
                known = calls.setdefault(-1, ["", ""])
                known[0] += legacy.get("name") or ""
                known[1] += legacy.get("arguments") or ""
            for call in as_list(delta.get("tool_calls")):
                function = call.get("function") or call.get("custom") or {}
                # Without an index a name begins a call.
                index = call.get("index")
                slot = index if index is not None else len(calls) if function.get("name") else max(len(calls) - 1, 0)
                known = calls.setdefault(slot, ["", ""])
                known[0] = known[0] or function.get("name") or ""
                told_input = function.get("arguments", function.get("input")) or ""
                known[1] += told_input if isinstance(told_input, str) else json.dumps(told_input)
            if choice.get("finish_reason"):
                told.stop = CHAT_STOPS.get(choice["finish_reason"], "stop")
    told.calls = [(name, canonical(text or "{}")) for _, (name, text) in sorted(calls.items())]
    return told


def answer_responses(body: dict) -> Answer:
    told = Answer()
    for item in as_list(body.get("output")):
        kind = item.get("type")
        if kind == "message":
            for part in as_list(item.get("content")):
                told.text += part.get("text") or "" if part.get("type") == "output_text" else ""
                told.refusal += part.get("refusal") or "" if part.get("type") == "refusal" else ""
                told.cited |= {
                    note["url"] for note in as_list(part.get("annotations")) if note.get("type") == "url_citation"}
        elif kind == "reasoning":
            told.reasoning += "".join(part.get("text") or "" for part in as_list(item.get("summary")))
            if not item.get("summary"):
                told.reasoning += "".join(part.get("text") or "" for part in as_list(item.get("content")))
        elif kind == "function_call":
            told.calls.append((item.get("name") or "", canonical(item.get("arguments") or "{}")))
        elif kind == "custom_tool_call":
            told.calls.append((item.get("name") or "", json.dumps({"input": item.get("input", "")})))
    status = body.get("status")
    reason = (body.get("incomplete_details") or {}).get("reason")
    if status == "failed" or body.get("error"):
        told.stop = "error"
    elif status == "incomplete":
        told.stop = "refusal" if reason == "content_filter" else "length"
    elif status in ("completed", None):
        told.stop = "tool" if told.calls else "stop"
    usage = body.get("usage") or {}
    told.usage = counts(
        usage.get("input_tokens"), (usage.get("input_tokens_details") or {}).get("cached_tokens"),
        usage.get("output_tokens"), (usage.get("output_tokens_details") or {}).get("reasoning_tokens"))
    return told


def stream_responses(events: list[dict]) -> Answer:
    items, final, failed = [], None, False
    for event in events:
        kind = event.get("type")
        if kind == "response.output_item.done":
            items.append((event.get("output_index", 0), event["item"]))
        elif kind in ("response.completed", "response.incomplete", "response.failed"):
            final = event["response"]
        elif kind == "error":
            failed = True
    done = [item for _, item in sorted(items, key=lambda pair: pair[0])]
    told = answer_responses({**(final or {}), "output": done or (final or {}).get("output")})
    if failed:
        told.stop = "error"
    elif final is None:
        told.stop = None
    return told


ANTHROPIC_STOPS = {
    "end_turn": "stop", "stop_sequence": "stop", "pause_turn": "stop", "max_tokens": "length",
    "model_context_window_exceeded": "length", "tool_use": "tool", "refusal": "refusal", "compaction": "length"}


def anthropic_usage(usage: dict) -> dict[str, int]:
    read, wrote = usage.get("cache_read_input_tokens") or 0, usage.get("cache_creation_input_tokens") or 0
    fresh = usage.get("input_tokens")
    thought = (usage.get("output_tokens_details") or {}).get("thinking_tokens")
    return counts(None if fresh is None else fresh + read + wrote, read, usage.get("output_tokens"), thought)


def answer_anthropic(body: dict) -> Answer:
    told = Answer()
    if body.get("type") == "error":
        told.stop = "error"
        return told
    for block in as_list(body.get("content")):
        kind = block.get("type")
        if kind == "text":
            told.text += block.get("text") or ""
            told.cited |= {note["url"] for note in as_list(block.get("citations")) if note.get("url")}
        elif kind == "thinking":
            told.reasoning += block.get("thinking") or ""
        elif kind == "tool_use":
            told.calls.append((block.get("name") or "", canonical(block.get("input") or {})))
    told.stop = ANTHROPIC_STOPS.get(body.get("stop_reason"), "stop") if body.get("stop_reason") else None
    if told.stop == "refusal" and not told.refusal:
        told.refusal = ""
    told.usage = anthropic_usage(body.get("usage") or {})
    return told


def stream_anthropic(events: list[dict]) -> Answer:
    message: dict = {"content": [], "usage": {}}
    blocks: dict[int, dict] = {}
    stopped = failed = False
    for event in events:
        kind = event.get("type")
        if kind == "message_start":
            message["usage"] = dict(event["message"].get("usage") or {})
        elif kind == "content_block_start":
            blocks[event["index"]] = {**event["content_block"], "json": ""}
        elif kind == "content_block_delta":
            block, delta = blocks.get(event["index"], {}), event["delta"]
            if delta["type"] == "text_delta":
                block["text"] = (block.get("text") or "") + delta["text"]
            elif delta["type"] == "thinking_delta":
                block["thinking"] = (block.get("thinking") or "") + delta["thinking"]
            elif delta["type"] == "input_json_delta":
                block["json"] += delta["partial_json"]
            elif delta["type"] == "citations_delta":
                block["citations"] = as_list(block.get("citations")) + [delta["citation"]]
        elif kind == "message_delta":
            message["stop_reason"] = (event.get("delta") or {}).get("stop_reason") or message.get("stop_reason")
            told = {name: count for name, count in (event.get("usage") or {}).items() if count is not None}
            message["usage"].update(told)
        elif kind == "message_stop":
            stopped = True
        elif kind == "error":
            failed = True
    for _, block in sorted(blocks.items()):
        if block.get("json"):
            block["input"] = block["json"]
        message["content"].append(block)
    told = answer_anthropic(message)
    if failed:
        told.stop = "error"
    elif not stopped and not message.get("stop_reason"):
        told.stop = None
    return told


GEMINI_LENGTH = {"MAX_TOKENS", 2}  # Protocol buffers tell enums by number, and so do some clients' recordings.
GEMINI_ERRORS = {
    "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MISSING_THOUGHT_SIGNATURE", "TOO_MANY_TOOL_CALLS",
    "MALFORMED_RESPONSE"}

GEMINI_REFUSALS = {
    "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_RECITATION",
    "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "NO_IMAGE", "MODEL_ARMOR"}


def gemini_usage(usage: dict | None) -> dict[str, int]:
    if not usage:
        return {}
    thought = either(usage, "thoughtsTokenCount") or 0
    spoken = either(usage, "candidatesTokenCount")
    used = either(usage, "toolUsePromptTokenCount") or 0
    asked = either(usage, "promptTokenCount")
    return counts(
        None if asked is None else asked + used, either(usage, "cachedContentTokenCount"),
        None if spoken is None and not thought else (spoken or 0) + thought, thought)


def gemini_call(call: dict, calls: list[tuple[str, str]], streamed: dict) -> None:
    """A call, whole or in pieces: `willContinue` says that more comes, `partialArgs` what comes, by JSONPath."""
    if not ({"partialArgs", "willContinue"} & set(call)) and not (streamed and not call.get("name")):
        calls.append((call.get("name") or "", canonical(call.get("args") or {})))
        return
    if call.get("name"):
        streamed.clear()
        streamed["arguments"] = {}
        calls.append((call["name"], "{}"))
    for piece in as_list(call.get("partialArgs")):
        place = streamed["arguments"]
        steps = re.findall(r"[^.$\[\]'\"]+", piece.get("jsonPath") or "")
        for step in steps[:-1]:
            place = place.setdefault(step, {})
        value = next((piece[name] for name in ("stringValue", "numberValue", "boolValue") if name in piece), None)
        known = place.get(steps[-1])
        place[steps[-1]] = known + value if isinstance(known, str) and isinstance(value, str) else value
    if calls:
        calls[-1] = (calls[-1][0], canonical(streamed.get("arguments") or {}))


def stream_gemini(events: list[dict]) -> Answer:
    told = Answer()
    streamed: dict = {}
    for event in events:
        if event.get("error"):
            told.stop = "error"
            continue
        if either(event, "usageMetadata"):
            told.usage = gemini_usage(either(event, "usageMetadata"))
        if (either(event, "promptFeedback") or {}).get("blockReason"):
            told.stop = "refusal"
        for candidate in event.get("candidates") or []:
            if candidate.get("index", 0) != 0:
                continue
            for part in as_list((candidate.get("content") or {}).get("parts")):
                call = either(part, "functionCall")
                if call is not None:
                    gemini_call(call, told.calls, streamed)
                elif isinstance(part.get("text"), str):
                    if part.get("thought"):
                        told.reasoning += part["text"]
                    else:
                        told.text += part["text"]
            for chunk in as_list((either(candidate, "groundingMetadata") or {}).get("groundingChunks")):
                if (chunk.get("web") or {}).get("uri"):
                    told.cited.add(chunk["web"]["uri"])
            reason = either(candidate, "finishReason")
            if reason and reason != "FINISH_REASON_UNSPECIFIED":
                told.stop = (
                    "stop" if reason == "STOP" else "length" if reason in GEMINI_LENGTH
                    else "error" if reason in GEMINI_ERRORS else "refusal" if reason in GEMINI_REFUSALS else "stop")
    if told.stop == "stop" and told.calls:
        told.stop = "tool"
    return told


def answer_gemini(body: Any) -> Answer:
    return stream_gemini(body if isinstance(body, list) else [body])


ANSWERS = {
    "openai-chat": answer_chat, "openai-responses": answer_responses, "anthropic": answer_anthropic,
    "gemini": answer_gemini}
STREAMS = {
    "openai-chat": stream_chat, "openai-responses": stream_responses, "anthropic": stream_anthropic,
    "gemini": stream_gemini}
