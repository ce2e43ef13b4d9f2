"""Candles out of PostgreSQL: the months' chunks, then the live ones of the session in progress.

Every function takes an asyncpg connection; `driver_connection` gives the one under an API session, so that
its reads happen in the session's own transaction and role.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.store.arrow import Columns, decode
from app.store.chunks import Written, write_candles
from app.store.driver import Connection, driver_connection, to_micros, to_moment
from app.store.merging import KINDS
from streams.domain.market import Candles, Instrument, Interval

__all__ = [
    "FAR",
    "Connection",
    "Held",
    "Holding",
    "Written",
    "candle_range",
    "driver_connection",
    "holds_candles",
    "list_candles",
    "read_before",
    "read_candles",
    "write_candles",
]

FAR = 7_258_118_400_000_000
"""2200-01-01 in microseconds: after every candle."""


class Held(NamedTuple):
    """What is stored of one series: open times of the first and last candle, and how many."""

    first: int
    last: int
    rows: int


class Holding(NamedTuple):
    """A stored series: its instrument's key, whether it is synthetic, and what is held."""

    key: str
    synthetic: bool
    interval: Interval
    held: Held


_HELD = """
    WITH chunks AS (
        SELECT instrument_id, interval, min(first_at) AS first, max(last_at) AS last, sum(rows) AS rows
        FROM candle_chunks GROUP BY instrument_id, interval
    ), live AS (
        SELECT instrument_id, interval, min(at) AS first, max(at) AS last, count(*) AS rows
        FROM live_candles LEFT JOIN chunks USING (instrument_id, interval)
        WHERE chunks.last IS NULL OR at > chunks.last GROUP BY instrument_id, interval
    )
    SELECT exchange, symbol, synthetic, interval, least(chunks.first, live.first) AS first,
           greatest(chunks.last, live.last) AS last,
           (coalesce(chunks.rows, 0) + coalesce(live.rows, 0))::bigint AS rows
    FROM chunks FULL JOIN live USING (instrument_id, interval) JOIN instruments ON id = instrument_id
"""


async def read_candles(
    connection: Connection,
    instrument: Instrument,
    instrument_id: UUID,
    interval: Interval,
    start: int = 0,
    end: int = FAR,
) -> Candles:
    """The candles that open in [start, end), microseconds UTC: the chunks', then the live ones after them."""
    chunks = await connection.fetch(
        "SELECT rows, payload FROM candle_chunks WHERE instrument_id = $1 AND interval = $2"
        " AND last_at >= $3 AND first_at < $4 ORDER BY month",
        *(instrument_id, interval.value, to_moment(start), to_moment(end)),
    )
    live = await connection.fetch(
        "SELECT at, open, high, low, close, volume FROM live_candles"
        " WHERE instrument_id = $1 AND interval = $2 AND at >= $3 AND at < $4"
        " AND at > coalesce((SELECT max(last_at) FROM candle_chunks"
        "  WHERE instrument_id = $1 AND interval = $2), '-infinity') ORDER BY at",
        *(instrument_id, interval.value, to_moment(start), to_moment(end)),
    )
    # A million candles take a tenth of a second to decode: not on the event loop.
    columns = await asyncio.to_thread(_columns, chunks, live)
    return Candles(instrument.key, interval, **columns).between(start, end)


async def holds_candles(
    connection: Connection,
    instrument: Instrument,
    instrument_id: UUID,
    interval: Interval,
    start: int,
    end: int,
) -> bool:
    """Whether a candle opens in [start, end); what a chunk begins or ends with tells, without decoding it."""
    found = await connection.fetch(
        "SELECT 1 FROM candle_chunks WHERE instrument_id = $1 AND interval = $2"
        " AND (first_at >= $3 AND first_at < $4 OR last_at >= $3 AND last_at < $4)"
        " UNION ALL SELECT 1 FROM live_candles"
        " WHERE instrument_id = $1 AND interval = $2 AND at >= $3 AND at < $4 LIMIT 1",
        *(instrument_id, interval.value, to_moment(start), to_moment(end)),
    )
    if found or start >= end:
        return bool(found)
    # At most one chunk is left that reaches across the whole range.
    return len(await read_candles(connection, instrument, instrument_id, interval, start, end)) > 0


async def read_before(
    connection: Connection,
    instrument: Instrument,
    instrument_id: UUID,
    interval: Interval,
    before: int,
    count: int,
) -> Candles:
    """The last `count` candles that open before the time, or as many as there are."""
    chunks = await connection.fetch(
        "SELECT first_at, rows FROM candle_chunks"
        " WHERE instrument_id = $1 AND interval = $2 AND first_at < $3 ORDER BY month DESC",
        *(instrument_id, interval.value, to_moment(before)),
    )
    start = _reaching_back([(to_micros(chunk["first_at"]), chunk["rows"]) for chunk in chunks], count)
    found = await read_candles(connection, instrument, instrument_id, interval, start, before)
    return found.rows(max(0, len(found) - count), len(found))


async def candle_range(connection: Connection, instrument_id: UUID, interval: Interval) -> Held | None:
    """How far the stored series reaches; None when there is nothing."""
    rows = await connection.fetch(
        f"{_HELD} WHERE instrument_id = $1 AND interval = $2", *(instrument_id, interval.value)
    )
    return _held(rows[0]) if rows else None


async def list_candles(connection: Connection) -> list[Holding]:
    """Every stored series, by exchange, symbol and length of candle."""
    rows = await connection.fetch(f"{_HELD} ORDER BY exchange, symbol")
    found = [
        Holding(f"{row['exchange']}:{row['symbol']}", row["synthetic"], Interval(row["interval"]), _held(row))
        for row in rows
    ]
    return sorted(found, key=lambda holding: (holding.key, holding.interval.microseconds))


def _held(row: Mapping[str, Any]) -> Held:
    return Held(to_micros(row["first"]), to_micros(row["last"]), row["rows"])


def _columns(
    chunks: Sequence[Mapping[str, Any]], live: Sequence[Mapping[str, Any]]
) -> dict[str, NDArray[Any]]:
    total = sum(chunk["rows"] for chunk in chunks) + len(live)
    columns = {name: np.empty(total, kind) for name, kind in KINDS.items()}
    filled = 0
    # One chunk at a time into place: the decoded chunks together would be fresh memory, three times as slow.
    for part in (*(chunk["payload"] for chunk in chunks), _live_columns(live)):
        stretch = decode(part) if isinstance(part, bytes) else part
        upto = filled + len(stretch["time"])
        for name, column in columns.items():
            column[filled:upto] = stretch[name]
        filled = upto
    return columns


def _live_columns(rows: Sequence[Mapping[str, Any]]) -> Columns:
    values = {name: [row[name] for row in rows] for name in KINDS if name != "time"}
    values["time"] = [to_micros(row["at"]) for row in rows]
    return {name: np.array(values[name], kind) for name, kind in KINDS.items()}


def _reaching_back(chunks: Sequence[tuple[int, int]], count: int) -> int:
    """Where to start reading, newest chunk first; that one counts for nothing, since it may reach beyond."""
    reached = 0
    for position, (first, rows) in enumerate(chunks):
        reached += rows if position else 0
        if reached >= count:
            return first
    return 0
