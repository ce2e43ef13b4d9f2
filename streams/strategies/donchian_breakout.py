"""New highs bought, new lows sold: the turtles' rule."""

from typing import Self

from pydantic import Field, model_validator

from streams.columns import atr, donchian, lag
from streams.strategies.language import Bars, BaseStrategy, Intents, StrategyConfig, entries, points
from streams.strategies.settings import AllowShort, Quantity, RiskPercent, size_of


class DonchianBreakout(BaseStrategy):
    """Buys a close above the highest high of the candles before it, and adds to what goes well.

    Enters on the candle whose close has come above the high of the `entry` candles before it, leaves on the
    one whose close has come below the low of the `leave` candles before it; with `allow_short` the mirror
    image. A close that falls back into the channel and breaks out again adds another position of the same
    size, up to `positions` in all. The stop is `stop_ranges` average true ranges from the average price of
    entry. Stays out inside the channel. Suits daily candles and 15-minute to hourly ones of what trends.
    """

    key = "donchian_breakout"
    title = "Donchian breakout"

    class Config(StrategyConfig):
        """The two channels, the stop, and the size and number of positions."""

        entry: int = Field(
            20, ge=2, le=400, description="Candles whose high or low has to be broken to enter."
        )
        leave: int = Field(10, ge=1, le=200, description="Candles whose low or high ends the position.")
        atr_window: int = Field(20, ge=2, le=100, description="Candles in the average true range.")
        stop_ranges: float = Field(
            2.0, ge=0.25, le=20, description="Average true ranges between the price of entry and the stop."
        )
        positions: int = Field(1, ge=1, le=10, description="How often it may enter before it is flat again.")
        allow_short: AllowShort = False
        quantity: Quantity = 1
        risk_percent: RiskPercent = 0

        @model_validator(mode="after")
        def leaves_sooner_than_it_enters(self) -> Self:
            """The channel that ends a position is the narrower one."""
            if self.leave > self.entry:
                raise ValueError(f"leave ({self.leave}) must be at most entry ({self.entry})")
            return self

    def intents(self, bars: Bars, config: Config) -> Intents:
        """Beyond the channel of the candles before."""
        outer, inner = donchian(bars, config.entry), donchian(bars, config.leave)
        above, below = bars.close > lag(outer.upper), bars.close < lag(outer.lower)
        return entries(
            long=above,
            exit_long=bars.close < lag(inner.lower),
            short=below if config.allow_short else None,
            exit_short=bars.close > lag(inner.upper) if config.allow_short else None,
            size=size_of(config.quantity, config.risk_percent),
            stop_loss=points(config.stop_ranges * atr(bars, config.atr_window)),
            pyramiding=config.positions,
        )
