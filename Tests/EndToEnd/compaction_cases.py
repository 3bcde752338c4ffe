"""The real Codex compacts its conversation over upstreams that cannot.

Codex asks for a remote compaction only of a provider named "OpenAI", and has no fallback then: the answer must be
exactly one `compaction` item. The second turn of a session is over its limit, so that the history is compacted first.
"""

from __future__ import annotations

import json
import secrets
import subprocess
from pathlib import Path

from agent_cases import CODEX_CONFIG, UPSTREAM_MODELS, agent_environment, find_binaries
from gateway import Gateway
from judge import UPSTREAMS, Judge
from report import Report, expect, expect_equal
from wire import BASE_PATHS

CONFIG = "model_auto_compact_token_limit = 100\n" + CODEX_CONFIG.replace('name = "aor"', 'name = "OpenAI"')


def run(report: Report, judge: Judge, binary: Path, directory: Path) -> None:
    """One session of two turns per upstream."""
    codex = find_binaries(judge.python)["codex"]
    for upstream in UPSTREAMS:
        name = f"agents.codex.compaction.{upstream}"
        if not report.wants(name):
            continue
        with report.case(name):
            expect(codex.exists(), f"{codex} is missing")
            _session(codex, upstream, judge, binary, directory / name)


def _session(codex: Path, upstream: str, judge: Judge, binary: Path, directory: Path) -> None:
    token = f"planted-token-{secrets.token_hex(16)}"
    fake = judge.upstream(directory / "upstream", token)
    gateway = Gateway(binary, directory / "gateway")
    home = directory / "home"
    (home / "work").mkdir(parents=True)
    try:
        protocol = UPSTREAMS[upstream]
        gateway.add_provider("main", protocol, fake.base + BASE_PATHS[protocol], token)
        if protocol == "openai-responses":
            gateway.run("provider", "edit", "main", "--set", "compaction=false")
        gateway.route("default", f"main/{UPSTREAM_MODELS[upstream]}")
        gateway.require_key()
        gateway.serve()
        config = home / "codex"
        config.mkdir()
        (config / "config.toml").write_text(CONFIG.format(base=gateway.base))
        for arguments in ([r"SAY:the first\nanswer"], ["resume", "--last", "SAY:the second answer"]):
            done = subprocess.run(
                [str(codex), "exec", "--skip-git-repo-check", "--json", "--dangerously-bypass-approvals-and-sandbox",
                 *arguments],
                env=agent_environment(home) | {"CODEX_HOME": str(config), "AOR_KEY": gateway.client_key},
                cwd=home / "work",
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
            expect_equal(done.returncode, 0, f"exit status ({done.stdout[-400:]} {done.stderr[-400:]})")
        expect("the second answer" in done.stdout, f"the second answer: {done.stdout[-400:]}")
        bodies = [json.dumps(row["body"]) for row in fake.requests()]
        expect_equal([row["status"] for row in fake.requests()], [200, 200, 200], "answers of the upstream")
        expect("about to be replaced by a summary" in bodies[1], "the model was not asked for a summary")
        expect("compaction_trigger" not in bodies[1], "the trigger reached the upstream")
        expect("was replaced by a summary" in bodies[2], "the summary did not come back")
        expect("AORSEAL" not in bodies[2], "a seal reached the upstream")
        # The user's words stay, with the backslash as they wrote it; the model's, with a line feed, are gone.
        said = json.dumps("the first\nanswer")[1:-1]
        expect(said in bodies[1], "the first answer did not reach the model that was to compact it")
        expect(said not in bodies[2], "nothing was compacted")
        expect_equal([row["status"] for row in gateway.log_rows() if row["status"] >= 400], [], "failed exchanges")
        gateway.stop()
    finally:
        if gateway.server is not None:
            gateway.server.stop()
        fake.stop()
