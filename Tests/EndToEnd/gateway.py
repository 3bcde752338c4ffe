"""An `aor` with a home of its own, set up by the commands a user would type."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from pathlib import Path

from processes import Server, wait_until
from report import Failure


class Gateway:
    """A configuration in a temporary home and, after `serve`, the gateway that runs on it."""

    def __init__(self, binary: Path, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.binary = binary
        self.directory = directory
        self.home = directory / "aor-home"
        self.client_key = f"client-key-{secrets.token_hex(16)}"
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(directory), "AOR_HOME": str(self.home)}
        self.server: Server | None = None
        self.base = ""
        self._commands: list[str] = []

    # Configuration

    def run(self, *arguments: str, stdin: str = "") -> str:
        """Runs one command and returns its standard output."""
        done = subprocess.run(
            [str(self.binary), *arguments], env=self.environment, input=stdin, capture_output=True, text=True,
            timeout=60, check=False)
        self._commands.append(done.stdout + done.stderr)
        if done.returncode != 0:
            raise Failure(f"`aor {' '.join(arguments)}` ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def add_provider(self, name: str, protocol: str, base_url: str, token: str) -> None:
        self.run(
            "provider", "add", name, "--protocol", protocol, "--base-url", base_url, "--token-stdin",
            stdin=token + "\n")

    def route(self, pattern: str, *targets: str, group: str | None = None) -> None:
        self.run("route", "set", pattern, *targets, *(["--group", group] if group else []))

    def setting(self, key: str, value: str) -> None:
        self.run("config", "set", key, value)

    def require_key(self) -> None:
        """Makes `client_key` the key that clients must send."""
        self.run("config", "set", "server.key", "--stdin", stdin=self.client_key + "\n")

    # Serving

    def serve(self, *options: str) -> str:
        """Starts the gateway on any port and returns its base URL."""
        self.server = Server(
            [str(self.binary), "serve", "--port", "0", *options], self.environment, self.directory, "serve")
        self.base = self.server.address()
        return self.base

    @property
    def port(self) -> int:
        return int(self.base.rsplit(":", 1)[1])

    def stop(self) -> None:
        """Ends the gateway as a user would; a status other than 0 is a failure."""
        if self.server is None:
            return
        server, self.server = self.server, None
        status = server.stop()
        if status != 0:
            raise Failure(f"`aor serve` ended with {status}: {server.output()[-600:]}")

    # What it left behind

    def log_rows(self) -> list[dict]:
        """Every exchange of the log, the newest first."""
        return json.loads(self.run("logs", "list", "--limit", "0", "--json") or "[]")

    def log_row(self, request_id: str) -> dict:
        """The row of one exchange, waited for: rows are written in batches."""
        def find() -> dict | None:
            return next((row for row in self.log_rows() if row["id"] == request_id), None)
        return wait_until(f"the log row of {request_id}", find)

    def places_in_clear(self, secret: str) -> list[str]:
        """Where the secret can be read in clear: files of the home, output, `ps`."""
        needle = secret.encode()
        found = [str(path.relative_to(self.directory)) for path in self.directory.rglob("*")
                 if path.is_file() and not path.is_symlink() and needle in path.read_bytes()]
        if self.server is not None and secret in self.server.command_line():
            found.append("ps")
        if any(secret in text for text in self._commands):
            found.append("output of a command")
        return found
