"""The Donchian breakout, which adds to what goes well, as one plain loop, from its docstring."""

from collections.abc import Iterable
from typing import NamedTuple

from tests.laws.plain.books import Books
from tests.laws.plain.bracket import Distances
from tests.laws.plain.desk import Ask, Desk, Terms
from tests.laws.plain.indicators import AverageTrueRange, Last
from tests.laws.plain.market import Candle, units


class Rules(NamedTuple):
    """The two channels, the stop in average true ranges, and how often it enters before it is flat."""

    entry: int
    leave: int
    atr_window: int
    stop_ranges: float
    positions: int
    allow_short: bool

    @property
    def warm_up(self) -> int:
        """Candles that never act: the channel's, 50 windows of true ranges, and one before each."""
        return max(self.entry, 50 * self.atr_window) + 1


class Channel:
    """The highest high and the lowest low of the candles before."""

    def __init__(self, window: int) -> None:
        self._highs, self._lows = Last(window), Last(window)

    def side(self, candle: Candle) -> int:
        """+1 for a close above it, -1 for one below it; the candle is in it from the next one on."""
        top = max(self._highs.values, default=candle.close)
        bottom = min(self._lows.values, default=candle.close)
        self._highs.take(candle.high)
        self._lows.take(candle.low)
        return (candle.close > top) - (candle.close < bottom)


def trade(candles: Iterable[Candle], rules: Rules, terms: Terms) -> Books:
    """In beyond the wide channel, more of it on each new break, out beyond the narrow one."""
    desk, outer, inner = Desk(terms), Channel(rules.entry), Channel(rules.leave)
    ranges, was, left = AverageTrueRange(rules.atr_window), 0, 0
    for row, candle in enumerate(candles):
        desk.meet(candle)
        high, low, close = (each / 10_000 for each in (candle.high, candle.low, candle.close))
        stop = units(rules.stop_ranges * (ranges.take(high, low, close) or 0.0)) or terms.tick
        side, leave = outer.side(candle), inner.side(candle)
        acts, short = row >= rules.warm_up, rules.allow_short
        enter = side if acts and side != was and (side > 0 or short) else 0
        leave_long, leave_short = acts and leave < 0 <= left, acts and leave > 0 >= left and short
        ask = Ask(leave_long, leave_short, enter, Distances(stop), rules.positions)
        desk.close(candle, ask)
        was, left = side, leave
    return desk.done()
