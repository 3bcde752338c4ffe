"""The Python environment with the SDKs and agents."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def python_with_clients(scratch: Path) -> Path:
    """The Python of a venv that has `requirements.txt`.

    `AOR_E2E_VENV` names one to use, which is made if need be; without it the venv lives as long as the scratch
    directory.
    """
    given = os.environ.get("AOR_E2E_VENV")
    venv = Path(given) if given else scratch / "venv"
    python = venv / "bin" / "python"
    mark = venv / "aor-requirements.txt"
    wanted = REQUIREMENTS.read_text()
    if mark.exists() and mark.read_text() == wanted:
        return python
    print(f"installing the clients of {REQUIREMENTS.name} into {venv}", file=sys.stderr, flush=True)
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, stdout=sys.stderr)
    subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS)],
        check=True, stdout=sys.stderr)
    mark.write_text(wanted)
    return python
