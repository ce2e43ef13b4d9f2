"""Law 8: a user sees and touches only what is theirs, by PostgreSQL's word, whatever a resolver forgets."""

from uuid import uuid4

import asyncpg
import pytest

from app.store.database import Database
from app.store.tables import metadata
from tests.filled import fill_every_table
from tests.laws.acting import acting, refused
from tests.ledgers import Ledger

OWNED = sorted(name for name, table in metadata.tables.items() if "user_id" in table.columns)
SHARED = sorted(set(metadata.tables) - set(OWNED) - {"users"})
WRITABLE = [
    "sessions",
    "api_keys",
    "broker_accounts",
    "idempotency_keys",
    "strategies",
    "strategy_versions",
    "strategy_runs",
    "risk_limits",
    "run_inputs",
    "watch_lists",
    "alerts",
]


@pytest.fixture
async def asha(superuser: asyncpg.Connection) -> Ledger:
    """The user who looks."""
    return await fill_every_table(superuser, "asha")


@pytest.fixture
async def ravi(superuser: asyncpg.Connection) -> Ledger:
    """The user who must not be seen."""
    return await fill_every_table(superuser, "ravi")


def test_every_table_is_somebodys_or_the_markets() -> None:
    """A new table has to choose a side before this test lets it pass."""
    assert SHARED == [
        "candle_chunks",
        "charge_tariffs",
        "corporate_actions",
        "instruments",
        "live_candles",
    ]
    assert len(OWNED) == 25


async def test_row_level_security_is_forced_with_one_policy_for_each_role(
    superuser: asyncpg.Connection,
) -> None:
    """For the owner of the table too; no policy is open to anybody else."""
    for table in (*OWNED, "users"):
        state = await superuser.fetchrow(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::text::regclass", table
        )
        policies = await superuser.fetch(
            "SELECT policyname, roles::text[], qual FROM pg_policies"
            " WHERE tablename = $1 AND permissive = 'PERMISSIVE'",
            table,
        )

        column = "id" if table == "users" else "user_id"
        assert tuple(state) == (True, True), table
        assert {row["policyname"]: (row["roles"], row["qual"]) for row in policies} == {
            "own": (["medha_api"], f"({column} = app_user())"),
            "medha_engine": (["medha_engine"], "true"),
            "medha_owner": (["medha_owner"], "true"),
        }, table


async def test_a_user_sees_their_own_rows_and_nobody_sees_none(
    database: Database, asha: Ledger, ravi: Ledger
) -> None:
    """Through a query that forgot its WHERE, on every table."""
    for user_id in (asha.user_id, ravi.user_id, None):
        async with acting(database, user_id) as connection:
            for table in OWNED:
                seen = await connection.fetch(f"SELECT DISTINCT user_id FROM {table}")
                assert [row["user_id"] for row in seen] == ([user_id] if user_id else []), table


async def test_a_user_sees_themself_and_nobody_else(database: Database, asha: Ledger, ravi: Ledger) -> None:
    """Not even that another e-mail exists."""
    async with acting(database, asha.user_id) as connection:
        assert [row["id"] for row in await connection.fetch("SELECT id FROM users")] == [asha.user_id]
        assert await refused(
            connection, "UPDATE users SET password_hash = 'mine' WHERE id = $1", ravi.user_id
        )
    async with acting(database, None) as connection:
        assert await connection.fetch("SELECT id FROM users") == []


async def test_no_user_changes_or_removes_another_users_row(
    database: Database, superuser: asyncpg.Connection, asha: Ledger, ravi: Ledger
) -> None:
    """Each column of each table, and the row itself; the rows are compared afterwards."""
    for table in (*OWNED, "users"):
        mine = "id" if table == "users" else "user_id"
        rows = f"SELECT to_jsonb(t) FROM {table} AS t WHERE {mine} = $1"
        before = await superuser.fetch(rows, ravi.user_id)

        async with acting(database, asha.user_id) as connection:
            for column in _settable(table):
                change = f"UPDATE {table} SET {column} = {column} WHERE {mine} = $1"
                assert await refused(connection, change, ravi.user_id), f"{table}.{column}"
            assert await refused(connection, f"DELETE FROM {table} WHERE {mine} = $1", ravi.user_id), table
            assert await refused(connection, f"TRUNCATE {table} CASCADE"), table

        assert before, table
        assert await superuser.fetch(rows, ravi.user_id) == before, table


async def test_no_user_adds_a_row_for_another(
    database: Database, superuser: asyncpg.Connection, asha: Ledger, ravi: Ledger
) -> None:
    """A copy of the other's own row under a new key: refused before any constraint is asked."""
    for table in OWNED:
        row = dict(await superuser.fetchrow(f"SELECT * FROM {table} WHERE user_id = $1", ravi.user_id))
        columns = _settable(table)
        values = [uuid4() if name == "id" else row[name] for name in columns]
        places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))

        async with acting(database, asha.user_id) as connection:
            statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
            assert await refused(connection, statement, *values), table


def _settable(table: str) -> list[str]:
    """The columns a statement may name: not the identity."""
    return [column.name for column in metadata.tables[table].columns if column.identity is None]


async def test_a_user_writes_no_table_but_those_of_their_own_settings(superuser: asyncpg.Connection) -> None:
    """The ledger, the audit tables, the outbox and the market are the engine's alone to write."""
    writable = await superuser.fetch(
        "SELECT DISTINCT table_name::text FROM information_schema.column_privileges"
        " WHERE grantee = 'medha_api' AND privilege_type = 'INSERT' ORDER BY 1"
    )
    everybody = await superuser.fetch(
        "SELECT table_name FROM information_schema.column_privileges"
        " WHERE grantee = 'PUBLIC' AND table_schema = 'public'"
    )

    assert [row["table_name"] for row in writable] == sorted(WRITABLE)
    assert everybody == []


async def test_the_systems_own_log_is_nobodys_to_read(
    database: Database, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """Rows without a user are the operator's."""
    await superuser.execute(
        "INSERT INTO system_logs (level, event, context, at) VALUES ('INFO', 'server.started', '{}', now())"
    )

    async with acting(database, asha.user_id) as connection:
        events = [row["event"] for row in await connection.fetch("SELECT event FROM system_logs")]
    assert events == ["run.started"]


async def test_the_market_is_everybodys_to_read_and_no_users_to_write(
    database: Database, asha: Ledger
) -> None:
    """One set of candles for all."""
    async with acting(database, asha.user_id) as connection:
        for table in SHARED:
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") > 0, table
            column = _settable(table)[0]
            assert await refused(connection, f"UPDATE {table} SET {column} = {column}"), table
            assert await refused(connection, f"DELETE FROM {table}"), table
            assert await refused(connection, f"INSERT INTO {table} SELECT * FROM {table}"), table
