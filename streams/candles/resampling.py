"""Candles to longer candles, each part of a session by itself: vectorised, whole or piece by piece."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.columns.resampling import merged
from streams.domain.market import Candles, Exchange, InstrumentKind, Interval, Times, empty, joined
from streams.sessions import Mask, bucket_ends, bucket_starts, close_of, part_bounds

NEVER = -(1 << 62)


def is_coarser(source: Interval, target: Interval) -> bool:
    """Whether candles of the one length make whole candles of the other."""
    if source is target or source is Interval.ONE_DAY:
        return False
    return target is Interval.ONE_DAY or target.microseconds % source.microseconds == 0


def resampled(
    carry: Candles, candles: Candles, kind: InstrumentKind, interval: Interval, until: int = NEVER
) -> tuple[Candles, Candles]:
    """The longer candles that are over, and what is carried to the next call: rows of one that is not.

    `candles` follow `carry`, which is `empty` at first. A candle is over when a later one has begun, when a
    row reaches its end, or when its end is at or before `until`. In any chunking the same candles come out,
    the last of each as soon as it is over. Rows outside the session's parts are in none; a day without a
    session is taken to have its usual hours. Raises ValueError for an interval that is not coarser.
    """
    if not is_coarser(candles.interval, interval):
        raise ValueError(f"{candles.interval.value} candles do not make {interval.value} ones")
    exchange = Exchange(candles.instrument.split(":")[0])
    rows = joined(carry, candles.where(_inside(exchange, kind, candles.time)))
    if not len(rows):
        return empty(rows.instrument, interval), rows
    stamps = bucket_starts(exchange, kind, interval, rows.time)
    starts = np.flatnonzero(np.diff(stamps, prepend=stamps[0] - 1))
    last = int(starts[-1])
    reached = close_of(exchange, kind, rows.interval, rows.time[-1:])
    ends = bucket_ends(exchange, kind, interval, rows.time[-1:])
    over = bool(ends[0] <= max(int(reached[0]), until))
    if not over:
        starts = starts[:-1]
    count = len(rows) if over else last
    return _summed(rows.rows(0, count), stamps, starts, interval), rows.rows(count, len(rows))


def resample(candles: Candles, kind: InstrumentKind, interval: Interval, until: int = NEVER) -> Candles:
    """The longer candles that are over, of all of them at once; see `resampled`."""
    return resampled(empty(candles.instrument, candles.interval), candles, kind, interval, until)[0]


def _inside(exchange: Exchange, kind: InstrumentKind, times: Times) -> Mask:
    opens, closes = part_bounds(exchange, kind, times)
    return (opens <= times) & (times < closes)


def _summed(rows: Candles, stamps: Times, starts: NDArray[np.intp], interval: Interval) -> Candles:
    """One candle for each stretch of rows that begins at `starts`."""
    if not len(starts):
        return empty(rows.instrument, interval)
    ends = np.append(starts[1:], len(rows)) - 1
    return merged(rows, interval, stamps, starts, ends)
