"""A TCP door to the run's PostgreSQL that loses messages when a test says so."""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Self
from urllib.parse import parse_qs, urlsplit

from app.store.embedded import RunningPostgres

COMMIT = b"COMMIT\x00"


class Loss(Enum):
    """What the line loses when a client commits: what it asked, or what it is answered."""

    REQUEST = "REQUEST"
    REPLY = "REPLY"


class Proxy:
    """Forwards to the server's socket. `losses` are used up one by one at commits, `refusals` at connects."""

    def __init__(self, postgres: RunningPostgres) -> None:
        """Take the server; nothing is open until `async with`."""
        parts = urlsplit(postgres.dsn())
        query = parse_qs(parts.query)
        self._socket = f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}"
        self._port = 0
        self.losses: list[Loss] = []
        self.refusals = 0
        self.arrivals = 0

    def url(self, database: str) -> str:
        """A URL through this door, for the superuser."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}?sslmode=disable"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.arrivals += 1
        if self.refusals > 0:
            self.refusals -= 1
            return writer.close()
        answers, asks = await asyncio.open_unix_connection(self._socket)
        lost: list[Loss] = []
        await asyncio.gather(
            _pump(reader, asks, lambda data: self._asked(data, lost)),
            _pump(answers, writer, lambda _: Loss.REPLY not in lost),
        )

    def _asked(self, data: bytes, lost: list[Loss]) -> bool:
        if COMMIT in data and self.losses:
            lost.append(self.losses.pop(0))
        return Loss.REQUEST not in lost


async def _pump(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, passes: Callable[[bytes], bool]
) -> None:
    """Carry bytes until the source ends or one chunk may not pass; then close."""
    try:
        while (data := await source.read(65536)) and passes(data):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        pass
    finally:
        sink.close()
