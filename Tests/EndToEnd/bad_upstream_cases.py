"""Upstreams that break the rules, for every pair of protocols."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench import Bench, Check, is_answer, is_answer_ended_once, is_error, is_relayed, is_stream_error
from report import Report, expect
from wire import PROTOCOLS


@dataclass(frozen=True)
class Misbehaviour:
    """One row of the table: the model's name tells the upstream what to do."""

    model: str
    check: Check
    streams: tuple[bool, ...] = (False, True)
    #: For a client of the upstream's own protocol, whose streams are relayed byte by byte; nil is `check`.
    relayed: Check | None = None

    def expectation(self, client: str, upstream: str) -> Check:
        return self.relayed if self.relayed is not None and client == upstream else self.check


TABLE = [
    Misbehaviour("fine", is_answer),
    Misbehaviour("html-200", is_error(502)),
    Misbehaviour("html-502", is_error(502)),
    Misbehaviour("garbage", is_error(502)),
    Misbehaviour("bad-utf8", is_error(502), (False,)),
    Misbehaviour("empty", is_error(502)),
    Misbehaviour("close", is_error(502)),
    Misbehaviour("hang", is_error(504)),
    Misbehaviour("half-body", is_error(502), (False,)),
    Misbehaviour("cut", is_stream_error, (True,)),
    Misbehaviour("end-without-terminal", is_stream_error, (True,)),
    Misbehaviour("idle", is_stream_error, (True,)),
    Misbehaviour("garbage-inside", is_stream_error, (True,), relayed=is_relayed),
    Misbehaviour("error-first", is_error(500, 503, 529, says="scripted overload"), (True,)),
    Misbehaviour("error-inside", is_stream_error, (True,)),
    Misbehaviour("stream-to-whole", is_answer, (False,)),
    Misbehaviour("whole-to-stream", is_answer, (True,)),
    Misbehaviour("double-end", is_answer_ended_once, (True,), relayed=is_answer),
    Misbehaviour("no-usage", is_answer),
    Misbehaviour("redirect", is_error(502)),
    Misbehaviour("too-many", is_error(429, says="slow down", retry_after="7")),
    Misbehaviour("echo-token", is_error(401, says="invalid credential")),
    Misbehaviour("zipped", is_answer, (False,)),
]


def run(report: Report, bench: Bench) -> None:
    """The table over every pair of protocols."""
    jobs = [
        (f"bad_input.{row.model}.{client}.{upstream}.{'stream' if stream else 'whole'}", row, client, upstream, stream)
        for row in TABLE for client in PROTOCOLS for upstream in PROTOCOLS for stream in row.streams]

    def one(name: str, row: Misbehaviour, client: str, upstream: str, stream: bool) -> None:
        with report.case(name):
            check = row.expectation(client, upstream)
            fails = check not in (is_answer, is_answer_ended_once, is_relayed)
            answer = bench.send(name, client, row.model, stream, f"to-{upstream}", fails)
            expect(bench.token.encode() not in answer.body, "the provider's token is in the answer")
            check(client, answer, stream)

    # Those that wait for a time-out wait side by side.
    with ThreadPoolExecutor(max_workers=8) as pool:
        for outcome in [pool.submit(one, *job) for job in jobs if report.wants(job[0])]:
            outcome.result()
