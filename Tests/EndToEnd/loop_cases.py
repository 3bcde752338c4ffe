"""A ten-turn tool loop with reasoning whose route changes provider at turns 4 and 8 goes on without an error."""

from __future__ import annotations

import contextlib
import itertools
import secrets
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


def run(report: Report, binary: Path, directory: Path) -> None:
    """Every client protocol, streaming and not, over every pair of upstream protocols, equal ones too."""
    combinations = [
        (client, before, after, stream)
        for client, before, after in itertools.product(PROTOCOLS, repeat=3) for stream in (False, True)]
    wanted = [one for one in combinations if report.wants(_name(*one))]
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
        for client, before, after, stream in wanted:
            with report.case(_name(client, before, after, stream)) as notes:
                pair = (upstreams["a", before], upstreams["b", after])
                for upstream in pair:
                    upstream.requests.clear()
                _loop(gateway, CLIENTS[client](gateway.port, stream, secrets.token_hex(8)), pair)
                refused = sum(seen.refusal is not None for upstream in pair for seen in upstream.requests)
                if refused:
                    notes.append(f"{refused} requests refused upstream and sent again")
        expect(gateway.server is not None and gateway.server.is_running(), "the gateway died")


def _name(client: str, before: str, after: str, stream: bool) -> str:
    return f"loop.{client}.{before}.{after}.{'stream' if stream else 'whole'}"


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
        if turn in (1, *FIRST_TURNS):
            expect_equal(client.reasoning.strip(), upstream.thought(turn), f"reasoning shown in turn {turn}")
        if turn in FIRST_TURNS:
            _check_state(turn, upstream.requests[-1])
        client.give([f"result {turn}"])


def _check_state(turn: int, seen: Seen) -> None:
    """All the state of a session that never changed provider came back."""
    expect(seen.thinks, f"turn {turn} asked for no reasoning")
    expect_equal(seen.own_states, turn - 1, f"states that came back in turn {turn}")
