"""Makes the roles and the database that are missing, or says what an administrator has to run."""

from typing import Any

import asyncpg

from app.store.database import Database, DatabaseRole, NoSuchDatabase, connect
from app.store.unavailable import StoreUnavailable

OLDEST = 15
POWERLESS = "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
ATTEMPTS = 5

# Somebody else is making the same things at the same time: look again.
MADE_MEANWHILE = (
    asyncpg.DuplicateObjectError,
    asyncpg.DuplicateDatabaseError,
    asyncpg.UniqueViolationError,
    asyncpg.InternalServerError,
)

STANDING = """
SELECT wanted.role,
       found.oid IS NOT NULL AS exists,
       coalesce(found.rolcanlogin, false) AS logs_in,
       coalesce(found.rolsuper OR found.rolbypassrls, false) AS mighty,
       found.oid IS NOT NULL AND pg_has_role(found.oid, $2) AS taken_on,
       found.oid IS NOT NULL AND has_schema_privilege(found.oid, 'public', wanted.privilege) AS admitted
FROM unnest($1::text[], $3::text[]) AS wanted (role, privilege)
LEFT JOIN pg_roles AS found ON found.rolname = wanted.role
"""

OWNERSHIP = """
SELECT current_user, datname, pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()
"""


async def ensure_roles(database: Database) -> None:
    """Leave the database existing, and the three roles able to work in it.

    Raise StoreUnavailable, with the SQL to run, when the login may not do what is missing.
    """
    connection = await _connect_or_create(database)
    try:
        for _ in range(ATTEMPTS):
            if not (missing := await _missing(connection, database)):
                return
            await _run(connection, missing, database)
        raise StoreUnavailable(f"the roles in {database.place} cannot be made:\n{_script(missing)}")
    finally:
        await connection.close()


async def _connect_or_create(database: Database) -> asyncpg.Connection:
    try:
        return await connect(database)
    except NoSuchDatabase:
        name = database.name
        maintenance = await connect(database, name="postgres")
    try:
        await _run(maintenance, [f"CREATE DATABASE {_quoted(name)}"], database)
    finally:
        await maintenance.close()
    return await connect(database)


async def _missing(connection: asyncpg.Connection, database: Database) -> list[str]:
    """The statements that are still to be run, in order."""
    major = connection.get_server_version().major
    if major < OLDEST:
        raise StoreUnavailable(f"{database.place} is PostgreSQL {major}: version {OLDEST} or later is needed")
    standing = await connection.fetch(
        STANDING, list(DatabaseRole), "SET" if major >= 16 else "MEMBER", ["CREATE", "USAGE", "USAGE"]
    )
    if mighty := [row["role"] for row in standing if row["mighty"]]:
        raise StoreUnavailable(
            f"{mighty[0]} in {database.place} can pass row-level security: ALTER ROLE {mighty[0]} {POWERLESS}"
        )
    login, name, owner = await connection.fetchrow(OWNERSHIP)
    made = [_create(row["role"], database) for row in standing if not row["exists"]]
    if database.logins:
        barred = [row["role"] for row in standing if row["exists"] and not row["logs_in"]]
        owned = owner == DatabaseRole.OWNER
        return [
            *made,
            *(f"ALTER ROLE {role} LOGIN" for role in barred),
            *([] if owned else [f"ALTER DATABASE {_quoted(name)} OWNER TO {DatabaseRole.OWNER}"]),
        ]
    return made + [statement for row in standing for statement in _admit(row, login)]


def _create(role: str, database: Database) -> str:
    return f"CREATE ROLE {role} {'LOGIN' if database.logins else 'NOLOGIN'} {POWERLESS}"


def _admit(row: Any, login: str) -> list[str]:
    """What lets the login become the role, and the role work in the schema."""
    role = row["role"]
    privileges = "USAGE, CREATE" if role == DatabaseRole.OWNER else "USAGE"
    return [
        *([] if row["taken_on"] else [f"GRANT {role} TO {_quoted(login)}"]),
        *([] if row["admitted"] else [f"GRANT {privileges} ON SCHEMA public TO {role}"]),
    ]


async def _run(connection: asyncpg.Connection, statements: list[str], database: Database) -> None:
    try:
        await connection.execute(_script(statements))
    except MADE_MEANWHILE:
        return
    except asyncpg.InsufficientPrivilegeError as refused:
        raise StoreUnavailable(
            f"the login for {database.place} may not prepare it ({refused}); "
            f"have an administrator run, in that database:\n{_script(statements)}"
        ) from refused


def _script(statements: list[str]) -> str:
    return "\n".join(f"{statement};" for statement in statements)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
