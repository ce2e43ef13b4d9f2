"""Tells whoever waits that a user has newer events: positions only, the waiter reads the rows."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import asyncpg
import structlog

from app.store.database import LOST
from app.store.unavailable import StoreUnavailable

POLL = 0.2
HEADS = "SELECT user_id, position FROM event_heads WHERE user_id = ANY($1)"

log = structlog.get_logger(__name__)


class RelayClosed(Exception):
    """The relay was closed while somebody waited for it."""


class Wakeable(Protocol):
    """What a writer tells after its commits."""

    def wake(self, user_id: UUID, position: int | None = None) -> None:
        """Say that the user has events up to `position`, or just that they have more."""
        ...


@dataclass
class _Watch:
    """One user's head as last heard of, and those who wait for it to move."""

    position: int = 0
    waiters: set[asyncio.Future[int]] = field(default_factory=set)

    def reach(self, position: int) -> None:
        """Wake the waiters if this is news: waking them for none would make them ask again at once."""
        if position <= self.position:
            return
        self.position = position
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(self.position)


class Relay:
    """One task for a whole process. Woken by `wake`; polls the heads of watched users besides,
    since other processes commit too."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], poll: float = POLL) -> None:
        """Take how to make the relay's own connection, as medha_engine, and its pace in seconds."""
        self._connect = connect
        self._poll = poll
        self._watched: dict[UUID, _Watch] = {}
        self._nudged = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def watched(self) -> int:
        """How many users somebody waits for."""
        return len(self._watched)

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._run(), name="relay")

    async def close(self) -> None:
        """Stop; whoever still waits gets RelayClosed."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        for watch in self._watched.values():
            for waiter in watch.waiters:
                if not waiter.done():
                    waiter.set_exception(RelayClosed("the relay is closed"))

    def wake(self, user_id: UUID, position: int | None = None) -> None:
        """Announce a commit of this process; without its position the head is looked up at once."""
        if not (watch := self._watched.get(user_id)):
            return
        if position is None:
            self._nudged.set()
        else:
            watch.reach(position)

    async def changed(self, user_id: UUID, beyond: int) -> int:
        """Wait until the user's last position is greater than `beyond`; return it."""
        watch = self._watched.setdefault(user_id, _Watch())
        try:
            while watch.position <= beyond:
                await self._moved(watch)
            return watch.position
        finally:
            if not watch.waiters:
                self._watched.pop(user_id, None)

    async def _moved(self, watch: _Watch) -> None:
        if self._task is None:
            raise RelayClosed("the relay is not running")
        waiter: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        watch.waiters.add(waiter)
        self._nudged.set()  # what was committed before anybody watched was not announced to us
        try:
            await waiter
        finally:
            watch.waiters.discard(waiter)

    async def _run(self) -> None:
        while True:
            try:
                await self._follow(await self._connect())
            except (asyncpg.PostgresError, StoreUnavailable, *LOST) as lost:
                log.warning("relay.connection_lost", reason=str(lost))
                await asyncio.sleep(self._poll)

    async def _follow(self, connection: asyncpg.Connection) -> None:
        try:
            while True:
                await self._pause()
                await self._look(connection)
        finally:
            connection.terminate()

    async def _look(self, connection: asyncpg.Connection) -> None:
        if not self._watched:
            return
        for row in await connection.fetch(HEADS, list(self._watched)):
            if watch := self._watched.get(row["user_id"]):
                watch.reach(row["position"])

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll):
                await self._nudged.wait()
        self._nudged.clear()
