"""Strategies: `base` says what one is; every other module is one."""

from streams.strategies.base import BaseStrategy, StrategyConfig, StrategyRefused, StrategyRegistry
from streams.strategies.sma_crossover import SmaCrossover


def built_in() -> StrategyRegistry:
    """A registry of the strategies that come with the product."""
    return StrategyRegistry([SmaCrossover])


__all__ = ["BaseStrategy", "StrategyConfig", "StrategyRefused", "StrategyRegistry", "built_in"]
