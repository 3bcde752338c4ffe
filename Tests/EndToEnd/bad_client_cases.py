"""Clients that break the rules."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket

import wire
from bench import BODY_LIMIT, Bench, is_answer, is_error, request_body
from processes import wait_until
from report import Report, expect, expect_equal
from wire import PROTOCOLS, Answer


def run(report: Report, bench: Bench) -> None:
    """Bodies in each protocol, then everything else a client can get wrong."""
    for protocol in PROTOCOLS:
        _bodies(report, bench, protocol)
    for name, check in (
        ("paths", _unknown_paths), ("methods", _methods), ("limits", _limits), ("codings", _codings),
        ("callers", _callers), ("key", _missing_key), ("failover", _failover),
        ("previous_response", _previous_response), ("raw", _raw_bytes), ("leaving", _leaving),
        ("own_listener", _own_listener), ("counting", _counting),
    ):
        if report.wants(f"bad_input.client.{name}"):
            with report.case(f"bad_input.client.{name}"):
                check(bench)


def _bodies(report: Report, bench: Bench, protocol: str) -> None:
    good = json.dumps(request_body(protocol, "fine", False)).encode()
    bodies: list[tuple[str, bytes]] = [
        ("malformed", b'{"model": "fine", '), ("empty", b""), ("array", b"[]"), ("text", b"hello"),
        ("invalid_utf8", good.replace(b"hi", b"h\xff")), ("nested", b"[" * 100_000),
        ("nested_inside", good[:-1] + b', "x": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}"),
        ("trailing", good + b" {}"),
        ("wrong_types", b'{"model": "fine", "messages": 7, "input": 7, "contents": 7, "max_tokens": "x"}'),
    ]
    if protocol != "gemini":
        bodies.append(("no_model", json.dumps({**request_body(protocol, "x", False), "model": None}).encode()))
    for upstream in sorted({protocol, "openai-chat", "anthropic"}):
        for kind, body in bodies:
            name = f"bad_input.client.body.{kind}.{protocol}.{upstream}"
            if not report.wants(name):
                continue
            if kind in ("wrong_types", "no_model") and upstream == protocol:
                continue  # well-formed, so the upstream's own business
            with report.case(name):
                answer = bench.send(name, protocol, "fine", False, f"to-{upstream}", True, body=body)
                is_error(400)(protocol, answer, False)


def _unknown_paths(bench: Bench) -> None:
    port = bench.gateway.port
    for protocol in PROTOCOLS:
        headers = wire.headers_of(protocol, "k")
        answer = wire.post(port, "/oc/nowhere" + wire.path_of(protocol, "fine", False),
                           request_body(protocol, "fine", False), headers)
        is_error(404, says="nowhere")(protocol, answer, False)
        answer = bench.send("unknown model", protocol, "nothing-known", False, "narrow", True)
        is_error(404, says="nothing-known")(protocol, answer, False)
        answer = bench.send("unknown provider", protocol, "nobody/model", False, "narrow", True)
        is_error(404)(protocol, answer, False)
    for path, protocol in (("/nothing/here", "openai-chat"), ("/v1/messages/nothing", "anthropic"),
                           ("/v1beta/models/m:nothing", "gemini"), ("/oc/default/v1/nothing", "openai-chat"),
                           ("/" + "x" * 6000, "openai-chat"), ("/%ff%00/../..", "openai-chat")):
        answer = wire.post(port, path, {}, wire.headers_of(protocol, "k"))
        is_error(404)(protocol, answer, False)


def _methods(bench: Bench) -> None:
    port = bench.gateway.port
    for protocol in PROTOCOLS:
        answer = wire.post(port, wire.path_of(protocol, "fine", False), None, wire.headers_of(protocol, "k"), "DELETE")
        is_error(404, 405)(protocol, answer, False)
    for path in ("/", "/v1/messages", "/oc/default/api/hello", "/v1beta/models", "/healthz"):
        answer = wire.post(port, path, None, {}, "HEAD")
        expect(answer.status < 500 and answer.body == b"", f"HEAD {path}: {answer.status}")
    upgrade = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
               "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}
    answer = wire.post(port, "/oc/default/v1/responses", None, upgrade, "GET")
    is_error(426)("openai-responses", answer, False)


def _limits(bench: Bench) -> None:
    for protocol in PROTOCOLS:
        body = request_body(protocol, "fine", False) | {"x": "y" * BODY_LIMIT}
        is_error(413, says="server.maxBodySize")(
            protocol, bench.send("body over the limit", protocol, "fine", False, "default", True, body=body), False)
    # Without a length, the limit is only met on the way.
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    raw = _exchange(bench, head + b"transfer-encoding: chunked\r\n\r\n" + chunk * 24 + b"0\r\n\r\n")
    expect(raw.startswith(b"HTTP/1.1 413 "), f"a chunked body over the limit: {raw[:80]!r}")
    raw = _exchange(bench, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-big: " + b"a" * 200_000 + b"\r\n\r\n")
    expect(raw == b"" or raw.split(b" ")[1][:1] == b"4", f"a header of 200 KB: {raw[:80]!r}")


def _codings(bench: Bench) -> None:
    good = json.dumps(request_body("openai-chat", "fine", False)).encode()

    def send(body: bytes, coding: str) -> Answer:
        return bench.send(
            f"coding {coding}", "openai-chat", "fine", False, "default", body=body,
            headers={"content-encoding": coding})

    answer = send(good, "compress")
    is_error(415)("openai-chat", answer, False)
    # Decoded within the limit or refused: both are right, silence is not.
    answer = send(gzip.compress(good), "gzip")
    if answer.status == 200:
        is_answer("openai-chat", answer, False)
        is_error(413)("openai-chat", send(gzip.compress(b" " * (BODY_LIMIT * 20)), "gzip"), False)
        is_error(400)("openai-chat", send(b"no gzip at all", "gzip"), False)
    else:
        is_error(415)("openai-chat", answer, False)


def _callers(bench: Bench) -> None:
    port = bench.gateway.port
    for protocol in PROTOCOLS:
        path, body = wire.path_of(protocol, "fine", False), request_body(protocol, "fine", False)
        for headers, setting in (
            ({"host": "evil.example"}, "server.allowedHosts"),
            ({"origin": "https://evil.example"}, "server.allowedOrigins"),
            ({"origin": "null"}, "server.allowedOrigins"),
        ):
            answer = wire.post(port, path, body, wire.headers_of(protocol) | headers)
            is_error(403, says=setting)(protocol, answer, False)
        answer = wire.post(port, path, body, wire.headers_of(protocol) | {"origin": "http://localhost:3000"})
        is_answer(protocol, answer, False)
    preflight = {"origin": "http://localhost:3000", "access-control-request-method": "POST",
                 "access-control-request-headers": "authorization"}
    answer = wire.post(port, "/v1/chat/completions", None, preflight, "OPTIONS")
    expect(answer.status in (200, 204) and "access-control-allow-methods" in answer.headers,
           f"preflight: {answer.status} {answer.headers}")
    answer = wire.post(port, "/v1/chat/completions", None, preflight | {"origin": "https://evil.example"}, "OPTIONS")
    expect_equal(answer.status, 403, "preflight of a foreign origin")


def _missing_key(bench: Bench) -> None:
    gateway = bench.gateway
    gateway.require_key()
    try:
        for protocol in PROTOCOLS:
            path, body = wire.path_of(protocol, "fine", False), request_body(protocol, "fine", False)
            for headers in (wire.headers_of(protocol), wire.headers_of(protocol, "wrong")):
                is_error(401)(protocol, wire.post(gateway.port, path, body, headers), False)
            for headers in (wire.headers_of(protocol, gateway.client_key),
                            wire.headers_of(protocol) | {"x-aor-key": gateway.client_key}):
                is_answer(protocol, wire.post(gateway.port, path, body, headers), False)
    finally:
        gateway.run("config", "unset", "server.key")
    sent = [value for upstream in bench.upstreams.values() for request in upstream.requests
            for value in request.headers.values()]
    expect(not any(gateway.client_key in value for value in sent), "the client's key was sent upstream")


def _failover(bench: Bench) -> None:
    for protocol in PROTOCOLS:
        answer = bench.send("unreachable", protocol, "unreachable", False, "narrow", True)
        is_error(502)(protocol, answer, False)
        for stream in (False, True):
            answer = bench.send("second", protocol, "second", stream, "narrow", False)
            is_answer(protocol, answer, stream)
            attempts = bench.gateway.log_row(answer.request_id)["attempts"]
            expect_equal([attempt["provider"] for attempt in attempts], ["refusing", "openai-chat"], "attempts")


def _previous_response(bench: Bench) -> None:
    for upstream in ("openai-chat", "anthropic", "gemini"):
        body = request_body("openai-responses", "fine", False) | {"previous_response_id": "resp_of_long_ago"}
        answer = bench.send("previous", "openai-responses", "fine", False, f"to-{upstream}", True, body=body)
        is_error(400)("openai-responses", answer, False)
        expect_equal(answer.json()["error"]["code"], "previous_response_not_found", "code")


def _exchange(bench: Bench, data: bytes) -> bytes:
    """Sends bytes as they are, reads until the other side closes or is silent."""
    with socket.create_connection(("127.0.0.1", bench.gateway.port), timeout=10) as connection:
        received = b""
        with contextlib.suppress(OSError):
            connection.sendall(data)
        connection.settimeout(2)
        with contextlib.suppress(OSError):
            while piece := connection.recv(65536):
                received += piece
        return received


def _raw_bytes(bench: Bench) -> None:
    for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\r\n" * 50, b"NONSENSE\r\n\r\n", b"\xff" * 3000,
                 b"GET / HTTP/9.9\r\n\r\n", b"POST /v1/messages HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
                 b"POST /v1/messages HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n",
                 b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"):
        raw = _exchange(bench, data)
        expect(raw == b"" or raw.startswith(b"HTTP/1.1 4") or raw.startswith(b"HTTP/1.0 4"),
               f"{data[:30]!r} was answered {raw[:80]!r}")
    request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
    raw = _exchange(bench, request + request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
    expect_equal(raw.count(b"HTTP/1.1 200"), 2, "answers to two requests in one piece")


def _leaving(bench: Bench) -> None:
    """A client that goes takes its upstream request with it, and is in the log."""
    port = bench.gateway.port
    head = (b"POST /oc/to-openai-chat/v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"
            b"content-type: application/json\r\n")
    with socket.create_connection(("127.0.0.1", port)) as connection:  # half a body
        connection.sendall(head + b"content-length: 1000\r\n\r\n{")
    body = json.dumps(request_body("openai-chat", "endless", True)).encode()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head + f"content-length: {len(body)}\r\n\r\n".encode() + body)
        expect(connection.recv(100).startswith(b"HTTP/1.1 200"), "the stream did not begin")
    expect(bench.upstreams["openai-chat"].saw_client_leave.wait(10), "the upstream request was not cancelled")
    wait_until("the row of the client that left", lambda: [
        row for row in bench.gateway.log_rows() if row["modelAsked"] == "endless" and row["errorKind"]])


def _own_listener(bench: Bench) -> None:
    gateway = bench.gateway
    gateway.run("group", "add", "mirror")
    gateway.run("provider", "add", "mirror", "--protocol", "openai-chat", "--base-url", f"{gateway.base}/oc/mirror/v1",
                "--auth", "none")
    gateway.route("default", "mirror/", group="mirror")
    for protocol in PROTOCOLS:
        before = len(gateway.log_rows())
        answer = bench.send("own listener", protocol, "anything", False, "mirror", True)
        expect(answer.status >= 400, f"status {answer.status}")
        wire.error_in(protocol, answer.json(), answer.status)
        gateway.log_row(answer.request_id)
        expect(len(gateway.log_rows()) <= before + 1, "the request went round")


def _counting(bench: Bench) -> None:
    """Where an upstream cannot count, a 404 in the client's own shape makes an agent estimate."""
    for protocol, path in (("anthropic", "/v1/messages/count_tokens"), ("gemini", "/v1beta/models/fine:countTokens")):
        body = request_body(protocol, "fine", False)
        body.pop("stream", None)
        answer = wire.post(bench.gateway.port, "/oc/to-openai-chat" + path, body, wire.headers_of(protocol))
        is_error(404)(protocol, answer, False)
