"""The clients of the soak: they ask in all protocols, and behave as badly as clients do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
from collections import Counter
from dataclasses import dataclass, field

import payloads
from measuring import Call
from soak_upstream import RIGHT, Kind, reset, text_of

#: Longer than any exchange may take: past it, the gateway hangs.
PATIENCE = 90
#: Statuses that a provider's fault may come to; (whole, stream), for a stream 200 means that it failed on its way.
FAULTS: dict[Kind, tuple[set[int], set[int]]] = {
    Kind.CUT: ({502}, {200, 502}),
    Kind.HANGUP: ({502}, {502}),
    Kind.STALL: ({504}, {200, 504}),
    Kind.SILENT: ({504}, {504}),
    Kind.LIMITED: ({429}, {429}),
    Kind.FAILING: ({500}, {500}),
    # Relayed as it is where both sides speak one protocol.
    Kind.MALFORMED: ({200, 502}, {200, 502}),
}
#: A request that is never finished, by its share of the whole bytes.
HALVES = (0.02, 0.5, 0.95)


@dataclass
class Tally:
    """What came of it all."""

    #: Ids of exchanges whose answer's head arrived.
    ids: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    #: What must not be, the first of many.
    wrong: list[str] = field(default_factory=list)
    wrong_count: int = 0

    def complain(self, what: str) -> None:
        self.wrong_count += 1
        if len(self.wrong) < 20:
            self.wrong.append(what)


@dataclass
class Answer:
    """The head of an answer."""

    status: int
    headers: dict[str, str]


class Connection:
    """One connection to the gateway."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port: int, buffer: int | None = None) -> Connection:
        """Connects; `buffer` bounds what the kernel takes in for a client that does not read."""
        ours = socket.socket()
        if buffer:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        ours.setblocking(False)
        await asyncio.get_running_loop().sock_connect(ours, ("127.0.0.1", port))
        return cls(*await asyncio.open_connection(sock=ours, limit=buffer or 1 << 16))

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> Answer:
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:] if line)}
        return Answer(int(lines[0].split(" ")[1]), headers)

    async def body(self, answer: Answer) -> bytes:
        """All of the body; raises when it is cut."""
        if answer.headers.get("transfer-encoding") != "chunked":
            return await self.reader.readexactly(int(answer.headers.get("content-length", 0)))
        pieces = []
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            pieces.append(await self.reader.readexactly(size))
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return b"".join(pieces)

    def close(self, *, hard: bool = False) -> None:
        if hard:
            reset(self.writer)
        self.writer.transport.abort() if hard else self.writer.close()


class Client:
    """One after another, for as long as the soak lasts."""

    def __init__(self, port: int, tally: Tally, chance: random.Random) -> None:
        self.port, self.tally, self.chance = port, tally, chance
        self.kept: Connection | None = None
        self.bodies: dict[tuple[str, str, int, bool], bytes] = {}

    async def run(self, is_over: asyncio.Event) -> None:
        """Every way to behave, at random."""
        ways = [(30, self.whole), (30, self.stream), (8, self.fault), (8, self.cancel), (3, self.stall),
                (6, self.half), (6, self.cut_body), (4, self.bad_request), (5, self.others)]
        while not is_over.is_set():
            way = self.chance.choices([way for _, way in ways], [weight for weight, _ in ways])[0]
            try:
                await asyncio.wait_for(way(), PATIENCE)
            except (OSError, EOFError, ValueError, KeyError, IndexError, TimeoutError) as error:
                self.drop()
                self.tally.complain(f"{way.__name__}: {type(error).__name__} {error}")
            self.tally.done[way.__name__] += 1
        self.drop()

    # What is asked

    def call(self, model: str, protocol: str, size: int, *, streams: bool) -> Call:
        key = (model, protocol, size, streams)
        if key not in self.bodies:
            self.bodies[key] = payloads.request(protocol, model, size, streams)
        return Call(self.port, payloads.path_of(protocol, model, streams), protocol, self.bodies[key], streams)

    def any_protocol(self) -> str:
        return self.chance.choice(payloads.PROTOCOLS)

    def any_size(self) -> int:
        return self.chance.choices([2000, 100_000], [4, 1])[0]

    def right_model(self) -> tuple[str, Kind]:
        """A model that answers, and as what."""
        kind = self.chance.choices(RIGHT, [12, 4, 0])[0]
        where = self.chance.choices([str(kind), "fallback", "changing"], [6, 1, 1])[0]
        return f"soak-{where}-{self.any_protocol()}", kind

    # Good clients

    async def whole(self) -> None:
        await self.expect_right(*self.right_model(), streams=False)

    async def stream(self) -> None:
        await self.expect_right(*self.right_model(), streams=True)

    async def expect_right(self, model: str, kind: Kind, *, streams: bool) -> None:
        call = self.call(model, self.any_protocol(), self.any_size(), streams=streams)
        answer, body = await self.ask(call)
        self.check(call, answer, body, kind)

    def check(self, call: Call, answer: Answer, body: bytes, kind: Kind) -> None:
        where = f"{call.protocol} {call.path} {json.loads(call.body).get('model', '')}"
        if answer.status != 200:
            return self.tally.complain(f"{where}: {answer.status} {body[:200]!r}")
        said = payloads.said(call.protocol, body, call.streams)
        if said != (text_of(kind), *payloads.USAGE):
            self.tally.complain(f"{where}: says {str(said)[-200:]}")
        return None

    async def ask(self, call: Call) -> tuple[Answer, bytes]:
        """Asks on the kept connection or a new one, and reads all of the answer."""
        connection = await self.connection()
        if self.chance.random() < 0.2:
            call.headers["connection"] = "close"
        await connection.send(call.raw())
        answer = await self.note(connection)
        body = await connection.body(answer)
        if "close" in (call.headers.get("connection"), answer.headers.get("connection")):
            self.drop()
        return answer, body

    async def connection(self) -> Connection:
        if self.kept and self.chance.random() < 0.2:
            self.drop()
        if self.kept is None:
            self.kept = await Connection.open(self.port)
        return self.kept

    def drop(self) -> None:
        if self.kept:
            self.kept.close(hard=self.chance.random() < 0.5)
        self.kept = None

    async def note(self, connection: Connection) -> Answer:
        answer = await connection.head()
        self.tally.statuses[answer.status] += 1
        self.tally.ids.append(answer.headers["x-request-id"])
        return answer

    # Bad providers

    async def fault(self) -> None:
        """Whatever the provider does, the client gets an answer that fails in the open."""
        kind = self.chance.choice(list(FAULTS))
        streams = self.chance.random() < 0.5
        call = self.call(f"soak-{kind}-{self.any_protocol()}", self.any_protocol(), 2000, streams=streams)
        connection = await self.connection()
        await connection.send(call.raw())
        answer = await self.note(connection)
        allowed = FAULTS[kind][streams]
        if answer.status not in allowed:
            self.tally.complain(f"{kind}, {call.protocol} {call.path}: {answer.status}, must be one of {allowed}")
        with contextlib.suppress(asyncio.IncompleteReadError):
            await connection.body(answer)
            if answer.headers.get("connection") != "close":
                return
        self.drop()

    # Bad clients; each has a connection of its own and leaves it in the middle

    async def cancel(self) -> None:
        """Goes away in mid-stream."""
        model, _ = self.right_model()
        async with self.alone() as connection:
            await connection.send(self.call(model, self.any_protocol(), self.any_size(), streams=True).raw())
            await self.note(connection)
            await connection.reader.read(self.chance.randrange(1, 20_000))

    async def stall(self) -> None:
        """Does not read for a while, then reads on: nothing is lost."""
        call = self.call(f"soak-large-{self.any_protocol()}", self.any_protocol(), 2000, streams=True)
        async with self.alone(buffer=8192) as connection:
            await connection.send(call.raw())
            answer = await self.note(connection)
            await asyncio.sleep(self.chance.uniform(0.5, 3))
            self.check(call, answer, await connection.body(answer), Kind.LARGE)

    async def half(self) -> None:
        """Sends a part of a request and goes."""
        model, _ = self.right_model()
        whole = self.call(model, self.any_protocol(), self.any_size(), streams=False).raw()
        async with self.alone() as connection:
            await connection.send(whole[:int(len(whole) * self.chance.choice(HALVES))])
            await asyncio.sleep(self.chance.choice([0, 0.2]))

    async def cut_body(self) -> None:
        """Goes away in the middle of a whole answer, or before it."""
        call = self.call(f"soak-large-{self.any_protocol()}", self.any_protocol(), 2000, streams=False)
        async with self.alone(buffer=8192) as connection:
            await connection.send(call.raw())
            if self.chance.random() < 0.3:
                return
            await self.note(connection)
            await connection.reader.read(10_000)

    async def bad_request(self) -> None:
        """What is no request gets an error, not a hang."""
        call = self.call("soak-good-openai-chat", self.any_protocol(), 2000, streams=False)
        call.body = self.chance.choice([b"{", b"[]", b"\xff" * 100, b""])
        async with self.alone() as connection:
            await connection.send(call.raw())
            answer = await self.note(connection)
            await connection.body(answer)
            if not 400 <= answer.status < 500:
                self.tally.complain(f"bad request, {call.path} {call.body[:8]!r}: {answer.status}")

    async def others(self) -> None:
        """What is no exchange with a provider."""
        path = self.chance.choice(["/healthz", "/v1/models", "/v1beta/models", "/nothing/here"])
        connection = await self.connection()
        await connection.send(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\n\r\n".encode())
        answer = await connection.head()
        await connection.body(answer)
        if answer.headers.get("connection") == "close":
            self.drop()
        if answer.status != (404 if path == "/nothing/here" else 200):
            self.tally.complain(f"GET {path}: {answer.status}")

    @contextlib.asynccontextmanager
    async def alone(self, buffer: int | None = None):  # noqa: ANN201: what contextlib makes of it
        """A new connection, which is then left as it is, in order or not."""
        connection = await Connection.open(self.port, buffer)
        try:
            yield connection
        finally:
            connection.close(hard=self.chance.random() < 0.5)
