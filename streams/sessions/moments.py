"""Where instants lie in their session: columns over int64 arrays of microseconds, in any order of times.

A day without a session is treated as an ordinary one of its time: candles were judged when they came in. An
instant belongs to the last part of its day that has opened, before the opening to the first.
"""

from __future__ import annotations

import numpy as np

from streams.domain.market import Exchange, InstrumentKind, Times
from streams.sessions.clock import MINUTE, Mask
from streams.sessions.table import Table, table_for

LONGEST_CLOSURE = 30
"""Days: no exchange stays closed longer."""


def part_bounds(exchange: Exchange, kind: InstrumentKind, times: Times) -> tuple[Times, Times]:
    """When the part of each instant opens and closes."""
    table, rows = table_for(exchange, kind, times)
    return bounds_in(table, rows, times)


def bounds_in(table: Table, rows: Times, times: Times) -> tuple[Times, Times]:
    """The same, for one who has the table already."""
    opens, closes = table.opens[0][rows], table.closes[0][rows]
    if not table.broken:
        return opens, closes
    second = table.opens[1][rows]
    later = (second > 0) & (times >= second)
    return np.where(later, second, opens), np.where(later, table.closes[1][rows], closes)


def session_opens(exchange: Exchange, kind: InstrumentKind, times: Times) -> Times:
    """When the session of each instant's day opens."""
    table, rows = table_for(exchange, kind, times)
    opens: Times = table.opens[0][rows]
    return opens


def session_closes(exchange: Exchange, kind: InstrumentKind, times: Times) -> Times:
    """When the session of each instant's day closes, closing auction included."""
    table, rows = table_for(exchange, kind, times)
    closes: Times = table.last_closes[rows]
    return closes


def continuous_closes(exchange: Exchange, kind: InstrumentKind, times: Times) -> Times:
    """When continuous trading ends on each instant's day."""
    table, rows = table_for(exchange, kind, times)
    closes: Times = table.continuous[rows]
    return closes


def minutes_since_open(exchange: Exchange, kind: InstrumentKind, times: Times) -> Times:
    """Whole minutes since the part of each instant opened; negative before the first opening."""
    opens, _ = part_bounds(exchange, kind, times)
    minutes: Times = (times - opens) // MINUTE
    return minutes


def minutes_to_close(exchange: Exchange, kind: InstrumentKind, times: Times) -> Times:
    """Whole minutes from each instant to the continuous close; 0 after it."""
    left = continuous_closes(exchange, kind, times) - times
    minutes: Times = np.maximum(left, 0) // MINUTE
    return minutes


def square_offs(exchange: Exchange, kind: InstrumentKind, times: Times, minutes_before: int) -> Times:
    """When each instant's day squares off: so long before the continuous close, not before the opening."""
    table, rows = table_for(exchange, kind, times)
    at: Times = np.maximum(table.opens[0], table.continuous - minutes_before * MINUTE)[rows]
    return at


def order_days(exchange: Exchange, kind: InstrumentKind, times: Times) -> Times:
    """The day number on which an order of each instant can first trade: its day, else the next session's."""
    table, rows = table_for(exchange, kind, times, LONGEST_CLOSURE)
    missed = ~table.traded[rows] | (times >= table.last_closes[rows])
    sessions = np.flatnonzero(table.traded)
    days: Times = sessions[np.searchsorted(sessions, rows + missed)] + table.first
    return days


def trades_on(exchange: Exchange, kind: InstrumentKind, times: Times) -> Mask:
    """Whether each instant's day has a session."""
    table, rows = table_for(exchange, kind, times)
    traded: Mask = table.traded[rows]
    return traded
