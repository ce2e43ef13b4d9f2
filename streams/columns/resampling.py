"""Candles of a higher time-frame, complete ones only, however the finer candles come in.

A bucket is the stretch between two points of the longer interval's grid, which starts anew at the opening of
each part of a session and ends with it; a day's bucket is its session. A bucket is complete when a finer
candle closes at or past its end, hence a session's last, short one at the close. Where the candle that would
close it is missing (no trades, a halt), the next candle to come completes it. A bucket without any candle
does not exist. Candles outside the session's parts belong to no bucket; a day that has no session on the
calendar is taken to have had its usual hours.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams import sessions
from streams.columns.rows import Rows, Seen
from streams.domain.market import Candles, Interval, Times, joined

Positions = NDArray[np.intp]


class Filling(NamedTuple):
    """A bucket that is not complete yet, as the one candle in `part`; None between two buckets."""

    seen: Seen = Seen()
    part: Candles | None = None


class _Finer(NamedTuple):
    """The finer candles that belong to a bucket: when each closes, where its bucket begins and ends."""

    candles: Candles
    closes: Times
    starts: Times
    ends: Times

    @property
    def told(self) -> Times:
        """When each closes and opens: what a bucket it completes is known by."""
        return np.stack((self.closes, self.candles.time))


def resampled(filling: Filling, rows: Rows, every: Interval) -> tuple[Filling, Rows]:
    """What is being filled after the finer rows, and the candles they completed."""
    finer = _inside(rows, every)
    before, candles = filling.seen, finer.candles.rows(0, 0)
    completed = finer.told[:, :0]
    if len(finer.closes):
        if filling.part is None and not before.candles:
            before = before._replace(whole=_from_its_start(rows, finer, every))
        candles, completed = _continued(filling.part, finer, *_grouped(finer, every))
    elif filling.part is not None:
        return filling, Rows(rows.instrument, candles, before, completed)
    done = int(np.count_nonzero(completed[0]))
    part = candles.rows(done, done + 1) if done < len(candles) else None
    emitted = Rows(rows.instrument, candles.rows(0, done), before, completed[:, :done])
    return Filling(emitted.seen if done else before, part), emitted


def _inside(rows: Rows, every: Interval) -> _Finer:
    starts = rows.starts(every)
    found = _Finer(rows.candles, rows.closes, starts, rows.ends(starts, every))
    inside = rows.inside
    if inside.all():
        return found
    return _Finer(rows.candles.where(inside), *(each[inside] for each in found[1:]))


def _from_its_start(rows: Rows, finer: _Finer, every: Interval) -> bool:
    """Whether the very first finer candle opened its bucket."""
    first = finer.candles.time[:1]
    if every is not Interval.ONE_DAY:
        return bool(first[0] == finer.starts[0])
    opens = sessions.session_opens(rows.exchange, rows.instrument.kind, first)
    return rows.interval is every or bool(first[0] == opens[0])


def _grouped(finer: _Finer, every: Interval) -> tuple[Candles, Times]:
    """One candle a bucket, and close and opening of what completed it: 0 while nothing has."""
    reached = finer.closes >= finer.ends
    begins = np.empty(len(reached), np.bool_)
    begins[0] = True
    np.not_equal(finer.starts[1:], finer.starts[:-1], out=begins[1:])
    begins[1:] |= reached[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(reached)) - 1
    told = finer.told
    following = np.append(told[:, first[1:]], [[0], [0]], axis=1)
    completed = np.where(reached[last], told[:, last], following)
    return merged(finer.candles, every, finer.starts, first, last), completed


def _continued(
    part: Candles | None, finer: _Finer, candles: Candles, completed: Times
) -> tuple[Candles, Times]:
    """The buckets with what was being filled before: the first one's beginning, or a bucket of its own."""
    if part is None:
        return candles, completed
    if part.time[0] != candles.time[0]:
        return joined(part, candles), np.concatenate((finer.told[:, :1], completed), axis=1)
    whole = Candles(
        candles.instrument,
        candles.interval,
        candles.time,
        np.concatenate((part.open, candles.open[1:])),
        np.concatenate((np.maximum(part.high, candles.high[:1]), candles.high[1:])),
        np.concatenate((np.minimum(part.low, candles.low[:1]), candles.low[1:])),
        candles.close,
        np.concatenate((part.volume + candles.volume[:1], candles.volume[1:])),
    )
    return whole, completed


def merged(finer: Candles, every: Interval, starts: Times, first: Positions, last: Positions) -> Candles:
    """One candle a bucket, stamped with its own of `starts`, of the rows from its `first` to its `last`."""
    return Candles(
        finer.instrument,
        every,
        starts[first],
        finer.open[first],
        np.maximum.reduceat(finer.high, first),
        np.minimum.reduceat(finer.low, first),
        finer.close[last],
        np.add.reduceat(finer.volume, first),
    )
