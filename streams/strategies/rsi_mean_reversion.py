"""Weakness bought in an up-trend, strength sold in a down-trend."""

from typing import Self

from pydantic import Field, model_validator

from streams.columns import crossed_above, crossed_below, rsi, sma
from streams.strategies.language import Bars, BaseStrategy, Intents, StrategyConfig, entries, percent
from streams.strategies.settings import AllowShort, Quantity, RiskPercent, size_of


class RsiMeanReversion(BaseStrategy):
    """Trades the recovery from an extreme of the RSI, with the larger trend only.

    Buys on the candle on which the RSI comes back above `oversold` while the close is above its `trend`
    average; leaves when the RSI has risen above `leave`, at the stop, or after `patience` candles. With
    `allow_short` the mirror image: back below 100 - `oversold`, the close below its average, out below 100
    - `leave`. Stays out against the trend and until the average has its candles. Suits 15-minute to daily
    candles.
    """

    key = "rsi_mean_reversion"
    title = "RSI mean reversion"

    class Config(StrategyConfig):
        """The RSI and its levels, the trend, the ways out, and the size of a position."""

        window: int = Field(14, ge=2, le=100, description="Candles in the RSI.")
        oversold: float = Field(30, ge=5, le=45, description="RSI that has to be regained to buy.")
        leave: float = Field(55, ge=40, le=90, description="RSI above which a long position is closed.")
        trend: int = Field(100, ge=2, le=400, description="Candles in the average that tells the trend.")
        stop_percent: float = Field(
            2.0, ge=0.1, le=20, description="Per cent of the price of entry between it and the stop."
        )
        patience: int = Field(40, ge=1, le=1000, description="Candles after which a position is closed.")
        allow_short: AllowShort = False
        quantity: Quantity = 1
        risk_percent: RiskPercent = 0

        @model_validator(mode="after")
        def leaves_above_where_it_enters(self) -> Self:
            """Or it would leave at once."""
            if self.leave <= self.oversold:
                raise ValueError(f"leave ({self.leave:g}) must be more than oversold ({self.oversold:g})")
            return self

    def intents(self, bars: Bars, config: Config) -> Intents:
        """In when the extreme is over, out in the middle."""
        strength, average = rsi(bars.close, config.window), sma(bars.close, config.trend)
        weak = crossed_above(strength, config.oversold) & (bars.close > average)
        strong = crossed_below(strength, 100 - config.oversold) & (bars.close < average)
        return entries(
            long=weak,
            exit_long=strength > config.leave,
            short=strong if config.allow_short else None,
            exit_short=strength < 100 - config.leave if config.allow_short else None,
            size=size_of(config.quantity, config.risk_percent),
            stop_loss=percent(config.stop_percent),
            exit_after=config.patience,
        )
