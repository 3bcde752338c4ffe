"""Upstreams and clients that break the rules: a clear error in the client's own protocol, a log row, no crash."""

from __future__ import annotations

import contextlib
import secrets
import socket
from pathlib import Path

import bad_client_cases
import bad_upstream_cases
import wire
from bench import BODY_LIMIT, Bench, is_error, request_body
from gateway import Gateway
from misbehaving_upstream import MisbehavingUpstream
from processes import wait_until
from report import Report, expect, expect_equal
from wire import BASE_PATHS, PROTOCOLS


def run(report: Report, binary: Path, directory: Path) -> None:
    """The table over every pair of protocols, then the clients' side."""
    if report.wants("bad_input.no_provider"):
        _without_provider(report, binary, directory)
    with contextlib.ExitStack() as stack:
        upstreams = {protocol: stack.enter_context(MisbehavingUpstream(protocol)) for protocol in PROTOCOLS}
        gateway = Gateway(binary, directory / "bad-input")
        stack.callback(gateway.stop)
        bench = Bench(gateway, upstreams, f"planted-token-{secrets.token_hex(16)}")
        with report.case("bad_input.starts"):
            _configure(bench)
        if not gateway.base:
            return
        bad_upstream_cases.run(report, bench)
        bad_client_cases.run(report, bench)
        _aftermath(report, bench)


def _configure(bench: Bench) -> None:
    gateway = bench.gateway
    gateway.setting("timeouts.firstByte", "0.7")
    gateway.setting("timeouts.firstByteStreaming", "0.7")
    gateway.setting("timeouts.idle", "0.7")
    gateway.setting("server.maxBodySize", str(BODY_LIMIT))
    gateway.setting("logging.captureBody", "true")
    for protocol, upstream in bench.upstreams.items():
        gateway.add_provider(protocol, protocol, upstream.base + BASE_PATHS[protocol], bench.token)
        gateway.run("group", "add", f"to-{protocol}")
        gateway.route("default", f"{protocol}/", group=f"to-{protocol}")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    gateway.add_provider("refusing", "openai-chat", f"http://127.0.0.1:{port}/v1", bench.token)
    gateway.run("group", "add", "narrow")
    gateway.route("=known", "openai-chat/fine", group="narrow")
    gateway.route("=unreachable", "refusing/", group="narrow")
    gateway.route("=second", "refusing/", "openai-chat/fine", group="narrow")
    gateway.route("default", "openai-chat/fine")
    gateway.serve()


def _without_provider(report: Report, binary: Path, directory: Path) -> None:
    gateway = Gateway(binary, directory / "no-provider")
    try:
        with report.case("bad_input.no_provider"):
            gateway.serve()
            for protocol in PROTOCOLS:
                answer = wire.post(
                    gateway.port, wire.path_of(protocol, "fine", False), request_body(protocol, "fine", False),
                    wire.headers_of(protocol))
                is_error(503, says="aor provider add")(protocol, answer, False)
                expect("aor route set" in answer.body.decode(), "the second command is missing")
            expect("aor provider add" in gateway.server.output(), "the commands are not printed at start")
    finally:
        gateway.stop()


def _aftermath(report: Report, bench: Bench) -> None:
    gateway = bench.gateway
    with report.case("bad_input.survives"):
        expect(gateway.server is not None and gateway.server.is_running(), "the gateway died")
        expect_equal(wire.post(gateway.port, "/healthz", None, {}, "GET").status, 200, "/healthz")
    with report.case("bad_input.every_exchange_is_logged"):
        rows = wait_until("the rows of all exchanges", lambda: _rows_if_all(bench))
        wrong = []
        for identifier, (case, status, fails) in bench.answered.items():
            row = rows[identifier]
            if row["status"] != status or (row["errorKind"] is not None) != fails:
                wrong.append(f"{case}: answered {status}, logged {row['status']} {row['errorKind']}")
        expect_equal(wrong[:5], [], f"{len(wrong)} rows that tell another story")
    with report.case("bad_input.redirects_are_not_followed"):
        stolen = [request.path for upstream in bench.upstreams.values() for request in upstream.requests
                  if request.path.startswith("/stolen")]
        expect_equal(stolen, [], "requests to the redirect's target")
    with report.case("bad_input.no_secret_in_clear"):
        expect_equal(gateway.places_in_clear(bench.token), [], "places of the provider's token")
        expect_equal(gateway.places_in_clear(gateway.client_key), [], "places of the server key")


def _rows_if_all(bench: Bench) -> dict[str, dict] | None:
    rows = {row["id"]: row for row in bench.gateway.log_rows()}
    return rows if all(identifier in rows for identifier in bench.answered) else None
