"""A reasoning model behind each of the four protocols, strict about the state it hands out.

Every answer thinks and calls the tool `step` once, until ten results are in; then it says so. The state of a thought
(Anthropic `signature`, Responses `encrypted_content`, Gemini `thoughtSignature`) is made with a secret of the instance.
A request that brings back anybody else's state, or lacks what the vendor demands back, gets the vendor's own error.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field

from reasoning_anthropic import Anthropic
from reasoning_gemini import Gemini
from reasoning_openai import Chat, Responses
from reasoning_protocol import TURNS, Body, ReasoningProtocol, Refusal, Seen
from upstream_server import Event, UpstreamServer

PROTOCOLS: dict[str, type[ReasoningProtocol]] = {
    "openai-chat": Chat, "openai-responses": Responses, "anthropic": Anthropic, "gemini": Gemini}


@dataclass
class ReasoningUpstream(UpstreamServer):
    """One provider and its secret."""

    name: str
    protocol: str
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    requests: list[Seen] = field(default_factory=list)

    # The thoughts

    def thought(self, turn: int) -> str:
        return f"{self.name} thinks about step {turn}."

    def state(self, turn: int) -> str:
        seal = hmac.new(self.secret, str(turn).encode(), hashlib.sha256).digest()
        return base64.b64encode(b"state of " + self.name.encode() + bytes([turn]) + seal * 2).decode()

    def turn_of(self, state: object) -> int | None:
        """The turn whose state this is; nil when it is not ours."""
        return next((turn for turn in range(1, TURNS + 1) if state == self.state(turn)), None)

    def arguments(self, turn: int) -> Body:
        return {"n": turn, "by": self.name}

    def made(self, arguments: object) -> int | None:
        """The turn of a call that this upstream made; nil for somebody else's."""
        if isinstance(arguments, str):
            arguments = json.loads(arguments or "{}")
        if not isinstance(arguments, dict) or arguments.get("by") != self.name:
            return None
        return int(arguments["n"])

    def reply(self, path: str, headers: dict[str, str], body: Body) -> tuple[int, Body | list[Event]]:
        try:
            return self.answer(path, body)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            refusal = f"malformed request: {type(error).__name__} {error}"
            self.requests.append(Seen(refusal=refusal))
            return 400, {"type": "error", "error": {
                "message": refusal, "type": "invalid_request_error", "code": 400, "status": "INVALID_ARGUMENT"}}

    def answer(self, path: str, body: Body) -> tuple[int, Body | list[Event]]:
        """Status, and a whole answer or a stream's events."""
        speak = PROTOCOLS[self.protocol](self, body, path)
        try:
            speak.read()
        except Refusal as refusal:
            speak.seen.refusal = str(refusal)
            return refusal.status, speak.failure(refusal)
        finally:
            self.requests.append(speak.seen)
        return 200, speak.events() if speak.seen.streams else speak.whole()
