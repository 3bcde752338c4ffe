"""Starts servers as child processes and ends them by their own id."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from report import Failure


class Server:
    """A child process that listens and says where on one of its first lines."""

    def __init__(self, command: list[str], environment: dict[str, str], directory: Path, name: str) -> None:
        self.name = name
        self.stdout_path = directory / f"{name}.stdout"
        self.stderr_path = directory / f"{name}.stderr"
        with self.stdout_path.open("wb") as out, self.stderr_path.open("wb") as err:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True)

    def address(self, timeout: float = 30) -> str:
        """`http://host:port` once the process has printed it."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = re.search(r"http://[0-9.]+:[1-9][0-9]*", self.output())
            if found:
                return found.group()
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        state = self.process.poll()
        raise Failure(
            f"{self.name} printed no address; "
            + ("it still runs" if state is None else f"exit status {state}")
            + f"; it said: {self.output()[-600:]}")

    def output(self) -> str:
        """Everything printed so far."""
        return "".join(path.read_text(errors="replace") for path in (self.stdout_path, self.stderr_path))

    def command_line(self) -> str:
        """The process as `ps` shows it to everybody."""
        listing = subprocess.run(
            ["ps", "-o", "args=", "-p", str(self.process.pid)], capture_output=True, text=True, check=False)
        return listing.stdout

    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self, timeout: float = 10) -> int:
        """Asks the process to end and returns its exit status; kills it when it does not listen."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure(f"{self.name} did not end within {timeout} s of SIGTERM") from None


def wait_until(what: str, check, timeout: float = 10):  # noqa: ANN001, ANN201: any truthy value is handed back
    """Asks again until the check gives something true, which is returned."""
    deadline = time.monotonic() + timeout
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"waited {timeout} s for {what}")
        time.sleep(0.02)
