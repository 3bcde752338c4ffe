"""The real Claude Code and Codex binaries finish a tool loop through `aor serve` over each kind of upstream.

The prompt scripts the fake upstream: `TOOL` lines are the parallel calls of the first round, each `THEN` line is one
more round. No model is asked and nothing leaves this machine.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway import Gateway
from judge import UPSTREAMS, FakeUpstream, Judge
from report import Report, expect, expect_equal
from wire import BASE_PATHS

#: A red pixel.
PNG = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

#: What the route makes of the agent's model. Each is one the fake is strict about: `gpt-5*` refuses `max_tokens`,
#: `gemini-3*` demands thought signatures.
UPSTREAM_MODELS = {
    "chat": "gpt-5.5", "responses": "gpt-5.5", "anthropic": "claude-sonnet-5-5", "gemini": "gemini-3-pro-preview"}


@dataclass
class Session:
    """What an agent's process did."""

    status: int
    answer: str
    output: str


@dataclass(frozen=True)
class Agent:
    """One agent: its script and how it is run."""

    name: str
    protocol: str
    prompt: Callable[[Path], str]
    launch: Callable[[Path, Path, Gateway, str], Session]
    #: Requests upstream when nothing is retried.
    rounds: int
    #: File → content when all its tools ran.
    files: dict[str, str]
    #: A part of the failing tool's output that the model must get to see.
    failure: str = "No such file or directory"


def _claude_prompt(work: Path) -> str:
    return "\n".join([
        "THINK:plan the work",
        "TOOL:Bash:" + json.dumps({"command": "echo one > one.txt"}),
        "TOOL:Write:" + json.dumps({"file_path": str(work / "two.txt"), "content": "zwei\n"}),
        "THEN:Bash:" + json.dumps({"command": "cat /nonexistent"}),
        "THEN:Read:" + json.dumps({"file_path": str(work / "pixel.png")}),
        "THEN:Bash:" + json.dumps({"command": "cat one.txt two.txt"}),
    ])


def _codex_prompt(work: Path) -> str:
    patch = "*** Begin Patch\\n*** Add File: three.txt\\n+drei\\n*** End Patch"
    return "\n".join([
        "THINK:plan the work",
        "TOOL:exec_command:" + json.dumps({"cmd": "echo one > one.txt"}),
        "TOOL:exec_command:" + json.dumps({"cmd": "echo zwei > two.txt"}),
        "THEN:exec_command:" + json.dumps({"cmd": "cat /nonexistent"}),
        "THEN:view_image:" + json.dumps({"path": str(work / "pixel.png")}),
        "THEN:apply_patch:" + patch,
        "THEN:exec_command:" + json.dumps({"cmd": "cat one.txt two.txt three.txt"}),
    ])


def agent_environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(home), "TERM": "dumb", "LANG": "C.UTF-8"}


def _run(command: list[str], environment: dict[str, str], work: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment, cwd=work, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180,
        check=False)


def launch_claude(binary: Path, home: Path, gateway: Gateway, prompt: str) -> Session:
    """One session of Claude Code, without a terminal."""
    environment = agent_environment(home) | {
        "IS_SANDBOX": "1", "ANTHROPIC_BASE_URL": f"{gateway.base}/oc/default",
        "ANTHROPIC_AUTH_TOKEN": gateway.client_key, "ANTHROPIC_MODEL": "claude-sonnet-5-5",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1"}
    done = _run(
        [str(binary), "-p", prompt, "--output-format", "json", "--dangerously-skip-permissions"], environment,
        home / "work")
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    said = answer.get("result", "") if not answer.get("is_error") else f"error: {answer.get('result')}"
    return Session(done.returncode, str(said), done.stdout + done.stderr)


CODEX_CONFIG = """\
model = "gpt-5.5"
model_provider = "aor"
check_for_update_on_startup = false
[analytics]
enabled = false
[features]
plugins = false
[model_providers.aor]
name = "aor"
base_url = "{base}/oc/default"
wire_api = "responses"
env_key = "AOR_KEY"
supports_websockets = false
"""


def _launch_codex(binary: Path, home: Path, gateway: Gateway, prompt: str) -> Session:
    config = home / "codex"
    config.mkdir()
    (config / "config.toml").write_text(CODEX_CONFIG.format(base=gateway.base))
    environment = agent_environment(home) | {"CODEX_HOME": str(config), "AOR_KEY": gateway.client_key}
    done = _run(
        [str(binary), "exec", "--skip-git-repo-check", "--json", "--dangerously-bypass-approvals-and-sandbox", prompt],
        environment, home / "work")
    messages = []
    for line in done.stdout.splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        item = event.get("item", {})
        if event.get("type") == "item.completed" and item.get("type") == "agent_message":
            messages.append(item.get("text", ""))
    return Session(done.returncode, messages[-1] if messages else "", done.stdout + done.stderr)


CLAUDE = Agent(
    "claude", "anthropic", _claude_prompt, launch_claude, rounds=5, files={"one.txt": "one\n", "two.txt": "zwei\n"})
CODEX = Agent(
    "codex", "openai-responses", _codex_prompt, _launch_codex, rounds=6,
    files={"one.txt": "one\n", "two.txt": "zwei\n", "three.txt": "drei\n"})


def find_binaries(python: Path) -> dict[str, Path]:
    """The agents' binaries in the venv of this Python."""
    site = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True,
        check=True).stdout.strip()
    return {
        "claude": Path(site) / "claude_agent_sdk" / "_bundled" / "claude",
        "codex": Path(site) / "codex_cli_bin" / "bin" / "codex"}


def run(report: Report, judge: Judge, binary: Path, directory: Path) -> None:
    """One scripted session per agent and upstream."""
    binaries = find_binaries(judge.python)
    for agent in (CLAUDE, CODEX):
        for upstream in UPSTREAMS:
            name = f"agents.{agent.name}.{upstream}"
            if not report.wants(name):
                continue
            with report.case(name):
                expect(binaries[agent.name].exists(), f"{binaries[agent.name]} is missing")
                _session(agent, binaries[agent.name], upstream, judge, binary, directory / name)


def _session(
    agent: Agent, agent_binary: Path, upstream: str, judge: Judge, binary: Path, directory: Path
) -> None:
    token = f"planted-token-{secrets.token_hex(16)}"
    fake = judge.upstream(directory / "upstream", token)
    gateway = Gateway(binary, directory / "gateway")
    home = directory / "home"
    work = home / "work"
    work.mkdir(parents=True)
    (work / "pixel.png").write_bytes(base64.b64decode(PNG))
    try:
        protocol = UPSTREAMS[upstream]
        gateway.add_provider("main", protocol, fake.base + BASE_PATHS[protocol], token)
        gateway.route("default", f"main/{UPSTREAM_MODELS[upstream]}")
        gateway.require_key()
        gateway.serve()
        session = agent.launch(agent_binary, home, gateway, agent.prompt(work))
        _check(agent, session, fake, gateway, work)
        expect_equal(token in session.output, False, "the provider's token in the agent's output")
        gateway.stop()
    finally:
        if gateway.server is not None:
            gateway.server.stop()
        fake.stop()


def _check(agent: Agent, session: Session, fake: FakeUpstream, gateway: Gateway, work: Path) -> None:
    requests = fake.requests()
    rejected = [str(row.get("reject"))[:400] for row in requests if row["status"] != 200]
    expect_equal(rejected, [], "requests that the upstream refused")
    expect_equal(session.status, 0, f"exit status ({session.output[-500:]})")
    for name, content in agent.files.items():
        path = work / name
        expect(path.exists(), f"{name} was not written; the agent said {session.answer[:300]!r}")
        expect_equal(path.read_text(), content, name)
    final = "\n".join(text.strip() for text in agent.files.values())
    expect("RESULT:" in session.answer and final in session.answer, f"final answer: {session.answer[:300]!r}")
    expect_equal(len(requests), agent.rounds, "requests upstream (more are retries)")
    last = json.dumps(requests[-1]["body"])
    expect(agent.failure in last, "the failing tool's error did not reach the model")
    expect(PNG in last, "the image did not reach the model")
    rows = gateway.log_rows()
    expect_equal([row["status"] for row in rows if row["status"] >= 400], [], "failed exchanges in the log")
    expect(
        any(row["clientProtocol"] == agent.protocol for row in rows), "no exchange of the agent's protocol logged")
