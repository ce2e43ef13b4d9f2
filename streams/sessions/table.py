"""The calendar as columns over day numbers, so that a million times cost a few gathers."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from streams.domain.market import Exchange, InstrumentKind, Times
from streams.sessions.calendar import nominal_session, session_of
from streams.sessions.clock import Mask, date_of, day_numbers

BLOCK = 512
"""Days that are looked up and kept together."""


class Table(NamedTuple):
    """Days from number `first` on, one row each. A closed day has the hours it would have had."""

    first: int
    traded: Mask
    opens: Times
    """Shape (2 parts, n); 0 where there is no second part."""
    closes: Times
    continuous: Times
    """The continuous close."""
    broken: bool
    """Whether any day has a second part."""

    @property
    def last_closes(self) -> Times:
        """When each day's last part closes."""
        last: Times = self.closes.max(axis=0)
        return last


def table_for(exchange: Exchange, kind: InstrumentKind, times: Times, beyond: int = 0) -> tuple[Table, Times]:
    """A table that holds the days of the instants and `beyond` more, and each instant's row in it."""
    days = day_numbers(times)
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    table = days_table(exchange, kind, first, last + beyond)
    return table, days - table.first


def days_table(exchange: Exchange, kind: InstrumentKind, first: int, last: int) -> Table:
    """A table that holds the days numbered first to last, and some around them."""
    return _joined(exchange, kind, first // BLOCK, last // BLOCK)


@lru_cache(maxsize=256)
def _joined(exchange: Exchange, kind: InstrumentKind, first: int, last: int) -> Table:
    blocks = [_block(exchange, kind, block) for block in range(first, last + 1)]
    names = ("traded", "opens", "closes", "continuous")
    columns = {name: np.concatenate([getattr(block, name) for block in blocks], axis=-1) for name in names}
    return Table(first=first * BLOCK, broken=any(block.broken for block in blocks), **columns)


@lru_cache(maxsize=1024)
def _block(exchange: Exchange, kind: InstrumentKind, block: int) -> Table:
    first = block * BLOCK
    traded, parts, continuous = (
        np.zeros(BLOCK, np.bool_),
        np.zeros((2, 2, BLOCK), np.int64),
        np.zeros(BLOCK, np.int64),
    )
    for row in range(BLOCK):
        day = date_of(first + row)
        session = nominal_session(exchange, day, kind)
        traded[row] = session_of(exchange, day, kind) is not None
        continuous[row] = session.continuous_close
        for part, (opens, closes) in enumerate(session.parts):
            parts[:, part, row] = opens, closes
    return Table(first, traded, parts[0], parts[1], continuous, bool(parts[0, 1].any()))
