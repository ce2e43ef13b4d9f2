"""Strategies: `language` has the words they are written in, `base` says what one is.

sizes, orders, protection, asks    what a strategy may ask for
proof, synthetic                   what it must show before it is registered
settings                           settings several of them share
Every other module is a strategy.
"""

from streams.strategies.base import BaseStrategy, StrategyConfig, StrategyRefused, StrategyRegistry
from streams.strategies.bollinger_squeeze import BollingerSqueeze
from streams.strategies.donchian_breakout import DonchianBreakout
from streams.strategies.ema_crossover_atr_stop import EmaCrossoverAtrStop
from streams.strategies.gap_fade import GapFade
from streams.strategies.opening_range_breakout import OpeningRangeBreakout
from streams.strategies.pairs_spread import PairsSpread
from streams.strategies.rsi_mean_reversion import RsiMeanReversion
from streams.strategies.sma_crossover import SmaCrossover
from streams.strategies.supertrend_follower import SupertrendFollower
from streams.strategies.vwap_reversion import VwapReversion

BUILT_IN = (
    SmaCrossover,
    EmaCrossoverAtrStop,
    OpeningRangeBreakout,
    VwapReversion,
    SupertrendFollower,
    RsiMeanReversion,
    DonchianBreakout,
    BollingerSqueeze,
    PairsSpread,
    GapFade,
)


def built_in() -> StrategyRegistry:
    """A registry of the strategies that come with the product."""
    return StrategyRegistry(BUILT_IN)


__all__ = ["BaseStrategy", "StrategyConfig", "StrategyRefused", "StrategyRegistry", "built_in"]
