"""How the reasoning upstream speaks Google's protocol, and what it refuses."""

from __future__ import annotations

import base64

from reasoning_protocol import TOOL, Body, ReasoningProtocol, Refusal

#: What Gemini documents for calls that another model made; as text and as the bytes it stands for.
GEMINI_PLACEHOLDERS = {"skip_thought_signature_validator", "context_engineering_is_the_way_to_go"}
GEMINI_PLACEHOLDERS |= {base64.b64encode(text.encode()).decode() for text in list(GEMINI_PLACEHOLDERS)}


class Gemini(ReasoningProtocol):
    """Gemini 3: the first call of every step of the turn must carry its signature, or the documented placeholder."""

    def read(self) -> None:
        self.seen.streams = ":streamGenerateContent" in self.path
        config = (self.body.get("generationConfig") or {}).get("thinkingConfig") or {}
        self.shows_thoughts = bool(config.get("includeThoughts"))
        self.seen.thinks = True
        results = 0
        for position, content in enumerate(self.body["contents"]):
            is_first_call = True
            for index, part in enumerate(content["parts"]):
                signature = part.get("thoughtSignature")
                turn = None
                if signature is not None and signature not in GEMINI_PLACEHOLDERS:
                    turn = self.own(signature, Refusal("Thought signature is not valid."))
                if "functionCall" in part:
                    made = self.upstream.made(part["functionCall"].get("args"))
                    self.seen.own_calls += made is not None
                    if is_first_call and signature is None:
                        raise Refusal(
                            "Function call is missing a thought_signature in functionCall parts. This is required for "
                            "tools to work correctly, and missing thought_signature may lead to degraded model "
                            f"performance. Additional data, function call `default_api:{part['functionCall']['name']}` "
                            f", position {position + 1}.{index}.")
                    if turn is not None and turn != made:
                        raise Refusal("Thought signature is not valid.")
                    is_first_call = False
                results += "functionResponse" in part
        self.seen.turn = results + 1

    def failure(self, refusal: Refusal) -> Body:
        return {"error": {"code": refusal.status, "message": str(refusal), "status": "INVALID_ARGUMENT"}}

    def _parts(self) -> list[Body]:
        if self.is_last:
            return [{"text": self.final}]
        thought = [{"text": self.thought, "thought": True}] if self.shows_thoughts else []
        return [*thought, {
            "functionCall": {"name": TOOL, "args": self.arguments}, "thoughtSignature": self.state}]

    def _chunk(self, parts: list[Body], finish: str | None) -> Body:
        candidate: Body = {"content": {"role": "model", "parts": parts}, "index": 0}
        if finish:
            candidate["finishReason"] = finish
        return {
            "candidates": [candidate], "modelVersion": "gemini-3-pro-preview", "responseId": self.call_id,
            "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 4, "thoughtsTokenCount": 3,
                              "totalTokenCount": 12}}

    def whole(self) -> Body:
        return self._chunk(self._parts(), "STOP")

    def events(self) -> list[tuple[str | None, Body | str]]:
        chunks = [[part] for part in self._parts()]
        events: list[tuple[str | None, Body | str]] = [(None, self._chunk(parts, None)) for parts in chunks[:-1]]
        return [*events, (None, self._chunk(chunks[-1], "STOP"))]
