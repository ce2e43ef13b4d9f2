"""The strategies the laws are held to: every built-in one, and one of our own that also goes short."""

from typing import Any

from pydantic import Field

from streams.columns import HOLD, lag, sma, when
from streams.strategies import BaseStrategy, StrategyConfig, built_in
from streams.strategies.base import Bars, Intents, build, target


class Momentum(BaseStrategy):
    """Long, short or flat by the smoothed relative change: ratios off the grid, flips, and no opinion."""

    key = "momentum"

    class Config(StrategyConfig):
        """A span and a size."""

        span: int = Field(3, ge=1, le=50)
        quantity: int = Field(10, ge=1, le=1000)

    def intents(self, bars: Bars, config: Any) -> Intents:
        """A twentieth of a percent either way decides; the opening price breaks ties."""
        change = sma(bars.close / lag(bars.close, config.span) - 1, 3)
        steady = when(bars.close == bars.open, HOLD, 0)
        short = when(change < -0.0005, -config.quantity, steady)
        return target(when(change > 0.0005, config.quantity, short))


EVERY: tuple[type[BaseStrategy], ...] = (*built_in().kinds(), Momentum)
"""All strategies: built in, and ours."""


def instruments_of(strategy: type[BaseStrategy]) -> int:
    """The fewest instruments a run of it can have."""
    return build(strategy, strategy.Config()).instruments


KINDS = tuple(each for each in EVERY if instruments_of(each) == 1)
"""Those that trade each instrument on its own."""
