"""Always with the Supertrend."""

from pydantic import Field

from streams.columns import HOLD, supertrend, when
from streams.strategies.language import (
    Bars,
    BaseStrategy,
    Intents,
    StrategyConfig,
    capital_percent,
    percent,
    quantity,
    target,
)
from streams.strategies.settings import AllowShort, Quantity


class SupertrendFollower(BaseStrategy):
    """Holds a long position while the Supertrend points up, and a short one (or none) while it points down.

    The position changes on the candle whose close turns the indicator. With `disaster_percent` a stop rests
    that far from the price of entry, for moves that jump over the line; after it the strategy stays out
    until the Supertrend turns. Otherwise it is always in the market when it may sell short. Suits 15-minute
    to hourly candles of what trends: index futures, large stocks.
    """

    key = "supertrend_follower"
    title = "Supertrend follower"

    class Config(StrategyConfig):
        """The indicator, the last-resort stop, and the size of a position."""

        window: int = Field(10, ge=2, le=100, description="Candles in the average true range.")
        multiplier: float = Field(
            3.0, ge=0.5, le=10, description="Average true ranges between the middle of a candle and its band."
        )
        disaster_percent: float = Field(
            5.0,
            ge=0,
            le=50,
            description="Per cent from the price of entry to the last-resort stop; 0 for none.",
        )
        allow_short: AllowShort = False
        quantity: Quantity = 1
        capital_percent: float = Field(
            0, ge=0, le=500, description="Per cent of equity to lay out; 0 trades `quantity` units instead."
        )

    def intents(self, bars: Bars, config: Config) -> Intents:
        """The side the indicator is on."""
        direction = supertrend(bars, config.window, config.multiplier).direction
        down = -1 if config.allow_short else 0
        share = config.capital_percent
        return target(
            when(direction > 0, 1, when(direction < 0, down, HOLD)),
            size=capital_percent(share) if share else quantity(config.quantity),
            stop_loss=percent(config.disaster_percent) if config.disaster_percent else None,
        )
