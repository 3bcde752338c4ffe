#!/usr/bin/env python3
"""A provider for the soak: what it does wrong is the first part of the path. Prints its port; ends with its parent.

    POST /KIND/…    KIND as in `Kind`; the answer in the protocol of the path, a stream where one is asked for
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import functools
import random
import socket
import struct
import sys
from dataclasses import dataclass

import payloads

#: Deltas of the large answer: more than all buffers between a provider and a client hold.
LARGE = 12_000
#: Longer than any time-out of the gateway under test, shorter than the soak.
FOREVER = 60


class Kind(enum.StrEnum):
    """What the provider does."""

    GOOD = "good"            # answers at once
    PACED = "paced"          # answers, in pieces with pauses
    LARGE = "large"          # answers at length
    CUT = "cut"              # goes in mid-answer
    HANGUP = "hangup"        # goes before the answer
    STALL = "stall"          # stops in mid-answer
    SILENT = "silent"        # takes the request, says nothing
    LIMITED = "limited"      # 429
    FAILING = "failing"      # 500
    MALFORMED = "malformed"  # 200 and something that is no answer


#: Those whose answers are right.
RIGHT = (Kind.GOOD, Kind.PACED, Kind.LARGE)


@functools.cache
def text_of(kind: Kind) -> str:
    """What a right answer says."""
    return "".join(payloads.texts(LARGE if kind is Kind.LARGE else payloads.CHUNKS))


def answers() -> dict[tuple[str, bool, bool], bytes]:
    """Protocol, whether a stream, whether large → the body."""
    made = {}
    for protocol in payloads.PROTOCOLS:
        for large in (False, True):
            deltas = payloads.texts(LARGE if large else payloads.CHUNKS)
            made[protocol, False, large] = payloads.whole(protocol, "".join(deltas))
            made[protocol, True, large] = payloads.stream(protocol, deltas)
    return made


@dataclass
class Reply:
    """One answer under way on one connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    streams: bool
    body: bytes

    async def head(self, status: int = 200) -> None:
        kind = "text/event-stream" if self.streams else "application/json"
        length = "transfer-encoding: chunked" if self.streams else f"content-length: {len(self.body)}"
        self.writer.write(f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\n{length}\r\n\r\n".encode())
        await self.writer.drain()

    async def part(self, start: int, end: int) -> None:
        piece = self.body[start:end]
        if not piece:
            return
        self.writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if self.streams else piece)
        await self.writer.drain()

    async def finish(self) -> None:
        if self.streams:
            self.writer.write(b"0\r\n\r\n")
            await self.writer.drain()

    async def all(self, status: int = 200) -> None:
        await self.head(status)
        # Some pieces end between events, most do not.
        for start in range(0, len(self.body), 16_000):
            await self.part(start, start + 16_000)
        await self.finish()


class Provider:
    """All connections."""

    def __init__(self) -> None:
        self.answers = answers()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, EOFError):
            while await self.one(reader, writer):
                pass
        writer.close()

    async def one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; false when the connection is over."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = head.split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        path = lines[0].split(" ")[1]
        kind = Kind(path.split("/")[1])
        protocol = next(name for name, mark in (
            ("openai-chat", "/chat/completions"), ("openai-responses", "/responses"), ("anthropic", "/messages"),
            ("gemini", "enerateContent")) if mark in path)
        streams = "streamGenerateContent" in path or b'"stream":true' in body
        reply = Reply(reader, writer, streams, self.answers[protocol, streams, kind is Kind.LARGE])
        return await self.answer(kind, reply)

    async def answer(self, kind: Kind, reply: Reply) -> bool:
        middle = len(reply.body) // 2
        match kind:
            case Kind.GOOD | Kind.LARGE:
                await reply.all()
            case Kind.PACED:
                await reply.head()
                step = len(reply.body) // 10 + 1
                for start in range(0, len(reply.body), step):
                    await reply.part(start, start + step)
                    await asyncio.sleep(0.02)
                await reply.finish()
            case Kind.CUT | Kind.HANGUP | Kind.STALL | Kind.SILENT:
                if kind in (Kind.CUT, Kind.STALL):
                    await reply.head()
                    await reply.part(0, middle)
                if kind in (Kind.STALL, Kind.SILENT):
                    # Until the gateway has had enough.
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(reply.reader.read(1), FOREVER)
                elif random.random() < 0.5:
                    reset(reply.writer)
                return False
            case Kind.LIMITED | Kind.FAILING:
                reply.streams = False
                reply.body = payloads.encode({"error": {"message": "not now", "type": "scripted", "code": "scripted"}})
                await reply.all(429 if kind is Kind.LIMITED else 500)
            case Kind.MALFORMED:
                reply.body = (b"data: {\"choices\": [{\"del\n\n" if reply.streams else b"{\"choices\": [{\"mess") * 3
                await reply.all()
        return True


def reset(writer: asyncio.StreamWriter) -> None:
    """Closes with a reset instead of an orderly end."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def main() -> None:
    server = await asyncio.start_server(Provider().serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(asyncio.run(main()))
