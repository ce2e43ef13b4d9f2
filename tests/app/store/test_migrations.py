"""Migrations: up, down and up again, empty and filled; the models and the schema are one."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.store.database import Database
from app.store.embedded import RunningPostgres
from app.store.migrate import alembic_config, at_head, downgrade, migrate
from app.store.tables import metadata
from tests.filled import fill_every_table
from tests.stores import as_superuser

# What a schema is, as PostgreSQL itself writes it down.
CATALOGUE = """
SELECT 'column', format('%s.%s', c.relname, a.attname),
       concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                 pg_get_expr(d.adbin, c.oid))
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
UNION ALL
SELECT 'constraint', format('%s.%s', conrelid::regclass, conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
"""

LEFTOVERS = """
SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT polname::text FROM pg_policy
"""


async def test_up_down_and_up_again_on_an_empty_database(empty_database: Database) -> None:
    """Down leaves nothing but Alembic's own table; up again ends at the head."""
    await migrate(empty_database)
    assert await at_head(empty_database)

    await downgrade(empty_database)
    assert not await at_head(empty_database)
    async with as_superuser(empty_database) as connection:
        left = {row["relname"] for row in await connection.fetch(LEFTOVERS)}
    assert left == {"alembic_version", "alembic_version_pkc"}

    await migrate(empty_database)
    assert await at_head(empty_database)


async def test_up_down_and_up_again_on_a_filled_database(empty_database: Database) -> None:
    """Rows in every table, audit tables included, do not stop the owner."""
    await migrate(empty_database)
    async with as_superuser(empty_database) as connection:
        await fill_every_table(connection)
        counts = {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in metadata.tables}
    assert len(counts) == 31
    assert all(counts.values()), counts

    await downgrade(empty_database)
    await migrate(empty_database)

    assert await at_head(empty_database)


async def test_each_revision_goes_down_and_up_by_itself(empty_database: Database) -> None:
    """Whoever has to stop half-way can."""
    revisions = [step.revision for step in ScriptDirectory.from_config(alembic_config()).walk_revisions()]

    await migrate(empty_database)
    for revision in [*revisions[1:], "base"]:
        await downgrade(empty_database, revision)
    for revision in reversed(revisions):
        await migrate(empty_database, revision)

    assert await at_head(empty_database)


async def test_rows_survive_a_trip_down_to_the_tables_and_back(empty_database: Database) -> None:
    """Functions, triggers and policies come and go without touching a row."""
    await migrate(empty_database)
    async with as_superuser(empty_database) as connection:
        ledger = await fill_every_table(connection)

    await downgrade(empty_database, "0005")
    await migrate(empty_database)

    async with as_superuser(empty_database) as connection:
        assert await connection.fetchval("SELECT run_id FROM orders") == ledger.run_id


async def test_two_processes_may_migrate_at_once(empty_database: Database) -> None:
    """The second waits for the first and finds all done."""
    await asyncio.gather(*(migrate(empty_database) for _ in range(3)))

    assert await at_head(empty_database)


async def test_a_database_that_is_not_there_is_made(postgres: RunningPostgres) -> None:
    """The first start of all: no database, perhaps no roles."""
    database = Database.embedded(postgres.dsn(database=f"made {uuid4().hex}"))
    assert not await at_head(database)

    await migrate(database)

    assert await at_head(database)
    async with as_superuser(database) as connection:
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        assert await connection.fetchval(owner) == "medha_owner"


async def test_alembic_finds_no_difference_between_models_and_schema(database: Database) -> None:
    """What autogenerate would write is nothing."""
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(database.url), poolclass=NullPool
    )

    def compare(connection: Any) -> list[Any]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(compare) == []
    await engine.dispose()


async def test_the_schema_is_the_models_to_the_last_check_and_predicate(
    database: Database, empty_database: Database
) -> None:
    """PostgreSQL describes a database made from the models and the migrated one in the same words."""
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(empty_database.url),
        poolclass=NullPool,
    )
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()

    modelled, migrated = await _catalogue(empty_database), await _catalogue(database)

    assert len(modelled) > 400
    assert {found for found in migrated if "alembic_version" not in found[1]} == modelled


async def _catalogue(database: Database) -> set[tuple[str, str, str]]:
    async with as_superuser(database) as connection:
        return {tuple(row) for row in await connection.fetch(CATALOGUE)}
