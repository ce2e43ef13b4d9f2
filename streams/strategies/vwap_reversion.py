"""A price far from the day's average price, on its way back."""

from typing import Self

from pydantic import Field, model_validator

from streams.columns import deviation, vwap
from streams.strategies.language import Bars, BaseStrategy, Intents, StrategyConfig, entries, percent
from streams.strategies.protection import minutes_of
from streams.strategies.settings import AllowShort, Quantity, RiskPercent, TimeOfDay, size_of, until


class VwapReversion(BaseStrategy):
    """Trades the return of the price to the session's volume-weighted average.

    The stretch is the close's distance from the VWAP in standard deviations of that distance over the last
    `window` candles. Buys when the stretch falls below minus `entry`, sells short (with `allow_short`) when
    it rises above `entry`, between `first_entry` and `last_entry`; leaves when the close is back at the
    VWAP, at the stop, or at `square_off`. Stays out while the session's average is young, late in the day,
    while the distance stands still (no trades in all the window), and on instruments without volume (an index
    has no VWAP). Suits 1- to 5-minute candles.
    """

    key = "vwap_reversion"
    title = "VWAP reversion"

    class Config(StrategyConfig):
        """The stretch, the times of day, the stop, and the size of a position."""

        window: int = Field(
            60, ge=5, le=400, description="Candles whose distances from the VWAP are compared."
        )
        entry: float = Field(2.0, ge=0.5, le=6, description="Standard deviations from the VWAP that enter.")
        stop_percent: float = Field(
            0.75, ge=0.05, le=10, description="Per cent of the price of entry between it and the stop."
        )
        first_entry: TimeOfDay = Field("09:45", description="No entry on candles that close before this.")
        last_entry: TimeOfDay = Field("14:45", description="No entry on candles that close later than this.")
        square_off: TimeOfDay = Field("15:10", description="When the day's position is closed.")
        allow_short: AllowShort = True
        quantity: Quantity = 1
        risk_percent: RiskPercent = 0

        @model_validator(mode="after")
        def times_are_in_order(self) -> Self:
            """Entries begin, end, and then the day does."""
            times = (self.first_entry, self.last_entry, self.square_off)
            if not minutes_of(times[0]) < minutes_of(times[1]) < minutes_of(times[2]):
                named = "first_entry ({}), last_entry ({}) and square_off ({})".format(*times)
                raise ValueError(f"{named} must follow one another")
            return self

    def intents(self, bars: Bars, config: Config) -> Intents:
        """In when stretched, out when back."""
        average = vwap(bars)
        away = bars.close - average
        usual = deviation(away, config.window)
        stretch = away / usual
        early = bars.time_of_day < minutes_of(config.first_entry)
        alive = until(bars.time_of_day, config.last_entry) & ~early & (usual > 0)
        return entries(
            long=alive & (stretch < -config.entry),
            exit_long=bars.close >= average,
            short=alive & (stretch > config.entry) if config.allow_short else None,
            exit_short=bars.close <= average if config.allow_short else None,
            size=size_of(config.quantity, config.risk_percent),
            stop_loss=percent(config.stop_percent),
            square_off=config.square_off,
        )
