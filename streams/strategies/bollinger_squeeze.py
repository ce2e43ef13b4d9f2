"""Quiet before a move, and the move."""

from pydantic import Field

from streams.columns import atr, bollinger, lag, lowest, quantile, when
from streams.strategies.language import Bars, BaseStrategy, Intents, StrategyConfig, entries, points
from streams.strategies.settings import AllowShort, Quantity, RiskPercent, size_of


class BollingerSqueeze(BaseStrategy):
    """Trades the break out of unusually narrow Bollinger bands, and trails the move.

    The bands are squeezed when their width, as a share of the middle, is in the lowest `quiet_percent` of
    the last `memory` candles. Buys on the candle whose close has come above the upper band when they were
    squeezed on one of the `recent` candles before it; sells short (with `allow_short`) below the lower
    band. The first stop is `stop_ranges` average true ranges away and follows the best price at that
    distance; a close on the other side of the middle ends the position too. Stays out while the bands are
    wide. Suits 5-minute to daily candles.
    """

    key = "bollinger_squeeze"
    title = "Bollinger squeeze"

    class Config(StrategyConfig):
        """The bands, what counts as quiet, the trailing stop, and the size of a position."""

        window: int = Field(20, ge=2, le=200, description="Candles in the bands.")
        deviations: float = Field(
            2.0, ge=0.5, le=5, description="Standard deviations from the middle to a band."
        )
        memory: int = Field(120, ge=5, le=1000, description="Candles whose widths are compared.")
        quiet_percent: float = Field(
            20, ge=1, le=50, description="The lowest per cent of those widths are a squeeze."
        )
        recent: int = Field(5, ge=1, le=100, description="Candles before the break to look for a squeeze in.")
        atr_window: int = Field(14, ge=2, le=100, description="Candles in the average true range.")
        stop_ranges: float = Field(
            2.0, ge=0.25, le=20, description="Average true ranges from the best price to the trailing stop."
        )
        allow_short: AllowShort = True
        quantity: Quantity = 1
        risk_percent: RiskPercent = 0

    def intents(self, bars: Bars, config: Config) -> Intents:
        """Beyond a band, soon after a squeeze."""
        bands = bollinger(bars.close, config.window, config.deviations)
        width = (bands.upper - bands.lower) / bands.middle
        quiet = width <= quantile(width, config.memory, config.quiet_percent / 100)
        ready = lag(lowest(when(quiet, 0, 1), config.recent)) < 1
        distance = points(config.stop_ranges * atr(bars, config.atr_window))
        return entries(
            long=ready & (bars.close > bands.upper),
            exit_long=bars.close < bands.middle,
            short=ready & (bars.close < bands.lower) if config.allow_short else None,
            exit_short=bars.close > bands.middle if config.allow_short else None,
            size=size_of(config.quantity, config.risk_percent),
            stop_loss=distance,
            trailing_stop=distance,
        )
