"""Two exponential averages decide the side; a stop a few average ranges away decides the loss."""

from typing import Self

from pydantic import Field, model_validator

from streams.columns import atr, crossed_above, crossed_below, ema
from streams.strategies.language import Bars, BaseStrategy, Intents, StrategyConfig, entries, points
from streams.strategies.settings import AllowShort, Quantity, RiskPercent, size_of


class EmaCrossoverAtrStop(BaseStrategy):
    """Rides a trend from the crossing of two exponential averages until they cross back or the stop is hit.

    Buys on the candle on which the fast EMA of the close crosses above the slow one, and sells on the
    candle on which it crosses below; with `allow_short` the crossing below also sells short, and the next
    one above buys back. Each position is guarded by a stop `stop_ranges` average true ranges (of the candle
    that enters) from the price of entry. Stays out from a stop until the averages cross anew. Suits
    15-minute to daily candles: on shorter ones crossings are mostly noise.
    """

    key = "ema_crossover_atr_stop"
    title = "EMA crossover with ATR stop"

    class Config(StrategyConfig):
        """Two averages, the stop, and the size of a position."""

        fast: int = Field(12, ge=2, le=100, description="Candles in the fast average.")
        slow: int = Field(26, ge=3, le=300, description="Candles in the slow average; more than in the fast.")
        atr_window: int = Field(14, ge=2, le=100, description="Candles in the average true range.")
        stop_ranges: float = Field(
            2.0, ge=0.25, le=20, description="Average true ranges between the price of entry and the stop."
        )
        allow_short: AllowShort = False
        quantity: Quantity = 1
        risk_percent: RiskPercent = 0

        @model_validator(mode="after")
        def slow_is_slower(self) -> Self:
            """The averages can only cross when one is slower."""
            if self.slow <= self.fast:
                raise ValueError(f"slow ({self.slow}) must be more than fast ({self.fast})")
            return self

    def intents(self, bars: Bars, config: Config) -> Intents:
        """In on the crossing, out on the crossing back, guarded in between."""
        fast, slow = ema(bars.close, config.fast), ema(bars.close, config.slow)
        up, down = crossed_above(fast, slow), crossed_below(fast, slow)
        return entries(
            long=up,
            exit_long=down,
            short=down if config.allow_short else None,
            exit_short=up if config.allow_short else None,
            size=size_of(config.quantity, config.risk_percent),
            stop_loss=points(config.stop_ranges * atr(bars, config.atr_window)),
        )
