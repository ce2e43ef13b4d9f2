"""Fixtures over the run's PostgreSQL: a migrated database of a test's own, and a store on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from app.store.database import Database, set_codecs
from app.store.embedded import RunningPostgres
from app.store.engine import Store
from app.store.migrate import migrate
from tests.databases import fresh_database


@pytest.fixture(scope="session")
def template(postgres: RunningPostgres) -> str:
    """The name of a migrated database to copy: milliseconds, where migrating takes half a second."""

    async def make() -> str:
        database = Database.embedded(await fresh_database(postgres))
        await migrate(database)
        return database.name

    return asyncio.run(make())


@pytest.fixture
async def empty_database(postgres: RunningPostgres) -> AsyncIterator[Database]:
    """A database with nothing in it."""
    async with _dropped(postgres, Database.embedded(await fresh_database(postgres))) as database:
        yield database


@pytest.fixture
async def database(postgres: RunningPostgres, template: str) -> AsyncIterator[Database]:
    """A migrated database with no rows."""
    async with _dropped(postgres, Database.embedded(await fresh_database(postgres, template))) as made:
        yield made


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    """A store on the test's database."""
    opened = await Store.open(database)
    yield opened
    await opened.close()


@pytest.fixture
async def superuser(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection that no policy holds: for arranging, and for what only an intruder could do."""
    async with as_superuser(database) as connection:
        yield connection


@asynccontextmanager
async def as_superuser(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """Connect as the login of the database's URL."""
    connection = await asyncpg.connect(database.url)
    await set_codecs(connection)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _dropped(postgres: RunningPostgres, database: Database) -> AsyncIterator[Database]:
    try:
        yield database
    finally:
        connection = await asyncpg.connect(postgres.dsn(database="postgres"))
        await connection.execute(f'DROP DATABASE "{database.name}" WITH (FORCE)')
        await connection.close()
