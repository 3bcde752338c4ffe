#!/usr/bin/env python3
"""Recorded traffic through `aor translate` in all sixteen directions, measured from outside.

    Tests/EndToEnd/corpus.py --aor .build/debug/aor --corpus ../shared/corpus [--table docs/translation.md] [-v]

For each direction and kind: the cases there are, those translated, those refused in words, those whose every fact
arrived or is in the losses (one protocol on both sides: whose bytes are the same), those the official SDKs' types
accept (with the judge at hand), and the losses declared. Exits with 1 where a case fails that `corpus-exceptions.txt`
does not list.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import corpus_arrival
import corpus_facts
from toolchain import python_with_clients

ROOT = Path(__file__).resolve().parents[2]
PROTOCOLS = ("openai-chat", "openai-responses", "anthropic", "gemini")
NAMES = {
    "openai-chat": "Chat", "openai-responses": "Responses", "anthropic": "Anthropic", "gemini": "Gemini"}
KINDS = {"request": "request.json", "response": "response.json", "stream": "stream.sse"}
EXCEPTIONS = Path(__file__).with_name("corpus-exceptions.txt")
#: Set where this Python is the one with the SDKs.
INSIDE = "AOR_CORPUS_CLIENTS"
#: What no part of the other protocol can stand for is refused in words (docs/translation.md).
REFUSALS = re.compile(
    r"^(n|previous_response_id|conversation|background|tools\[\d+\]\.blocked_domains): |names no `tool_use` block")


@dataclass
class Case:
    """One recorded exchange."""

    id: str
    folder: Path
    meta: dict

    @property
    def is_error(self) -> bool:
        return (self.meta.get("http_status") or 200) >= 400 or "error" in self.meta["features"]


@dataclass
class Row:
    """What one direction and kind came to."""

    cases: int = 0
    translated: int = 0
    refused: int = 0
    arrived: int = 0
    typed: int = 0
    lost: Counter = field(default_factory=Counter)
    failures: list[tuple[str, str]] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aor", type=Path, default=ROOT / ".build" / "debug" / "aor")
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus")
    parser.add_argument("--judge", type=Path, default=ROOT.parent / "shared" / "judge")
    parser.add_argument("--table", type=Path, help="write the table into this page, between its markers")
    parser.add_argument("--from", dest="sources", action="append", choices=PROTOCOLS)
    parser.add_argument("--to", dest="targets", action="append", choices=PROTOCOLS)
    parser.add_argument("--keep", type=Path, help="leave what was translated there")
    parser.add_argument("-v", "--verbose", action="store_true", help="print every failure")
    options = parser.parse_args()
    if (options.judge / "fake_upstream.py").exists() and not os.environ.get(INSIDE):
        return run_with_clients()
    types = load_types(options.judge)
    cases = recorded(options.corpus)
    rows: dict[tuple[str, str, str], Row] = {}
    with tempfile.TemporaryDirectory(prefix="aor-corpus-") as scratch:
        home = options.keep or Path(scratch)
        for source in options.sources or PROTOCOLS:
            mine = [case for case in cases if case.meta["wire"] == source]
            tree = stage(mine, home / source)
            for target in options.targets or PROTOCOLS:
                for kind in KINDS:
                    out = home / f"{source}-{target}-{kind}"
                    translate(options.aor.resolve(), kind, source, target, tree / kind, out, home)
                    rows[source, target, kind] = measure(mine, kind, source, target, out, types)
    return report(rows, options, types is not None)


def run_with_clients() -> int:
    """Runs this again by a Python that has the SDKs."""
    with tempfile.TemporaryDirectory(prefix="aor-corpus-") as scratch:
        python = python_with_clients(Path(scratch))
        return subprocess.run([str(python), "-B", *sys.argv], env={**os.environ, INSIDE: "1"}).returncode


def load_types(judge: Path):
    try:
        from corpus_types import Types

        return Types(judge)
    except (ImportError, OSError) as error:
        print(f"without the SDKs' types: {error}", file=sys.stderr)
        return None


def recorded(corpus: Path) -> list[Case]:
    found = []
    for path in sorted(corpus.glob("*/*/meta.json")):
        meta = json.loads(path.read_text())
        if meta["endpoint"] == "generate":
            found.append(Case(meta["id"], path.parent, meta))
    return found


def stage(cases: list[Case], home: Path) -> Path:
    """A tree for each kind, so that a batch holds one protocol and one kind."""
    for case in cases:
        for kind, name in KINDS.items():
            if (case.folder / name).exists():
                folder = home / kind / case.id
                folder.mkdir(parents=True, exist_ok=True)
                for file in (name, "meta.json"):
                    if not (folder / file).exists():
                        (folder / file).symlink_to(case.folder / file)
    return home


def translate(aor: Path, kind: str, source: str, target: str, tree: Path, out: Path, home: Path) -> None:
    if not tree.exists():
        return
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "AOR_HOME": str(home / "aor")}
    arguments = [str(aor), "translate", kind, "--from", source, "--to", target, "--batch", str(tree), "--out", str(out)]
    ran = subprocess.run(
        [*arguments, "--losses", "--json=case,state,error"], env=environment, capture_output=True, text=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / "summary.json").write_text(ran.stdout)
    if ran.returncode not in (0, 1):
        sys.exit(f"aor translate {kind} {source} → {target} ended with {ran.returncode}: {ran.stderr[-2000:]}")


def measure(cases: list[Case], kind: str, source: str, target: str, out: Path, types) -> Row:
    row = Row()
    told = summary(out)
    for case in cases:
        original = case.folder / KINDS[kind]
        if not original.exists():
            continue
        row.cases += 1
        written = out / case.id / KINDS[kind]
        if not written.exists():
            reason = told.get(case.id, "not translated, and nothing said")
            if REFUSALS.search(reason):
                row.refused += 1
            else:
                row.failures.append((case.id, reason))
            continue
        row.translated += 1
        losses_file = written.parent / f"{kind}.losses.json"
        losses = json.loads(losses_file.read_text()) if losses_file.exists() else []
        row.lost.update(place(loss["path"]) for loss in losses)
        try:
            missing, refused = compare(case, kind, source, target, original, written, losses, types)
        except Exception as error:  # noqa: BLE001
            missing, refused = [f"{type(error).__name__}: {error}"], None
        row.arrived += not missing
        row.typed += refused is None
        row.failures += [(case.id, text) for text in missing]
        if refused:
            row.failures.append((case.id, f"types: {refused}"))
    return row


def summary(out: Path) -> dict[str, str]:
    """What the batch said of the cases it did not translate."""
    path = out / "summary.json"
    rows = json.loads(path.read_text()) if path.exists() else []
    return {row["case"]: row["error"] for row in rows if row.get("state") == "failed"}


def compare(case: Case, kind: str, source: str, target: str, original: Path, written: Path, losses: list, types):
    """What is missing, and why the vendor's types refuse what was written."""
    before, after = original.read_bytes(), written.read_bytes()
    if source == target:
        return same(kind, source, before, after), None
    if kind == "request":
        sent, got = json.loads(before), json.loads(after)
        refused = types.request(target, got, case.meta["stream"]) if types else None
        if refused and types.request(source, sent, case.meta["stream"], beta=True):
            refused = None  # A vendor refused it as it was; what it means stays as wrong as it was.
        facts = corpus_facts.request_facts
        return corpus_arrival.request(facts(source, sent), facts(target, got), losses), refused
    if kind == "response":
        sent, got = json.loads(before), json.loads(after)
        if case.is_error or is_error(sent) or is_error(got):
            failed = case.is_error or is_error(sent) or corpus_facts.answer(source, sent).stop in ("error", None)
            return ([] if is_error(got) == failed else ["an error became an answer, or an answer an error"]), None
        refused = types.answer(target, got) if types else None
        said, heard = corpus_facts.answer(source, sent), corpus_facts.answer(target, got)
        return corpus_arrival.answer(said, heard, losses), refused
    sent, got = events(before), events(after)
    refused = next(
        (text for item in got if not is_error(item) and "done" not in item if (text := types.event(target, item))),
        None) if types else None
    heard = corpus_facts.Answer(stop="error") if is_error(got[0]) else corpus_facts.stream(target, got)
    return corpus_arrival.answer(corpus_facts.stream(source, sent), heard, losses), refused


def same(kind: str, protocol: str, before: bytes, after: bytes) -> list[str]:
    """One protocol on both sides: the same bytes, but for the model, the counts a Chat stream is asked to tell, and
    errors, which are put together anew so that no secret passes in one."""
    if before == after:
        return []
    if kind == "stream":
        begins = after.startswith(before.rstrip(b"\n")[:len(after)])
        told = events(after)
        # Behind a stream that was cut off inside an event, an error stands in that event's place.
        cut = is_error(told[-1]) and events(before)[:len(told) - 1] == told[:-1]
        return [] if begins or cut else ["bytes differ"]
    was, now = json.loads(before), json.loads(after)
    if kind == "response":
        return [] if is_error(was) and is_error(now) else ["bytes differ"]
    for body in (was, now):
        body.pop("model", None)
        if protocol == "openai-chat":
            body.pop("stream_options", None)
    return [] if was == now else ["other members than the model differ"]


def is_error(body) -> bool:
    first = body[0] if isinstance(body, list) and body else body
    return isinstance(first, dict) and (first.get("type") == "error" or bool(first.get("error"))) and not (
        first.get("choices") or first.get("output") or first.get("candidates"))


def events(stream: bytes) -> list[dict]:
    text = re.sub(r"\r\n?", "\n", stream.decode("utf-8", "replace").removeprefix("\ufeff"))
    if text.lstrip()[:1] in ("[", "{"):
        # Gemini's other framing, or an error that came before the first event.
        whole = json.loads(text)
        return whole if isinstance(whole, list) else [whole]
    found = []
    for block in re.split(r"\n{2,}", text):
        data = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        joined = "\n".join(data)
        if joined.strip() == "[DONE]":
            found.append({"done": True})
        if not joined.strip() or joined.strip() == "[DONE]":
            continue
        try:
            value = json.loads(joined)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def report(rows: dict[tuple[str, str, str], Row], options, typed: bool) -> int:
    allowed = exceptions()
    lines = [
        "| from | to | kind | cases | translated | refused by name | laws held | SDK types accept | losses declared |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|"]
    open_failures: list[tuple[str, str, str, str, str]] = []
    for (source, target, kind), row in rows.items():
        accepts = "–" if not typed or source == target else str(row.typed)
        lines.append(
            f"| {NAMES[source]} | {NAMES[target]} | {kind} | {row.cases} | {row.translated} | {row.refused} "
            f"| {row.arrived} | {accepts} | {row.lost.total()} |")
        for case, text in row.failures:
            if not any(case.endswith(name) and text.startswith(what) for name, what in allowed):
                open_failures.append((source, target, kind, case, text))
    print("\n".join(lines))
    if options.table:
        write_table(options.table, lines, "corpus")
        write_table(options.table, losses_by_pair(rows), "losses by pair")
    by_reason = Counter((f[0], f[1], f[2], re.sub(r"[0-9]+", "N", f[4])[:70]) for f in open_failures)
    for failure in open_failures if options.verbose else []:
        print("  " + " ".join(failure))
    if not options.verbose:
        for reason, count in by_reason.most_common(60):
            print(f"{count:5d}  {' '.join(reason)}")
    print(f"{len(open_failures)} failures in {sum(row.cases for row in rows.values())} translations")
    return 1 if open_failures else 0


def exceptions() -> list[tuple[str, str]]:
    """Cases that break a law, and which: the beginning of what is said of them."""
    lines = EXCEPTIONS.read_text().splitlines()
    return [tuple(line.split("\t")[:2]) for line in lines if line and not line.startswith("#")]


def place(path: str) -> str:
    """A loss's path without its numbers, and without what stands inside a schema or another free object."""
    general = re.sub(r"\[\d+\]", "[]", path)
    return re.sub(r"((?:s|S)chema)\..*", r"\1.…", general)


def losses_by_pair(rows: dict[tuple[str, str, str], Row]) -> list[str]:
    """What was lost on each way, in the words of the side that said it, and how often."""
    lines = ["| from | to | kind | lost: field and times |", "|---|---|---|---|"]
    for (source, target, kind), row in rows.items():
        if row.lost:
            told = sorted(row.lost.items(), key=lambda pair: (-pair[1], pair[0]))
            fields = ", ".join(f"`{path}` {count}" for path, count in told)
            lines.append(f"| {NAMES[source]} | {NAMES[target]} | {kind} | {fields} |")
    return lines


def write_table(page: Path, lines: list[str], name: str) -> None:
    """Puts the lines between `<!-- name -->` and `<!-- /name -->`."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    head, rest = page.read_text().split(begin, 1)
    _, tail = rest.split(end, 1)
    page.write_text(head + begin + "\n".join(lines) + "\n" + end + tail)


if __name__ == "__main__":
    sys.exit(main())
