"""An open store on a database of the test's own."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.store.database import Database
from app.store.embedded import RunningPostgres
from app.store.engine import Store
from app.store.migrate import migrate
from tests.databases import fresh_database


@pytest.fixture(scope="session")
def market_template(postgres: RunningPostgres) -> str:
    """The name of a migrated, empty database to copy."""
    dsn = asyncio.run(fresh_database(postgres))
    database = Database.embedded(dsn)
    asyncio.run(migrate(database))
    return database.name


@pytest.fixture
async def store(postgres: RunningPostgres, market_template: str) -> AsyncIterator[Store]:
    """A store with nothing in it."""
    dsn = await fresh_database(postgres, market_template)
    opened = await Store.open(Database.embedded(dsn))
    try:
        yield opened
    finally:
        await opened.close()
