"""The table of figures in docs/performance.md, between its two markers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rows import Row

BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"


def keep(file: Path, parts: list[str], rows: list[Row], about: dict[str, str]) -> dict[str, Any]:
    """Puts the parts of this run beside the figures of earlier runs and returns all of them."""
    known: dict[str, Any] = {"parts": {}, "about": {}}
    if file.exists():
        known = json.loads(file.read_text())
    known["about"] |= {name: text for name, text in about.items() if text}
    for part in parts:
        known["parts"][part] = [row.to_json() for row in rows if row.part == part]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(known, indent=1))
    return known


def write(page: Path, known: dict[str, Any], order: list[str]) -> None:
    """Writes the figures into the page."""
    text = page.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(before + BEGIN + "\n\n" + figures(known, order) + "\n" + END + after)


def figures(known: dict[str, Any], order: list[str]) -> str:
    """Machine, versions and the table, in Markdown."""
    lines = [f"- {name}: {value}" for name, value in known["about"].items()]
    lines += ["", "| work | measure | goal | figure | | made of | peer's spread | when |", "|" + "---|" * 8]
    for part in order:
        for fields in known["parts"].get(part, []):
            row = Row(**fields)
            spread = "" if row.spread is None else f"{row.spread * 100:.0f} %"
            cells = [row.work, row.measure, row.goal, row.shown, row.verdict, row.detail, spread, row.date]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
