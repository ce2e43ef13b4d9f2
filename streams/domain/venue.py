"""The simulated venue: what a run assumes of the exchange its orders meet in a backtest or on paper."""

from enum import StrEnum
from typing import NamedTuple


class Slippage(StrEnum):
    """How much worse than the market an order that takes liquidity fills.

    BPS: parts per million of the price. TICKS: ticks. HALF_SPREAD: half of an assumed spread, the spread in
    parts per million of the price. VOLUME_SHARE: parts per million of the price, times the square of the
    fill's share of the bar's volume. All against the trader, to the tick; never on a limit order.
    """

    BPS = "BPS"
    TICKS = "TICKS"
    HALF_SPREAD = "HALF_SPREAD"
    VOLUME_SHARE = "VOLUME_SHARE"


class Venue(NamedTuple):
    """What the simulated exchange assumes, fixed for a run.

    `amount` is in the measure of the slippage model. `participation` is how much of a bar's volume all our
    orders in it may take together, in parts per million, 0 any. `latency` is how many bars of its instrument
    an order misses before the first it meets. `detail` walks each bar by finer candles where there are some.
    """

    slippage: Slippage = Slippage.BPS
    amount: int = 0
    participation: int = 0
    latency: int = 0
    detail: bool = False

    @property
    def plain(self) -> bool:
        """Whether a market order fills whole at the first bar after its decision, whatever its size."""
        return not (self.participation or self.latency or self.detail)
