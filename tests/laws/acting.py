"""Acting as a user on the database itself, past every resolver."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from app.store.database import Database, DatabaseRole, connect


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
