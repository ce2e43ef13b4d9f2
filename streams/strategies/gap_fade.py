"""An opening away from yesterday's close, and the way back."""

from typing import Self

from pydantic import Field, model_validator

from streams.columns import absolute, changed, former_session, gap, session_first
from streams.strategies.language import Bars, BaseStrategy, Intents, StrategyConfig, entries, points
from streams.strategies.protection import minutes_of
from streams.strategies.settings import AllowShort, Quantity, RiskPercent, TimeOfDay, size_of, until


class GapFade(BaseStrategy):
    """Trades against a session's opening gap, for its closing.

    The gap is the session's open less the last close of the session before. A gap down of `least_percent`
    to `most_percent` is bought, a gap up (with `allow_short`) sold short, on the session's first candle, if
    that closes by `last_entry`. The target lies `fill_percent` of the gap from the price of entry towards
    yesterday's close, the stop `stop_percent` of the gap the other way; what is left is closed at
    `square_off`. Stays out on small gaps, which are noise, on large ones, which are news, and on days that
    open in the evening. Suits 1- to 15-minute candles.
    """

    key = "gap_fade"
    title = "Gap fade"

    class Config(StrategyConfig):
        """Which gaps, until when, how far, and the size of a position."""

        least_percent: float = Field(
            0.5, ge=0.05, le=10, description="Smallest gap, in per cent of the last close."
        )
        most_percent: float = Field(
            2.5, ge=0.1, le=20, description="Largest gap, in per cent of the last close."
        )
        fill_percent: float = Field(75, ge=5, le=100, description="Per cent of the gap to the target.")
        stop_percent: float = Field(75, ge=5, le=300, description="Per cent of the gap to the stop.")
        last_entry: TimeOfDay = Field("09:30", description="The first candle must close by this time.")
        square_off: TimeOfDay = Field("11:30", description="When the position is closed.")
        allow_short: AllowShort = True
        quantity: Quantity = 1
        risk_percent: RiskPercent = 0

        @model_validator(mode="after")
        def bounds_are_in_order(self) -> Self:
            """Some gap has to be neither too small nor too large; the day ends after it began."""
            if self.most_percent <= self.least_percent:
                raise ValueError(
                    f"most_percent ({self.most_percent:g}) must be more than least_percent"
                    f" ({self.least_percent:g})"
                )
            if minutes_of(self.square_off) <= minutes_of(self.last_entry):
                raise ValueError(
                    f"square_off ({self.square_off}) must be after last_entry ({self.last_entry})"
                )
            return self

    def intents(self, bars: Bars, config: Config) -> Intents:
        """Against the gap, on the session's first candle."""
        percent = 100 * gap(bars)
        rupees = absolute(session_first(bars.open, bars) - former_session(bars.close, bars))
        first = changed(bars.session) & until(bars.time_of_day, config.last_entry)
        up = (percent >= config.least_percent) & (percent <= config.most_percent)
        down = (percent <= -config.least_percent) & (percent >= -config.most_percent)
        return entries(
            long=first & down,
            short=first & up if config.allow_short else None,
            size=size_of(config.quantity, config.risk_percent),
            stop_loss=points(config.stop_percent / 100 * rupees),
            take_profit=points(config.fill_percent / 100 * rupees),
            square_off=config.square_off,
        )
