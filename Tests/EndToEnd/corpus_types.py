"""Whether the official SDKs' own types, and the judge's strict reading of requests, accept a body."""

from __future__ import annotations

import importlib.util
import sys
import typing
from pathlib import Path
from typing import Any

PARSERS = {"openai-chat": "parse_chat", "openai-responses": "parse_responses", "anthropic": "parse_messages"}


class Types:
    """The SDKs of this Python, and the fake upstream of the judge at `directory`."""

    def __init__(self, directory: Path) -> None:
        spec = importlib.util.spec_from_file_location("fake_upstream", directory / "fake_upstream.py")
        self.fake = importlib.util.module_from_spec(spec)
        sys.modules["fake_upstream"] = self.fake
        spec.loader.exec_module(self.fake)
        self.fake.load_sdks()
        import anthropic.types as anthropic
        import anthropic.types.beta as beta
        import google.genai.types as genai
        import openai.types.chat as chat
        import openai.types.responses as responses
        from pydantic import TypeAdapter

        self.answers = {
            "openai-chat": [TypeAdapter(chat.ChatCompletion)], "openai-responses": [TypeAdapter(responses.Response)],
            "anthropic": [TypeAdapter(anthropic.Message), TypeAdapter(beta.BetaMessage)],
            "gemini": [TypeAdapter(genai.GenerateContentResponse)]}
        self.chunks = {
            "openai-chat": [TypeAdapter(chat.ChatCompletionChunk)], "gemini": self.answers["gemini"]}
        self.by_type: dict[tuple[str, str], list] = {}
        for protocol, union in (
                ("openai-responses", responses.ResponseStreamEvent), ("anthropic", anthropic.RawMessageStreamEvent),
                ("anthropic", beta.BetaRawMessageStreamEvent)):
            for member in models(union):
                for name in typing.get_args(member.model_fields["type"].annotation):
                    self.by_type.setdefault((protocol, name), []).append(TypeAdapter(member))

    def request(self, protocol: str, body: dict, streams: bool, beta: bool = False) -> str | None:
        """Why a vendor would refuse this request, or nothing."""
        body = {**body, "model": "fake-model"} if protocol != "gemini" else body
        headers = {"anthropic-beta": "any"} if beta else {}
        try:
            if protocol == "gemini":
                self.fake.parse_gemini(body, headers, {}, "fake-model", streams)
            else:
                getattr(self.fake, PARSERS[protocol])(body, headers, {})
        except self.fake.Bad as refusal:
            return f"{refusal.path}: {refusal.msg}"[:300]
        return None

    def answer(self, protocol: str, body: Any) -> str | None:
        """Why the SDK's type refuses this answer, or nothing."""
        return first_error(self.answers[protocol], body)

    def event(self, protocol: str, event: dict) -> str | None:
        """Why the SDK's type refuses this event of a stream, or nothing."""
        if protocol in self.chunks:
            return None if "error" in event else first_error(self.chunks[protocol], functions_only(event))
        kind = event.get("type")
        if protocol == "anthropic" and kind in ("ping", "error"):
            return None
        if kind == "response.failed" and event["response"].get("error"):
            # `server_is_overloaded` is OpenAI's own and Codex acts on it, though the SDK's type does not list it.
            failed = {**event["response"], "error": {**event["response"]["error"], "code": "server_error"}}
            event = {**event, "response": failed}
        known = self.by_type.get((protocol, kind))
        return f"unknown event {kind}" if known is None else first_error(known, event)


def functions_only(chunk: dict) -> dict:
    """A Chat chunk without the calls of custom tools: OpenAI streams them, but its SDK's chunks know functions only."""
    def without(choice: dict) -> dict:
        delta = choice.get("delta") or {}
        calls = [call for call in delta.get("tool_calls") or [] if "custom" not in call]
        return {**choice, "delta": {**delta, "tool_calls": calls}} if delta.get("tool_calls") else choice

    return {**chunk, "choices": [without(choice) for choice in chunk["choices"]]} if chunk.get("choices") else chunk


def models(union: Any) -> list:
    if hasattr(union, "model_fields"):
        return [union]
    return [model for member in typing.get_args(union) for model in models(member)]


def first_error(adapters: list, value: Any) -> str | None:
    found = None
    for adapter in adapters:
        try:
            adapter.validate_python(value)
            return None
        except Exception as error:  # noqa: BLE001
            found = found or " ".join(str(error).split())[:300]
    return found
