"""How the reasoning upstream speaks Anthropic's protocol, and what it refuses."""

from __future__ import annotations

import json
import re

from reasoning_protocol import TOOL, Body, ReasoningProtocol, Refusal, pieces_of


class Anthropic(ReasoningProtocol):
    """Messages: signatures are bound to their text, and a tool turn must start with its thought."""

    def read(self) -> None:
        thinking = self.body.get("thinking") or {"type": "disabled"}
        self.seen.thinks = thinking["type"] in ("enabled", "adaptive")
        if thinking["type"] == "enabled":
            if thinking["budget_tokens"] < 1024:
                raise Refusal("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
            if self.body["max_tokens"] <= thinking["budget_tokens"]:
                raise Refusal("`max_tokens` must be greater than `thinking.budget_tokens`.")
        results = 0
        pending: set[str] = set()
        messages = self.body["messages"]
        for position, message in enumerate(messages):
            blocks = message["content"]
            if isinstance(blocks, str):
                blocks = [{"type": "text", "text": blocks}]
            if message["role"] == "user":
                answered = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
                if answered != pending:
                    raise Refusal(f"messages.{position}: `tool_use` ids were found without `tool_result` blocks")
                results += len(answered)
                pending = set()
            elif message["role"] == "assistant":
                pending = self._read_assistant(position, blocks)
        last = next((message for message in reversed(messages) if message["role"] == "assistant"), None)
        if thinking["type"] == "enabled" and last is not None and not isinstance(last["content"], str):
            first = last["content"][0]["type"]
            called = any(block["type"] == "tool_use" for block in last["content"])
            if called and first not in ("thinking", "redacted_thinking"):
                raise Refusal(
                    f"messages.{len(messages) - 2}.content.0.type: Expected `thinking` or `redacted_thinking`, but "
                    f"found `{first}`. When `thinking` is enabled, a final `assistant` message must start with a "
                    "thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks).")
        self.seen.turn = results + 1

    def _read_assistant(self, position: int, blocks: list[Body]) -> set[str]:
        calls: set[str] = set()
        for index, block in enumerate(blocks):
            where = f"messages.{position}.content.{index}"
            if block["type"] == "thinking":
                invalid = Refusal(f"{where}: Invalid `signature` in `thinking` block")
                turn = self.own(block.get("signature"), invalid)
                # A thought that was not shown comes back without its text.
                if block["thinking"] not in (self.upstream.thought(turn), ""):
                    raise invalid
            elif block["type"] == "redacted_thinking":
                raise Refusal(f"{where}: Invalid `data` in `redacted_thinking` block")
            elif block["type"] == "tool_use":
                if not re.fullmatch(r"[a-zA-Z0-9_-]+", block["id"]):
                    raise Refusal(f"{where}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
                calls.add(block["id"])
                self.seen.own_calls += self.upstream.made(block["input"]) is not None
            elif block["type"] == "text" and not block["text"]:
                raise Refusal("messages: text content blocks must be non-empty")
        return calls

    def failure(self, refusal: Refusal) -> Body:
        return {"type": "error", "error": {"type": "invalid_request_error", "message": str(refusal)},
                "request_id": "req_reasoning"}

    def _blocks(self) -> list[Body]:
        if self.is_last:
            return [{"type": "text", "text": self.final}]
        call = {"type": "tool_use", "id": f"toolu_{self.call_id}", "name": TOOL, "input": self.arguments}
        if not self.seen.thinks:
            return [call]
        shown = "" if (self.body["thinking"]).get("display") == "omitted" else self.thought
        return [{"type": "thinking", "thinking": shown, "signature": self.state}, call]

    def whole(self) -> Body:
        return {
            "id": f"msg_{self.call_id}", "type": "message", "role": "assistant", "model": self.body["model"],
            "content": self._blocks(), "stop_reason": "end_turn" if self.is_last else "tool_use",
            "stop_sequence": None, "usage": {"input_tokens": 5, "output_tokens": 7}}

    def events(self) -> list[tuple[str | None, Body | str]]:
        events: list[tuple[str | None, Body | str]] = []

        def add(kind: str, **members: object) -> None:
            events.append((kind, {"type": kind, **members}))

        whole = self.whole()
        add("message_start", message=whole | {"content": [], "stop_reason": None})
        for index, block in enumerate(whole["content"]):
            if block["type"] == "thinking":
                add("content_block_start", index=index, content_block=block | {"thinking": "", "signature": ""})
                deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces_of(block["thinking"])]
                deltas.append({"type": "signature_delta", "signature": block["signature"]})
            elif block["type"] == "tool_use":
                add("content_block_start", index=index, content_block=block | {"input": {}})
                deltas = [{"type": "input_json_delta", "partial_json": piece}
                          for piece in pieces_of(json.dumps(block["input"]))]
            else:
                add("content_block_start", index=index, content_block=block | {"text": ""})
                deltas = [{"type": "text_delta", "text": piece} for piece in pieces_of(block["text"])]
            for delta in deltas:
                add("content_block_delta", index=index, delta=delta)
            add("content_block_stop", index=index)
        add("message_delta", delta={"stop_reason": whole["stop_reason"], "stop_sequence": None},
            usage={"output_tokens": 7})
        add("message_stop")
        return events
