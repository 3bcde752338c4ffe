"""Whether what one protocol's body says arrived in the other's, or is among the losses."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from corpus_facts import Answer, Fact, plain, squeeze

#: Members a result may be put inside of, or taken out of.
WRAPPERS = {"result", "output", "error", "content"}
#: A count may grow to the sum of its parts, and a limit to the least a vendor takes.
LEAST_OUTPUT = 16


def letters(text: str) -> str:
    """A text without what JSON or a Markdown wrapper adds: words and numbers only."""
    return re.sub(r"[\W_]+", "", text)


def flat(value: Any) -> str:
    """All words in a value, JSON inside strings included, without wrapping members."""
    if isinstance(value, str):
        if value[:1] in "{[" or value[:1] == '"':
            try:
                return flat(json.loads(value))
            except ValueError:
                return letters(value)
        return letters(value)
    if isinstance(value, dict):
        return "".join(
            ("" if name in WRAPPERS and len(value) == 1 else letters(name)) + flat(value[name])
            for name in sorted(value))
    if isinstance(value, list):
        return "".join(flat(item) for item in value)
    return letters(json.dumps(plain(value)))


def tool_name(name: str) -> str:
    """A tool's name but for what alphabets and lengths change."""
    return re.sub(r"[^a-z0-9]", "", name.lower())[-40:]


def excused(fact: Fact, losses: list[dict]) -> bool:
    """Whether a loss names the place of this fact, a place inside it or one around it."""
    def related(path: str) -> bool:
        # Gemini takes members in both spellings, and losses are told in that of the body.
        names = [name.replace("_", "").lower() for name in (path, fact.path)]
        longer, shorter = max(names, key=len), min(names, key=len)
        return bool(shorter) and longer.startswith(shorter) and longer[len(shorter):][:1] in ("", ".", "[")

    return any(related(loss["path"]) for loss in losses)


def request(sent: list[Fact], got: list[Fact], losses: list[dict]) -> list[str]:
    """What of a request neither arrived nor is listed."""
    texts = "".join(squeeze(fact.value) for fact in got if fact.kind in ("system", "user", "assistant", "document"))
    words = letters(texts)
    results = [flat(fact.value) for fact in got if fact.kind.startswith("result")]
    calls = [call_words(fact.value) for fact in got if fact.kind.startswith("call")]
    media = {fact.value for fact in got if fact.kind == "media"}
    documents = {hashlib.sha256(fact.value.encode()).hexdigest()[:16] for fact in got if fact.kind == "document"}
    names = [tool_name(fact.value) for fact in got if fact.kind == "tool"]
    described = "".join(letters(fact.value) for fact in got if fact.kind == "tool.description")
    settings = {fact.kind: fact.value for fact in got if fact.kind.startswith("setting.")}
    missing, position = [], {}
    for fact in sent:
        if fact.kind in ("system", "user", "assistant", "document"):
            wanted = squeeze(fact.value)
            place = texts.find(wanted, position.get(fact.kind, 0))
            arrived = place >= 0
            if arrived:
                position[fact.kind] = place
            elif wanted in texts:
                arrived = False
                if not excused(fact, losses):
                    missing.append(f"order of {fact.kind} at {fact.path}")
                continue
            else:
                # A document inside a result may have become the result's text.
                arrived = letters(fact.value) in words or any(letters(fact.value) in result for result in results)
        elif fact.kind.startswith("result"):
            wanted = flat(fact.value)
            arrived = not wanted or any(wanted in result for result in results) or wanted in words
        elif fact.kind.startswith("call"):
            name, words = call_words(fact.value)
            # A tool of a namespace is called by its qualified name where there are none.
            found = next((call for call in calls if call[0].endswith(name) and call[1] == words), None)
            arrived = found is not None
            if found is not None:
                calls.remove(found)
        elif fact.kind == "media":
            # A text document may have become text, an address that cannot be sent stays as one.
            told = fact.value.startswith("http") and squeeze(fact.value) in texts
            arrived = fact.value in media or told or fact.value in documents
        elif fact.kind == "tool":
            arrived = tool_name(fact.value) in names
        elif fact.kind == "tool.description":
            arrived = letters(fact.value) in described
        else:
            arrived = same_setting(fact, settings.get(fact.kind))
        if not arrived and not excused(fact, losses):
            missing.append(f"{fact.kind} at {fact.path}: {fact.value[:60]!r}")
    return missing


def call_words(value: str) -> tuple[str, str]:
    name, _, arguments = value.partition(" ")
    try:
        parsed = json.loads(arguments)
    except ValueError:
        return tool_name(name), "".join(sorted(letters(arguments)))
    if isinstance(parsed, dict) and set(parsed) == {"input"}:
        parsed = parsed["input"]
    return tool_name(name), "".join(sorted(flat(parsed)))


def same_setting(fact: Fact, got: str | None) -> bool:
    if got is None:
        return False
    if fact.kind == "setting.max":
        return float(got) >= float(fact.value) or float(got) == LEAST_OUTPUT
    return json.loads(got) == json.loads(fact.value)


def answer(sent: Answer, got: Answer, losses: list[dict]) -> list[str]:
    """What of an answer neither arrived nor is listed."""
    missing = []

    def check(what: str, arrived: bool, *words: str) -> None:
        if not arrived and not any(word in json.dumps(loss) for loss in losses for word in words):
            missing.append(what)

    stopped, ended = end(sent), end(got)
    broken = sent.stop is None or sent.stop == "error"
    if broken:
        # What an upstream broke off may be shorter on the other side, never look whole.
        check(f"a clean end ({ended}) where the upstream had none", ended in ("error", "length", None))
        if sent.stop is None:
            check("no end at all", ended is not None)
    else:
        check(f"ended as {ended}, not {stopped}", ended == stopped, "stop", "finish", "call", "status")
    if sent.stop == "error":
        return missing
    spoken, heard = squeeze(sent.text), squeeze(got.text)
    if broken:
        check("text that the upstream never said", spoken.startswith(heard) or heard.startswith(spoken))
        return missing
    refused = squeeze(sent.refusal)
    check(
        f"text {sent.text[:50]!r} became {got.text[:50]!r}",
        # A prompt that was blocked is answered with nothing by some, by others with words that say so.
        spoken == heard or (not spoken and sent.stop == ended == "refusal")
        or sorted(letters(spoken + refused)) == sorted(letters(heard)), "content", "text")
    check(f"refusal {sent.refusal[:50]!r}", refused in squeeze(got.refusal + got.text), "refusal")
    check(
        f"reasoning {sent.reasoning[:50]!r} became {got.reasoning[:50]!r}",
        squeeze(sent.reasoning) == squeeze(got.reasoning), "reasoning", "thinking", "thought", "summary")
    wanted = [call_words(f"{name} {arguments}") for name, arguments in sent.calls]
    check(
        f"calls {sent.calls} became {got.calls}",
        wanted == [call_words(f"{name} {arguments}") for name, arguments in got.calls], "call", "tool_use", "arguments",
        "input", "args")
    check(
        f"citations {sorted(sent.cited - got.cited)[:2]}", sent.cited <= got.cited, "citation", "annotation",
        "grounding")
    for name, count in sent.usage.items():
        told = got.usage.get(name, 0)
        # A count that is smaller than its own part grows to it.
        part = sent.usage.get({"input": "cached", "output": "reasoning"}.get(name, ""), 0)
        check(f"usage.{name} {count} became {told}", told in (count, max(count, part)), "usage")
    for name in got.usage.keys() - sent.usage.keys():
        check(f"usage.{name} {got.usage[name]} out of nothing", name == "output" or not sent.usage, "usage")
    return missing


def end(told: Answer) -> str | None:
    """How an answer ended; one that is a refusal ends as one, whatever its protocol calls that."""
    if told.stop == "stop" and told.refusal and not told.text:
        return "refusal"
    if told.stop == "stop" and told.calls:
        return "tool"
    return told.stop
