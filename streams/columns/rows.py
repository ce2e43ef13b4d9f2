"""A batch of one frame's candles, with what the calendar says of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams import sessions
from streams.domain.market import Candles, Exchange, Instrument, Interval, Times


class Seen(NamedTuple):
    """What is remembered of a frame's candles: how many there were, the last one's day, how they began."""

    candles: int = 0
    day: int = -1
    whole: bool = True
    """Whether the first one held all it should: a higher time-frame's may have begun before the series."""
    fresh: bool = True
    """Whether the first one opened its session."""


@dataclass(eq=False)
class Rows:
    """n candles of a frame; `completed` is None for a run's own candles, else when each one was.

    Its shape is (2, n): when the finer candle that completed each one closed, and when that one opened.
    """

    instrument: Instrument
    candles: Candles
    before: Seen
    completed: Times | None = None

    def __len__(self) -> int:
        return len(self.candles.time)

    @property
    def exchange(self) -> Exchange:
        """Where the instrument trades."""
        return Exchange(self.instrument.key.partition(":")[0])

    @property
    def interval(self) -> Interval:
        """How long each candle lasts."""
        return self.candles.interval

    @cached_property
    def part(self) -> tuple[Times, Times]:
        """When the unbroken stretch of trading opens and closes in which each candle opens."""
        return sessions.part_bounds(self.exchange, self.instrument.kind, self.candles.time)

    @cached_property
    def closes(self) -> Times:
        """When each candle closes: after its length or with its session's part; a daily one, its session."""
        return self.ends(self.candles.time, self.interval)

    def ends(self, starts: Times, interval: Interval) -> Times:
        """When what opens at the starts, in the part of each candle, ends after the interval."""
        if interval is Interval.ONE_DAY:
            return sessions.session_closes(self.exchange, self.instrument.kind, self.candles.time)
        ends, closes = starts + interval.microseconds, self.part[1]
        return np.where(starts < closes, np.minimum(ends, closes), ends)

    def starts(self, interval: Interval) -> Times:
        """When the interval begins in which each candle opens: the grid starts at each part's opening."""
        time = self.candles.time
        if interval is Interval.ONE_DAY:
            return sessions.nominal_opens(self.exchange, time)
        starts: Times = time - (time - self.part[0]) % interval.microseconds
        return starts

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Whether each candle opens inside a part of its session; a daily one does."""
        time = self.candles.time
        if self.interval is Interval.ONE_DAY:
            return np.ones(len(time), np.bool_)
        opens, closes = self.part
        return (opens <= time) & (time < closes)

    @property
    def known(self) -> tuple[Times, Times]:
        """From when on each candle can be seen: by candles that close then or later and open then or later.

        That is its own close and opening; of a longer one those of the finer candle that completed it. Both
        count, because candles come in order of opening: one of a market that opens late and closes early is
        not there yet when one that opened before it, and closes after it, is evaluated.
        """
        return (self.closes, self.candles.time) if self.completed is None else tuple(self.completed)

    @cached_property
    def days(self) -> NDArray[np.int64]:
        """The number of each candle's day in India: the same day, the same session."""
        return sessions.day_numbers(self.candles.time)

    @cached_property
    def openings(self) -> NDArray[np.intp]:
        """Positions, counted from the frame's first candle ever, of the candles that begin a session.

        The very first candle counts only when it is the one at the opening: before any other, earlier candles
        of its session may be lacking.
        """
        begins = np.flatnonzero(np.diff(self.days, prepend=self.before.day)) + self.before.candles
        return begins if self.seen.fresh else begins[begins > 0]

    @cached_property
    def seen(self) -> Seen:
        """What is remembered after these rows."""
        if not len(self):
            return self.before
        day = (int(self.candles.time[-1]) + sessions.IST) // sessions.DAY
        count = self.before.candles + len(self)
        if self.before.candles:
            return Seen(count, day, self.before.whole, self.before.fresh)
        return Seen(count, day, self.before.whole, self.before.whole and self._opens_session)

    @property
    def _opens_session(self) -> bool:
        """A day's candle is its session; any other must open with it."""
        first = self.candles.time[:1]
        opens = sessions.session_opens(self.exchange, self.instrument.kind, first)
        return self.interval is Interval.ONE_DAY or bool(first[0] == opens[0])
