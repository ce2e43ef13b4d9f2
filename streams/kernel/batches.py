"""Chunks and intents as what the kernel takes: moments at which something can happen, in numbers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.asked import Asked
from streams.domain.intents import Manner
from streams.domain.market import Candles, Chunk
from streams.frames import Moments, moments, units
from streams.kernel.columns import Batch
from streams.sessions import DAY, IST
from streams.state import Terms
from streams.timetable import all_past_square_off

Ints = NDArray[np.int64]


class Frame(NamedTuple):
    """A chunk's moments, each with whether it matters anyhow and, for each instrument, whether it is late."""

    times: Moments
    matters: NDArray[np.bool_]
    late: NDArray[np.bool_]

    def only(self) -> "Frame":
        """The moments that matter."""
        return Frame(self.times[self.matters], self.matters[self.matters], self.late[:, self.matters])


def frame(terms: Terms, manners: Sequence[Manner], chunk: Chunk, asked: Asked) -> Frame:
    """The moments of a chunk. What matters: candles with an intent, each instrument's first that is late, and
    those after (where their orders fill); its first and last of each day; the last of the chunk."""
    times = moments(chunk)
    matters = np.zeros(len(times), bool)
    late = np.zeros((len(chunk), len(times)), bool)
    matters[np.searchsorted(times, asked.time)] = True
    matters[-1] = True
    for instrument, candles in enumerate(chunk):
        if len(candles):
            own = asked.time if len(chunk) == 1 else asked.time[asked.instrument == instrument]
            matters[np.searchsorted(times, _following(candles, own))] = True
            late[instrument] = all_past_square_off(terms, instrument, manners[instrument], times)
            places = np.searchsorted(times, candles.time)
            by_then = late[instrument, places]
            turned = np.flatnonzero(by_then & ~np.concatenate(([False], by_then[:-1])))
            matters[places[turned]] = True
            matters[places[turned[turned + 1 < len(places)] + 1]] = True
    return Frame(times, matters, late)


def _following(candles: Candles, asked: Ints) -> Ints:
    """Where orders made at these times fill, and the instrument's first and last candle of each day; the last
    of the chunk may be one."""
    after = np.searchsorted(candles.time, asked, side="right")
    days = (candles.time + IST) // DAY
    turns = np.flatnonzero(days[:-1] != days[1:])
    filling = candles.time[after[after < len(candles)]]
    ends = candles.time[:1], candles.time[-1:]
    return np.concatenate((*ends, filling, candles.time[turns], candles.time[turns + 1]))


class Seen(NamedTuple):
    """One instrument at some moments: whether it had a candle, its prices, its last known close."""

    present: Ints
    opens: Ints
    highs: Ints
    lows: Ints
    closes: Ints
    volumes: Ints


def batch(chunk: Chunk, asked: Asked, frame: Frame, marks: Sequence[int]) -> Batch:
    """The moments of a frame, each intent's candle among them; `marks` are the closes known before."""
    times = frame.times
    seen = [_seen(candles, times, mark) for candles, mark in zip(chunk, marks, strict=True)]
    present, opens, highs, lows, closes, volumes = map(_woven, zip(*seen, strict=True))
    late = _woven(list(frame.late))
    asked_at = np.searchsorted(times, asked.time)
    return Batch(times, frame.matters, present, late, opens, highs, lows, closes, volumes, asked_at)


def _seen(candles: Candles, times: Moments, mark: int) -> Seen:
    if not len(candles):
        nothing = np.zeros(len(times), np.int64)
        return Seen(nothing, nothing, nothing, nothing, np.full(len(times), mark), nothing)
    rows = np.searchsorted(candles.time, times, side="right") - 1
    at = np.maximum(rows, 0)
    opens, highs, lows = (units(each[at]) for each in (candles.open, candles.high, candles.low))
    present = (rows >= 0) & (candles.time[at] == times)
    closes = np.where(rows >= 0, units(candles.close[at]), mark)
    return Seen(present.astype(np.int64), opens, highs, lows, closes, candles.volume[at])


def _woven(columns: Sequence[NDArray[np.int64]]) -> Ints:
    """Moment by moment, instrument by instrument."""
    return columns[0] if len(columns) == 1 else np.stack(columns, axis=1).ravel()
