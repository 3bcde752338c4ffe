#!/usr/bin/env python3
"""End-to-end tests of the built `aor`: official SDKs, real agents, reasoning across providers, bad input.

    Tests/EndToEnd/run.py --aor .build/debug/aor                 everything
    Tests/EndToEnd/run.py --aor .build/debug/aor loop bad_input  some parts
    Tests/EndToEnd/run.py --aor … --only 'agents.codex.*' -v     some cases, with tracebacks

`sdk` and `agents` need the judge (`../shared/judge`, or `AOR_JUDGE`), and install their clients from PyPI into a venv
(`AOR_E2E_VENV` keeps it). The other parts need nothing but Python.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import agent_cases
import bad_input_cases
import claude_cases
import codex_cases
import compaction_cases
import loop_cases
import sdk_cases
from judge import Judge
from report import Report
from toolchain import python_with_clients

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("loop", "bad_input", "agents", "sdk")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all when left out")
    parser.add_argument("--aor", type=Path, default=ROOT / ".build" / "debug" / "aor", help="the binary to test")
    parser.add_argument("--only", action="append", default=[], metavar="GLOB", help="cases, by name; repeatable")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave homes and upstream logs there")
    parser.add_argument("-v", "--verbose", action="store_true", help="print tracebacks")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    binary = options.aor.resolve()
    if not os.access(binary, os.X_OK):
        parser.error(f"{binary} is no program; run `make build` first")
    parts = options.parts or list(PARTS)
    report = Report(options.only, options.verbose)
    with tempfile.TemporaryDirectory(prefix="aor-e2e-") as scratch:
        directory = options.keep.resolve() if options.keep else Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        for part in (part for part in PARTS if part in parts):
            started = time.monotonic()
            print(f"--- {part}", flush=True)
            run_part(part, report, binary, directory, Path(scratch))
            print(f"--- {part} took {time.monotonic() - started:.0f} s", flush=True)
    return report.finish()


def run_part(part: str, report: Report, binary: Path, directory: Path, scratch: Path) -> None:
    """Runs one part. One that breaks is a failed case, so that the others still run."""
    try:
        if part == "loop":
            return loop_cases.run(report, binary, directory)
        if part == "bad_input":
            return bad_input_cases.run(report, binary, directory)
        judge_directory = Path(os.environ.get("AOR_JUDGE") or ROOT.parent / "shared" / "judge")
        if not (judge_directory / "fake_upstream.py").exists():
            return report.skip(part, f"the judge is not at {judge_directory}")
        judge = Judge(judge_directory, python_with_clients(scratch))
        for cases in (agent_cases, compaction_cases) if part == "agents" else (sdk_cases,):
            cases.run(report, judge, binary, directory)
        if part == "agents":
            binaries = agent_cases.find_binaries(judge.python)
            claude_cases.run(report, binaries["claude"], binary, directory)
            codex_cases.run(report, binaries["codex"], binary, directory)
    except Exception as error:  # noqa: BLE001
        report.fail(part, f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    sys.exit(main())
