"""Upstreams that search the web for Codex, and want of the next turn what their vendors want."""

from __future__ import annotations

from claude_upstreams import Refusal, ScriptedServer
from upstream_server import Body, Event

QUERY = "what is new in swift"
PAGE = "https://swift.example/news"
FOUND = "Swift is new."
AGAIN = "As I found."


class AnthropicSearcher(ScriptedServer):
    """Anthropic: the next turn brings the search's blocks back as they were, with what only Anthropic can read."""

    USE = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": QUERY}}
    RESULT = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [
        {"type": "web_search_result", "url": PAGE, "title": "Swift news", "encrypted_content": "c2VjcmV0",
         "page_age": None}]}

    def answer(self, headers: dict[str, str], body: Body) -> list[Event]:
        if not any(str(tool.get("type", "")).startswith("web_search_2") for tool in body.get("tools") or []):
            raise Refusal("nobody asked for a search")
        blocks = [block for message in body["messages"] if message["role"] == "assistant"
                  for block in message["content"] if isinstance(block, dict)]
        if not any(message["role"] == "assistant" for message in body["messages"]):
            return self._message([self.USE, self.RESULT, {"type": "text", "text": FOUND}])
        if self.USE not in blocks or self.RESULT not in blocks:
            raise Refusal(f"the search did not come back: {[block.get('type') for block in blocks]}")
        return self._message([{"type": "text", "text": AGAIN}])

    @staticmethod
    def _message(blocks: list[Body]) -> list[Event]:
        message = {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
            "stop_sequence": None, "usage": {"input_tokens": 5, "output_tokens": 1}}
        events: list[Body] = [{"type": "message_start", "message": message}]
        for index, block in enumerate(blocks):
            start = block | ({"text": ""} if block["type"] == "text" else {})
            events.append({"type": "content_block_start", "index": index, "content_block": start})
            if block["type"] == "text":
                citation = {
                    "type": "web_search_result_location", "url": PAGE, "title": "Swift news",
                    "encrypted_index": "aW5kZXg=", "cited_text": "new"}
                events += [
                    {"type": "content_block_delta", "index": index, "delta": delta} for delta in (
                        {"type": "text_delta", "text": block["text"]},
                        {"type": "citations_delta", "citation": citation})]
            events.append({"type": "content_block_stop", "index": index})
        events += [
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}},
            {"type": "message_stop"}]
        return [(event["type"], event) for event in events]


class GeminiSearcher(ScriptedServer):
    """Gemini 3: searches beside functions, and wants its own calls back with their signatures."""

    CALL = {"toolCall": {"toolType": "GOOGLE_SEARCH_WEB", "args": {"queries": [QUERY]}, "id": "s1"},
            "thoughtSignature": "Y2FsbA=="}
    RESPONSE = {"toolResponse": {
        "toolType": "GOOGLE_SEARCH_WEB", "response": {"search_suggestions": "<div>"}, "id": "s1"},
        "thoughtSignature": "cmVzcG9uc2U="}

    def answer(self, headers: dict[str, str], body: Body) -> list[Event]:
        if not any("googleSearch" in tool for tool in body.get("tools") or []):
            raise Refusal("nobody asked for a search")
        if not (body.get("toolConfig") or {}).get("includeServerSideToolInvocations"):
            raise Refusal("Please enable tool_config.include_server_side_tool_invocations")
        parts = [part for content in body["contents"] if content.get("role") == "model" for part in content["parts"]]
        if not parts:
            grounding = {
                "webSearchQueries": [QUERY], "groundingChunks": [{"web": {"uri": PAGE, "title": "Swift news"}}],
                "groundingSupports": [{
                    "segment": {"startIndex": 0, "endIndex": len(FOUND), "text": FOUND},
                    "groundingChunkIndices": [0]}]}
            return [self._chunk([self.CALL]), self._chunk([self.RESPONSE]), self._chunk([{"text": FOUND}]),
                    self._chunk([{"text": ""}], finishReason="STOP", groundingMetadata=grounding)]
        if self.CALL not in parts or self.RESPONSE not in parts:
            raise Refusal(f"the search did not come back: {parts}")
        return [self._chunk([{"text": AGAIN}], finishReason="STOP")]

    @staticmethod
    def _chunk(parts: list[Body], **members: object) -> tuple[None, Body]:
        return None, {
            "candidates": [{"content": {"role": "model", "parts": parts}, "index": 0, **members}],
            "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 4, "totalTokenCount": 9}}
