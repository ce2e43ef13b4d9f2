"""A strategy that trades like the SMA crossover until it meets a price it cannot bear."""

import numpy as np

from streams.columns.column import Values, column
from streams.strategies.base import Bars, BaseStrategy, Intents, target
from streams.strategies.sma_crossover import SmaCrossover

POISON = 666.0


class Unbearable(ArithmeticError):
    """What the strategy raises."""


def _checked(values: Values) -> Values:
    if np.any(values == POISON):
        raise Unbearable("the price is 666")
    return values


class Fragile(BaseStrategy):
    """The crossover, with a fault."""

    key = "fragile"
    Config = SmaCrossover.Config

    def intents(self, bars: Bars, config: SmaCrossover.Config) -> Intents:
        """The crossover's target on closes that are looked at first."""
        close = column("checked", _checked, bars.close)
        return target(SmaCrossover().intents(bars._replace(close=close), config).roots[0])
