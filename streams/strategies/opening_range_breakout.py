"""The day's first range, and the side on which it is left."""

from typing import Self

from pydantic import Field, model_validator

from streams.columns import opening_range
from streams.strategies.language import Bars, BaseStrategy, Intents, StrategyConfig, entries, points
from streams.strategies.protection import minutes_of
from streams.strategies.settings import AllowShort, Quantity, RiskPercent, TimeOfDay, size_of, until


class OpeningRangeBreakout(BaseStrategy):
    """Trades the day's direction once the price leaves the range of its first minutes.

    The range is the highest high and lowest low of the session's first `minutes`. Buys on the candle whose
    close has come above it, sells short (with `allow_short`) on the one whose close has come below it,
    until `last_entry`; a close that comes back and leaves again enters again if there is no position. The
    stop is one height of the range away from the price of entry, the target `target_ranges` heights, and
    the day ends at `square_off`. Stays out until the range is complete, where it has no height, and after
    `last_entry`. Suits 1- to 5-minute candles of liquid stocks and index futures.
    """

    key = "opening_range_breakout"
    title = "Opening-range breakout"

    class Config(StrategyConfig):
        """The range, the times of day, and the size of a position."""

        minutes: int = Field(30, ge=5, le=120, description="Minutes of the session that make the range.")
        target_ranges: float = Field(
            2.0, ge=0.25, le=10, description="Heights of the range between the price of entry and the target."
        )
        last_entry: TimeOfDay = Field("14:30", description="No entry on candles that close later than this.")
        square_off: TimeOfDay = Field("15:10", description="When the day's position is closed.")
        allow_short: AllowShort = True
        quantity: Quantity = 1
        risk_percent: RiskPercent = 0

        @model_validator(mode="after")
        def ends_after_the_last_entry(self) -> Self:
            """A position needs time to come to something."""
            if minutes_of(self.square_off) <= minutes_of(self.last_entry):
                raise ValueError(
                    f"square_off ({self.square_off}) must be after last_entry ({self.last_entry})"
                )
            return self

    def intents(self, bars: Bars, config: Config) -> Intents:
        """Beyond the range, in time, in the direction of the break."""
        opening = opening_range(bars, config.minutes)
        height = opening.high - opening.low
        in_time = until(bars.time_of_day, config.last_entry) & (height > 0)
        return entries(
            long=in_time & (bars.close > opening.high),
            short=in_time & (bars.close < opening.low) if config.allow_short else None,
            size=size_of(config.quantity, config.risk_percent),
            stop_loss=points(height),
            take_profit=points(config.target_ranges * height),
            square_off=config.square_off,
        )
