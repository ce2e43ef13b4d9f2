"""Roles on a server of somebody else's: made where we may, asked for by name where we may not."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from app.settings import Settings
from app.store.database import Database
from app.store.embedded import EmbeddedPostgres, RunningPostgres
from app.store.engine import Store
from app.store.migrate import at_head, migrate
from app.store.unavailable import StoreUnavailable
from tests.stores import as_superuser


@pytest.fixture
def other_server(open_tmp: Path) -> Iterator[RunningPostgres]:
    """A second PostgreSQL, whose roles are this test's own."""
    with EmbeddedPostgres(open_tmp, Settings.from_environment().pg_bindir) as server:
        yield server


@pytest.fixture
async def tenant(empty_database: Database) -> AsyncIterator[Database]:
    """The empty database through a login that may do nothing of its own accord."""
    login = f"tenant_{uuid4().hex}"
    async with as_superuser(empty_database) as connection:
        await connection.execute(f"CREATE ROLE {login} LOGIN NOSUPERUSER")
        yield Database.external(empty_database.url.replace("postgres@", f"{login}@"))
        await connection.execute(f"DROP OWNED BY {login}; DROP ROLE {login}")


async def test_a_login_that_may_make_roles_makes_them_and_takes_them_on(
    other_server: RunningPostgres,
) -> None:
    """A database owner with CREATEROLE, as a hosted server gives one, needs nobody else."""
    async with as_superuser(Database.embedded(other_server.dsn(database="postgres"))) as connection:
        await connection.execute("CREATE ROLE hosted LOGIN NOSUPERUSER CREATEROLE")
        await connection.execute("CREATE DATABASE hosted OWNER hosted")
    database = Database.external(other_server.dsn(user="hosted", database="hosted"))

    await migrate(database)
    await migrate(database)

    assert await at_head(database)
    async with as_superuser(database) as connection:
        made = await connection.fetch("SELECT * FROM pg_roles WHERE rolname LIKE 'medha%' ORDER BY rolname")
    assert [row["rolname"] for row in made] == ["medha_api", "medha_engine", "medha_owner"]
    for row in made:
        may = [name for name, value in row.items() if value is True]
        assert may == ["rolinherit"], "no login, no superuser, no bypass of row-level security"


async def test_a_login_that_may_not_is_told_the_sql_for_an_administrator(
    tenant: Database, empty_database: Database
) -> None:
    """What the message says, run as it stands by an administrator, is enough."""
    with pytest.raises(StoreUnavailable, match="have an administrator run") as told:
        await migrate(tenant)
    script = str(told.value).partition(":\n")[2]
    assert "GRANT medha_owner TO" in script
    assert "GRANT USAGE, CREATE ON SCHEMA public TO medha_owner" in script

    async with as_superuser(empty_database) as administrator:
        await administrator.execute(script)
    await migrate(tenant)

    assert await at_head(tenant)
    store = await Store.open(tenant)
    async with store.trading() as connection:
        assert await connection.fetchval("SELECT current_user") == "medha_engine"
    await store.close()


async def test_a_role_that_passes_row_level_security_is_refused(other_server: RunningPostgres) -> None:
    """Somebody else's medha_api with BYPASSRLS would see everybody's rows."""
    database = Database.embedded(other_server.dsn())
    async with as_superuser(Database.embedded(other_server.dsn(database="postgres"))) as connection:
        await connection.execute("CREATE ROLE medha_api LOGIN BYPASSRLS")

    with pytest.raises(StoreUnavailable, match="ALTER ROLE medha_api NOSUPERUSER NOBYPASSRLS"):
        await migrate(database)


async def test_the_embedded_servers_roles_log_in_and_can_do_no_more(database: Database) -> None:
    """LOGIN, and nothing that reaches past the schema."""
    async with as_superuser(database) as connection:
        made = await connection.fetch("SELECT * FROM pg_roles WHERE rolname LIKE 'medha%'")
        members = await connection.fetchval(
            "SELECT count(*) FROM pg_auth_members WHERE member IN"
            " (SELECT oid FROM pg_roles WHERE rolname LIKE 'medha%')"
        )

    assert len(made) == 3
    for row in made:
        assert [name for name, value in row.items() if value is True] == ["rolinherit", "rolcanlogin"]
    assert members == 0, "none of the three can become another"


async def test_a_login_that_does_not_exist_is_told_so(postgres: RunningPostgres) -> None:
    """The server's own words, without waiting."""
    with pytest.raises(StoreUnavailable, match='role "nobody_we_know" does not exist'):
        await migrate(Database.external(postgres.dsn(user="nobody_we_know")))


async def test_the_roles_of_an_unprepared_server_are_missed_at_the_start(
    other_server: RunningPostgres,
) -> None:
    """A store on a database that was never migrated says so instead of failing later."""
    database = Database.embedded(other_server.dsn(database="postgres"))

    with pytest.raises(StoreUnavailable, match="lets us not in"):
        await Store.open(database)


async def test_roles_made_for_one_login_learn_to_log_in_for_the_embedded_server(
    other_server: RunningPostgres,
) -> None:
    """The same server, first reached by a URL and then as our own."""
    dsn = other_server.dsn(database="medha")

    await migrate(Database.external(dsn))
    await migrate(Database.embedded(dsn))

    assert await at_head(Database.embedded(dsn))
