"""Equity curves: cash and positions at each close, drawn batch by batch, with the deepest fall on the way."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.domain.market import Candles, Chunk
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
    """What happened to cash and positions in a chunk, in any order: at which of its moments, in which
    instrument, by how much (signed)."""

    row: Ints
    instrument: Ints
    quantity: Ints
    cash: Ints


class Balance(NamedTuple):
    """Cash in units, and each instrument's signed quantity."""

    cash: int
    held: tuple[int, ...]


def after(balance: Balance, moved: Moves) -> Balance:
    """The balance once the moves are done. MoneyOverflow where it, or the way to it, may not fit 64 bits."""
    if abs(balance.cash) + float(np.abs(moved.cash).sum(dtype=np.float64)) > MOST_MOVED:
        raise MoneyOverflow(
            "The run has moved more money at once than can be counted exactly: give it less capital or size."
        )
    held = np.array(balance.held, np.int64)
    np.add.at(held, moved.instrument, moved.quantity)
    return Balance(balance.cash + int(moved.cash.sum()), tuple(held.tolist()))


def equities(before: Balance, marks: tuple[int, ...], chunk: Chunk, moved: Moves) -> Ints:
    """Equity at a chunk's moments, from the balance and marks before it and the moves within it."""
    times = moments(chunk)
    equity = _levels(before.cash, moved.row, moved.cash, len(times))
    for place, close in enumerate(closes(chunk, times, marks)):
        own = moved.instrument == place
        equity += _levels(before.held[place], moved.row[own], moved.quantity[own], len(times)) * close
    return equity


def _levels(level: int, row: Ints, by: Ints, count: int) -> Ints:
    """What starts at a level and changes on some rows, on each of `count` rows."""
    order = np.argsort(row, kind="stable")
    return np.repeat(_sums(level, by[order]), _lengths(row[order], count))


def _sums(first: int, rest: Ints) -> Ints:
    """The running sum."""
    sums = np.empty(len(rest) + 1, np.int64)
    sums[0], sums[1:] = first, rest
    return np.add.accumulate(sums, out=sums)


def _lengths(row: Ints, count: int) -> Ints:
    """How many of `count` rows lie before each of some ascending ones since the one before it, and after."""
    edges = np.empty(len(row) + 2, np.int64)
    edges[0], edges[1:-1], edges[-1] = 0, row, count
    return edges[1:] - edges[:-1]


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


class Changes(NamedTuple):
    """One instrument's moves within a batch: their rows, ascending, and what they do to cash and position."""

    row: Ints
    cash: Ints
    quantity: Ints


Strike = Callable[[int, int, Changes, NDArray[np.float64], Ints, Fall], Fall]
"""(cash, held, changes, closes, equity, fall): writes the equity at each close; the fall after it."""


def strike(
    cash: int, held: int, changes: Changes, closes: NDArray[np.float64], equity: Ints, fall: Fall
) -> Fall:
    """One instrument's equity at each of its closes, by numpy."""
    lengths = _lengths(changes.row, len(equity))
    scaled = closes * UNIT
    np.multiply(
        np.repeat(_sums(held, changes.quantity), lengths), np.rint(scaled, scaled).astype(np.int64), equity
    )
    equity += np.repeat(_sums(cash, changes.cash), lengths)
    return fallen(fall, equity)


class Drawing:
    """A curve as it is drawn, chunk by chunk."""

    def __init__(self, capital: int, instruments: int, strike: Strike = strike) -> None:
        self._strike = strike
        self._balance = Balance(capital, (0,) * instruments)
        self._marks: tuple[int, ...] = (0,) * instruments
        self._times: list[Ints] = []
        self._full: list[Ints] = []
        self._block, self._used = np.empty(BLOCK, np.int64), 0
        self._last = self._block[:0]
        self._before = self._fall = Fall(capital)

    def draw(self, chunk: Chunk, moved: Moves) -> None:
        """The next chunk, which is not empty, and what was moved in it."""
        times, balance = moments(chunk), after(self._balance, moved)
        self._times.append(times)
        self._last, self._before = self._room(len(times)), self._fall
        if len(chunk) == 1:
            self._fall = self._struck(chunk[0], moved)
        else:
            self._last[:] = equities(self._balance, self._marks, chunk, moved)
            self._fall = fallen(self._fall, self._last)
        self._balance, self._marks = balance, marks_after(chunk, self._marks)

    def _struck(self, candles: Candles, moved: Moves) -> Fall:
        order = np.argsort(moved.row, kind="stable")
        changes = Changes(*(each[order] for each in (moved.row, moved.cash, moved.quantity)))
        cash, (held,) = self._balance
        return self._strike(cash, held, changes, candles.close, self._last, self._fall)

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
