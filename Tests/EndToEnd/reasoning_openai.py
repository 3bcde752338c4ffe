"""How the reasoning upstream speaks OpenAI's two protocols, and what it refuses."""

from __future__ import annotations

import json

from reasoning_protocol import TOOL, Body, ReasoningProtocol, Refusal, pieces_of


class Chat(ReasoningProtocol):
    """Chat completions as DeepSeek's thinking models speak it: a tool turn's reasoning must come back."""

    MESSAGE_FIELDS = {"role", "content", "name", "tool_calls", "tool_call_id", "reasoning_content", "refusal"}

    def read(self) -> None:
        self.seen.thinks = True
        open_calls: set[str] = set()
        results = 0
        for position, message in enumerate(self.body["messages"]):
            if unknown := set(message) - self.MESSAGE_FIELDS:
                raise Refusal(f"Unrecognized request argument supplied: messages[{position}].{sorted(unknown)[0]}")
            if message["role"] == "tool":
                if message["tool_call_id"] not in open_calls:
                    raise Refusal(f"messages[{position}]: tool_call_id names no call before it")
                open_calls.remove(message["tool_call_id"])
                results += 1
                continue
            if open_calls:
                raise Refusal("An assistant message with 'tool_calls' must be followed by tool messages")
            for call in message.get("tool_calls") or []:
                open_calls.add(call["id"])
                turn = self.upstream.made(call["function"]["arguments"])
                if turn is None:
                    continue
                self.seen.own_calls += 1
                if message.get("reasoning_content") != self.upstream.thought(turn):
                    raise Refusal(
                        "The `reasoning_content` in the thinking mode must be passed back to the API.",
                        "invalid_request_error")
                self.seen.own_states += 1
        if open_calls:
            raise Refusal("An assistant message with 'tool_calls' must be followed by tool messages")
        self.seen.turn = results + 1

    def failure(self, refusal: Refusal) -> Body:
        return _failure(refusal)

    def _message(self) -> Body:
        if self.is_last:
            return {"role": "assistant", "content": self.final}
        return {
            "role": "assistant", "content": None, "reasoning_content": self.thought,
            "tool_calls": [{
                "id": f"call_{self.call_id}", "type": "function",
                "function": {"name": TOOL, "arguments": json.dumps(self.arguments)}}]}

    @property
    def _finish(self) -> str:
        return "stop" if self.is_last else "tool_calls"

    def whole(self) -> Body:
        return self._envelope("chat.completion") | {
            "choices": [{"index": 0, "message": self._message(), "finish_reason": self._finish, "logprobs": None}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}}

    def _envelope(self, kind: str) -> Body:
        return {"id": f"chatcmpl-{self.call_id}", "object": kind, "created": 1_760_000_000, "model": self.body["model"]}

    def events(self) -> list[tuple[str | None, Body | str]]:
        def chunk(delta: Body, finish: str | None = None) -> tuple[None, Body]:
            choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
            return None, self._envelope("chat.completion.chunk") | {"choices": [choice]}
        message = self._message()
        events: list[tuple[str | None, Body | str]] = [chunk({"role": "assistant", "content": ""})]
        for piece in pieces_of(message.get("reasoning_content") or ""):
            events.append(chunk({"reasoning_content": piece}))
        for piece in pieces_of(message.get("content") or ""):
            events.append(chunk({"content": piece}))
        for call in message.get("tool_calls", []):
            head = call | {"index": 0, "function": {"name": TOOL, "arguments": ""}}
            events.append(chunk({"tool_calls": [head]}))
            for piece in pieces_of(call["function"]["arguments"]):
                events.append(chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}))
        events.append(chunk({}, self._finish))
        if (self.body.get("stream_options") or {}).get("include_usage"):
            events.append((None, self._envelope("chat.completion.chunk") | {
                "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}}))
        return [*events, (None, "[DONE]")]


class Responses(ReasoningProtocol):
    """Responses without stored state: reasoning items come back encrypted, each before its call."""

    def read(self) -> None:
        self.seen.thinks = "reasoning.encrypted_content" in (self.body.get("include") or [])
        pending: int | None = None
        follows_reasoning = True
        open_calls: set[str] = set()
        results = 0
        items = self.body["input"] if isinstance(self.body["input"], list) else []
        for position, item in enumerate(items):
            kind = item.get("type", "message")
            if kind == "reasoning":
                follows_reasoning = False
                encrypted = item.get("encrypted_content")
                if encrypted is None and item.get("id"):
                    raise Refusal(
                        f"Item with id '{item['id']}' not found. Items are not persisted when `store` is set to false.",
                        status=404)
                if any(part.get("type") != "summary_text" for part in item["summary"]):
                    raise Refusal(f"Invalid value: input[{position}].summary[0].type", "invalid_value")
                if encrypted is not None:
                    pending = self.own(encrypted, Refusal(
                        f"The encrypted content {str(encrypted)[:12]}... could not be verified. "
                        "Reason: Encrypted content could not be decrypted or parsed.", "invalid_encrypted_content"))
                continue
            follows_reasoning = True
            if kind == "function_call":
                open_calls.add(item["call_id"])
                turn = self.upstream.made(item["arguments"])
                if turn is not None and self.seen.thinks and "id" in item:
                    self.seen.own_calls += 1
                    if pending != turn:
                        raise Refusal(
                            f"Item '{item.get('id', item['call_id'])}' of type 'function_call' was provided without "
                            "its required 'reasoning' item.")
            elif kind == "function_call_output":
                if item["call_id"] not in open_calls:
                    raise Refusal(f"No tool call found for function call output with call_id {item['call_id']}.")
                open_calls.remove(item["call_id"])
                results += 1
            pending = None
        if not follows_reasoning:
            raise Refusal("Item of type 'reasoning' was provided without its required following item.")
        if open_calls:
            raise Refusal(f"No tool output found for function call {sorted(open_calls)[0]}.")
        self.seen.turn = results + 1

    def failure(self, refusal: Refusal) -> Body:
        return _failure(refusal)

    def _items(self) -> list[Body]:
        if self.is_last:
            text = {"type": "output_text", "text": self.final, "annotations": [], "logprobs": []}
            return [{
                "type": "message", "id": f"msg_{self.call_id}", "role": "assistant", "status": "completed",
                "content": [text]}]
        reasoning: Body = {"type": "reasoning", "id": f"rs_{self.call_id}", "summary": []}
        if (self.body.get("reasoning") or {}).get("summary"):
            reasoning["summary"] = [{"type": "summary_text", "text": self.thought}]
        if self.seen.thinks:
            reasoning["encrypted_content"] = self.state
        return [reasoning, {
            "type": "function_call", "id": f"fc_{self.call_id}", "call_id": f"call_{self.call_id}", "name": TOOL,
            "arguments": json.dumps(self.arguments), "status": "completed"}]

    def whole(self, status: str = "completed", output: list[Body] | None = None) -> Body:
        return {
            "id": f"resp_{self.call_id}", "object": "response", "created_at": 1_760_000_000, "status": status,
            "model": self.body["model"], "output": self._items() if output is None else output, "error": None,
            "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True,
            "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0, "store": False,
            "usage": None if status != "completed" else {
                "input_tokens": 5, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 7,
                "output_tokens_details": {"reasoning_tokens": 3}, "total_tokens": 12}}

    def events(self) -> list[tuple[str | None, Body | str]]:
        events: list[tuple[str | None, Body | str]] = []

        def add(kind: str, **members: object) -> None:
            events.append((kind, {"type": kind, "sequence_number": len(events), **members}))

        started = self.whole("in_progress", [])
        add("response.created", response=started)
        add("response.in_progress", response=started)
        for index, item in enumerate(self._items()):
            place = {"output_index": index, "item_id": item["id"]}
            if item["type"] == "reasoning":
                add("response.output_item.added", output_index=index, item=item | {"summary": []})
                for number, part in enumerate(item["summary"]):
                    where = place | {"summary_index": number}
                    add("response.reasoning_summary_part.added", **where, part=part | {"text": ""})
                    for piece in pieces_of(part["text"]):
                        add("response.reasoning_summary_text.delta", **where, delta=piece)
                    add("response.reasoning_summary_text.done", **where, text=part["text"])
                    add("response.reasoning_summary_part.done", **where, part=part)
            elif item["type"] == "function_call":
                add("response.output_item.added", output_index=index,
                    item=item | {"arguments": "", "status": "in_progress"})
                for piece in pieces_of(item["arguments"]):
                    add("response.function_call_arguments.delta", **place, delta=piece)
                add("response.function_call_arguments.done", **place, name=TOOL, arguments=item["arguments"])
            else:
                part = item["content"][0]
                where = place | {"content_index": 0}
                add("response.output_item.added", output_index=index,
                    item=item | {"content": [], "status": "in_progress"})
                add("response.content_part.added", **where, part=part | {"text": ""})
                for piece in pieces_of(part["text"]):
                    add("response.output_text.delta", **where, delta=piece, logprobs=[])
                add("response.output_text.done", **where, text=part["text"], logprobs=[])
                add("response.content_part.done", **where, part=part)
            add("response.output_item.done", output_index=index, item=item)
        add("response.completed", response=self.whole())
        return events


def _failure(refusal: Refusal) -> Body:
    return {"error": {
        "message": str(refusal), "type": "invalid_request_error", "param": None, "code": refusal.code}}
