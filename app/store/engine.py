"""The store: every connection the server holds, each as the role its work needs, none as a superuser."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import exc, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.database import LOST, Database, DatabaseRole, connect, spoken
from app.store.unavailable import StoreUnavailable

READERS = 10
TRADERS = 4
API_TIMEOUT = "15s"
ENGINE_TIMEOUT = "60s"

# Local to the transaction: it ends with it, whatever becomes of the connection.
IDENTIFY = text("SELECT set_config('medha.user_id', :user, true)")
IDENTIFY_READER = text(
    "SELECT set_config('medha.user_id', :user, true), set_config('transaction_read_only', 'on', true)"
)


class Store:
    """Connections to one database, and to its replica if there is one. Made by `Store.open`."""

    def __init__(
        self, database: Database, api: AsyncEngine, replica: AsyncEngine, traders: asyncpg.Pool
    ) -> None:
        """Take what `open` has made."""
        self.database = database
        self._api = api
        self._replica = replica
        self._traders = traders

    @classmethod
    async def open(cls, database: Database, read: Database | None = None, *, size: int = READERS) -> Self:
        """Connect; `read` is a replica for queries, `size` how many API transactions may run at once.

        Raise StoreUnavailable when a server does not answer or does not know our roles.
        """
        traders = await asyncpg.create_pool(connect=_dialler(database), min_size=0, max_size=TRADERS)
        api = _api_engine(database, size)
        store = cls(database, api, _api_engine(read, size) if read else api, traders)
        try:
            await store._prove()
        except BaseException:
            await store.close()
            raise
        return store

    async def _prove(self) -> None:
        """Fail now rather than at the first request."""
        async with self.trading() as connection:
            await connection.execute("SELECT 1")
        for engine in (self._api, self._replica):
            async with engine.connect() as api:
                await api.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection; wait for those in use."""
        await self._traders.close()
        await self._api.dispose()
        if self._replica is not self._api:
            await self._replica.dispose()

    @asynccontextmanager
    async def viewer(self, user_id: UUID) -> AsyncIterator[AsyncSession]:
        """A transaction that sees and writes what is this user's: committed at the end, or rolled back."""
        async with _identified(self._api, IDENTIFY, str(user_id)) as session:
            yield session

    @asynccontextmanager
    async def reader(self, user_id: UUID, *, fresh: bool = False) -> AsyncIterator[AsyncSession]:
        """A read-only transaction of this user's, on the replica if there is one.

        `fresh` keeps it on the primary: for what a relay has just announced.
        """
        engine = self._api if fresh else self._replica
        async with _identified(engine, IDENTIFY_READER, str(user_id)) as session:
            yield session

    @asynccontextmanager
    async def anonymous(self) -> AsyncIterator[AsyncSession]:
        """A transaction of nobody's: sees no user's row, may call the functions that find or make one."""
        async with _identified(self._api, IDENTIFY, "") as session:
            yield session

    @asynccontextmanager
    async def trading(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection as medha_engine, from a small pool: for what is not on the hot path."""
        connection = await self._answering()
        try:
            yield connection
        finally:
            await self._traders.release(connection)

    async def _answering(self) -> asyncpg.Connection:
        """One from the pool that answers: the server may have ended those that lay idle."""
        for _ in range(TRADERS):
            connection = await self._traders.acquire()
            if await self._answers(connection):
                return connection
        return await self._traders.acquire()

    async def _answers(self, connection: asyncpg.Connection) -> bool:
        """Whether it does; one that does not, or whose taker has gone, is given back."""
        try:
            await connection.execute("SELECT 1")
        except BaseException as cause:  # cancellation, too: for what nobody holds `close` would wait for ever
            await self._traders.release(connection)
            if not isinstance(cause, LOST):
                raise
            return False
        return True

    async def dedicated(self) -> asyncpg.Connection:
        """A new connection as medha_engine for one owner to keep and to close: the hot path's."""
        return await _engine_connection(self.database)


def is_lost(cause: BaseException) -> bool:
    """Whether it tells that the database is gone or has no connection free, not that a statement is wrong."""
    if isinstance(cause, exc.DBAPIError):
        return cause.connection_invalidated or isinstance(cause.orig and cause.orig.__cause__, LOST)
    return isinstance(cause, (StoreUnavailable, exc.TimeoutError, *LOST))


def _dialler(database: Database) -> Callable[..., Awaitable[asyncpg.Connection]]:
    """How the pool connects: with our patience, whatever the pool would add."""

    async def dial(*_: Any, **__: Any) -> asyncpg.Connection:
        return await _engine_connection(database)

    return dial


async def _engine_connection(database: Database) -> asyncpg.Connection:
    return await connect(database, DatabaseRole.ENGINE, statement_timeout=ENGINE_TIMEOUT)


def _api_engine(database: Database, size: int) -> AsyncEngine:
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(connect, database, DatabaseRole.API, statement_timeout=API_TIMEOUT),
        pool_size=size,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,  # a failed statement is logged; what it carried may be a secret
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
    )


def _to_json(value: Any) -> str:
    return orjson.dumps(value, default=spoken).decode()


@asynccontextmanager
async def _identified(engine: AsyncEngine, identify: Any, user: str) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        connection = await session.connection()
        await connection.execute(identify, {"user": user})
        yield session
