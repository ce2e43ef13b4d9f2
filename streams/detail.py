"""Intrabar detail: a bar walked by the finer candles inside it, where there are some."""

from collections import defaultdict

import numpy as np

from streams.domain.market import Candles, Chunk, Interval
from streams.events import Bar, CandlesClosed
from streams.frames import bar_at
from streams.sessions import DAY, IST


def walked(closed: CandlesClosed, detail: Chunk, interval: Interval) -> tuple[CandlesClosed, ...]:
    """A moment as the exchange meets it: one part for each time at which some instrument has a finer candle.

    `detail` holds one `Candles` for each instrument of the run, or is empty. All parts carry the moment's own
    time. An instrument without finer candles inside its bar brings the bar itself, at the first of them.
    """
    if not detail:
        return (closed,)
    parts: defaultdict[int, list[Bar | None]] = defaultdict(lambda: [None] * len(closed.bars))
    for instrument, bar in enumerate(closed.bars):
        if bar is not None:
            for time, part in _inside(closed.time, bar, detail[instrument], interval):
                parts[time][instrument] = part
    return tuple(closed._replace(bars=tuple(parts[time])) for time in sorted(parts)) or (closed,)


def _inside(time: int, bar: Bar, finer: Candles, interval: Interval) -> list[tuple[int, Bar]]:
    first, last = np.searchsorted(finer.time, _span(time, interval)).tolist()
    if first == last:
        return [(time, bar)]
    return [(int(finer.time[row]), bar_at(finer, row)) for row in range(first, last)]


def _span(time: int, interval: Interval) -> tuple[int, int]:
    """From when to when a candle lasts; one of a day all of it, whatever its hours."""
    if interval is Interval.ONE_DAY:
        midnight = (time + IST) // DAY * DAY - IST
        return midnight, midnight + DAY
    return time, time + interval.microseconds
