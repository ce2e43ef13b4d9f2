"""Column chunks to the fold's events: what closed at each moment, in exact units."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.domain.market import Candles, Chunk
from streams.domain.money import UNIT
from streams.events import Bar, CandlesClosed

Moments = NDArray[np.int64]


def units(prices: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rupees to units of 1e-4, half to even."""
    return np.rint(prices * UNIT).astype(np.int64)


def moments(chunk: Chunk) -> Moments:
    """Every open time at which some instrument has a candle, ascending."""
    columns = [candles.time for candles in chunk if len(candles)]
    if len(columns) == 1:
        return columns[0]
    return np.unique(np.concatenate(columns)) if columns else np.empty(0, np.int64)


class Closing(NamedTuple):
    """One instrument at the moments asked for: whether a candle closed, its columns, the last known close."""

    present: NDArray[np.bool_]
    columns: tuple[NDArray[np.int64], ...]
    marks: NDArray[np.int64]


def frames(chunk: Chunk, times: Moments, marks: Sequence[int]) -> tuple[CandlesClosed, ...]:
    """The events of a chunk at the given times; `marks` are the closes known before it, 0 for none."""
    closings = [_closing(candles, times, mark) for candles, mark in zip(chunk, marks, strict=True)]
    bars = [_bars(closing) for closing in closings]
    known = np.array([closing.marks for closing in closings]).T.tolist()
    return tuple(
        CandlesClosed(time, tuple(each[row] for each in bars), tuple(known[row]))
        for row, time in enumerate(times.tolist())
    )


def _closing(candles: Candles, times: Moments, mark: int) -> Closing:
    rows = np.searchsorted(candles.time, times, side="right") - 1
    if not len(candles):
        return Closing(np.zeros(len(times), bool), (), np.full(len(times), mark))
    at = np.maximum(rows, 0)
    prices = (units(getattr(candles, name)[at]) for name in ("open", "high", "low", "close"))
    columns = (*prices, candles.volume[at])
    present = (rows >= 0) & (candles.time[at] == times)
    return Closing(present, columns, np.where(rows >= 0, columns[3], mark))


def _bars(closing: Closing) -> list[Bar | None]:
    if not closing.columns:
        return [None] * len(closing.present)
    rows = zip(*(column.tolist() for column in closing.columns), strict=True)
    return [Bar(*row) if here else None for row, here in zip(rows, closing.present.tolist(), strict=True)]


class Film:
    """A chunk's moments one by one, each looked up only when it is asked for."""

    def __init__(self, chunk: Chunk, marks: Sequence[int]) -> None:
        self.chunk, self.times, self._marks = chunk, moments(chunk), tuple(marks)
        alone = len(chunk) == 1
        self._rows = (
            None if alone else [np.searchsorted(each.time, self.times, "right") - 1 for each in chunk]
        )

    def row(self, instrument: int, moment: int) -> int:
        """The instrument's last candle that has closed by this moment; -1 where there is none yet."""
        return moment if self._rows is None else int(self._rows[instrument][moment])

    def at(self, moment: int) -> CandlesClosed:
        """What has closed at the moment at this place among all."""
        time, bars = int(self.times[moment]), list[Bar | None]()
        for instrument, candles in enumerate(self.chunk):
            row = self.row(instrument, moment)
            bars.append(bar_at(candles, row) if row >= 0 and candles.time[row] == time else None)
        return CandlesClosed(time, tuple(bars), self.marks(moment))

    def marks(self, moment: int) -> tuple[int, ...]:
        """The last known closes by then, 0 for none."""
        rows = (self.row(instrument, moment) for instrument in range(len(self.chunk)))
        return tuple(
            _unit(candles.close[row]) if row >= 0 else known
            for candles, row, known in zip(self.chunk, rows, self._marks, strict=True)
        )


def bar_at(candles: Candles, row: int) -> Bar:
    """One candle in units."""
    opens, high = _unit(candles.open[row]), _unit(candles.high[row])
    return Bar(opens, high, _unit(candles.low[row]), _unit(candles.close[row]), int(candles.volume[row]))


def _unit(price: float) -> int:
    """One price in units, the same as `units` gives."""
    return round(float(price) * UNIT)


def closes(chunk: Chunk, times: Moments, marks: Sequence[int]) -> NDArray[np.int64]:
    """The last known close of each instrument at each of the times, in units: one row an instrument."""
    return np.array([_closing(each, times, mark).marks for each, mark in zip(chunk, marks, strict=True)])


def marks_after(chunk: Chunk, marks: Sequence[int]) -> tuple[int, ...]:
    """The last known closes once a chunk is over."""
    return tuple(
        int(units(candles.close[-1:])[0]) if len(candles) else mark
        for candles, mark in zip(chunk, marks, strict=True)
    )
