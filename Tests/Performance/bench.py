"""Measures `aor` beside nginx and LiteLLM on loopback and writes docs/performance.md.

`bench.py --aor BINARY [--only ROWS] [--quick]`; `make bench` builds a release and calls this. The fake upstream and the
clients are bound to core 0, what is measured to core 1. A figure is the median of interleaved rounds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import http_rows
import machine
import page
import process_rows
from http_rows import Setup
from measuring import Settings, WrongAnswer
from rows import Row
from servers import Gateway, upstream

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
#: In this order: what counts the memory of all before it comes after them.
PARTS = ("json2k", "json100k", "sse", "translate-stream", "translate-request", "latency", "loops", "litellm", "paced",
         "resident", "startup", "commands", "size")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aor", type=Path, required=True, help="a release build of aor")
    parser.add_argument("--only", default="", help=f"rows, by comma or space: {' '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count")
    parser.add_argument("--seconds", type=int, default=2, help="length of a round")
    parser.add_argument("--quick", action="store_true", help="three short rounds, for working on aor; writes nothing")
    parser.add_argument("--build-empty", action="store_true", help="size: build the empty program (some minutes)")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "aor-bench"
    parser.add_argument("--cache", type=Path, default=cache, help="where LiteLLM and the figures are kept")
    options = parser.parse_args()
    options.parts = options.only.replace(",", " ").split() or list(PARTS)
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"no such row: {' '.join(unknown)}; there are {' '.join(PARTS)}")
    if options.quick:
        options.rounds, options.seconds = min(options.rounds, 3), 1
    return options


def build_tools(directory: Path) -> Path:
    """The programs in C."""
    directory.mkdir(parents=True, exist_ok=True)
    for source in (HERE / "loopback").glob("*.c"):
        subprocess.run(
            ["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(directory / source.stem), str(source)],
            check=True)
    return directory


def table(quick: bool, builds_empty: bool) -> dict[str, Callable[[Setup], Iterator[Row]]]:
    """What measures each part."""
    against = http_rows.against_nginx
    return {
        "json2k": lambda setup: against(setup, "json2k", "2 KB JSON request, same protocol", "whole", 2000, 2.5),
        "json100k": lambda setup: against(setup, "json100k", "100 KB request, same protocol", "whole", 100_000, 1.5),
        "sse": lambda setup: against(setup, "sse", "200 chunks in a burst, same protocol", "burst", 2000, 1.0),
        "translate-stream": http_rows.translate_stream,
        "translate-request": http_rows.translate_request,
        "latency": http_rows.latency,
        "loops": http_rows.loops,
        "litellm": http_rows.against_litellm,
        "paced": lambda setup: process_rows.paced(setup, paced_seconds(quick)),
        "resident": lambda setup: process_rows.resident(setup, 10 if quick else 60, paced_seconds(quick)),
        "startup": process_rows.startup,
        "commands": process_rows.commands,
        "size": lambda setup: process_rows.size(setup, builds_empty),
    }


def paced_seconds(quick: bool) -> int:
    return 10 if quick else 60


def measure(options: argparse.Namespace, directory: Path) -> tuple[list[Row], dict[str, str]]:
    """Every part that is asked for, told as it comes."""
    settings = Settings(build_tools(directory / "tools"), directory, options.rounds, options.seconds)
    fake = upstream(settings.tools, directory, paced_seconds(options.quick))
    rows: list[Row] = []
    setup = None
    try:
        setup = Setup(settings, fake, Gateway(options.aor.resolve(), directory / "aor", fake.port), options.cache)
        parts = table(options.quick, options.build_empty)
        for part in PARTS:
            if part not in options.parts:
                continue
            started = time.monotonic()
            for row in parts[part](setup):
                rows.append(row)
                print(f"{row.part:18}{row.work:58.58} {row.shown:>9} {row.goal:>9}  {row.verdict:7} {row.detail}",
                      flush=True)
            setup.stop("litellm")
            print(f"{'':18}({time.monotonic() - started:.0f} s)", flush=True)
        dropped = process_rows.dropped_records(setup.aor)
        about = machine.describe() | setup.versions | {
            "aor": setup.gateway.run("--version").strip(), "exchange records dropped under this load": str(dropped)}
        return rows, about
    finally:
        if setup:
            setup.close()
        fake.stop()


def main() -> int:
    options = arguments()
    if sys.platform != "linux" or (os.cpu_count() or 1) < 2:
        sys.exit("bench: needs Linux and two cores: CPU is read from /proc and servers are bound to cores")
    for program, package in (("cc", "a C compiler"), ("wrk", "wrk (apt-get install wrk)"), ("taskset", "util-linux")):
        if shutil.which(program) is None:
            sys.exit(f"bench: needs {package}")
    # Ended from outside, it still ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="aor-bench-") as directory:
        try:
            rows, about = measure(options, Path(directory))
        except WrongAnswer as error:
            sys.exit(f"bench: nothing is measured of wrong answers: {error}")
    if not options.quick:
        known = page.keep(options.cache / "figures.json", options.parts, rows, about)
        page.write(REPOSITORY / "docs" / "performance.md", known, list(PARTS))
    return 1 if any(row.verdict == "missed" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
