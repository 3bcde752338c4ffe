"""Load on a server, what it cost, and medians over interleaved rounds."""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import payloads
from machine import LOAD_CORE, cpu_seconds, on_core, stolen_seconds

#: Work done after the last answer (records are written in batches) counts too.
SETTLING = 0.5
#: The widest a peer's rounds may spread for its row to count.
WIDEST_SPREAD = 0.15
#: The most that the host may take of the two cores' time in a round that counts, and how often one is tried again.
MOST_STOLEN, TRIES = 0.01, 4


@dataclass
class Settings:
    """How long a run takes, and where its things are."""

    tools: Path
    directory: Path
    rounds: int
    seconds: int
    connections: int = 16


@dataclass
class Call:
    """One request to one server."""

    port: int
    path: str
    protocol: str
    body: bytes
    streams: bool
    headers: dict[str, str] = field(default_factory=dict)

    def all_headers(self) -> dict[str, str]:
        version = {"anthropic-version": "2023-06-01"} if self.protocol == "anthropic" else {}
        key = {"anthropic": "x-api-key", "gemini": "x-goog-api-key"}.get(self.protocol)
        credential = {key: payloads.CLIENT_KEY} if key else {"authorization": f"Bearer {payloads.CLIENT_KEY}"}
        return {"content-type": "application/json", "user-agent": "bench/1"} | version | credential | self.headers

    def send(self) -> bytes:
        """The body of the answer, which must be a 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", self.path, self.body, self.all_headers())
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200:
            raise WrongAnswer(f"{self.path}: {answer.status} {body[:300]!r}")
        return body

    def raw(self) -> bytes:
        """The request as bytes, for the clients in C."""
        headers = {"host": f"127.0.0.1:{self.port}", **self.all_headers(), "content-length": str(len(self.body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {self.path} HTTP/1.1\r\n{lines}\r\n".encode() + self.body


class WrongAnswer(Exception):
    """A server answered something else than it must; nothing is measured then."""


def expect_said(call: Call, text: str, streams: bool | None = None) -> bytes:
    """Asks once and checks text and tokens of the answer."""
    body = call.send()
    said = payloads.said(call.protocol, body, call.streams if streams is None else streams)
    if said != (text, *payloads.USAGE):
        raise WrongAnswer(f"{call.path}: says {str(said)[:300]}, must be {text[:40]!r}… and {payloads.USAGE}")
    return body


def last_request(upstream_port: int) -> bytes:
    """The body of the request that the upstream has got last."""
    connection = http.client.HTTPConnection("127.0.0.1", upstream_port, timeout=10)
    connection.request("GET", "/last")
    body = connection.getresponse().read()
    connection.close()
    return body


@dataclass
class Sample:
    """One round of load."""

    cpu: float          # seconds of CPU of the server per request
    rate: float         # requests per second
    p50: float = 0      # µs
    p99: float = 0


def wrk(settings: Settings, call: Call, connections: int, seconds: int) -> dict[str, float]:
    """Load of wrk."""
    body = settings.directory / "wrk-body"
    body.write_bytes(call.body)
    headers = "\n".join(f"{name}: {value}" for name, value in call.all_headers().items())
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(Path(__file__).parent / "post.lua"),
               f"http://127.0.0.1:{call.port}{call.path}"]
    done = subprocess.run(
        on_core(LOAD_CORE, command), env=os.environ | {"BENCH_BODY": str(body), "BENCH_HEADERS": headers},
        capture_output=True, text=True, timeout=seconds + 60, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def loop(
    settings: Settings, call: Call, connections: int, milliseconds: int, answer: bytes | int | str,
) -> dict[str, float]:
    """Load of our own client, which compares each answer with `answer`, or its size; `any` takes all."""
    request = settings.directory / "load-request"
    request.write_bytes(call.raw())
    expected = str(answer)
    if isinstance(answer, bytes):
        file = settings.directory / "load-answer"
        file.write_bytes(answer)
        expected = str(file)
    done = subprocess.run(
        on_core(LOAD_CORE, [str(settings.tools / "load"), "loop", str(call.port), str(request), str(connections),
                            str(milliseconds), expected]),
        capture_output=True, text=True, timeout=milliseconds / 1000 + 60, check=False)
    if done.returncode != 0:
        raise WrongAnswer(f"{call.path}: {done.stderr}")
    return json.loads(done.stdout)


def sample(pid: int, load: Callable[[], dict[str, float]]) -> Sample:
    """What one round of load costs a server; one that the host disturbed is run again."""
    for _ in range(TRIES - 1):
        stolen, began = stolen_seconds(), time.monotonic()
        result = one_round(pid, load)
        if stolen_seconds() - stolen <= MOST_STOLEN * 2 * (time.monotonic() - began):
            return result
    return one_round(pid, load)


def one_round(pid: int, load: Callable[[], dict[str, float]]) -> Sample:
    """One round of load and what it cost."""
    before = cpu_seconds(pid)
    result = load()
    time.sleep(SETTLING)
    spent = cpu_seconds(pid) - before
    if result["wrong"] or not result["done"]:
        raise WrongAnswer(f"{result['wrong']:.0f} of {result['done']:.0f} answers are wrong")
    rate = result["done"] / result["seconds"]
    return Sample(spent / result["done"], rate, result.get("p50", 0), result.get("p99", 0))


@dataclass
class Series:
    """The rounds of one server."""

    samples: list[Sample] = field(default_factory=list)

    def median(self, what: str = "cpu") -> float:
        return statistics.median(getattr(each, what) for each in self.samples)

    def spread(self, what: str = "cpu") -> float:
        """Widest difference over the median."""
        values = [getattr(each, what) for each in self.samples]
        return (max(values) - min(values)) / statistics.median(values) if statistics.median(values) else 0


def interleaved(rounds: int, runs: dict[str, Callable[[], Sample]]) -> dict[str, Series]:
    """Every server once a round, after one round that does not count."""
    for run in runs.values():
        run()
    series = {name: Series() for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            series[name].samples.append(run())
    return series
