"""Law 8: a user sees and touches only what is theirs, by PostgreSQL's word, whatever a resolver forgets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.store.database import Database, DatabaseRole, connect
from app.store.tables import metadata
from tests.filled import fill_every_table
from tests.ledgers import Ledger, insert, run

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
DEFINERS = {
    "append_events": {"medha_api", "medha_engine"},
    "find_api_key": {"medha_api"},
    "find_login": {"medha_api"},
    "find_session": {"medha_api"},
    "open_audit_chain": set[str](),
    "register_user": {"medha_api"},
}


@pytest.fixture
async def asha(superuser: asyncpg.Connection) -> Ledger:
    """The user who looks."""
    return await fill_every_table(superuser, "asha")


@pytest.fixture
async def ravi(superuser: asyncpg.Connection) -> Ledger:
    """The user who must not be seen."""
    return await fill_every_table(superuser, "ravi")


@asynccontextmanager
async def acting(database: Database, user_id: UUID | None) -> AsyncIterator[asyncpg.Connection]:
    """A transaction as medha_api for a user, or for nobody."""
    connection = await connect(database, DatabaseRole.API)
    async with connection.transaction():
        if user_id:
            await connection.execute("SELECT set_config('medha.user_id', $1, true)", str(user_id))
        yield connection
    await connection.close()


async def refused(connection: asyncpg.Connection, statement: str, *values: Any) -> bool:
    """Whether the role may not do it: an error, or no row touched."""
    try:
        async with connection.transaction():
            done: str = await connection.execute(statement, *values)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return done.endswith(" 0")


def test_every_table_is_somebodys_or_the_markets() -> None:
    """A new table has to choose a side before this test lets it pass."""
    assert SHARED == ["candle_chunks", "charge_tariffs", "instruments", "live_candles"]
    assert len(OWNED) == 24


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


async def test_no_user_makes_themself_admin(database: Database, asha: Ledger) -> None:
    """Nor moves their e-mail, nor undoes that they were disabled."""
    async with acting(database, asha.user_id) as connection:
        for change in ("role = 'ADMIN'", "email = 'root@example.com'", "disabled_at = NULL", "demo = false"):
            assert await refused(connection, f"UPDATE users SET {change}"), change
        assert not await refused(connection, "UPDATE users SET password_hash = 'new'")


@pytest.mark.parametrize(
    ("table", "column", "theirs"),
    [
        ("strategy_versions", "strategy_id", "strategy_id"),
        ("strategy_runs", "strategy_id", "strategy_id"),
        ("strategy_runs", "strategy_version_id", "version_id"),
        ("strategy_runs", "broker_account_id", "account_id"),
        ("strategy_runs", "restarted_from_id", "run_id"),
        ("risk_limits", "broker_account_id", "account_id"),
        ("risk_limits", "strategy_id", "strategy_id"),
        ("run_inputs", "run_id", "run_id"),
    ],
)
async def test_no_row_refers_to_what_is_another_users(
    database: Database, asha: Ledger, ravi: Ledger, table: str, column: str, theirs: str
) -> None:
    """A foreign key alone would let a run trade on somebody else's account."""
    rows: dict[str, dict[str, Any]] = {
        "strategy_versions": {"id": uuid4(), "version": 9, "config": {}, "strategy_id": asha.strategy_id},
        "strategy_runs": run(asha).model_dump(),
        "risk_limits": {"id": uuid4(), "broker_account_id": asha.account_id, "strategy_id": asha.strategy_id},
        "run_inputs": {"run_id": asha.run_id, "kind": "COMMAND", "payload": {}},
    }
    stamps = {"strategy_versions": "created_at", "risk_limits": "updated_at", "run_inputs": "at"}
    stamp = {stamps[table]: run(asha).created_at} if table in stamps else {}
    row = rows[table] | {"user_id": asha.user_id} | stamp
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})"

    async with acting(database, asha.user_id) as connection:
        wrong = row | {column: getattr(ravi, theirs)}
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with connection.transaction():
                await connection.execute(statement, *wrong.values())
        assert not await refused(connection, statement, *row.values())


async def test_a_user_may_only_queue_an_ended_run_again(
    database: Database, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """What a run does is the engine's; to restart it is the user's, once it has ended, backtests apart."""
    ended, tested = uuid4(), uuid4()
    await insert(superuser, run(asha, id=ended, status="STOPPED"))
    await insert(superuser, run(asha, id=tested, status="COMPLETED", mode="BACKTEST"))

    async with acting(database, asha.user_id) as connection:
        queue = "UPDATE strategy_runs SET status = 'QUEUED' WHERE id = $1"
        assert await refused(connection, queue, asha.run_id), "it is running"
        assert await refused(connection, queue, tested), "a backtest is made anew"
        assert await refused(connection, "UPDATE strategy_runs SET status = 'RUNNING' WHERE id = $1", ended)
        assert await refused(connection, "UPDATE strategy_runs SET fencing_token = 9 WHERE id = $1", ended)
        assert not await refused(connection, queue, ended)


async def test_a_user_deletes_an_ended_backtest_with_what_hangs_on_it_and_nothing_else(
    database: Database, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """The results go with it; a paper run stays for ever."""
    tested = uuid4()
    await insert(superuser, run(asha, id=tested, status="COMPLETED", mode="BACKTEST"))
    for table in ("run_results", "run_inputs", "system_logs"):
        await superuser.execute(f"UPDATE {table} SET run_id = $1", tested)
    await superuser.execute("UPDATE strategy_runs SET status = 'STOPPED' WHERE id = $1", asha.run_id)

    async with acting(database, asha.user_id) as connection:
        assert await refused(connection, "DELETE FROM strategy_runs WHERE id = $1", asha.run_id)
        assert not await refused(connection, "DELETE FROM strategy_runs WHERE id = $1", tested)

    for table in ("run_results", "run_inputs", "system_logs"):
        assert await superuser.fetchval(f"SELECT count(*) FROM {table}") == 0, table


async def test_a_users_input_to_a_run_is_a_command_that_waits(database: Database, asha: Ledger) -> None:
    """No candle, no broker's report, no place in the order of things."""
    statement = (
        "INSERT INTO run_inputs (run_id, user_id, sequence, kind, payload, at)"
        " VALUES ($1, $2, $3, $4, '{}', now())"
    )
    async with acting(database, asha.user_id) as connection:
        assert await refused(connection, statement, asha.run_id, asha.user_id, None, "REPORT")
        assert await refused(connection, statement, asha.run_id, asha.user_id, 9, "COMMAND")
        assert not await refused(connection, statement, asha.run_id, asha.user_id, None, "COMMAND")


async def test_a_deleted_account_stays_deleted(
    database: Database, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """Its row is kept for the ledger, and can be neither revived nor removed."""
    async with acting(database, asha.user_id) as connection:
        erase = "UPDATE broker_accounts SET status = 'DELETED', credentials_encrypted = NULL"
        assert not await refused(connection, erase)
        assert await refused(connection, "UPDATE broker_accounts SET status = 'ACTIVE'")
        assert await refused(connection, "DELETE FROM broker_accounts")


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


async def test_only_the_named_functions_reach_past_row_level_security(superuser: asyncpg.Connection) -> None:
    """Each with a pinned search path, each for its own callers, none for PUBLIC."""
    found = await superuser.fetch(
        "SELECT proname::text, proconfig::text[], pg_get_userbyid(proowner) AS owner,"
        " ARRAY(SELECT role FROM unnest(ARRAY['medha_api', 'medha_engine']) AS role"
        "       WHERE has_function_privilege(role, p.oid, 'EXECUTE')) AS callers,"
        " has_function_privilege('public', p.oid, 'EXECUTE') AS public"
        " FROM pg_proc AS p WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    )

    assert {row["proname"]: set(row["callers"]) for row in found} == DEFINERS
    for row in found:
        assert row["proconfig"] == ["search_path=public, pg_temp"], row["proname"]
        assert (row["owner"], row["public"]) == ("medha_owner", False), row["proname"]


async def test_the_engine_reads_no_password_and_no_key(database: Database, asha: Ledger) -> None:
    """It works for every user, and needs to be none of them."""
    connection = await connect(database, DatabaseRole.ENGINE)
    for secret in (
        "SELECT password_hash FROM users",
        "SELECT totp_secret_encrypted FROM users",
        "SELECT key_hash FROM api_keys",
        "SELECT refresh_hash FROM sessions",
        "SELECT * FROM find_login('asha@example.com')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(secret)
    assert await connection.fetchval("SELECT count(*) FROM users") == 1
    await connection.close()


async def test_no_role_becomes_another(database: Database) -> None:
    """The server's roles cannot climb."""
    for role in (DatabaseRole.API, DatabaseRole.ENGINE):
        connection = await connect(database, role)
        for target in {"postgres", *DatabaseRole} - {role}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"SET ROLE {target}")
        await connection.close()
