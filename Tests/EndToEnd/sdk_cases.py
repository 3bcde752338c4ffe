"""The official OpenAI, Anthropic and Google SDKs through `aor serve` to each kind of upstream."""

from __future__ import annotations

import fnmatch
import os
import secrets
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gateway import Gateway
from judge import UPSTREAMS, FakeUpstream, Judge
from report import Report, expect_equal
from wire import BASE_PATHS

SKIPS = Path(__file__).with_name("skips.txt")


@dataclass(frozen=True)
class Skip:
    """A line of `skips.txt`."""

    upstream: str
    pattern: str
    reason: str


def read_skips(path: Path = SKIPS) -> list[Skip]:
    """Reads lines of `upstream case-glob  # reason`; a line without a reason is an error."""
    skips: list[Skip] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words, _, reason = line.partition("#")
        fields = words.split()
        if len(fields) != 2 or not reason.strip():
            raise ValueError(f"{path.name}:{number}: expected `upstream case-glob  # reason`")
        skips.append(Skip(fields[0], fields[1], reason.strip()))
    return skips


def run(report: Report, judge: Judge, binary: Path, directory: Path) -> None:
    """Runs the suite once an upstream in group URLs, and once in native ones with bodies kept in the log."""
    runs = [(upstream, "group") for upstream in UPSTREAMS] + [("chat", "native")]
    wanted = [one for one in runs if report.wants(_name(*one))]
    # A run waits more than it works (cases of stalls and slow streams), so two at a time even on two cores.
    with ThreadPoolExecutor(max_workers=2) as pool:
        for outcome in [pool.submit(_suite, report, judge, binary, directory, *one) for one in wanted]:
            outcome.result()


def _name(upstream: str, style: str) -> str:
    return f"sdk.{upstream}" + ("" if style == "group" else f".{style}")


def _suite(report: Report, judge: Judge, binary: Path, directory: Path, upstream: str, style: str) -> None:
    name = _name(upstream, style)
    token = f"planted-token-{secrets.token_hex(16)}"
    fake = judge.upstream(directory / name / "upstream", token)
    gateway = Gateway(binary, directory / name / "gateway")
    try:
        with report.case(f"{name}.starts"):
            protocol = UPSTREAMS[upstream]
            gateway.add_provider("main", protocol, fake.base + BASE_PATHS[protocol], token)
            gateway.route("default", "main/")
            gateway.require_key()
            if style == "native":
                gateway.setting("logging.captureBody", "true")
            gateway.serve()
        if not gateway.base:
            return
        output = _clients(report, judge, gateway, name, upstream, style)
        _check_secrets(report, name, gateway, fake, token, output)
        with report.case(f"{name}.stops"):
            gateway.stop()
    finally:
        if gateway.server is not None:
            gateway.server.stop()
        fake.stop()


def _clients(
    report: Report, judge: Judge, gateway: Gateway, name: str, upstream: str, style: str
) -> str:
    """Runs the suite, hands its verdicts on, and returns all it printed."""
    skips = [skip for skip in read_skips() if skip.upstream in (upstream, "*")]
    command = [
        str(judge.python), str(judge.clients), "--base", gateway.base, "--url-style", style, "--group", "default",
        "--model", "fake-model", "--key", gateway.client_key, "--bad-key", "nope", "--upstream", upstream]
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(gateway.directory), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=1200, stdin=subprocess.DEVNULL, check=False)
    verdicts = 0
    for line in done.stdout.splitlines():
        verdict, _, rest = line.partition(" ")
        if verdict not in ("PASS", "FAIL", "SKIP"):
            continue
        verdicts += 1
        case, _, note = rest.partition("  -- ")
        skip = next((skip for skip in skips if fnmatch.fnmatch(case.strip(), skip.pattern)), None)
        _judge(report, f"{name}.{case.strip()}", verdict, note, skip)
    with report.case(f"{name}.ran_to_its_end"):
        expect_equal(" passed, " in done.stdout and verdicts > 200, True, f"a full run ({done.stderr[-300:]})")
    return done.stdout + done.stderr


def _judge(report: Report, case: str, verdict: str, note: str, skip: Skip | None) -> None:
    """Hands one verdict of the suite on, as `skips.txt` has it."""
    if skip is not None:
        if verdict == "PASS":
            report.fail(case, f"passes: remove it from {SKIPS.name}")
        else:
            report.skip(case, skip.reason)
    elif verdict == "PASS":
        report.ok(case)
    else:
        report.fail(case, note if verdict == "FAIL" else f"skipped, and not in {SKIPS.name}: {note}")


def _check_secrets(
    report: Report, name: str, gateway: Gateway, fake: FakeUpstream, token: str, output: str
) -> None:
    """No credential of one side is seen on the other, nor anywhere in clear on this one."""
    with report.case(f"{name}.client_key_stays_here"):
        seen = [row["n"] for row in fake.requests() if gateway.client_key in str(row)]
        expect_equal(seen, [], "requests upstream that hold the client's key")
    with report.case(f"{name}.no_secret_in_clear"):
        expect_equal(gateway.places_in_clear(token), [], "places of the provider's token")
        expect_equal(gateway.places_in_clear(gateway.client_key), [], "places of the server key")
        expect_equal(token in output, False, "the provider's token in answers")
