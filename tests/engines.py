"""The engine, started and stopped as a test likes, over a database of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app.brokers.factory import BROKERS, Make
from app.clock import Clock, utc_now
from app.engine.supervisor import Supervisor
from app.store.database import Database
from app.store.engine import Store
from app.store.relay import Relay
from app.store.writer import Writer
from streams.domain.orders import BrokerKind
from streams.strategies import StrategyRegistry
from tests.brackets import REGISTRY
from tests.feeds import FOREVER, Gate
from tests.stores import as_superuser
from tests.traders import Trader


class AheadClock:
    """The wall clock, so many seconds ahead: how an engine sees leases that have run out."""

    def __init__(self, seconds: float = 0) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """The present moment, moved."""
        return utc_now() + self._ahead


class Engine:
    """Store, relay, writer and supervisor, as `medha engine` has them; its paper runs wait at `gate`."""

    def __init__(
        self, database: Database, store: Store, registry: StrategyRegistry, clock: Clock, gate: Gate
    ) -> None:
        self._database, self._others = database, asyncio.all_tasks()
        self.store, self.gate = store, gate
        self.relay = Relay(store.dedicated)
        self.writer = Writer(store.dedicated, self.relay)
        self.supervisor = Supervisor(store, self.writer, registry, clock, gate.feed)

    async def start(self) -> None:
        """Begins to work."""
        self.relay.start()
        await self.writer.start()
        self.supervisor.start()

    async def close(self) -> None:
        """Stops in order, as on Ctrl-C."""
        await self.supervisor.close()
        await self.writer.close()
        await self.relay.close()
        await self.store.close()

    def tasks(self) -> set[asyncio.Task[Any]]:
        """What the engine has running."""
        mine = asyncio.all_tasks() - self._others
        return {
            task for task in mine if task.get_name().split()[0] in ("supervisor", "writer", "relay", "run")
        }

    async def kill(self) -> None:
        """Ends it at this very step: no task takes another one, no lease is given back."""
        for task in self.tasks():
            task.cancel()
        await lose_connections(self._database)
        while ending := self.tasks():  # a driver may answer a cut connection before it hears of the cancel
            for task in ending:
                task.cancel()
            await asyncio.wait(ending, timeout=0.1)
        await self.store.close()


async def lose_connections(database: Database) -> None:
    """Cuts every connection of engines to this database, as its restart would."""
    async with as_superuser(database) as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE usename = 'medha_engine' AND datname = current_database()"
        )


async def started(
    database: Database,
    *,
    registry: StrategyRegistry | None = None,
    clock: Clock | None = None,
    gate: Gate | None = None,
) -> Engine:
    """An engine at work; its gate is open unless one is given."""
    store = await Store.open(database)
    known = registry or REGISTRY
    engine = Engine(database, store, known, clock or AheadClock(), gate or Gate(FOREVER))
    await engine.start()
    return engine


@asynccontextmanager
async def running(database: Database, **parts: Any) -> AsyncIterator[Engine]:
    """The same, for as long as the block lasts."""
    engine = await started(database, **parts)
    try:
        yield engine
    finally:
        await engine.close()


@contextmanager
def registered(make: Make, kind: BrokerKind = BrokerKind.PAPER) -> Iterator[None]:
    """Another adapter for a kind of account, as an extension would register it."""
    former = BROKERS[kind]
    BROKERS[kind] = make
    try:
        yield
    finally:
        BROKERS[kind] = former


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[Engine]:
    """One engine, with the built-in strategies."""
    async with running(database) as made:
        yield made


@pytest.fixture
async def gated(database: Database) -> AsyncIterator[Engine]:
    """One engine whose candles come as the test lets them."""
    async with running(database, gate=Gate()) as made:
        yield made


@pytest.fixture
async def trader(engine: Engine, superuser: asyncpg.Connection) -> Trader:
    """A user whose runs the engine executes."""
    return await trader_of(engine, superuser)


async def trader_of(engine: Engine, superuser: asyncpg.Connection) -> Trader:
    """Another user of this engine's."""
    made = await Trader(superuser, engine.store, engine.relay).settle_in()
    made.wake = engine.supervisor.wake
    return made


@pytest.fixture
async def watcher(database: Database, superuser: asyncpg.Connection) -> AsyncIterator[Trader]:
    """A user with eyes of their own: engines come and go, the user goes on looking."""
    async with watching(database) as made:
        yield made


@asynccontextmanager
async def watching(database: Database, known: Trader | None = None) -> AsyncIterator[Trader]:
    """The same, for as long as the block lasts; or one known from before, with new eyes."""
    store = await Store.open(database)
    relay = Relay(store.dedicated, poll=0.02)
    relay.start()
    try:
        async with as_superuser(database) as connection:
            made = Trader(connection, store, relay, known.ids if known else None)
            yield made if known else await made.settle_in()
    finally:
        await relay.close()
        await store.close()
