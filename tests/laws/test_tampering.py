"""Law 7: whatever is done to the audit tables behind our back is found, and named."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy.dialects import registry

from app.store.audit import AUDITED, Broken, Head, Link, Verified, seal, verify
from app.store.database import Database
from app.store.engine import Store
from app.store.rows import plain
from app.store.tables import metadata
from tests.laws.chains import write_chain
from tests.ledgers import Ledger, make_ledger
from tests.stores import as_superuser

DIALECT = registry.load("postgresql")()
CHANGED = {
    "TEXT": "'changed'",
    "BIGINT": "77",
    "INTEGER": "77",
    "NUMERIC(20, 4)": "77.7777",
    "DATE": "'2001-01-01'",
}


@pytest.fixture
async def asha(superuser: asyncpg.Connection) -> Ledger:
    """A user with a paper run."""
    return await make_ledger(superuser)


@pytest.fixture
async def intruder(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A superuser who has switched every trigger and foreign key off."""
    async with as_superuser(database) as connection:
        await connection.execute("SET session_replication_role = replica")
        yield connection


async def test_every_changed_column_is_found_and_named(
    store: Store, intruder: asyncpg.Connection, asha: Ledger
) -> None:
    """Each column of each table but the hash itself, one by one, in the middle of the chain."""
    await write_chain(store, asha)
    await _drop_checks(intruder)

    tried = 0
    for table in AUDITED:
        row = await intruder.fetchrow(f"SELECT * FROM {table} ORDER BY chain_position OFFSET 2 LIMIT 1")
        for column in metadata.tables[table].columns:
            if column.name in ("chain_position", "chain_hash", "broker_account_id"):
                continue
            where = f"WHERE chain_position = {row['chain_position']}"
            await intruder.execute(f"UPDATE {table} SET {column.name} = {_other(column, row)} {where}")
            found = await verify(intruder, asha.account_id)
            assert isinstance(found, Broken), f"{table}.{column.name}"
            assert (found.table, found.position) == (table, row["chain_position"]), column.name
            await intruder.execute(f"UPDATE {table} SET {column.name} = $1 {where}", row[column.name])
            tried += 1

    assert tried > 45
    assert isinstance(await verify(intruder, asha.account_id), Verified)


@pytest.mark.parametrize("table", AUDITED)
async def test_a_removed_row_is_found(
    store: Store, intruder: asyncpg.Connection, asha: Ledger, table: str
) -> None:
    """Its place in the chain is empty."""
    await write_chain(store, asha)

    gone = await intruder.fetchval(
        f"DELETE FROM {table} WHERE chain_position ="
        f" (SELECT max(chain_position) FROM {table} WHERE chain_position < 15) RETURNING chain_position"
    )

    assert await verify(intruder, asha.account_id) == Broken(None, gone, "a row was removed")


@pytest.mark.parametrize("table", AUDITED)
async def test_a_row_slipped_in_is_found(
    store: Store, intruder: asyncpg.Connection, asha: Ledger, table: str
) -> None:
    """At a place that is taken, in front of the chain, or behind its head."""
    await write_chain(store, asha)
    for position in (_taken(table), 0, 31):
        copied = await _copy(intruder, table, position)

        found = await verify(intruder, asha.account_id)

        assert isinstance(found, Broken)
        assert (found.table, found.position) == (table, position)
        await intruder.execute(f"DELETE FROM {table} WHERE ctid = $1", copied)
    assert isinstance(await verify(intruder, asha.account_id), Verified)


async def test_a_row_moved_to_another_account_is_found(
    store: Store, superuser: asyncpg.Connection, intruder: asyncpg.Connection, asha: Ledger
) -> None:
    """It is missed in the one chain and strange to the other."""
    ravi = await make_ledger(superuser, "ravi")
    await write_chain(store, asha)
    await write_chain(store, ravi)

    await intruder.execute(
        "UPDATE fills SET broker_account_id = $1, broker_trade_id = 'X', chain_position = 99"
        " WHERE broker_account_id = $2 AND chain_position = 4",
        ravi.account_id,
        asha.account_id,
    )

    assert await verify(intruder, asha.account_id) == Broken(None, 4, "a row was removed")
    found = await verify(intruder, ravi.account_id)
    assert isinstance(found, Broken)
    assert (found.table, found.position) == ("fills", 99)


async def test_two_rows_that_changed_places_are_found(
    store: Store, intruder: asyncpg.Connection, asha: Ledger
) -> None:
    """Order is what a chain is about."""
    await write_chain(store, asha)

    for old, new in ((5, -5), (11, 5), (-5, 11)):
        await intruder.execute(
            "UPDATE risk_events SET chain_position = $2 WHERE chain_position = $1", old, new
        )

    found = await verify(intruder, asha.account_id)
    assert isinstance(found, Broken)
    assert (found.table, found.position) == ("risk_events", 5)


async def test_a_cut_tail_is_found_by_the_head(
    store: Store, intruder: asyncpg.Connection, asha: Ledger
) -> None:
    """The last rows are gone, the head still counts them."""
    await write_chain(store, asha)

    for table in AUDITED:
        await intruder.execute(f"DELETE FROM {table} WHERE chain_position > 20")

    assert await verify(intruder, asha.account_id) == Broken(None, 21, "a row was removed")


async def test_a_tail_cut_together_with_the_head_is_found_by_an_anchor(
    store: Store, intruder: asyncpg.Connection, asha: Ledger
) -> None:
    """Whoever may write every table can shorten the chain; what was noted elsewhere they cannot."""
    anchor = await write_chain(store, asha)

    await _cut(intruder, 20)

    assert isinstance(await verify(intruder, asha.account_id), Verified)
    found = await verify(intruder, asha.account_id, anchor)
    assert found == Broken(None, 21, "the chain was cut: the anchor stood at 30")


async def test_a_chain_forged_from_one_row_on_is_found_by_an_anchor(
    store: Store, intruder: asyncpg.Connection, asha: Ledger
) -> None:
    """Every later hash made anew, the head too: consistent, and not what the anchor saw."""
    anchor = await write_chain(store, asha)

    await intruder.execute("UPDATE fills SET price = 1 WHERE chain_position = 4")
    await _forge(intruder)

    assert isinstance(await verify(intruder, asha.account_id), Verified)
    found = await verify(intruder, asha.account_id, anchor)
    assert isinstance(found, Broken)
    assert (found.position, found.reason) == (30, "is not what the anchor was taken of")


async def test_a_changed_head_is_found(store: Store, intruder: asyncpg.Connection, asha: Ledger) -> None:
    """Its hash, its position, or the whole of it."""
    await write_chain(store, asha)

    await intruder.execute("UPDATE audit_heads SET hash = sha256('x')")
    found = await verify(intruder, asha.account_id)
    assert isinstance(found, Broken)
    assert (found.table, found.position) == ("audit_heads", 30)

    await intruder.execute("DELETE FROM audit_heads")
    found = await verify(intruder, asha.account_id)
    assert isinstance(found, Broken)
    assert found.reason == "a row outside the chain, which ends at 0"


async def _drop_checks(intruder: asyncpg.Connection) -> None:
    """An intruder is not held by what a value may be, either."""
    checks = await intruder.fetch(
        "SELECT conname, conrelid::regclass::text AS relation FROM pg_constraint"
        " WHERE contype = 'c' AND conrelid::regclass::text = ANY($1)",
        list(AUDITED),
    )
    for check in checks:
        await intruder.execute(f"ALTER TABLE {check['relation']} DROP CONSTRAINT {check['conname']}")


def _other(column: Any, row: Any) -> str:
    """SQL for a value of the column's that is not the row's."""
    kind = column.type.compile(dialect=DIALECT)
    if kind == "UUID":
        return "gen_random_uuid()"
    if kind == "JSONB":
        return "'{\"changed\": 1}'"
    if kind.startswith("TIMESTAMP"):
        return "'2001-01-01T00:00:00Z'"
    return CHANGED[kind]


def _taken(table: str) -> int:
    """A place in the chain that another table's row has."""
    return 8 if table != "order_events" else 10


async def _copy(intruder: asyncpg.Connection, table: str, position: int) -> Any:
    """A second row like the table's first, at `position`; its physical place."""
    columns = [column.name for column in metadata.tables[table].columns]
    new = {"id": "gen_random_uuid()", "chain_position": str(position), "sequence": "9", "cause": "'x'"}
    new |= {"correlation_id": "'x'", "broker_trade_id": "'x'"}
    chosen = ", ".join(new.get(name, name) for name in columns)
    return await intruder.fetchval(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table}"
        " ORDER BY chain_position LIMIT 1 RETURNING ctid"
    )


async def _chain(intruder: asyncpg.Connection) -> list[Link]:
    links = [
        Link(table, plain(table, dict(row)))
        for table in AUDITED
        for row in await intruder.fetch(f"SELECT * FROM {table}")
    ]
    return sorted(links, key=lambda link: link.row["chain_position"])


async def _cut(intruder: asyncpg.Connection, last: int) -> None:
    kept = (await _chain(intruder))[last - 1].row["chain_hash"]
    for table in AUDITED:
        await intruder.execute(f"DELETE FROM {table} WHERE chain_position > $1", last)
    await intruder.execute("UPDATE audit_heads SET position = $1, hash = $2::text::bytea", last, kept)


async def _forge(intruder: asyncpg.Connection) -> None:
    """Hash the whole chain anew, as it stands, and set the head to match."""
    sealed, head = seal(await _chain(intruder), Head())
    for table, row in sealed:
        await intruder.execute(
            f"UPDATE {table} SET chain_hash = $2::text::bytea WHERE chain_position = $1",
            row["chain_position"],
            row["chain_hash"],
        )
    await intruder.execute("UPDATE audit_heads SET hash = $1", head.hash)
