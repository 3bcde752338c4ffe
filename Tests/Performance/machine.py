"""The machine: what it is, and what a process costs it."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

#: Load and upstream run on the first core, what is measured on the second.
LOAD_CORE, PROXY_CORE = 0, 1
TICKS = os.sysconf("SC_CLK_TCK")


class Unavailable(Exception):
    """Something that is needed cannot be had here; the message says what to do."""


def on_core(core: int | None, command: list[str]) -> list[str]:
    """The command, bound to one core; `None` leaves it all of them."""
    return command if core is None else ["taskset", "-c", str(core), *command]


def processes(root: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += children.get(pid, [])
    return found


def cpu_seconds(root: int) -> float:
    """User and system time of all threads of a process and of those below it."""
    ticks = 0
    for pid in processes(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def stolen_seconds() -> float:
    """What the host of a virtual machine has taken from the two cores so far."""
    ticks = 0
    for line in Path("/proc/stat").read_text().splitlines():
        fields = line.split()
        if fields[0] in (f"cpu{LOAD_CORE}", f"cpu{PROXY_CORE}") and len(fields) > 8:
            ticks += int(fields[8])
    return ticks / TICKS


def resident_bytes(root: int) -> int:
    """Resident memory of a process and those below it."""
    total = 0
    for pid in processes(root):
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        total += int(found.group(1)) * 1024 if found else 0
    return total


def output(*command: str) -> str:
    """What a command prints, or nothing where it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return ""
    return (done.stdout + done.stderr).strip()


def describe() -> dict[str, str]:
    """Machine and versions, for the page."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    system = re.search(r'PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text())
    return {
        "processor": f"{cpu.group(1) if cpu else platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{int(memory.group(1)) / (1 << 20):.0f} GiB" if memory else "",
        "system": f"{system.group(1) if system else ''}, Linux {platform.release()}",
        "Swift": (output("swift", "--version").splitlines() or [""])[0],
        "curl": " ".join(output("curl", "--version").split()[:2]),
        "nginx": output("nginx", "-v").rpartition("/")[2],
        "wrk": (re.findall(r"wrk \S+ ?\S*", output("wrk", "-v")) or [""])[0].strip(),
    }
