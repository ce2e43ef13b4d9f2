"""The store: who it connects as, what each connection may do, and that nothing of a user stays behind."""

import asyncio
import socket
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.database import Database, DatabaseRole, NoSuchDatabase, connect
from app.store.embedded import RunningPostgres
from app.store.engine import Store
from app.store.tables.accounts import User
from app.store.tables.strategies import StrategyRun
from app.store.unavailable import StoreUnavailable
from tests.ledgers import make_ledger, run
from tests.proxy import Proxy


async def ask(session: AsyncSession, statement: str) -> object:
    """One value, by plain SQL, in the session's transaction."""
    return (await (await session.connection()).execute(text(statement))).scalar_one()


async def test_the_api_and_the_engine_connect_as_their_own_roles(store: Store) -> None:
    """No connection is the superuser's, not even at its core."""
    async with store.viewer(uuid4()) as session:
        assert await ask(session, "SELECT current_user || ' ' || session_user") == "medha_api medha_api"
    async with store.trading() as connection:
        who = await connection.fetchval("SELECT current_user || ' ' || session_user")
    assert who == "medha_engine medha_engine"


async def test_a_foreign_server_gives_the_same_roles_through_its_one_login(database: Database) -> None:
    """With MEDHA_DATABASE_URL the login takes the roles on when it connects."""
    store = await Store.open(Database.external(database.url))

    async with store.viewer(uuid4()) as session:
        assert await ask(session, "SELECT current_user") == "medha_api"
        assert await ask(session, "SELECT app_role()") == "medha_api"
    for _ in range(2):  # the second time after the pool's reset of the connection
        async with store.trading() as connection:
            assert await connection.fetchval("SELECT current_user") == "medha_engine"
    await store.close()


async def test_no_identity_survives_the_reuse_of_a_connection(
    database: Database, superuser: asyncpg.Connection
) -> None:
    """Two users and nobody take turns on a pool of one connection."""
    asha, ravi = await make_ledger(superuser, "asha"), await make_ledger(superuser, "ravi")
    store = await Store.open(database, size=1)
    seen: list[tuple[UUID | None, list[UUID]]] = []

    async def look(user_id: UUID | None) -> None:
        async with store.viewer(user_id) if user_id else store.anonymous() as session:
            seen.append((user_id, list((await session.exec(select(User.id))).all())))

    await asyncio.gather(*(look(user) for user in [asha.user_id, None, ravi.user_id] * 20))

    assert len(seen) == 60
    assert all(found == ([user] if user else []) for user, found in seen)
    await store.close()


async def test_an_identity_ends_with_a_failed_transaction(
    database: Database, superuser: asyncpg.Connection
) -> None:
    """A rollback takes the user along, whatever broke."""
    asha = await make_ledger(superuser)
    store = await Store.open(database, size=1)

    with pytest.raises(DBAPIError):
        async with store.viewer(asha.user_id) as session:
            await ask(session, "SELECT 1 / 0")

    async with store.anonymous() as session:
        assert await ask(session, "SELECT app_user() IS NULL")
        assert (await session.exec(select(User))).all() == []
    await store.close()


async def test_a_session_that_commits_early_sees_nothing_any_more(
    store: Store, superuser: asyncpg.Connection
) -> None:
    """The identity is the transaction's: what goes on after it fails closed."""
    asha = await make_ledger(superuser)

    async with store.reader(asha.user_id) as session:
        assert len((await session.exec(select(User))).all()) == 1
        await (await session.connection()).execute(text("COMMIT"))
        assert (await session.exec(select(User))).all() == []


async def test_a_viewer_keeps_what_it_wrote_and_a_failed_one_does_not(
    store: Store, superuser: asyncpg.Connection
) -> None:
    """The block is the transaction."""
    asha = await make_ledger(superuser)
    kept, dropped = run(asha, id=uuid4()), run(asha, id=uuid4())

    async def write(row: StrategyRun, statement: str) -> None:
        async with store.viewer(asha.user_id) as session:
            session.add(row)
            await session.flush()
            await ask(session, statement)

    await write(kept, "SELECT 1")
    with pytest.raises(DBAPIError, match="division by zero"):
        await write(dropped, "SELECT 1 / 0")

    async with store.viewer(asha.user_id) as session:
        found = set((await session.exec(select(StrategyRun.id))).all())
    assert found == {asha.run_id, kept.id}


async def test_a_reader_writes_nothing(store: Store, superuser: asyncpg.Connection) -> None:
    """Read-only by the database's word, on the primary too."""
    asha = await make_ledger(superuser)

    for fresh in (False, True):
        with pytest.raises(DBAPIError, match="read-only transaction"):
            async with store.reader(asha.user_id, fresh=fresh) as session:
                session.add(run(asha, id=uuid4()))


async def test_queries_go_to_the_replica_and_writes_to_the_primary(
    database: Database, empty_database: Database
) -> None:
    """Another database stands for the replica: what counts is which one is asked."""
    store = await Store.open(database, Database.embedded(empty_database.url))

    async with store.reader(uuid4()) as session:
        assert await ask(session, "SELECT current_database()") == empty_database.name
    async with store.reader(uuid4(), fresh=True) as session:
        assert await ask(session, "SELECT current_database()") == database.name
    async with store.viewer(uuid4()) as session:
        assert await ask(session, "SELECT current_database()") == database.name
    await store.close()


async def test_every_connection_has_a_deadline_for_a_statement(store: Store) -> None:
    """No query of ours runs for ever."""
    async with store.viewer(uuid4()) as session:
        assert await ask(session, "SHOW statement_timeout") == "15s"
    async with store.trading() as connection:
        assert await connection.fetchval("SHOW statement_timeout") == "1min"


async def test_documents_go_in_and_out_as_python_values(store: Store) -> None:
    """jsonb through orjson, on the engine's connections."""
    document = {"a": [1, None, "ü"], "at": {"b": 0.5}}
    async with store.trading() as connection:
        assert await connection.fetchval("SELECT $1::jsonb", document) == document


async def test_connections_killed_by_the_server_are_replaced(
    store: Store, superuser: asyncpg.Connection
) -> None:
    """A database that restarts costs the store nothing but the transactions then open."""
    async with store.viewer(uuid4()) as session, store.trading() as connection:
        await ask(session, "SELECT 1")
        await connection.execute("SELECT 1")

    killed = await superuser.fetch(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename LIKE 'medha%'"
        " AND datname = current_database()"
    )

    assert len(killed) >= 2
    async with store.viewer(uuid4()) as session, store.trading() as connection:
        assert await ask(session, "SELECT 1") == await connection.fetchval("SELECT 1")


async def test_whoever_gives_up_while_a_connection_is_tried_keeps_none(database: Database) -> None:
    """Cancelled at any step on the way to its connection, a task leaves nothing for `close` to wait for."""
    # given
    store = await Store.open(database)

    async def trade() -> None:
        async with store.trading():
            pass

    # when
    for steps in range(40):
        task = asyncio.create_task(trade())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    # then
    async with asyncio.timeout(10):
        await store.close()


async def test_a_server_that_is_still_starting_is_asked_again(postgres: RunningPostgres) -> None:
    """Three connections are dropped before the fourth is served."""
    async with Proxy(postgres) as proxy:
        proxy.refusals = 3
        connection = await connect(Database.external(proxy.url("postgres")))
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()

    assert proxy.arrivals == 4


async def test_a_server_that_does_not_come_up_is_told_without_its_password() -> None:
    """After the patience the address is named, and what to do."""
    absent = Database.external(f"postgresql://medha:secret@127.0.0.1:{_free_port()}/medha")

    with pytest.raises(StoreUnavailable, match=r"medha at 127\.0\.0\.1 does not answer") as told:
        await connect(absent, DatabaseRole.API, patience=0.2)

    assert "secret" not in str(told.value)


async def test_a_database_that_is_not_there_is_named(postgres: RunningPostgres) -> None:
    """Nothing is waited for: the server has answered."""
    with pytest.raises(NoSuchDatabase, match="nowhere"):
        await Store.open(Database.embedded(postgres.dsn(database="nowhere")))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
