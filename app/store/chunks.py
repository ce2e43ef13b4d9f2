"""Candles into PostgreSQL: a month (IST) of columns to a row."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.store.arrow import decode, encode
from app.store.driver import Connection, to_moment
from app.store.merging import Merged, columns_of, merge
from streams.domain.market import Candles, Interval
from streams.sessions import IST


class Written(NamedTuple):
    """What a write did, in candles; `conflicts` are positions of those refused, in ascending order."""

    added: int
    unchanged: int
    replaced: int
    conflicts: NDArray[np.intp]


async def write_candles(
    connection: Connection,
    instrument_id: UUID,
    interval: Interval,
    candles: Candles,
    *,
    source: str,
    replace: bool = False,
    on_month: Callable[[int], None] = lambda rows: None,
) -> Written:
    """Adds candles to what is stored, in one transaction.

    A candle that differs from the stored one of its time is left out and reported as a conflict, unless
    `replace`. `on_month` hears how many candles have been dealt with. Times must ascend strictly.
    """
    if np.any(np.diff(candles.time) <= 0):
        raise ValueError("candles to store must ascend in time")
    written = Written(0, 0, 0, np.empty(0, np.intp))
    async with connection.transaction():
        stored = await _lock(connection, instrument_id, interval, candles)
        for start, stop in _months(candles.time):
            part = candles.rows(start, stop)
            month = _month(int(part.time[0]))
            merged = await asyncio.to_thread(_merged, stored.get(month), part, replace)
            await _put(connection, instrument_id, interval, month, merged, source)
            written = _plus(written, merged, start)
            on_month(stop - start)
    return written


async def _lock(
    connection: Connection, instrument_id: UUID, interval: Interval, candles: Candles
) -> dict[date, bytes]:
    """Makes writers of one series wait for each other; the chunks of the months at hand."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{instrument_id}/{interval.value}"
    )
    months = [_month(int(candles.time[start])) for start, _ in _months(candles.time)]
    rows = await connection.fetch(
        "SELECT month, payload FROM candle_chunks"
        " WHERE instrument_id = $1 AND interval = $2 AND month = ANY($3::date[])",
        *(instrument_id, interval.value, months),
    )
    return {row["month"]: row["payload"] for row in rows}


def _merged(stored: bytes | None, part: Candles, replace: bool) -> tuple[Merged, bytes]:
    merged = merge(decode(stored) if stored else None, columns_of(part), replace)
    return merged, encode(merged.columns) if merged.changed else b""


async def _put(
    connection: Connection,
    instrument_id: UUID,
    interval: Interval,
    month: date,
    chunk: tuple[Merged, bytes],
    source: str,
) -> None:
    merged, payload = chunk
    if not merged.changed:
        return
    times = merged.columns["time"]
    await connection.execute(
        """
        INSERT INTO candle_chunks
            (instrument_id, interval, month, rows, first_at, last_at, payload, source, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())
        ON CONFLICT (instrument_id, interval, month) DO UPDATE SET
            rows = excluded.rows, first_at = excluded.first_at, last_at = excluded.last_at,
            payload = excluded.payload, source = excluded.source, updated_at = excluded.updated_at
        """,
        *(instrument_id, interval.value, month, len(times)),
        *(to_moment(int(times[0])), to_moment(int(times[-1])), payload, source),
    )


def _plus(total: Written, chunk: tuple[Merged, bytes], offset: int) -> Written:
    merged, _ = chunk
    return Written(
        total.added + merged.added,
        total.unchanged + merged.unchanged,
        total.replaced + merged.replaced,
        np.append(total.conflicts, merged.conflicts + offset),
    )


def _month(micros: int) -> date:
    return (to_moment(micros) + timedelta(microseconds=IST)).date().replace(day=1)


def _months(times: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Where each month (IST) of ascending times starts and stops."""
    if not len(times):
        return []
    months = (times + IST).astype("datetime64[us]").astype("datetime64[M]")
    bounds = [0, *(np.flatnonzero(months[1:] != months[:-1]) + 1).tolist(), len(times)]
    return list(pairwise(bounds))
