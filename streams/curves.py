"""Equity curves: cash and positions at each close, drawn batch by batch, with the deepest fall on the way."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.domain.market import Chunk
from streams.domain.money import UNIT
from streams.frames import closes, marks_after, moments

Ints = NDArray[np.int64]

BLOCK = 2**20
"""Rows a curve takes room for at once: the curve of a million candles is one array, and never copied."""

MOST_MOVED = 9e18
"""Cash and turnover of a batch, in units, up to which every sum fits a signed 64-bit integer."""


class MoneyOverflow(ArithmeticError):
    """More money than the core can count."""


class Curve:
    """Equity after each candle's close: open times (microseconds UTC) and units."""

    def __init__(self, times: Sequence[Ints], stretches: Sequence[Ints]) -> None:
        self._times, self._stretches = tuple(times), tuple(stretches)

    @cached_property
    def time(self) -> Ints:
        """When each candle opened."""
        return _joined(self._times)

    @cached_property
    def equity(self) -> Ints:
        """Cash and positions at its close."""
        return _joined(self._stretches)


def _joined(parts: Sequence[Ints]) -> Ints:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


class Moves(NamedTuple):
    """What happened to cash and positions, in any order: when, in which instrument, by how much (signed)."""

    time: Ints
    instrument: Ints
    quantity: Ints
    cash: Ints


class Balance(NamedTuple):
    """Cash in units, and each instrument's signed quantity."""

    cash: int
    held: tuple[int, ...]


def after(balance: Balance, moved: Moves) -> Balance:
    """The balance once the moves are done. MoneyOverflow where it, or the way to it, may not fit 64 bits."""
    if abs(balance.cash) + float(np.abs(moved.cash.astype(np.float64)).sum()) > MOST_MOVED:
        raise MoneyOverflow(
            "The run has moved more money at once than can be counted exactly: give it less capital or size."
        )
    held = np.array(balance.held, np.int64)
    np.add.at(held, moved.instrument, moved.quantity)
    return Balance(balance.cash + int(moved.cash.sum()), tuple(held.tolist()))


def equities(before: Balance, marks: tuple[int, ...], chunk: Chunk, moved: Moves, out: Ints) -> None:
    """Equity at a chunk's moments, from the balance and marks before it and the moves within it."""
    times = moments(chunk)
    row = np.searchsorted(times, moved.time)
    alone = len(chunk) == 1
    known = [_units(chunk[0].close)] if alone else closes(chunk, times, marks)
    out[:] = _levels(before.cash, row, moved.cash, len(times))
    for place, close in enumerate(known):
        own = slice(None) if alone else moved.instrument == place
        held = _levels(before.held[place], row[own], moved.quantity[own], len(times))
        held *= close
        out += held


def _units(prices: NDArray[np.float64]) -> Ints:
    """`frames.units` of a whole batch, with one array less on the way."""
    scaled = prices * UNIT
    return np.rint(scaled, scaled).astype(np.int64)


def _levels(level: int, row: Ints, by: Ints, count: int) -> Ints:
    """What starts at a level and changes on some rows, on each of `count` rows."""
    order = np.argsort(row, kind="stable")
    reached = np.cumsum(np.concatenate(([level], by[order])))
    return np.repeat(reached, np.diff(row[order], prepend=0, append=count))


class Fall(NamedTuple):
    """How high equity has been, and its deepest fall from a former height."""

    height: int
    deepest: int = 0


def fallen(before: Fall, equity: Ints) -> Fall:
    """The same after another stretch of equity."""
    if not len(equity):
        return before
    highest, lowest = int(equity.max()), int(equity.min())
    height = max(before.height, highest)
    if height - lowest <= before.deepest:
        return Fall(height, before.deepest)
    if height == before.height:
        return Fall(height, height - lowest)
    heights = np.maximum(np.maximum.accumulate(equity), before.height)
    return Fall(height, max(before.deepest, int((heights - equity).max())))


class Drawing:
    """A curve as it is drawn, chunk by chunk."""

    def __init__(self, capital: int, instruments: int) -> None:
        self._balance = Balance(capital, (0,) * instruments)
        self._marks: tuple[int, ...] = (0,) * instruments
        self._times: list[Ints] = []
        self._full: list[Ints] = []
        self._block, self._used = np.empty(BLOCK, np.int64), 0
        self._last = self._block[:0]
        self._before = self._fall = Fall(capital)

    def draw(self, chunk: Chunk, moved: Moves) -> None:
        """The next chunk, which is not empty, and what was moved in it."""
        times = moments(chunk)
        self._times.append(times)
        self._last = self._room(len(times))
        balance = after(self._balance, moved)
        equities(self._balance, self._marks, chunk, moved, self._last)
        self._balance, self._marks = balance, marks_after(chunk, self._marks)
        self._before, self._fall = self._fall, fallen(self._fall, self._last)

    def settle(self, moved: Moves) -> None:
        """What was moved once everything was over: the last equity is what is left then."""
        self._balance = after(self._balance, moved)
        if len(self._last):
            self._last[-1] += moved.cash.sum()
            self._fall = fallen(self._before, self._last)

    def _room(self, count: int) -> Ints:
        if self._used + count > len(self._block):
            self._full.append(self._block[: self._used])
            self._block, self._used = np.empty(max(BLOCK, count), np.int64), 0
        self._used += count
        return self._block[self._used - count : self._used]

    @property
    def curve(self) -> Curve:
        """All of it so far."""
        return Curve(self._times, [*self._full, self._block[: self._used]])

    @property
    def drawdown(self) -> int:
        """The deepest fall from a former height so far, the starting capital included."""
        return self._fall.deepest
