"""Law 8: of what is theirs, a user changes only what is a user's to change; no role climbs."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.store.database import Database, DatabaseRole, connect
from tests.filled import fill_every_table
from tests.laws.acting import acting, refused
from tests.ledgers import Ledger, insert, run

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


async def test_an_account_comes_with_the_head_of_its_chain(database: Database, asha: Ledger) -> None:
    """The user makes the account; its head, which is not theirs to make, is there at once."""
    account = uuid4()
    async with acting(database, asha.user_id) as connection:
        await connection.execute(
            "INSERT INTO broker_accounts (id, user_id, name, broker, status, opening_balance, slippage_bps,"
            " charge_per_order, created_at) VALUES ($1, $2, 'Second', 'PAPER', 'ACTIVE', 0, 0, 0, now())",
            account,
            asha.user_id,
        )
        head = await connection.fetchrow("SELECT * FROM audit_heads WHERE broker_account_id = $1", account)
        assert tuple(head) == (account, asha.user_id, 0, bytes(32))
        assert await refused(connection, "UPDATE audit_heads SET position = 9")
        assert await refused(connection, "DELETE FROM audit_heads")


async def test_a_deleted_account_stays_deleted(
    database: Database, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """Its row is kept for the ledger, and can be neither revived nor removed."""
    async with acting(database, asha.user_id) as connection:
        erase = "UPDATE broker_accounts SET status = 'DELETED', credentials_encrypted = NULL"
        assert not await refused(connection, erase)
        assert await refused(connection, "UPDATE broker_accounts SET status = 'ACTIVE'")
        assert await refused(connection, "DELETE FROM broker_accounts")


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
