"""Law 7: the audit tables are insert-only, and chained by whoever appends."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.audit import AUDITED, Head, Link, Verified, link_hash, seal, verify
from app.store.database import Database, DatabaseRole, connect
from app.store.engine import Store
from app.store.writer import Writer
from tests.filled import fill_every_table
from tests.laws.chains import write_chain, writing
from tests.ledgers import Ledger, insert, make_ledger, risk_event, run


@pytest.fixture
async def asha(superuser: asyncpg.Connection) -> Ledger:
    """A user with a paper run."""
    return await make_ledger(superuser)


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
    """Over all five tables, and again from where an anchor was taken."""
    early = await write_chain(store, asha)
    assert early.position == 30
    async with writing(store) as writer:
        await writer.write(asha.entry(inserts={"risk_events": [risk_event(asha)]}))

    async with store.trading() as connection:
        found = await verify(connection, asha.account_id, anchor=early)
    assert isinstance(found, Verified)
    assert found.head.position == 31


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
