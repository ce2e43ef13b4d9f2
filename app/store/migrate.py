"""Brings a database to the schema this version of the code is written for, and back."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.store.database import Database, DatabaseRole, NoSuchDatabase, connect
from app.store.roles import ensure_roles

APP = Path(__file__).parents[1]

# Held to the end of the transaction: of two processes that start at once, the second finds all done.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('medha.migrate'))")


def migrations_dir() -> Path:
    """Where the revisions are: inside the package once installed, beside it in a checkout."""
    bundled = APP / "bundled" / "migrations"
    return bundled if bundled.exists() else APP.parent / "migrations"


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, made here: there is no alembic.ini to find, or to go stale."""
    config = Config(attributes={"connection": connection})
    # A per cent sign in the path would be read as interpolation.
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(database: Database, revision: str = "head") -> None:
    """Make what is missing (roles, database, ownership), then upgrade as medha_owner.

    Raise StoreUnavailable when the server cannot be had, or when an administrator has to act first.
    """
    await ensure_roles(database)
    await _run(database, partial(command.upgrade, revision=revision))


async def downgrade(database: Database, revision: str = "base") -> None:
    """Take the schema back to `revision`; with `base`, nothing is left but Alembic's own table."""
    await _run(database, partial(command.downgrade, revision=revision))


async def at_head(database: Database) -> bool:
    """Whether the schema is the one this code is written for."""
    try:
        connection = await connect(database, DatabaseRole.API, patience=0.0)
    except NoSuchDatabase:
        return False
    try:
        found = await connection.fetch("SELECT version_num FROM alembic_version")
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return False  # never migrated, or taken back to the base
    finally:
        await connection.close()
    return {row["version_num"] for row in found} == _heads()


@cache
def _heads() -> frozenset[str]:
    """This version's revisions: read from their files once, for health asks again and again."""
    return frozenset(ScriptDirectory.from_config(alembic_config()).get_heads())


async def _run(database: Database, act: Callable[[Config], None]) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(connect, database, DatabaseRole.OWNER),
        poolclass=NullPool,
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(ONE_AT_A_TIME)
            await connection.run_sync(lambda sync: act(alembic_config(sync)))
    finally:
        await engine.dispose()
