"""The words a strategy is written in, beside the columns: one import for all of them."""

from streams.domain.orders import ProductType, Validity
from streams.strategies.asks import Intents, entries, legs, target
from streams.strategies.base import Bars, BaseStrategy, StrategyConfig
from streams.strategies.orders import limit_order, market_order, stop_order
from streams.strategies.protection import percent, points
from streams.strategies.sizes import capital_percent, lots, quantity, risk_percent, value, volatility_target

__all__ = [
    "Bars",
    "BaseStrategy",
    "Intents",
    "ProductType",
    "StrategyConfig",
    "Validity",
    "capital_percent",
    "entries",
    "legs",
    "limit_order",
    "lots",
    "market_order",
    "percent",
    "points",
    "quantity",
    "risk_percent",
    "stop_order",
    "target",
    "value",
    "volatility_target",
]
