"""The EMA crossover with an ATR stop as one plain loop, from its docstring and its config's descriptions."""

from collections.abc import Iterable
from typing import NamedTuple

from tests.laws.plain.books import Books
from tests.laws.plain.bracket import Distances
from tests.laws.plain.desk import Ask, Desk, Terms
from tests.laws.plain.indicators import Average, AverageTrueRange
from tests.laws.plain.market import Candle, units


class Rules(NamedTuple):
    """Two averages, the average true range, and the stop in such ranges."""

    fast: int
    slow: int
    atr_window: int
    stop_ranges: float
    allow_short: bool

    @property
    def warm_up(self) -> int:
        """Candles that never act: 25 windows of the slow average, 50 of true ranges, and one before each."""
        return max(25 * self.slow, 50 * self.atr_window) + 1


def trade(candles: Iterable[Candle], rules: Rules, terms: Terms) -> Books:
    """In on the candle where the averages cross, out where they cross back, guarded in between."""
    desk = Desk(terms)
    fast, slow = Average(2 / (rules.fast + 1)), Average(2 / (rules.slow + 1))
    ranges, lead = AverageTrueRange(rules.atr_window), 0.0
    for row, candle in enumerate(candles):
        desk.meet(candle)
        former = lead
        high, low, close = (each / 10_000 for each in (candle.high, candle.low, candle.close))
        lead = fast.take(close) - slow.take(close)
        range_now = ranges.take(high, low, close) or 0.0
        acts = row >= rules.warm_up
        up, down = acts and lead > 0 >= former, acts and lead < 0 <= former
        distances = Distances(units(rules.stop_ranges * range_now) or terms.tick)
        short = rules.allow_short
        desk.close(candle, Ask(down, up and short, up - (down and short), distances))
    return desk.done()
