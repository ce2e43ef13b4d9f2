"""Law 7: the audit tables are insert-only and chained; whatever is done to them behind our back is found."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import registry

from app.store.audit import AUDITED, Broken, Head, Link, Verified, link_hash, seal, verify
from app.store.database import Database, DatabaseRole, connect
from app.store.engine import Store
from app.store.rows import plain
from app.store.tables import metadata
from app.store.writer import Writer
from tests.filled import fill_every_table
from tests.ledgers import Ledger, fill, insert, make_ledger, order, order_event, risk_event, run
from tests.stores import as_superuser

DIALECT = registry.load("postgresql")()
CHANGED = {"TEXT": "'changed'", "BIGINT": "77", "INTEGER": "77", "NUMERIC(20, 4)": "77.7777"}


class Deaf:
    """Nobody to tell."""

    def wake(self, user_id: UUID, position: int | None = None) -> None:
        """Nothing comes of it."""


@asynccontextmanager
async def writing(store: Store) -> AsyncIterator[Writer]:
    """A writer for the block."""
    writer = Writer(store.dedicated, Deaf())
    await writer.start()
    try:
        yield writer
    finally:
        await writer.close()


async def write_chain(store: Store, ids: Ledger, orders: int = 5) -> Head:
    """Orders, each with two events, a fill and a refusal: five rows of the chain apiece."""
    async with writing(store) as writer:
        for number in range(1, orders + 1):
            asked = order(ids, number, limit_price=Decimal("100.05"))
            rows = {
                "orders": [asked],
                "order_events": [
                    order_event(asked["id"], 1, rules={"loss": [1, 2.5, None]}),
                    order_event(asked["id"], 2, "FILLED"),
                ],
                "fills": [fill(ids, asked["id"], number)],
                "risk_events": [risk_event(ids)],
            }
            await writer.write(ids.entry(inserts=rows))
    async with store.trading() as connection:
        found = await verify(connection, ids.account_id)
    assert isinstance(found, Verified)
    return found.head


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


@pytest.mark.parametrize("table", AUDITED)
async def test_nobody_but_the_owner_changes_removes_or_empties(
    database: Database, superuser: asyncpg.Connection, table: str
) -> None:
    """The engine and the API lack the privilege; the superuser, who lacks none, meets the trigger."""
    await fill_every_table(superuser)
    engine, api = await connect(database, DatabaseRole.ENGINE), await connect(database, DatabaseRole.API)

    for connection in (engine, api, superuser):
        for statement in (
            f"UPDATE {table} SET run_id = run_id",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
            "TRUNCATE users CASCADE",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)

    assert await superuser.fetchval(f"SELECT count(*) FROM {table}") == 1
    await asyncio.gather(engine.close(), api.close())


async def test_privileges_alone_would_not_help(database: Database, superuser: asyncpg.Connection) -> None:
    """Even with UPDATE and DELETE granted by mistake the engine meets the trigger."""
    await fill_every_table(superuser)
    await superuser.execute("GRANT UPDATE, DELETE, TRUNCATE ON fills TO medha_engine")
    engine = await connect(database, DatabaseRole.ENGINE)

    for statement in ("UPDATE fills SET price = 1", "DELETE FROM fills", "TRUNCATE fills"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="fills is insert-only"):
            await engine.execute(statement)

    await engine.close()


async def test_the_owner_may(database: Database, superuser: asyncpg.Connection) -> None:
    """A migration, or a court, has a way; it is nobody's that the server runs as."""
    await fill_every_table(superuser)
    owner = await connect(database, DatabaseRole.OWNER)

    assert await owner.execute("UPDATE fills SET broker_trade_id = 'T9'") == "UPDATE 1"

    await owner.close()


async def test_a_chain_that_was_only_appended_to_is_proved(store: Store, asha: Ledger) -> None:
    """Over all four tables, and again from where an anchor was taken."""
    early = await write_chain(store, asha)
    assert early.position == 25
    async with writing(store) as writer:
        await writer.write(asha.entry(inserts={"risk_events": [risk_event(asha)]}))

    async with store.trading() as connection:
        found = await verify(connection, asha.account_id, anchor=early)
    assert isinstance(found, Verified)
    assert found.head.position == 26


async def test_a_long_chain_is_proved_page_by_page(store: Store, asha: Ledger) -> None:
    """More rows than are read at once."""
    async with writing(store) as writer:
        for _ in range(3):
            refusals = [risk_event(asha) for _ in range(900)]
            await writer.write(asha.entry(inserts={"risk_events": refusals}))

    async with store.trading() as connection:
        found = await verify(connection, asha.account_id)
    assert isinstance(found, Verified)
    assert found.head.position == 2700


async def test_two_engines_append_to_one_accounts_chain(
    store: Store, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """Two runs of one account in two processes: the head's lock makes one chain of them."""
    other = uuid4()
    await insert(superuser, run(asha, id=other, status="RUNNING", fencing_token=1))

    async def trade(writer: Writer, run_id: UUID) -> None:
        for _ in range(50):
            await writer.write(asha.entry(run_id=run_id, inserts={"risk_events": [risk_event(asha)]}))

    async with writing(store) as one, writing(store) as two:
        await asyncio.gather(trade(one, asha.run_id), trade(two, other))

    found = await verify(superuser, asha.account_id)
    assert isinstance(found, Verified)
    assert found.head.position == 100


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
    for position in (_taken(table), 0, 26):
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

    for old, new in ((5, -5), (10, 5), (-5, 10)):
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
    assert found == Broken(None, 21, "the chain was cut: the anchor stood at 25")


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
    assert (found.position, found.reason) == (25, "is not what the anchor was taken of")


async def test_a_changed_head_is_found(store: Store, intruder: asyncpg.Connection, asha: Ledger) -> None:
    """Its hash, its position, or the whole of it."""
    await write_chain(store, asha)

    await intruder.execute("UPDATE audit_heads SET hash = sha256('x')")
    found = await verify(intruder, asha.account_id)
    assert isinstance(found, Broken)
    assert (found.table, found.position) == ("audit_heads", 25)

    await intruder.execute("DELETE FROM audit_heads")
    found = await verify(intruder, asha.account_id)
    assert isinstance(found, Broken)
    assert found.reason == "a row outside the chain, which ends at 0"


ROWS = st.lists(
    st.builds(
        Link,
        st.sampled_from(AUDITED),
        st.dictionaries(st.text(max_size=3), st.none() | st.integers(0, 9) | st.text(max_size=3), max_size=3),
    ),
    max_size=8,
)


@given(rows=ROWS, cut=st.integers(0, 8))
def test_sealing_in_two_batches_is_sealing_in_one(rows: list[Link], cut: int) -> None:
    """How the writer happened to group rows leaves no trace."""
    whole, head = seal(rows, Head())
    first, middle = seal(rows[:cut], Head())
    second, last = seal(rows[cut:], middle)

    assert (first + second, last) == (whole, head)


@given(rows=ROWS.filter(bool), place=st.integers(0, 7))
def test_any_change_to_any_row_changes_the_head(rows: list[Link], place: int) -> None:
    """One more column with a value, one row fewer, another table."""
    _, head = seal(rows, Head())
    at = place % len(rows)
    table, row = rows[at]
    another = AUDITED[(AUDITED.index(table) + 1) % len(AUDITED)]

    for changed in ([Link(table, row | {"added": 1})], [], [Link(another, row)]):
        assert seal([*rows[:at], *changed, *rows[at + 1 :]], Head())[1] != head


def test_a_column_added_later_leaves_old_hashes_as_they_are() -> None:
    """Nulls are left out of the hash; a value in it is not."""
    row = {"id": "1", "chain_position": 1}

    assert link_hash(bytes(32), "fills", row) == link_hash(bytes(32), "fills", row | {"venue": None})
    assert link_hash(bytes(32), "fills", row) != link_hash(bytes(32), "fills", row | {"venue": "NSE"})


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
    return 7 if table != "order_events" else 6


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
