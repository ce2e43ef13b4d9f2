"""A backtest's outcome in the store: one Arrow table a kind, in the columns of the ledger's own tables."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, Numeric
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.tables import metadata
from app.store.tables.strategies import ResultKind, RunResult

MONEY = pa.decimal128(20, 4)
MOMENT = pa.timestamp("us", tz="UTC")


async def save_results(
    connection: asyncpg.Connection,
    run_id: UUID,
    user_id: UUID,
    tables: Mapping[ResultKind, pa.Table],
    at: datetime,
) -> None:
    """Writes a run's tables inside the caller's transaction; a run has each kind once."""
    await connection.executemany(
        "INSERT INTO run_results (run_id, kind, user_id, rows, payload, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        [(run_id, kind.value, user_id, len(table), _packed(table), at) for kind, table in tables.items()],
    )


async def read_result(session: AsyncSession, run_id: UUID, kind: ResultKind) -> bytes | None:
    """One of a run's tables, packed, as its owner may see it; None when there is none."""
    wanted = select(RunResult.payload).where(RunResult.run_id == run_id, RunResult.kind == kind.value)
    return (await session.exec(wanted)).one_or_none()


def unpacked(payload: bytes) -> pa.Table:
    """A table as it was saved. Of a million rows it takes tens of milliseconds: not on the event loop."""
    return pa.ipc.open_file(pa.BufferReader(payload)).read_all()


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def table_of(
    names: Iterable[str], rows: list[dict[str, Any]], extra: Mapping[str, pa.DataType] | None = None
) -> pa.Table:
    """Rows as an Arrow table with the columns of the SQL tables named, ids and documents as text."""
    fields: dict[str, pa.DataType] = {}
    for name in names:
        fields |= {column.name: _type(column) for column in metadata.tables[name].columns}
    schema = pa.schema(list((fields | dict(extra or {})).items()))
    return pa.table([_values(rows, field) for field in schema], schema=schema)


def _values(rows: list[dict[str, Any]], field: pa.Field) -> pa.Array:
    """One column of the rows; only text may have been something else before."""
    found = [row.get(field.name) for row in rows]
    return pa.array([_plain(each) for each in found] if field.type == pa.string() else found, field.type)


def _type(column: Column[Any]) -> pa.DataType:
    kinds: tuple[tuple[type, pa.DataType], ...] = (
        (Numeric, MONEY),
        (DateTime, MOMENT),
        (Date, pa.date32()),
        (BigInteger, pa.int64()),
        (Integer, pa.int64()),
        (Boolean, pa.bool_()),
    )
    return next((found for kind, found in kinds if isinstance(column.type, kind)), pa.string())


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


def money_column(units: NDArray[np.int64]) -> pa.Array:
    """Units of 1e-4 rupee as decimals, untouched one by one: the 64-bit integers, sign-extended to 128."""
    wide = np.empty((len(units), 2), np.int64)
    wide[:, 0], wide[:, 1] = units, units >> 63
    return pa.Array.from_buffers(MONEY, len(units), [None, pa.py_buffer(wide)])


def moment_column(microseconds: NDArray[np.int64]) -> pa.Array:
    """Microseconds since the epoch as timestamps, UTC."""
    return pa.array(microseconds).cast(MOMENT)
