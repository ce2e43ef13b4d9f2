"""What a strategy is: a key, a config and one pure function from market columns to intents."""

import hashlib
import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cache
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from streams.columns.column import Column
from streams.columns.evaluation import field
from streams.strategies.asks import Intents, entries, legs, target

__all__ = [
    "BARS",
    "Bars",
    "BaseStrategy",
    "Intents",
    "StrategyConfig",
    "StrategyRefused",
    "StrategyRegistry",
    "build",
    "entries",
    "legs",
    "source_hash",
    "target",
]


class StrategyConfig(BaseModel):
    """A strategy's settings: bounds, descriptions and defaults make the form and the optimiser's space."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bars(NamedTuple):
    """The market as a strategy sees it: columns, one value a candle, this candle's included."""

    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column


BARS = Bars(*map(field, Bars._fields))


class BaseStrategy(ABC):
    """Subclass it, give it a `key`, a `Config` and `intents`; it sees no broker, no clock, no position."""

    key: ClassVar[str]
    title: ClassVar[str] = ""
    Config: ClassVar[type[StrategyConfig]]

    @abstractmethod
    def intents(self, bars: Bars, config: Any) -> Intents:
        """The columns this strategy trades on; `config` is its own Config. Pure: same input, same columns."""


class StrategyRefused(ValueError):
    """A strategy that cannot be registered, or a config it cannot work with; the message names the cause."""


class StrategyRegistry:
    """The strategies a run can be made of, by key."""

    def __init__(self, strategies: Iterable[type[BaseStrategy]] = ()) -> None:
        self._by_key: dict[str, type[BaseStrategy]] = {}
        for strategy in strategies:
            self.register(strategy)

    def register(self, strategy: type[BaseStrategy]) -> type[BaseStrategy]:
        """Adds a strategy. StrategyRefused when its key is taken, its columns cannot be built or its source
        cannot be read."""
        if not (isinstance(strategy, type) and issubclass(strategy, BaseStrategy)):
            raise StrategyRefused(f"{strategy!r} is not a strategy: derive a class from BaseStrategy")
        key = getattr(strategy, "key", "")
        if not key or key in self._by_key:
            raise StrategyRefused(f"{strategy.__name__}: the key {key!r} is {'taken' if key else 'missing'}")
        build(strategy, _defaults(strategy))
        try:
            source_hash(strategy)
        except (OSError, TypeError) as cause:
            raise StrategyRefused(f"{key}: its source cannot be read: {cause}") from cause
        self._by_key[key] = strategy
        return strategy

    def kinds(self) -> tuple[type[BaseStrategy], ...]:
        """Every registered strategy, by key."""
        return tuple(self._by_key[key] for key in sorted(self._by_key))

    def get(self, key: str) -> type[BaseStrategy] | None:
        """The strategy with this key, or None."""
        return self._by_key.get(key)


def _defaults(strategy: type[BaseStrategy]) -> StrategyConfig:
    try:
        return strategy.Config()
    except (AttributeError, ValidationError) as cause:
        raise StrategyRefused(f"{strategy.key}: its Config has no complete defaults: {cause}") from cause


def build(strategy: type[BaseStrategy], config: StrategyConfig) -> Intents:
    """A strategy's columns under a config. StrategyRefused with the cause when they cannot be built."""
    try:
        intents = strategy().intents(BARS, config)
    except Exception as cause:
        raise StrategyRefused(f"{strategy.key}: {cause}") from cause
    if not isinstance(intents, Intents):
        raise StrategyRefused(
            f"{strategy.key}: intents() returned {intents!r}, not target(...), entries(...) or legs(...)"
        )
    return intents


@cache
def source_hash(strategy: type[BaseStrategy]) -> str:
    """SHA-256 of the strategy's source file, pinned in each run. OSError when it has none.

    Taken once, when it is registered: a file edited later is not the code that runs.
    """
    source = inspect.getsource(inspect.getmodule(strategy) or strategy)
    return hashlib.sha256(source.encode()).hexdigest()
