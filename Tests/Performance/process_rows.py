"""Rows about the process: memory, a thousand streams, start-up, size."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from http_rows import Setup
from machine import LOAD_CORE, PROXY_CORE, Unavailable, on_core, resident_bytes
from measuring import Call, WrongAnswer, loop
from rows import Row, mebibytes, micro, missing, ratio
from servers import Process, free_port

STREAMS = 1000
#: Stripped, an empty program that links the same packages (see `empty`): measured once, Swift 6.3.1, x86-64 Linux.
EMPTY_PROGRAM = 69.8e6


def _paced(setup: Setup, call: Call, seconds: int) -> dict[str, float]:
    request = setup.settings.directory / "load-request"
    request.write_bytes(call.raw())
    done = subprocess.run(
        on_core(LOAD_CORE, [str(setup.settings.tools / "load"), "paced", str(call.port), str(request), str(STREAMS),
                            str(seconds * 10)]),
        capture_output=True, text=True, timeout=seconds + 60, check=False)
    if done.returncode != 0:
        raise WrongAnswer(f"{call.path}: {done.stderr}")
    return json.loads(done.stdout)


class _Watch(threading.Thread):
    """The most memory a process has while this runs."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.most = 0
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(0.5):
            self.most = max(self.most, resident_bytes(self.pid))


def paced(setup: Setup, seconds: int) -> Iterator[Row]:
    """A thousand streams at once, translated: Chat from the provider, Anthropic for the client."""
    work = f"{STREAMS:,} paced streams, 10 chunks/s each, {seconds} s, openai-chat for anthropic"
    direct = _paced(setup, setup.raw(setup.upstream.port, "paced", "openai-chat", 2000), seconds)
    if direct["wrong"]:
        raise WrongAnswer(f"paced streams with no proxy: {direct}")
    try:
        relayed = _paced(setup, setup.raw(setup.nginx.port, "paced", "openai-chat", 2000), seconds)
    except Unavailable:
        relayed = None
    server = setup.gateway.serve()
    try:
        call = replace(setup.to_gateway("anthropic", "paced", "openai-chat", 2000), port=server.port)
        time.sleep(1)
        idle = resident_bytes(server.pid)
        watch = _Watch(server.pid)
        watch.start()
        ours = _paced(setup, call, seconds)
        watch.is_over.set()
        watch.join()
    finally:
        server.stop()
    each = (watch.most - idle) / STREAMS
    lost = STREAMS * seconds * 10 - ours["marks"] + ours["disordered"]
    yield Row("paced", work, "(resident − idle) / 1,000", 48 * 1024, each, goal="≤ 48 KiB",
              shown=f"{each / 1024:.1f} KiB", detail=f"idle {mebibytes(idle)}, at most {mebibytes(watch.most)}")
    yield Row("paced", work, "chunks lost or out of order", 0, lost + ours["wrong"], goal="0",
              shown=f"{lost:.0f}", detail=f"{ours['marks']:,} came; {ours['wrong']} of {STREAMS} streams wrong")
    times = "; ".join(
        f"{name} p50 {result['p50'] / 1e3:.2f}, p99 {result['p99'] / 1e3:.2f}, at most {result['max'] / 1e3:.1f} ms"
        for name, result in (("direct", direct), ("nginx", relayed), ("aor", ours)) if result)
    added = (ours["p99"] - direct["p99"]) / 1e6
    yield Row("paced", work, "p99 added delay of a chunk", 10e-3, added, goal="≤ 10 ms",
              shown=f"{added * 1e3:.2f} ms", detail=times)


def resident(setup: Setup, seconds: int, streaming: int) -> Iterator[Row]:
    """The gateway that did all the rows before, and a thousand streams at once, after a pause."""
    ours = _paced(setup, setup.to_gateway("anthropic", "paced", "openai-chat", 2000), streaming)
    if ours["wrong"]:
        raise WrongAnswer(f"paced streams before the pause: {ours}")
    for upstream in ("openai-chat", "anthropic"):
        call = setup.to_gateway("openai-chat", "burst", upstream, 100_000)
        loop(setup.settings, call, 64, 2000, 0)
    loaded = resident_bytes(setup.aor.pid)
    time.sleep(seconds)
    figure = resident_bytes(setup.aor.pid)
    yield Row("resident", f"{seconds} s after all of it", "resident memory", 48 * (1 << 20), figure, goal="≤ 48 MiB",
              shown=mebibytes(figure), detail=f"{mebibytes(loaded)} right after load")


def startup(setup: Setup) -> Iterator[Row]:
    """From exec to the first answer of a request that goes to the provider."""
    port = free_port()
    call = replace(setup.to_gateway("openai-chat", "whole", "openai-chat", 2000), port=port)
    request = setup.settings.directory / "start-request"
    request.write_bytes(call.raw())
    times = _spawn(setup, "serve", 5 * setup.settings.rounds,
                   [str(port), str(request), str(setup.gateway.binary), "serve", "--port", str(port)])
    middle = statistics.median(times)
    yield Row("startup", "exec to first answered request of `aor serve`", "wall", 40e-3, middle, goal="≤ 40 ms",
              shown=f"{middle * 1e3:.1f} ms",
              detail=f"{len(times)} starts, {min(times) * 1e3:.1f} to {max(times) * 1e3:.1f} ms; asked every 0.1 ms")


def _spawn(setup: Setup, what: str, count: int, arguments: list[str]) -> list[float]:
    done = subprocess.run(
        on_core(PROXY_CORE, [str(setup.settings.tools / "spawn"), what, str(count), *arguments]),
        env=setup.gateway.environment, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise WrongAnswer(done.stderr)
    return [int(line) / 1e9 for line in done.stdout.split()]


def commands(setup: Setup) -> Iterator[Row]:
    """Commands that need no network, against the distribution's `curl --version`."""
    part, measure = "commands", "wall against `curl --version`"
    have = len(json.loads(setup.gateway.run("provider", "list", "--json")))
    for number in range(have, 50):
        setup.gateway.run("provider", "add", f"more-{number}", "--protocol", "openai-chat", "--base-url",
                          f"https://more-{number}.example/v1", "--token-stdin", stdin="sk-0\n")
        setup.gateway.run("route", "set", f"model-{number}", f"more-{number}/model")
    aor = str(setup.gateway.binary)
    programs = {"aor --version": [aor, "--version"], "aor route list": [aor, "route", "list"]}
    if shutil.which("curl") is None:
        yield missing(part, "commands", measure, "≤ 1×", "curl is not installed")
        return
    programs["curl --version"] = ["curl", "--version"]
    medians: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(setup.settings.rounds + 1):
        for name, command in programs.items():
            times = _spawn(setup, "run", 20, command)
            if number:
                medians[name].append(statistics.median(times))
    middle = {name: statistics.median(values) for name, values in medians.items()}
    peer = medians["curl --version"]
    spread = (max(peer) - min(peer)) / middle["curl --version"]
    for name in ("aor --version", "aor route list"):
        yield ratio(part, f"`{name}`" + (", 50 providers" if name == "aor route list" else ""), measure, 1,
                    middle[name], middle["curl --version"], spread,
                    f"aor {micro(middle[name])}, curl {micro(middle['curl --version'])}")


def size(setup: Setup, builds_empty: bool) -> Iterator[Row]:
    """The stripped binary beside an empty program that links the same packages."""
    stripped = setup.settings.directory / "aor-stripped"
    ours = _stripped_size(setup.gateway.binary, stripped)
    empty, source = EMPTY_PROGRAM, "measured once before"
    if builds_empty:
        package = Path(__file__).parent / "Empty"
        scratch = setup.cache / "empty"
        command = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--package-path", str(package),
                   "--scratch-path", str(scratch)]
        subprocess.run(command, check=True, stdout=sys.stderr)
        empty, source = _stripped_size(scratch / "release" / "Empty", stripped), "built in this run"
    added = ours - empty
    yield Row("size", "stripped release binary", "over an empty program with the same packages", 15e6, added,
              goal="≤ +15 MB", shown=f"{added / 1e6:+.1f} MB",
              detail=f"aor {ours / 1e6:.1f} MB, empty program {empty / 1e6:.1f} MB ({source})")


def _stripped_size(binary: Path, to: Path) -> int:
    subprocess.run(["strip", "-o", str(to), str(binary)], check=True)
    size = os.path.getsize(to)
    to.unlink()
    return size


def dropped_records(server: Process) -> int:
    """How many records the gateway says it could not keep."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=10) as answer:
        found = re.search(rb"^aor_records_dropped_total (\d+)", answer.read(), re.MULTILINE)
    return int(found.group(1)) if found else 0
