"""The engine, started and stopped as a test likes, over a database of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta

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
from streams.strategies.sma_crossover import SmaCrossover
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
    """Store, relay, writer and supervisor, as `medha engine` has them."""

    def __init__(self, store: Store, relay: Relay, writer: Writer, supervisor: Supervisor) -> None:
        self.store, self.relay, self.writer, self.supervisor = store, relay, writer, supervisor
        self.tasks: set[asyncio.Task[object]] = set()

    async def close(self) -> None:
        """Stops in order, as on Ctrl-C."""
        await self.supervisor.close()
        await self.writer.close()
        await self.relay.close()
        await self.store.close()


@asynccontextmanager
async def running(
    database: Database, registry: StrategyRegistry | None = None, clock: Clock | None = None
) -> AsyncIterator[Engine]:
    """An engine at work for as long as the block lasts."""
    store = await Store.open(database)
    relay = Relay(store.dedicated)
    relay.start()
    writer = Writer(store.dedicated, relay)
    await writer.start()
    known = registry or StrategyRegistry([SmaCrossover])
    engine = Engine(store, relay, writer, Supervisor(store, writer, known, clock or AheadClock()))
    engine.supervisor.start()
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
    async with running(database) as started:
        yield started


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
async def watching(database: Database) -> AsyncIterator[Trader]:
    """The same, for as long as the block lasts."""
    store = await Store.open(database)
    relay = Relay(store.dedicated, poll=0.02)
    relay.start()
    try:
        async with as_superuser(database) as connection:
            yield await Trader(connection, store, relay).settle_in()
    finally:
        await relay.close()
        await store.close()
