"""An open store whose market is empty."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.store.database import Database
from app.store.embedded import RunningPostgres
from app.store.engine import Store
from app.store.migrate import migrate
from tests.databases import fresh_database


@pytest.fixture(scope="session")
def market_database(postgres: RunningPostgres) -> Database:
    """One migrated database for all tests of the import: emptying it costs less than copying one each."""
    database = Database.embedded(asyncio.run(fresh_database(postgres)))
    asyncio.run(migrate(database))
    return database


@pytest.fixture
async def store(market_database: Database) -> AsyncIterator[Store]:
    """A store without instruments and candles."""
    superuser = await asyncpg.connect(market_database.url)
    await superuser.execute("DELETE FROM candle_chunks; DELETE FROM live_candles; DELETE FROM instruments")
    await superuser.close()
    opened = await Store.open(market_database)
    try:
        yield opened
    finally:
        await opened.close()
