"""What a process holds over time: memory, descriptors, and whether they grow."""

from __future__ import annotations

import os
import re
import statistics
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from machine import resident_bytes


@dataclass
class Sample:
    """One look at the process."""

    at: float
    resident: int
    descriptors: int


@dataclass
class Watch:
    """Looks at one gateway."""

    pid: int
    port: int
    upstream_port: int
    samples: list[Sample] = field(default_factory=list)
    #: Descriptors before the load.
    before: int = 0

    def look(self) -> None:
        self.samples.append(Sample(time.monotonic(), resident_bytes(self.pid), self.descriptors()))

    def descriptors(self) -> int:
        """Open ones, without connections kept for the provider: those are a bounded pool."""
        folder = f"/proc/{self.pid}/fd"
        links = []
        for name in os.listdir(folder):
            try:
                links.append(os.readlink(f"{folder}/{name}"))
            except OSError:
                continue
        pooled = self.sockets_to(self.upstream_port)
        return sum(1 for link in links if link not in pooled)

    def pooled(self) -> int:
        """Connections kept for the provider."""
        return len(self.sockets_to(self.upstream_port))

    def sockets_to(self, port: int) -> set[str]:
        remote = f":{port:04X}"
        rows = (line.split() for line in Path(f"/proc/{self.pid}/net/tcp").read_text().splitlines()[1:])
        return {f"socket:[{row[9]}]" for row in rows if row[2].endswith(remote) and row[9] != "0"}

    def metric(self, name: str) -> int:
        """One number of `/metrics`."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            found = re.search(rf"^{name} (\d+)".encode(), answer.read(), re.MULTILINE)
        return int(found.group(1)) if found else 0

    def active(self) -> int:
        """Exchanges under way, without the one that asks."""
        return self.metric("aor_exchanges_active") - 1

    def second_half(self) -> list[Sample]:
        return self.samples[len(self.samples) // 2:]

    def growth(self, what: str) -> float:
        """How much more there is at the end of the second half than at its start, on the straight line through it."""
        half = self.second_half()
        if len(half) < 2:
            return 0
        line = statistics.linear_regression([each.at for each in half], [getattr(each, what) for each in half])
        return line.slope * (half[-1].at - half[0].at)

    def mean(self, what: str) -> float:
        return statistics.mean(getattr(each, what) for each in self.second_half())
