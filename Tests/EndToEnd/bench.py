"""A gateway over misbehaving upstreams, requests to it, and what must come of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import wire
from gateway import Gateway
from misbehaving_upstream import TEXT, MisbehavingUpstream
from report import expect, expect_equal
from wire import Answer

#: `server.maxBodySize` of the gateway.
BODY_LIMIT = 1 << 20


def request_body(protocol: str, model: str, stream: bool) -> dict[str, Any]:
    """The smallest request of the protocol."""
    if protocol == "gemini":
        return {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
    if protocol == "openai-responses":
        return {"model": model, "input": "hi", "stream": stream, "store": False}
    body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": "hi"}], "stream": stream}
    return body | ({"max_tokens": 100} if protocol == "anthropic" else {})


def text_of(protocol: str, answer: Answer, stream: bool) -> str:
    """The text of an answer, whole or streamed."""
    if stream:
        pieces = []
        for name, event in answer.events():
            if not isinstance(event, dict):
                continue
            if protocol == "openai-chat":
                pieces += [choice["delta"].get("content") or "" for choice in event.get("choices", [])]
            elif protocol == "openai-responses" and name == "response.output_text.delta":
                pieces.append(event["delta"])
            elif protocol == "anthropic" and name == "content_block_delta":
                pieces.append(event["delta"].get("text", ""))
            elif protocol == "gemini":
                pieces += [part.get("text", "") for candidate in event.get("candidates", [])
                           for part in (candidate.get("content") or {}).get("parts", [])]
        return "".join(pieces)
    value = answer.json()
    if protocol == "openai-chat":
        return value["choices"][0]["message"]["content"]
    if protocol == "openai-responses":
        return "".join(part["text"] for item in value["output"] for part in item.get("content", []))
    if protocol == "anthropic":
        return "".join(block["text"] for block in value["content"])
    return "".join(part["text"] for part in value["candidates"][0]["content"]["parts"])


# What must come of a misbehaviour

Check = Callable[[str, Answer, bool], None]


def is_error(*statuses: int, says: str = "", retry_after: str | None = None) -> Check:
    """An error before the first byte."""
    def check(protocol: str, answer: Answer, stream: bool) -> None:
        expect(answer.status in statuses, f"status {answer.status}, want {statuses}: {answer.body[:200]!r}")
        message = wire.error_in(protocol, answer.json(), answer.status)
        expect(says in message, f"{says!r} is not in {message!r}")
        if retry_after is not None:
            expect_equal(answer.headers.get("retry-after"), retry_after, "retry-after")
    return check


def is_stream_error(protocol: str, answer: Answer, stream: bool) -> None:
    """A stream that told some text and ended in the protocol's own error."""
    expect_equal(answer.status, 200, "status")
    events = answer.events()
    expect("one" in text_of(protocol, answer, stream), "the text before the error is missing")
    expect_equal(len(wire.stream_errors(protocol, events)), 1, f"error events in {answer.body[-300:]!r}")
    expect(not wire.ends_cleanly(protocol, events), "the stream ends as if nothing had happened")


def is_answer(protocol: str, answer: Answer, stream: bool) -> None:
    """The whole text, cleanly ended."""
    expect_equal(answer.status, 200, f"status ({answer.body[:200]!r})")
    expect_equal(text_of(protocol, answer, stream), TEXT, "text")
    if stream:
        expect(wire.ends_cleanly(protocol, answer.events()), f"not ended: {answer.body[-200:]!r}")
    else:
        expect(answer.headers.get("content-encoding", "identity") == "identity", "a coding was not taken off")


def is_answer_ended_once(protocol: str, answer: Answer, stream: bool) -> None:
    """The whole text and one terminal event."""
    is_answer(protocol, answer, stream)
    if stream:
        terminals = {"openai-chat": b"[DONE]", "openai-responses": b"event: response.completed",
                     "anthropic": b"event: message_stop", "gemini": b'"finishReason"'}
        expect_equal(answer.body.count(terminals[protocol]), 1, "terminal events")


def is_relayed(protocol: str, answer: Answer, stream: bool) -> None:
    """The upstream's own bytes: what the client would have got without a gateway."""
    expect_equal(answer.status, 200, "status")
    expect(b"data: {oops" in answer.body and not answer.cut, f"not relayed: {answer.body[-200:]!r}")


@dataclass
class Bench:
    """A gateway over one misbehaving upstream of each protocol, and what it answered."""

    gateway: Gateway
    upstreams: dict[str, MisbehavingUpstream]
    token: str
    #: Request id → case, status and whether it was a failure, to be found in the log.
    answered: dict[str, tuple[str, int, bool]] = field(default_factory=dict)

    def send(
        self, case: str, protocol: str, model: str, stream: bool, group: str, fails: bool | None = None,
        body: Any = None, headers: dict[str, str] | None = None,
    ) -> Answer:
        """Posts a request whose log row is checked in the end; without `fails`, the status tells."""
        path = f"/oc/{group}" + wire.path_of(protocol, model, stream)
        answer = wire.post(
            self.gateway.port, path, request_body(protocol, model, stream) if body is None else body,
            wire.headers_of(protocol) | (headers or {}))
        expect(answer.request_id, "no x-request-id")
        self.answered[answer.request_id] = (case, answer.status, answer.status >= 400 if fails is None else fails)
        return answer
