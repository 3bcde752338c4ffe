"""The real Codex searches the web over Anthropic's and Gemini's own searches, and goes on with what was found."""

from __future__ import annotations

import json
import secrets
import subprocess
from pathlib import Path

from agent_cases import CODEX_CONFIG, UPSTREAM_MODELS, agent_environment
from codex_upstreams import AGAIN, FOUND, QUERY, AnthropicSearcher, GeminiSearcher
from gateway import Gateway
from report import Report, expect, expect_equal
from wire import BASE_PATHS

CONFIG = 'web_search = "live"\n' + CODEX_CONFIG


def run(report: Report, codex: Path, binary: Path, directory: Path) -> None:
    """One session of two turns per upstream."""
    for protocol, upstream, quirks in (
            ("anthropic", AnthropicSearcher, []), ("gemini", GeminiSearcher, ["--set", "mixedTools=true"])):
        name = f"agents.codex.websearch.{protocol}"
        if not report.wants(name):
            continue
        with report.case(name), upstream() as server:
            expect(codex.exists(), f"{codex} is missing")
            home = directory / name
            (home / "work").mkdir(parents=True)
            gateway = Gateway(binary, home / "gateway")
            try:
                gateway.add_provider("main", protocol, server.base + BASE_PATHS[protocol], secrets.token_hex(8))
                if quirks:
                    gateway.run("provider", "edit", "main", *quirks)
                gateway.route("default", f"main/{UPSTREAM_MODELS[protocol]}")
                gateway.require_key()
                gateway.serve()
                config = home / "codex"
                config.mkdir()
                (config / "config.toml").write_text(CONFIG.format(base=gateway.base))
                first = _turn(codex, home, gateway, ["What is new?"])
                expect_equal(server.refusals, [], "requests that the upstream refused")
                searches = [item for item in first if item.get("type") == "web_search"]
                expect_equal([item.get("query") for item in searches], [QUERY], "searches that Codex shows")
                expect_equal(_said(first), FOUND, "the first answer")
                second = _turn(codex, home, gateway, ["resume", "--last", "Are you sure?"])
                expect_equal(server.refusals, [], "requests that the upstream refused")
                expect_equal(_said(second), AGAIN, "the second answer")
                expect("AORSEAL" not in json.dumps(server.requests), "a seal reached the upstream")
                failed = [row["status"] for row in gateway.log_rows() if row["status"] >= 400]
                expect_equal(failed, [], "failed exchanges")
            finally:
                gateway.stop()


def _turn(codex: Path, home: Path, gateway: Gateway, arguments: list[str]) -> list[dict]:
    """The items that one run of Codex completed."""
    done = subprocess.run(
        [str(codex), "exec", "--skip-git-repo-check", "--json", "--dangerously-bypass-approvals-and-sandbox",
         *arguments],
        env=agent_environment(home) | {"CODEX_HOME": str(home / "codex"), "AOR_KEY": gateway.client_key},
        cwd=home / "work", stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    expect_equal(done.returncode, 0, f"exit status ({done.stdout[-400:]} {done.stderr[-400:]})")
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [event["item"] for event in events if event.get("type") == "item.completed"]


def _said(items: list[dict]) -> str:
    messages = [item.get("text", "") for item in items if item.get("type") == "agent_message"]
    return messages[-1] if messages else ""
