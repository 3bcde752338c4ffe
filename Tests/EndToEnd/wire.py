"""Plain HTTP to the gateway, and how each protocol says that something went wrong."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any

#: Protocol → path of a request in the default group; Gemini's holds the model and the method.
PATHS = {
    "openai-chat": "/v1/chat/completions", "openai-responses": "/v1/responses", "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/{model}:{method}"}
PROTOCOLS = tuple(PATHS)
#: Protocol → path of an upstream's base URL.
BASE_PATHS = {"openai-chat": "/v1", "openai-responses": "/v1", "anthropic": "", "gemini": "/v1beta"}


def path_of(protocol: str, model: str, stream: bool) -> str:
    """Where a client of the protocol posts."""
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return PATHS[protocol].format(model=model, method=method)


def headers_of(protocol: str, key: str | None = None) -> dict[str, str]:
    """A client's headers, with its credential where the protocol has it."""
    headers = {"content-type": "application/json"}
    if protocol == "anthropic":
        headers["anthropic-version"] = "2023-06-01"
    if key is not None:
        name, value = {
            "anthropic": ("x-api-key", key), "gemini": ("x-goog-api-key", key),
        }.get(protocol, ("authorization", f"Bearer {key}"))
        headers[name] = value
    return headers


@dataclass
class Answer:
    """What came back, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes
    #: The connection ended before the body did.
    cut: bool = False

    @property
    def request_id(self) -> str:
        return self.headers.get("x-request-id", "")

    def json(self) -> Any:
        return json.loads(self.body)

    def events(self) -> list[tuple[str | None, Any]]:
        """The stream's events: name, and data as JSON or as text where it is none."""
        events: list[tuple[str | None, Any]] = []
        for block in self.body.decode().replace("\r\n", "\n").split("\n\n"):
            name, data = None, []
            for line in block.split("\n"):
                key, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if key == "event":
                    name = value
                elif key == "data":
                    data.append(value)
            if not data:
                continue
            text = "\n".join(data)
            try:
                events.append((name, json.loads(text)))
            except ValueError:
                events.append((name, text))
        return events


def post(
    port: int, path: str, body: Any, headers: dict[str, str], method: str = "POST", timeout: float = 30
) -> Answer:
    """Sends a body (JSON, or bytes as they are) and reads the whole answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request(method, path, data, headers)
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        try:
            return Answer(response.status, received, response.read())
        except http.client.IncompleteRead as error:
            return Answer(response.status, received, error.partial, cut=True)
        except ConnectionError:
            return Answer(response.status, received, b"", cut=True)
    finally:
        connection.close()


def error_in(protocol: str, value: Any, status: int | None = None) -> str:
    """The message of an error in the protocol's own shape; raises `ValueError` when it has another."""
    if not isinstance(value, dict):
        raise ValueError(f"no object: {value!r}"[:200])
    error = value.get("error")
    if protocol == "openai-responses" and value.get("type") == "response.failed":
        error = value["response"]["error"]
        if not error["code"]:
            raise ValueError("no code in the failed response")
        return _message(error)
    if protocol == "openai-responses" and value.get("type") == "error":
        return _message(value if "message" in value else error)
    if not isinstance(error, dict):
        raise ValueError(f"no error object: {json.dumps(value)[:200]}")
    if protocol == "anthropic":
        if value.get("type") != "error" or not isinstance(error.get("type"), str):
            raise ValueError(f"not Anthropic's shape: {json.dumps(value)[:200]}")
    elif protocol == "gemini":
        if not isinstance(error.get("code"), int) or not isinstance(error.get("status"), str):
            raise ValueError(f"not Gemini's shape: {json.dumps(value)[:200]}")
        if status is not None and error["code"] != status:
            raise ValueError(f"the code {error['code']} is not the status {status}")
    elif not isinstance(error.get("type"), str) or "param" not in error or "code" not in error:
        raise ValueError(f"not OpenAI's shape: {json.dumps(value)[:200]}")
    return _message(error)


def _message(error: Any) -> str:
    message = error.get("message") if isinstance(error, dict) else None
    if not isinstance(message, str) or not message:
        raise ValueError(f"no message: {json.dumps(error)[:200]}")
    return message


def stream_errors(protocol: str, events: list[tuple[str | None, Any]]) -> list[str]:
    """Messages of the error events in a stream."""
    found = []
    for name, value in events:
        if not isinstance(value, dict):
            continue
        is_error = {
            "anthropic": name == "error" or value.get("type") == "error",
            "openai-responses": value.get("type") in ("error", "response.failed"),
        }.get(protocol, "error" in value and value["error"] is not None)
        if is_error:
            found.append(error_in(protocol, value))
    return found


def ends_cleanly(protocol: str, events: list[tuple[str | None, Any]]) -> bool:
    """Whether the stream ends as a whole answer of the protocol does."""
    if not events:
        return False
    name, last = events[-1]
    if protocol == "openai-chat":
        return last == "[DONE]"
    if protocol == "anthropic":
        return name == "message_stop"
    if protocol == "openai-responses":
        return name in ("response.completed", "response.incomplete")
    return any(
        candidate.get("finishReason") for _, value in events if isinstance(value, dict)
        for candidate in value.get("candidates", []))
