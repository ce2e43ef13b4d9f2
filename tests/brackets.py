"""A strategy that uses all a strategy can: both sides, orders of each type, stops, targets, trails, time."""

from typing import Literal

from pydantic import Field

from streams.columns import crossed_above, crossed_below, market, sma, when
from streams.strategies.base import StrategyRegistry
from streams.strategies.language import (
    Bars,
    BaseStrategy,
    Intents,
    StrategyConfig,
    entries,
    limit_order,
    market_order,
    percent,
    points,
    quantity,
    stop_order,
    target,
)
from streams.strategies.orders import Order
from streams.strategies.sma_crossover import SmaCrossover


class Bracketed(BaseStrategy):
    """Enters when the close crosses its average, guarded on every side."""

    key = "bracketed"

    class Config(StrategyConfig):
        """How often it acts, how it orders, and how closely it is guarded (in ticks of 0.05)."""

        window: int = Field(3, ge=2, le=20)
        quantity: int = Field(5, ge=1, le=1000)
        order: Literal["market", "limit", "stop", "stop_limit"] = "market"
        validity: Literal["DAY", "IOC"] = "DAY"
        stop: int = Field(8, ge=1, le=100)
        target: int = Field(12, ge=1, le=200)
        trail: int = Field(0, ge=0, le=100)
        leave: bool = False
        pyramiding: int = Field(1, ge=1, le=5)
        exit_after: int = Field(0, ge=0, le=50)

    def intents(self, bars: Bars, config: Config) -> Intents:
        """In on the crossing, either way."""
        mean = sma(bars.close, config.window)
        up, down = crossed_above(bars.close, mean), crossed_below(bars.close, mean)
        return entries(
            long=up,
            short=down,
            exit_long=down if config.leave else None,
            size=quantity(config.quantity),
            order=_order(bars, config),
            stop_loss=points(config.stop * 0.05),
            take_profit=percent(config.target * 0.01),
            trailing_stop=points(config.trail * 0.05) if config.trail else None,
            pyramiding=config.pyramiding,
            exit_after=config.exit_after,
        )


def _order(bars: Bars, config: Bracketed.Config) -> Order:
    """As the config has it; a stop cannot know which way it goes, so it lies on the close."""
    if config.order == "limit":
        return limit_order(offset_ticks=2, validity=config.validity)
    if config.order == "stop":
        return stop_order(bars.close, validity=config.validity)
    if config.order == "stop_limit":
        return stop_order(bars.close, bars.close, validity=config.validity)
    return market_order(config.validity)


LEADER = "NSE:LEADER"


class Follower(BaseStrategy):
    """Long while another market is above its average."""

    key = "follower"
    Config = SmaCrossover.Config

    def intents(self, bars: Bars, config: SmaCrossover.Config) -> Intents:
        """What the leader's last completed candle says."""
        leader = market(LEADER).close
        return target(when(leader > sma(leader, config.slow), config.quantity, 0))


REGISTRY = StrategyRegistry([SmaCrossover, Bracketed, Follower])
"""What the engine's tests run."""
