"""A ten-turn tool loop with reasoning whose route changes provider at turns 4 and 8 goes on without an error.

No provider is ever sent state that it would refuse: neither through one gateway, nor through one behind another, nor
for a client that is shown no thoughts.
"""

from __future__ import annotations

import contextlib
import itertools
import secrets
from dataclasses import dataclass
from pathlib import Path

from gateway import Gateway
from loop_clients import CLIENTS, LoopClient
from reasoning_protocol import TURNS, Seen
from reasoning_upstream import ReasoningUpstream
from report import Report, expect, expect_equal
from wire import BASE_PATHS, PROTOCOLS

#: The turn before which the route changes → which of the two providers it leads to then.
SWITCHES = {1: 0, 4: 1, 8: 0}
#: The first turns at a provider of its own: all of them are the provider's, so all its state must come back.
FIRST_TURNS = range(2, 4)

MODELS = {
    "openai-chat": "thinker-1", "openai-responses": "gpt-5.5", "anthropic": "claude-sonnet-4-5",
    "gemini": "gemini-3-pro-preview"}


@dataclass(frozen=True)
class Loop:
    """One case: who talks to whom."""

    client: str
    before: str
    after: str
    stream: bool
    #: The protocol between two gateways; none where there is one.
    middle: str | None = None
    #: Whether the client asks to be shown no thoughts.
    hidden: bool = False

    @property
    def name(self) -> str:
        kind = "chain" if self.middle else "hidden" if self.hidden else "loop"
        words = [kind, self.client, *([self.middle] if self.middle else []), self.before, self.after]
        return ".".join([*words, "stream" if self.stream else "whole"])


def _loops() -> list[Loop]:
    """Every client protocol over every pair of upstream protocols, equal ones too."""
    loops = [
        Loop(client, before, after, stream)
        for client, before, after in itertools.product(PROTOCOLS, repeat=3) for stream in (False, True)]
    # Anthropic's clients are not told here: their thinking is hidden by the provider itself.
    loops += [
        Loop(client, before, after, stream, hidden=True)
        for client, before, after in itertools.product(("openai-responses", "gemini"), PROTOCOLS, PROTOCOLS)
        for stream in (False, True)]
    after = dict(zip(PROTOCOLS, PROTOCOLS[1:] + PROTOCOLS[:1], strict=True))
    loops += [
        Loop(client, before, after[before], True, middle=middle)
        for client, middle, before in itertools.product(PROTOCOLS, repeat=3)]
    return loops


def run(report: Report, binary: Path, directory: Path) -> None:
    """Every case that is asked for."""
    wanted = [loop for loop in _loops() if report.wants(loop.name)]
    if not wanted:
        return
    with contextlib.ExitStack() as stack:
        upstreams = {
            (place, protocol): stack.enter_context(ReasoningUpstream(f"{place}-{protocol}", protocol))
            for place in ("a", "b") for protocol in PROTOCOLS}
        gateway = Gateway(binary, directory / "loop")
        stack.callback(gateway.stop)
        for (place, protocol), upstream in upstreams.items():
            gateway.add_provider(
                f"{place}-{protocol}", protocol, upstream.base + BASE_PATHS[protocol], secrets.token_hex(8))
        gateway.route("default", f"a-openai-chat/{MODELS['openai-chat']}")
        gateway.serve()
        outer = Gateway(binary, directory / "outer")
        stack.callback(outer.stop)
        for protocol in PROTOCOLS:
            outer.add_provider(f"inner-{protocol}", protocol, gateway.base + BASE_PATHS[protocol], secrets.token_hex(8))
            outer.run("group", "add", f"over-{protocol}")
            outer.route("default", f"inner-{protocol}/any-model", group=f"over-{protocol}")
        outer.serve()
        for loop in wanted:
            with report.case(loop.name):
                pair = (upstreams["a", loop.before], upstreams["b", loop.after])
                for upstream in pair:
                    upstream.requests.clear()
                client = CLIENTS[loop.client](gateway.port, loop.stream, secrets.token_hex(8))
                client.hidden = loop.hidden
                if loop.middle:
                    client.port, client.prefix = outer.port, f"/oc/over-{loop.middle}"
                _loop(gateway, client, pair)
                refusals = [
                    f"turn {seen.turn} at {upstream.name}: {seen.refusal}"
                    for upstream in pair for seen in upstream.requests if seen.refusal]
                expect(not refusals, f"requests refused upstream and sent again: {refusals}")
        expect(gateway.server is not None and gateway.server.is_running(), "the gateway died")


def _loop(gateway: Gateway, client: LoopClient, pair: tuple[ReasoningUpstream, ReasoningUpstream]) -> None:
    upstream = pair[0]
    for turn in range(1, TURNS + 2):
        if turn in SWITCHES:
            upstream = pair[SWITCHES[turn]]
            gateway.route("default", f"{upstream.name}/{MODELS[upstream.protocol]}")
        try:
            client.ask("any-model")
        except Exception as error:
            refusals = [seen.refusal for one in pair for seen in one.requests if seen.refusal]
            error.args = (f"turn {turn} at {upstream.name}: {error}"
                          + (f" (refused upstream: {refusals[-1]})" if refusals else ""),)
            raise
        if turn > TURNS:
            expect_equal(client.text, f"all {TURNS} steps done", "the final text")
            return
        expect_equal(
            [arguments for _, arguments in client.calls], [upstream.arguments(turn)], f"calls of turn {turn}")
        if turn in (1, *FIRST_TURNS) and not client.hidden:
            expect_equal(client.reasoning.strip(), upstream.thought(turn), f"reasoning shown in turn {turn}")
        if turn in FIRST_TURNS:
            _check_state(turn, upstream.requests[-1])
        client.give([f"result {turn}"])


def _check_state(turn: int, seen: Seen) -> None:
    """All the state of a session that never changed provider came back."""
    expect(seen.thinks, f"turn {turn} asked for no reasoning")
    expect_equal(seen.own_states, turn - 1, f"states that came back in turn {turn}")
