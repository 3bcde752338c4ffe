"""Claude Code's web search over those of Google and OpenAI, and at an endpoint that knows none of Anthropic's betas."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from agent_cases import launch_claude
from claude_upstreams import PAGE, QUERY, GeminiSearch, OldAnthropic, ResponsesSearch, ScriptedServer
from gateway import Gateway
from report import Report, expect, expect_equal
from wire import BASE_PATHS


def run(report: Report, agent: Path, binary: Path, directory: Path) -> None:
    """Every case; `agent` is Claude Code."""
    cases = [("agents.claude.websearch.gemini", "gemini", GeminiSearch, _check_search, []),
             ("agents.claude.websearch.responses", "openai-responses", ResponsesSearch, _check_search, []),
             ("agents.claude.old-anthropic", "anthropic", OldAnthropic, _check_old,
              ["--set", "stripBetas=true", "--set", "thinkingStyle=budget"])]
    for name, protocol, upstream, check, quirks in cases:
        if not report.wants(name):
            continue
        with report.case(name), upstream() as server:
            expect(agent.exists(), f"{agent} is missing")
            home = directory / name
            (home / "work").mkdir(parents=True)
            gateway = Gateway(binary, home / "gateway")
            try:
                gateway.add_provider("main", protocol, server.base + BASE_PATHS[protocol], secrets.token_hex(8))
                if quirks:
                    gateway.run("provider", "edit", "main", *quirks)
                gateway.route("default", "main/some-model")
                gateway.serve()
                session = launch_claude(agent, home, gateway, "Do it.")
                expect_equal(server.refusals, [], "requests that the upstream refused")
                expect_equal(session.status, 0, f"exit status ({session.output[-500:]})")
                check(session.answer, json.loads(session.output), server)
            finally:
                gateway.stop()


def _check_search(answer: str, result: dict, server: ScriptedServer) -> None:
    expect(PAGE["uri"] in answer and QUERY in answer, f"what was found did not reach the model: {answer[:500]!r}")
    searches = sum(usage.get("webSearchRequests", 0) for usage in result.get("modelUsage", {}).values())
    expect_equal(searches, 1, "searches that Claude Code counted")
    expect(any("googleSearch" in tool or tool.get("type") == "web_search"
               for body in server.requests for tool in body.get("tools") or []),
           "nobody asked for the vendor's search")


def _check_old(answer: str, _: dict, server: ScriptedServer) -> None:
    expect("from the tool" in answer, f"the tool's result did not reach the model: {answer[:500]!r}")
