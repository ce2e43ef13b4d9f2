"""Rows as mappings from column to value: what a statement gave, whatever table it read."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Executable
from sqlmodel.ext.asyncio.session import AsyncSession

Row = Mapping[str, Any]


async def rows_of(session: AsyncSession, statement: Executable) -> list[Row]:
    """Every row."""
    connection = await session.connection()
    return cast(list[Row], list((await connection.execute(statement)).mappings().all()))


async def row_of(session: AsyncSession, statement: Executable) -> Row | None:
    """The one row there may be."""
    connection = await session.connection()
    return cast(Row | None, (await connection.execute(statement)).mappings().one_or_none())


async def only_row(session: AsyncSession, statement: Executable) -> Row:
    """The one row there is."""
    connection = await session.connection()
    return cast(Row, (await connection.execute(statement)).mappings().one())


async def changed(session: AsyncSession, statement: Executable) -> int:
    """How many rows a change touched."""
    connection = await session.connection()
    return (await connection.execute(statement)).rowcount
