"""Which rows may enter, which are mere repetitions, and what is wrong with the rest. Vectorised, pure."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from app.importing.opening import Series
from app.importing.rows import Rows
from streams.domain.market import Exchange
from streams.domain.money import MAX_PRICE, UNIT
from streams.sessions import Mask, placement, trades_on

OLDEST = 631_132_200_000_000
"""1990-01-01 IST in microseconds: NSE did not exist."""

_VALUES = ("open", "high", "low", "close", "volume")


class Fault(IntEnum):
    """What is wrong with a row; of several the first counts."""

    NONE = 0
    CELLS = 1
    TIME_UNREADABLE = 2
    PRICE_UNREADABLE = 3
    VOLUME_UNREADABLE = 4
    PRICE_IMPOSSIBLE = 5
    RANGE = 6
    VOLUME_NEGATIVE = 7
    TIME_IMPOSSIBLE = 8
    CLOSED_DAY = 9
    OUTSIDE_SESSION = 10
    OFF_GRID = 11
    CONTRADICTED = 12
    OUT_OF_ORDER = 13
    STORED_OTHERWISE = 14
    REPEATED = 15
    """Not a fault: the same candle again, dropped and listed."""


@dataclass(frozen=True, eq=False)
class Judged:
    """n rows' faults; `other` is the row that a repeated, contradicted or late one goes by, else -1."""

    rows: Rows
    exchange: Exchange
    faults: NDArray[np.int8]
    other: NDArray[np.int64]

    @property
    def good(self) -> NDArray[np.intp]:
        """The rows that may enter, in ascending time."""
        chosen = np.flatnonzero(self.faults == Fault.NONE)
        return chosen[np.argsort(self.rows.time[chosen], kind="stable")]


def judge(rows: Rows, series: Series, now: int) -> Judged:
    """Judges each row by itself, then against the rows of its time, then by its place in its file."""
    faults = _alone(rows, series, now)
    other = np.full(len(rows), -1, np.int64)
    _against_equals(rows, faults, other)
    _in_order(rows, faults, other)
    return Judged(rows, series.exchange, faults, other)


def _alone(rows: Rows, series: Series, now: int) -> NDArray[np.int8]:
    prices = np.stack((rows.open, rows.high, rows.low, rows.close))
    possible = (rows.time >= OLDEST) & (rows.time <= now)
    times = np.where(possible, rows.time, OLDEST)
    placed = placement(*series, times)
    # A comparison with NaN is False, so each check is written as what must hold.
    within = (rows.low <= np.minimum(rows.open, rows.close)) & (
        np.maximum(rows.open, rows.close) <= rows.high
    )
    must_hold = {
        Fault.TIME_UNREADABLE: rows.time_read,
        Fault.PRICE_UNREADABLE: rows.prices_read,
        Fault.VOLUME_UNREADABLE: rows.volume_read,
        Fault.PRICE_IMPOSSIBLE: ((prices > 0) & (prices <= MAX_PRICE / UNIT)).all(axis=0),
        Fault.RANGE: within,
        Fault.VOLUME_NEGATIVE: rows.volume >= 0,
        Fault.TIME_IMPOSSIBLE: possible,
        Fault.CLOSED_DAY: trades_on(series.exchange, series.kind, times),
        Fault.OUTSIDE_SESSION: placed.inside,
        Fault.OFF_GRID: placed.aligned,
    }
    faults = np.zeros(len(rows), np.int8)
    for fault, holds in must_hold.items():
        faults[~holds & (faults == Fault.NONE)] = fault
    return faults


def _against_equals(rows: Rows, faults: NDArray[np.int8], other: NDArray[np.int64]) -> None:
    """Rows of one time: the same again is a repetition; if any differs, none of them can be trusted."""
    good = np.flatnonzero(faults == Fault.NONE)
    if np.all(np.diff(rows.time[good]) > 0):
        return
    order = good[np.argsort(rows.time[good], kind="stable")]
    starts = np.flatnonzero(np.diff(rows.time[order], prepend=rows.time[order[0]] - 1))
    group = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(order)))
    first = order[starts][group]
    later = order != first
    differs = ~_equal(rows, order, first)
    contradicted = np.zeros(len(starts), np.bool_)
    contradicted[group[differs]] = True
    faults[order[later]] = Fault.REPEATED
    other[order[later]] = first[later]
    faults[order[contradicted[group]]] = Fault.CONTRADICTED
    # What equals the first row of a contradicted time is at odds with the first that differs from it.
    other[first[differs][::-1]] = order[differs][::-1]
    alike = later & contradicted[group] & ~differs
    other[order[alike]] = other[first[alike]]


def _equal(rows: Rows, left: NDArray[np.intp], right: NDArray[np.intp]) -> Mask:
    same = np.ones(len(left), np.bool_)
    for name in _VALUES:
        same &= getattr(rows, name)[left] == getattr(rows, name)[right]
    return same


def _in_order(rows: Rows, faults: NDArray[np.int8], other: NDArray[np.int64]) -> None:
    """A row that opens before an earlier row of its file is late."""
    good = np.flatnonzero(faults == Fault.NONE)
    for file in range(len(rows.sources)):
        mine = good[rows.file[good] == file]
        latest = np.maximum.accumulate(rows.time[mine])
        late = np.flatnonzero(rows.time[mine] < latest)
        faults[mine[late]] = Fault.OUT_OF_ORDER
        other[mine[late]] = mine[np.searchsorted(latest, latest[late])]
