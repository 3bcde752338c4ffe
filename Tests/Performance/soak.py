#!/usr/bin/env python3
"""A soak of `aor serve`: mixed load of good and bad clients over good and bad providers, while routes change.

    Tests/Performance/soak.py --aor .build/release/aor --minutes 10

What must hold: every right provider's answer comes whole and right, and nothing else than a provider's own fault comes
to a 5xx; every exchange whose answer began is in the log, once; memory and descriptors do not grow; in the end no
exchange is under way, descriptors are what they were, and the gateway ends in order.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import payloads
from servers import Gateway, Process
from soak_client import Client, Tally
from soak_upstream import Kind
from soak_watch import Watch

HERE = Path(__file__).parent
#: Clients at once.
CLIENTS = 24
#: The gateway's time-outs for providers that stall, in seconds.
TIME_OUTS = {"timeouts.firstByte": "1", "timeouts.firstByteStreaming": "1", "timeouts.idle": "1"}
#: Growth over the second half that is still flat: memory against its mean there, and descriptors.
FLAT_MEMORY, FLAT_DESCRIPTORS = 0.05, 12
#: The same for runs too short to be flat: what is left is a leak in every request.
SHORT = 180
SHORT_MEMORY, SHORT_DESCRIPTORS = 1.0, 60
#: Seconds until all that is under way must have ended, clients gone or not: more than any time-out of the gateway's.
SETTLING = 30


class Soaked(Gateway):
    """A gateway with a provider for each protocol and kind of fault."""

    def __init__(self, binary: Path, directory: Path, upstream_port: int) -> None:
        self.binary, self.directory = binary, directory
        directory.mkdir(parents=True, exist_ok=True)
        self.environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(directory),
                            "AOR_HOME": str(directory / "home")}
        for name, value in TIME_OUTS.items():
            self.run("config", "set", name, value)
        # Every record is counted in the end.
        self.run("config", "set", "logging.maxSize", "0")
        for protocol in payloads.PROTOCOLS:
            for kind in Kind:
                base = f"http://127.0.0.1:{upstream_port}/{kind}{payloads.BASE_PATHS[protocol]}"
                self.run("provider", "add", f"{kind}-{protocol}", "--protocol", protocol, "--base-url", base,
                         "--token-stdin", stdin="sk-soak-0123456789\n")
                self.run("route", "set", f"soak-{kind}-{protocol}", f"{kind}-{protocol}/bench-model")
            self.run("route", "set", f"soak-fallback-{protocol}", f"failing-{protocol}/bench-model",
                     f"good-{protocol}/bench-model")
            self.change(protocol, protocol)

    def change(self, route: str, provider: str) -> None:
        self.run("route", "set", f"soak-changing-{route}", f"good-{provider}/bench-model")


async def change_routes(gateway: Soaked, chance: random.Random, is_over: asyncio.Event) -> int:
    """Another provider, of another protocol, for one of the routes in use, once a second."""
    changes = 0
    while not is_over.is_set():
        await asyncio.sleep(1)
        await asyncio.to_thread(gateway.change, chance.choice(payloads.PROTOCOLS), chance.choice(payloads.PROTOCOLS))
        changes += 1
    return changes


async def look(watch: Watch, server: Process, is_over: asyncio.Event) -> None:
    """A look a second."""
    # A process that has just ended is noticed by `wait_until_over`, which ends all in order.
    with contextlib.suppress(OSError):
        while not is_over.is_set() and server.process.poll() is None:
            watch.look()
            await asyncio.sleep(1)


async def wait_until_over(server: Process, seconds: float, is_over: asyncio.Event) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.process.poll() is None:
        await asyncio.sleep(0.2)
    is_over.set()


async def load(gateway: Soaked, server: Process, watch: Watch, tally: Tally, options: argparse.Namespace) -> int:
    """All clients until the time is over; how often routes changed."""
    chance = random.Random(options.seed)
    await warm_up(server.port, tally)
    await settle(watch, 0)
    watch.before = watch.descriptors()
    is_over = asyncio.Event()
    clients = [Client(server.port, tally, random.Random(chance.random())) for _ in range(CLIENTS)]
    _, changes, *_ = await asyncio.gather(
        wait_until_over(server, options.minutes * 60, is_over), change_routes(gateway, chance, is_over),
        look(watch, server, is_over), *(client.run(is_over) for client in clients))
    if server.process.poll() is None:
        await settle(watch, watch.before)
    return changes


async def warm_up(port: int, tally: Tally) -> None:
    """What is opened at first use and kept: the log, libcurl, names."""
    client = Client(port, tally, random.Random(1))
    for protocol in payloads.PROTOCOLS:
        for streams in (False, True):
            call = client.call(f"soak-good-{protocol}", protocol, 2000, streams=streams)
            client.check(call, *await client.ask(call), Kind.GOOD)
    client.drop()


async def settle(watch: Watch, descriptors: int) -> None:
    """Until nothing is under way and no more than that many descriptors are open, or the time for it is over."""
    deadline = time.monotonic() + SETTLING
    while time.monotonic() < deadline:
        is_idle = await asyncio.to_thread(watch.active) == 0
        await asyncio.sleep(0.3)
        if is_idle and (watch.descriptors() <= descriptors or (descriptors == 0 and clients_of(watch) == 0)):
            return


def clients_of(watch: Watch) -> int:
    """Client connections that are open, the one that asks not counted."""
    return watch.metric("aor_connections") - 1


def check_log(gateway: Soaked, tally: Tally) -> int:
    """Every answered exchange once; returns how many the log holds."""
    logged = Counter(row["id"] for row in json.loads(gateway.run("logs", "--limit", "0", "--json", "id")))
    missing = [each for each in tally.ids if each not in logged]
    twice = [each for each, count in logged.items() if count > 1]
    given_twice = len(tally.ids) - len(set(tally.ids))
    if missing:
        tally.complain(f"{len(missing)} of {len(tally.ids)} answered exchanges are not in the log: {missing[:5]}")
    if twice:
        tally.complain(f"{len(twice)} exchanges are in the log more than once: {twice[:5]}")
    if given_twice:
        tally.complain(f"{given_twice} answers had an id that another one had")
    return sum(logged.values())


def check_flat(watch: Watch, tally: Tally, minutes: float) -> list[str]:
    """Memory and descriptors; returns what to tell of them."""
    if len(watch.samples) < 8:
        return ["memory and descriptors: too few looks at them"]
    is_short = minutes * 60 < SHORT
    memory, descriptors = watch.growth("resident"), watch.growth("descriptors")
    mean = watch.mean("resident")
    if memory > mean * (SHORT_MEMORY if is_short else FLAT_MEMORY):
        tally.complain(f"memory grows: {memory / 2**20:+.1f} MiB over the second half, {mean / 2**20:.1f} MiB its mean")
    if descriptors > (SHORT_DESCRIPTORS if is_short else FLAT_DESCRIPTORS):
        tally.complain(f"descriptors grow: {descriptors:+.1f} over the second half")
    quarters = [watch.samples[len(watch.samples) * part // 4:len(watch.samples) * (part + 1) // 4] for part in range(4)]
    means = ", ".join(f"{sum(each.resident for each in part) / len(part) / 2**20:.1f}" for part in quarters if part)
    return [f"memory: {means} MiB, the means of its quarters; {memory / 2**20:+.1f} MiB over the second half",
            f"descriptors: {descriptors:+.1f} over the second half, at most "
            f"{max(each.descriptors for each in watch.samples)}"]


def soak(options: argparse.Namespace, directory: Path) -> int:
    """The whole run."""
    upstream = Process("upstream", [sys.executable, "-B", str(HERE / "soak_upstream.py")], None, directory)
    server = None
    tally = Tally()
    try:
        upstream.port = int(upstream.wait_for(r"^\d+\n").group())
        gateway = Soaked(options.aor.resolve(), directory / "aor", upstream.port)
        server = gateway.serve(None)
        watch = Watch(server.pid, server.port, upstream.port)
        changes = asyncio.run(load(gateway, server, watch, tally, options))
        told = check_flat(watch, tally, options.minutes)
        if server.process.poll() is None:
            told.append(check_end(watch, tally))
            server.stop()
        if server.process.returncode != 0:
            tally.complain(f"the gateway ended with {server.process.returncode}: {server.log.read_text()[-1500:]}")
        records = check_log(gateway, tally)
        total = sum(tally.statuses.values())
        print(f"{total:,} answers in {options.minutes:g} min: "
              + ", ".join(f"{count:,} × {status}" for status, count in sorted(tally.statuses.items())))
        print("clients: " + ", ".join(f"{count:,} {name}" for name, count in tally.done.most_common()))
        print("\n".join([f"{records:,} records, {changes} changes of routes", *told]))
    finally:
        if server:
            server.stop()
        upstream.stop()
    for complaint in tally.wrong:
        print(f"WRONG: {complaint}")
    print(f"soak: {tally.wrong_count} things wrong" if tally.wrong_count else "soak: all right")
    return 1 if tally.wrong_count else 0


def check_end(watch: Watch, tally: Tally) -> str:
    """Nothing is left of the load."""
    active, dropped = watch.active(), watch.metric("aor_records_dropped_total")
    time.sleep(0.3)
    open_now = watch.descriptors()
    if active:
        tally.complain(f"{active} exchanges are still under way")
    if dropped:
        tally.complain(f"{dropped} records were dropped")
    if open_now > watch.before:
        tally.complain(f"{open_now} descriptors are open, {watch.before} before the load")
    return f"in the end {active} under way, {open_now} descriptors ({watch.before} before), {watch.pooled()} kept ones"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aor", type=Path, required=True, help="the binary")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=None, help="of what clients do; another each time when left out")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 32)
        print(f"--seed {options.seed}")
    if sys.platform != "linux":
        sys.exit("soak: needs Linux: memory and descriptors are read from /proc")
    # Providers that stall hold connections.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 16384) if most > 0 else 16384, most))
    with tempfile.TemporaryDirectory(prefix="aor-soak-") as directory:
        return soak(options, Path(directory))


if __name__ == "__main__":
    sys.exit(main())
