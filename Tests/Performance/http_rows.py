"""Rows that compare what requests cost: verbatim, translated, in a burst, alone, on two loops."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import payloads
from machine import Unavailable
from measuring import (
    Call, Sample, Series, Settings, WrongAnswer, expect_said, interleaved, last_request, loop, sample, wrk)
from payloads import PROTOCOLS, path_of
from rows import Row, micro, missing, ratio
from servers import Gateway, LiteLLM, Process, nginx

PAIRS = [(client, upstream) for client in PROTOCOLS for upstream in PROTOCOLS if client != upstream]


class Setup:
    """The servers of a run; each peer is started when a row first wants it."""

    def __init__(self, settings: Settings, upstream: Process, gateway: Gateway, cache) -> None:  # noqa: ANN001
        self.settings = settings
        self.upstream = upstream
        self.gateway = gateway
        self.cache = cache
        self.aor = gateway.serve()
        self._servers: dict[str, Process] = {}
        self.versions: dict[str, str] = {}

    @property
    def nginx(self) -> Process:
        return self._get("nginx", lambda: nginx(self.settings.directory, self.upstream.port))

    @property
    def litellm(self) -> Process:
        def start() -> Process:
            proxy = LiteLLM(self.cache)
            self.versions["LiteLLM"] = proxy.version
            return proxy.serve(self.settings.directory / "litellm", self.upstream.port)
        return self._get("litellm", start)

    def _get(self, name: str, start: Callable[[], Process]) -> Process:
        if name not in self._servers:
            self._servers[name] = start()
        return self._servers[name]

    def stop(self, name: str) -> None:
        if name in self._servers:
            self._servers.pop(name).stop()

    def close(self) -> None:
        for server in [self.aor, *self._servers.values()]:
            server.stop()

    # Calls

    def to_gateway(self, client: str, mode: str, upstream: str, size: int) -> Call:
        """A request of a client's to the gateway, routed to an upstream's protocol."""
        model = f"bench-{mode}-{upstream}"
        streams = mode != "whole"
        return Call(self.aor.port, path_of(client, model, streams), client,
                    payloads.request(client, model, size, streams), streams)

    def raw(self, port: int, mode: str, protocol: str, size: int) -> Call:
        """The same request in the upstream's protocol, to the upstream or to nginx before it."""
        model = f"bench-{mode}-{protocol}"
        streams = mode != "whole"
        path = f"/{mode}{payloads.BASE_PATHS[protocol]}" + path_of(protocol, model, streams).removeprefix(
            payloads.BASE_PATHS[protocol])
        return Call(port, path, protocol, payloads.request(protocol, model, size, streams), streams)

    # Rounds

    def wrk_round(self, server: Process, call: Call, connections: int | None = None) -> Sample:
        settings = self.settings
        return sample(server.pid, lambda: wrk(settings, call, connections or settings.connections, settings.seconds))

    def loop_round(self, server: Process, call: Call, answer: bytes | int, connections: int | None = None) -> Sample:
        settings = self.settings
        return sample(server.pid, lambda: loop(
            settings, call, connections or settings.connections, settings.seconds * 1000, answer))

    # Checks

    def check_verbatim(self, call: Call, mode: str) -> bytes:
        """The answer is the upstream's, byte for byte, and the request is the client's but for the model."""
        expected = self.raw(self.upstream.port, mode, call.protocol, 2000).send()
        answer = call.send()
        if answer != expected:
            raise WrongAnswer(f"{call.path}: not the upstream's bytes")
        asked = f"bench-{mode}-{call.protocol}".encode()
        sent = last_request(self.upstream.port)
        if sent != call.body and sent != call.body.replace(b'"' + asked + b'"', b'"bench-model"', 1):
            raise WrongAnswer(f"{call.path}: the request is not the client's: {sent[:200]!r}")
        return expected

    def check_translated_request(self, call: Call, upstream: str) -> None:
        """What the upstream got says what the client said."""
        expect_said(call, "".join(payloads.texts(160)))
        sent = json.dumps(json.loads(last_request(self.upstream.port)))
        reference = json.loads(payloads.request(upstream, "m", len(call.body), call.streams))
        tools = reference.get("tools", [])
        names = [f"tool_{number}" for number in range(30)] if tools else []
        absent = [name for name in names if f'"{name}"' not in sent]
        wanted = ['"?', *(["I read file 9 now.", "let value19 = try read"] if names else [])]
        if absent or any(words not in sent for words in wanted):
            raise WrongAnswer(f"{call.path}: the upstream was not told all of it ({absent})")


def against_nginx(setup: Setup, part: str, work: str, mode: str, size: int, limit: float) -> Iterator[Row]:
    """One protocol (Chat), by way of the gateway and of nginx; and with no proxy, for the record."""
    measure = "CPU per stream against nginx" if mode == "burst" else "CPU per request against nginx"
    protocol = "openai-chat"
    ours = setup.to_gateway(protocol, mode, protocol, size)
    answer = setup.check_verbatim(ours, mode)
    direct = setup.raw(setup.upstream.port, mode, protocol, size)

    def round_of(server: Process, call: Call) -> Callable[[], Sample]:
        if mode == "burst":
            return partial(setup.loop_round, server, call, answer)
        return partial(setup.wrk_round, server, call)

    runs = {"aor": round_of(setup.aor, ours), "direct": round_of(setup.upstream, direct)}
    try:
        theirs = replace(direct, port=setup.nginx.port)
        setup.check_verbatim(theirs, mode)
        runs["nginx"] = round_of(setup.nginx, theirs)
    except Unavailable as error:
        yield missing(part, work, measure, f"≤ {limit:g}×", str(error))
        return
    series = interleaved(setup.settings.rounds, runs)
    setup.check_verbatim(ours, mode)
    yield ratio(part, work, measure, limit, series["aor"].median(), series["nginx"].median(), series["nginx"].spread(),
                costs(series))


def costs(series: dict[str, Series]) -> str:
    """CPU and rate of each; without a proxy, CPU is the fake upstream's."""
    return "; ".join(
        f"{name} {micro(each.median())} ±{each.spread() * 50:.0f} % ({each.median('rate'):,.0f}/s)"
        for name, each in series.items())


def translate_stream(setup: Setup) -> Iterator[Row]:
    """Each pair of protocols against nginx relaying the upstream's stream."""
    part, measure = "translate-stream", "CPU per stream against nginx relaying it raw"
    text = "".join(payloads.texts())
    for upstream in PROTOCOLS:
        clients = [client for client in PROTOCOLS if client != upstream]
        runs: dict[str, Callable[[], Sample]] = {}
        raw = setup.raw(setup.upstream.port, "burst", upstream, 2000)
        calls = {client: setup.to_gateway(client, "burst", upstream, 2000) for client in clients}
        for client, call in calls.items():
            runs[client] = partial(setup.loop_round, setup.aor, call, len(expect_said(call, text)))
        try:
            relayed = replace(raw, port=setup.nginx.port)
            answer = setup.check_verbatim(relayed, "burst")
            runs["nginx"] = partial(setup.loop_round, setup.nginx, relayed, answer)
        except Unavailable as error:
            yield missing(part, f"stream for {upstream}", measure, "≤ 3×", str(error))
            continue
        series = interleaved(setup.settings.rounds, runs)
        for client, call in calls.items():
            expect_said(call, text)
            yield ratio(
                part, f"stream, {upstream} for {client}", measure, 3, series[client].median(),
                series["nginx"].median(), series["nginx"].spread(),
                costs({"aor": series[client], "nginx": series["nginx"]}))


def translate_request(setup: Setup) -> Iterator[Row]:
    """An agent's request of 100 KB, what its translation adds to the gateway's own verbatim way."""
    for client in PROTOCOLS:
        same = setup.to_gateway(client, "whole", client, 100_000)
        setup.check_verbatim(same, "whole")
        runs: dict[str, Callable[[], Sample]] = {"verbatim": partial(setup.wrk_round, setup.aor, same)}
        for upstream in PROTOCOLS:
            if upstream == client:
                continue
            call = setup.to_gateway(client, "whole", upstream, 100_000)
            setup.check_translated_request(call, upstream)
            runs[upstream] = partial(setup.wrk_round, setup.aor, call)
        series = interleaved(setup.settings.rounds, runs)
        verbatim = series.pop("verbatim")
        for upstream, each in series.items():
            added = each.median() - verbatim.median()
            yield Row(
                "translate-request", f"100 KB request, {client} to {upstream}", "CPU added over the verbatim path",
                1e-3, added, goal="≤ 1 ms", shown=micro(added), spread=verbatim.spread(),
                detail=costs({"translated": each, "verbatim": verbatim}))


def against_litellm(setup: Setup) -> Iterator[Row]:
    """The same work by LiteLLM; the ratio is ours over theirs."""
    measure = "CPU against LiteLLM"
    try:
        peer = setup.litellm
    except Unavailable as error:
        yield missing("litellm", "any of these", measure, "≤ 1/100", str(error))
        return
    works = [("2 KB request, Chat", "whole", "openai-chat", 2000),
             ("100 KB request, Chat", "whole", "openai-chat", 100_000),
             ("stream of 200, Chat", "burst", "openai-chat", 2000),
             ("stream of 200, anthropic for openai-chat", "burst", "anthropic", 2000),
             ("100 KB request, openai-chat to anthropic", "whole", "anthropic", 100_000)]
    for work, mode, upstream, size in works:
        ours = setup.to_gateway("openai-chat", mode, upstream, size)
        theirs = replace(ours, port=peer.port)
        text = "".join(payloads.texts(160 if mode == "whole" else payloads.CHUNKS))
        expect_said(ours, text)
        expect_said(theirs, text)
        milliseconds = setup.settings.seconds * 1000
        runs = {
            name: partial(_litellm_round, setup, server, call, milliseconds)
            for name, server, call in (("aor", setup.aor, ours), ("LiteLLM", peer, theirs))}
        series = interleaved(setup.settings.rounds, runs)
        figure = series["aor"].median() / series["LiteLLM"].median()
        yield Row("litellm", work, measure, 1 / 100, figure, goal="≤ 1/100", shown=f"1/{1 / figure:,.0f}",
                  spread=series["LiteLLM"].spread(), detail=costs(series))


def _litellm_round(setup: Setup, server: Process, call: Call, milliseconds: int) -> Sample:
    # LiteLLM cuts its streams anew each time, so that sizes tell nothing.
    return sample(server.pid, lambda: loop(setup.settings, call, 4, milliseconds, "any"))


def latency(setup: Setup) -> Iterator[Row]:
    """One client, one connection: what the way through adds to the median."""
    part, work, measure = "latency", "one keep-alive client, 2 KB", "p50 added latency against nginx's"
    direct = setup.raw(setup.upstream.port, "whole", "openai-chat", 2000)
    ours = setup.to_gateway("openai-chat", "whole", "openai-chat", 2000)
    try:
        theirs = replace(direct, port=setup.nginx.port)
        server = setup.nginx
    except Unavailable as error:
        yield missing(part, work, measure, "≤ 1.3×", str(error))
        return
    setup.check_verbatim(ours, "whole")
    series = interleaved(setup.settings.rounds, {
        "direct": partial(setup.wrk_round, setup.upstream, direct, 1),
        "nginx": partial(setup.wrk_round, server, theirs, 1), "aor": partial(setup.wrk_round, setup.aor, ours, 1)})
    base = series["direct"].median("p50")
    times = "; ".join(f"{name} p50 {each.median('p50'):.0f} µs, p99 {each.median('p99'):.0f} µs" for name, each in
                      series.items())
    yield ratio(part, work, measure, 1.3, series["aor"].median("p50") - base, series["nginx"].median("p50") - base,
                series["nginx"].spread("p50"), times)


def loops(setup: Setup) -> Iterator[Row]:
    """One loop on a core of its own against a loop a core; load shares the cores then."""
    part, work, measure = "loops", "two event loops, 2 KB", "CPU per request against one loop"
    ours = setup.to_gateway("openai-chat", "whole", "openai-chat", 2000)
    wide = setup.gateway.serve(core=None)
    runs = {"one": partial(setup.wrk_round, setup.aor, ours, 32),
            "two": partial(setup.wrk_round, wide, replace(ours, port=wide.port), 32)}
    servers = [wide]
    try:
        peers = {1: setup.nginx, 2: nginx(setup.settings.directory, setup.upstream.port, workers=2)}
        servers.append(peers[2])
        for workers, server in peers.items():
            call = setup.raw(server.port, "whole", "openai-chat", 2000)
            runs[f"nginx × {workers}"] = partial(setup.wrk_round, server, call, 32)
    except Unavailable:
        pass
    try:
        series = interleaved(setup.settings.rounds, runs)
    finally:
        for server in servers:
            server.stop()
    yield ratio(part, work, measure, 1.15, series["two"].median(), series["one"].median(), series["one"].spread(),
                costs(series))
