"""From the settings to an open store: our own server or another's, migrated, connected."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg

from app.settings import Settings
from app.store.database import Database
from app.store.embedded import EmbeddedPostgres, attach_or_start
from app.store.engine import Store
from app.store.migrate import migrate
from app.store.unavailable import StoreUnavailable

GONE = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
)
"""What a statement raises when its connection is gone; other trouble with files is a command's own."""


@contextmanager
def database_of(settings: Settings, *, attach: bool) -> Iterator[Database]:
    """The database the settings name, or the one in the data folder, started for as long as the block lasts.

    With `attach` a server that another `medha` runs there is used as it is; without it that is refused.
    Call it from the main thread. StoreUnavailable says what to do next.
    """
    if settings.database_url is not None:
        yield Database.external(str(settings.database_url))
        return
    make = attach_or_start if attach else EmbeddedPostgres
    with make(settings.data_dir, settings.pg_bindir) as server:
        yield Database.embedded(server.dsn())


@asynccontextmanager
async def store_on(settings: Settings, database: Database) -> AsyncIterator[Store]:
    """A store over a database brought to this version's schema."""
    await migrate(database)
    read = settings.database_read_url
    store = await Store.open(database, None if read is None else Database.external(str(read)))
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """A store for a command: beside a running server, or on a database of its own for as long as it takes.

    StoreUnavailable too when the database goes away in the middle.
    """
    with database_of(settings, attach=True) as database:
        try:
            async with store_on(settings, database) as store:
                yield store
        except GONE as gone:
            raise StoreUnavailable(f"{database.place} went away in the middle: try again") from gone
