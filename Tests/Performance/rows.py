"""A row of the table: what was measured, what it must come to, and whether it does."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from measuring import WIDEST_SPREAD


@dataclass
class Row:
    part: str
    work: str
    measure: str
    #: The most the figure may be; `None` for what has no goal and is only told.
    limit: float | None
    figure: float
    #: As a person reads it: "1.8×", "12 ms".
    goal: str = ""
    shown: str = ""
    #: What it was made of: "aor 40.1 µs, nginx 16.5 µs".
    detail: str = ""
    #: How far the peer's own rounds lie apart; `None` where there is no peer.
    spread: float | None = None
    #: Why there is no figure.
    missing: str = ""
    date: str = field(default_factory=lambda: time.strftime("%Y-%m-%d %H:%M", time.gmtime()))

    @property
    def verdict(self) -> str:
        if self.missing:
            return "not measured"
        if self.limit is None:
            return ""
        if self.spread is not None and self.spread > WIDEST_SPREAD:
            return "void"
        return "pass" if self.figure <= self.limit else "missed"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def missing(part: str, work: str, measure: str, goal: str, why: str) -> Row:
    """A row that could not be measured."""
    return Row(part, work, measure, 0, 0, goal=goal, shown="–", detail=why, missing=why)


def ratio(
    part: str, work: str, measure: str, limit: float, ours: float, peer: float, spread: float, detail: str,
) -> Row:
    """A row whose figure is ours over the peer's."""
    figure = ours / peer if peer > 0 else float("inf")
    return Row(part, work, measure, limit, figure, goal=f"≤ {limit:g}×", shown=f"{figure:.2f}×", detail=detail,
               spread=spread)


def micro(seconds: float) -> str:
    """A time of microseconds or milliseconds."""
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def mebibytes(count: float) -> str:
    return f"{count / (1 << 20):.1f} MiB"
