"""Counts the instructions of Wire and Dialects under callgrind and compares them with instructions.txt.

Counts do not depend on what else a machine does, so that a regression is seen without timing anything; they do depend
on the compiler, the C library and the processor. `instructions.py --program BINARY` checks, `--write` puts the counts
of this run into the file, with where they were counted: elsewhere they are compared, too, but decide nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import payloads

COMMITTED = Path(__file__).parent / "instructions.txt"
#: How far a count may rise before it is a regression, and fall before the file is out of date.
MARGIN = 0.05
TIMES = 3


def write_inputs(directory: Path) -> None:
    """The inputs of the program: those of the benchmark."""
    for protocol in payloads.PROTOCOLS:
        (directory / f"{protocol}.request").write_bytes(payloads.request(protocol, "bench", 100_000, False))
        (directory / f"{protocol}.stream").write_bytes(payloads.stream(protocol, payloads.texts()))


def count(program: Path) -> dict[str, int]:
    """Instructions of one run of every operation."""
    with tempfile.TemporaryDirectory(prefix="aor-instructions-") as name:
        directory = Path(name)
        write_inputs(directory)
        # This valgrind does not know all of what Swift writes for debuggers.
        stripped = directory / "program"
        subprocess.run(["strip", "-o", str(stripped), str(program)], check=True)
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={directory}/count", "--quiet",
             str(stripped), str(directory), str(TIMES)],
            # Hashes are seeded anew in each process else.
            env=os.environ | {"SWIFT_DETERMINISTIC_HASHING": "1"}, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"instructions: {done.stderr[-2000:]}")
        counts: dict[str, int] = {}
        for dump in directory.glob("count.*"):
            text = dump.read_text(errors="replace")
            trigger = re.search(r"^desc: Trigger: Client Request: (\S+)", text, re.MULTILINE)
            total = re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)
            if trigger and total:
                counts[trigger.group(1)] = int(total.group(1)) // TIMES
        return counts


def circumstances() -> list[str]:
    """What counts depend on, besides the code."""
    def first_line(*command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout.splitlines() or ["unknown"])[0].strip()

    about = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    processor = [found.group(1) for name in ("vendor_id", "cpu family")
                 if (found := re.search(rf"^{name}\s*:\s*(.+)$", about, re.MULTILINE))]
    return [first_line("swift", "--version"), first_line("valgrind", "--version"), " ".join(platform.libc_ver()),
            " ".join([platform.machine(), *processor])]


def committed() -> tuple[dict[str, int], list[str]]:
    """The counts, and where they were counted."""
    if not COMMITTED.exists():
        return {}, []
    lines = COMMITTED.read_text().splitlines()
    counts = {name: int(value) for name, value in (line.split() for line in lines if line and line[0] != "#")}
    return counts, [line[2:] for line in lines[1:] if line.startswith("# ")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True, help="release build of Instructions")
    parser.add_argument("--write", action="store_true", help="make these the committed counts")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("instructions: needs valgrind (apt-get install valgrind)")
    counts = count(options.program)
    if not counts:
        sys.exit("instructions: callgrind wrote nothing; was the program built with valgrind's headers?")
    here = circumstances()
    if options.write:
        COMMITTED.write_text(
            "# Instructions of one run, counted by callgrind: `make bench-instructions ARGS=--write`.\n"
            + "".join(f"# {line}\n" for line in here)
            + "".join(f"{name} {value}\n" for name, value in sorted(counts.items())))
    known, there = committed()
    worse = 0
    for name in sorted(counts.keys() | known.keys()):
        now, then = counts.get(name), known.get(name)
        if now is None or then is None:
            change, verdict = "", "gone" if now is None else "new"
        else:
            change = f"{(now - then) / then * 100:+.1f} %"
            verdict = "worse" if now > then * (1 + MARGIN) else "better" if now < then * (1 - MARGIN) else ""
        worse += verdict in ("worse", "gone", "new")
        print(f"{name:44}{now or 0:>14,}{change:>10}  {verdict}")
    if worse:
        print(f"{worse} counts rose by more than {MARGIN:.0%} or are new; if that is meant, `--write` and commit them")
    if here != there:
        print(f"nothing is decided: the committed counts are of {', '.join(there)}, these of {', '.join(here)}")
        return 0
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
