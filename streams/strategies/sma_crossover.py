"""The reference strategy: two simple moving averages of the close."""

from typing import Self

from pydantic import Field, model_validator

from streams.columns import HOLD, sma, when
from streams.domain.money import MAX_QUANTITY
from streams.strategies.base import Bars, BaseStrategy, Intents, StrategyConfig, target


class SmaCrossover(BaseStrategy):
    """Long while the fast average is above the slow one, flat while it is below."""

    key = "sma_crossover"
    title = "SMA crossover"

    class Config(StrategyConfig):
        """Two windows and a size."""

        fast: int = Field(10, ge=2, le=200, description="Candles in the fast average.")
        slow: int = Field(
            30, ge=3, le=400, description="Candles in the slow average; more than in the fast one."
        )
        quantity: int = Field(1, ge=1, le=MAX_QUANTITY, description="Units to hold while long.")

        @model_validator(mode="after")
        def slow_is_slower(self) -> Self:
            """The averages can only cross when one is slower."""
            if self.slow <= self.fast:
                raise ValueError(f"slow ({self.slow}) must be more than fast ({self.fast})")
            return self

    def intents(self, bars: Bars, config: Config) -> Intents:
        """Long on fast above slow, flat on fast below slow, no opinion where they are equal."""
        fast, slow = sma(bars.close, config.fast), sma(bars.close, config.slow)
        return target(when(fast > slow, config.quantity, when(fast < slow, 0, HOLD)))
