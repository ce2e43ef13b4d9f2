"""The Bollinger squeeze with its trailing stop as one plain loop, from its docstring and its descriptions."""

from collections.abc import Iterable
from typing import NamedTuple

from tests.laws.plain.books import Books
from tests.laws.plain.bracket import Distances
from tests.laws.plain.desk import Ask, Desk, Terms
from tests.laws.plain.indicators import AverageTrueRange, Last, mean, quantile, spread
from tests.laws.plain.market import Candle, units


class Rules(NamedTuple):
    """The bands, what counts as quiet, and the trailing stop in average true ranges."""

    window: int
    deviations: float
    memory: int
    quiet_percent: float
    recent: int
    atr_window: int
    stop_ranges: float
    allow_short: bool

    @property
    def warm_up(self) -> int:
        """Candles that never act: the windows one upon another, 50 of true ranges, and one before each."""
        return max(self.window + self.memory + self.recent - 2, 50 * self.atr_window) + 1


class Bands:
    """The middle, upper and lower band of the last closes, and whether they were squeezed of late."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._closes, self._widths = Last(rules.window), Last(rules.memory)
        self._quiet = Last(rules.recent)

    def take(self, close: float) -> tuple[float, float, float, bool]:
        """With this close; the squeeze is one of the candles before it."""
        closes = self._closes.take(close)
        middle, ready = mean(closes), any(self._quiet.values)
        away = self._rules.deviations * spread(closes)
        if len(closes) == self._rules.window:
            width = ((middle + away) - (middle - away)) / middle
            quiet = width <= quantile(self._widths.take(width), self._rules.quiet_percent / 100)
            self._quiet.take(quiet)
        return middle, middle + away, middle - away, ready


def trade(candles: Iterable[Candle], rules: Rules, terms: Terms) -> Books:
    """In on the break out of narrow bands, out beyond the middle or at the trailing stop."""
    desk, bands, ranges = Desk(terms), Bands(rules), AverageTrueRange(rules.atr_window)
    was, beyond = 0, 0
    for row, candle in enumerate(candles):
        desk.meet(candle)
        high, low, close = (each / 10_000 for each in (candle.high, candle.low, candle.close))
        middle, upper, lower, ready = bands.take(close)
        away = units(rules.stop_ranges * (ranges.take(high, low, close) or 0.0)) or terms.tick
        side = (close > upper) - (close < lower) if ready else 0
        half = (close > middle) - (close < middle)
        acts, short = row >= rules.warm_up, rules.allow_short
        enter = side if acts and side != was and (side > 0 or short) else 0
        leave_long, leave_short = acts and half < 0 <= beyond, acts and half > 0 >= beyond and short
        desk.close(candle, Ask(leave_long, leave_short, enter, Distances(away, 0, away)))
        was, beyond = side, half
    return desk.done()
