"""The strict fake upstream and the suite of official clients, which live beside this repository."""

from __future__ import annotations

import json
import os
from pathlib import Path

from processes import Server

#: What `run_clients.py` calls an upstream → the protocol as aor names it.
UPSTREAMS = {
    "chat": "openai-chat", "responses": "openai-responses", "anthropic": "anthropic", "gemini": "gemini"}


class Judge:
    """The two scripts, run by a Python that has the SDKs."""

    def __init__(self, directory: Path, python: Path) -> None:
        self.directory = directory
        self.python = python

    @property
    def clients(self) -> Path:
        return self.directory / "run_clients.py"

    def upstream(self, directory: Path, key: str) -> FakeUpstream:
        """Starts a fake upstream that takes this key only and refuses a client's credential."""
        return FakeUpstream(self, directory, key)


class FakeUpstream:
    """A running `fake_upstream.py`."""

    def __init__(self, judge: Judge, directory: Path, key: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.log_path = directory / "upstream.jsonl"
        self.server = Server(
            [str(judge.python), str(judge.directory / "fake_upstream.py"), "--port", "0", "--key", key, "--no-leak",
             "--log", str(self.log_path)],
            {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(directory), "PYTHONDONTWRITEBYTECODE": "1"},
            directory, "fake-upstream")
        self.base = self.server.address()

    def requests(self) -> list[dict]:
        """Every request it got: path, query, headers, body, status, and `reject` where it refused."""
        if not self.log_path.exists():
            return []
        return [json.loads(line) for line in self.log_path.read_text().splitlines()]

    def stop(self) -> None:
        """Ends it. Its status says nothing: it has no handler for SIGTERM."""
        self.server.stop()
