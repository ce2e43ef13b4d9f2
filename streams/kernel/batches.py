"""Chunks and intents as what the kernel takes: the moments at which something can happen, in numbers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.asked import Asked
from streams.domain.market import Candles, Chunk
from streams.execution import DAY, IST_OFFSET
from streams.frames import Moments, moments, units
from streams.kernel.columns import Batch

Ints = NDArray[np.int64]


def eventful(chunk: Chunk, asked: Asked, waiting: bool) -> Moments:
    """The moments at which something can happen: candles with an intent, those after (where its order fills),
    the last of each day and of the chunk, and the first while orders are `waiting`."""
    every = moments(chunk)
    days = (every + IST_OFFSET) // DAY
    marked = np.zeros(len(every), bool)
    marked[:-1] = days[:-1] != days[1:]
    marked[-1] = True
    for instrument, candles in enumerate(chunk):
        if len(candles):
            own = asked.time[asked.instrument == instrument] if len(chunk) > 1 else asked.time
            after = np.searchsorted(candles.time, own, side="right")
            wanted = candles.time[after[after < len(candles)]]
            marked[np.searchsorted(every, own)] = True
            marked[np.searchsorted(every, wanted)] = True
            if waiting:
                marked[np.searchsorted(every, candles.time[0])] = True
    return every[marked]


class Seen(NamedTuple):
    """One instrument at some moments: whether it had a candle, its prices, its last known close."""

    present: Ints
    opens: Ints
    highs: Ints
    lows: Ints
    closes: Ints


def batch(chunk: Chunk, asked: Asked, times: Moments, marks: Sequence[int]) -> Batch:
    """The moments at these times, each intent's candle among them; `marks` are the closes known before."""
    seen = [_seen(candles, times, mark) for candles, mark in zip(chunk, marks, strict=True)]
    present, opens, highs, lows, closes = map(_woven, zip(*seen, strict=True))
    asked_at = np.searchsorted(times, asked.time)
    return Batch(times, present, opens, highs, lows, closes, asked_at, asked.instrument, asked.target)


def _seen(candles: Candles, times: Moments, mark: int) -> Seen:
    if not len(candles):
        nothing = np.zeros(len(times), np.int64)
        return Seen(nothing, nothing, nothing, nothing, np.full(len(times), mark))
    rows = np.searchsorted(candles.time, times, side="right") - 1
    at = np.maximum(rows, 0)
    opens, highs, lows = (units(each[at]) for each in (candles.open, candles.high, candles.low))
    present = (rows >= 0) & (candles.time[at] == times)
    closes = np.where(rows >= 0, units(candles.close[at]), mark)
    return Seen(present.astype(np.int64), opens, highs, lows, closes)


def _woven(columns: Sequence[Ints]) -> Ints:
    """Moment by moment, instrument by instrument."""
    return columns[0] if len(columns) == 1 else np.stack(columns, axis=1).ravel()
