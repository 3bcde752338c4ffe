"""Counts the instructions of Wire and Dialects under callgrind and compares them with instructions.txt.

Counts do not depend on what else a machine does, so that a regression is seen without timing anything; they do depend
on the compiler. `instructions.py --program BINARY` checks, `--write` puts the counts of this run into the file.
"""

from __future__ import annotations

import argparse
import os
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


def committed() -> dict[str, int]:
    if not COMMITTED.exists():
        return {}
    lines = [line.split() for line in COMMITTED.read_text().splitlines() if line and not line.startswith("#")]
    return {name: int(value) for name, value in lines}


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
    if options.write:
        version = (subprocess.run(["swift", "--version"], capture_output=True, text=True, check=False).stdout
                   .splitlines() or [""])[0]
        COMMITTED.write_text(
            f"# Instructions of one run, counted by callgrind: `make bench-instructions ARGS=--write`.\n# {version}\n"
            + "".join(f"{name} {value}\n" for name, value in sorted(counts.items())))
    known = committed()
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
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
