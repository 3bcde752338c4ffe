"""What all protocols of the reasoning upstream have in common; see `reasoning_upstream`."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Protocol

TURNS = 10
TOOL = "step"

Body = dict[str, Any]


class Refusal(Exception):
    """What the vendor says no to."""

    def __init__(self, message: str, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass
class Seen:
    """One request: which turn it was and how much of this upstream's own state came back."""

    turn: int = 0
    own_states: int = 0
    own_calls: int = 0
    thinks: bool = False
    streams: bool = False
    refusal: str | None = None


class Thinker(Protocol):
    """Whose thoughts, states and calls they are."""

    def thought(self, turn: int) -> str: ...
    def state(self, turn: int) -> str: ...
    def turn_of(self, state: object) -> int | None: ...
    def arguments(self, turn: int) -> Body: ...
    def made(self, arguments: object) -> int | None: ...


class ReasoningProtocol:
    """Reads one request and writes its answer."""

    def __init__(self, upstream: Thinker, body: Body, path: str) -> None:
        self.upstream = upstream
        self.body = body
        self.path = path
        self.seen = Seen(streams=bool(body.get("stream")))
        self.call_id = f"{secrets.token_hex(8)}"

    @property
    def is_last(self) -> bool:
        return self.seen.turn > TURNS

    @property
    def thought(self) -> str:
        return self.upstream.thought(self.seen.turn)

    @property
    def state(self) -> str:
        return self.upstream.state(self.seen.turn)

    @property
    def arguments(self) -> Body:
        return self.upstream.arguments(self.seen.turn)

    final = f"all {TURNS} steps done"

    def own(self, state: object, refusal: Refusal) -> int:
        """The turn of a state that must be ours."""
        turn = self.upstream.turn_of(state)
        if turn is None:
            raise refusal
        self.seen.own_states += 1
        return turn


def pieces_of(text: str) -> list[str]:
    """The text as a stream would cut it."""
    return [text[start:start + 9] for start in range(0, len(text), 9)]
