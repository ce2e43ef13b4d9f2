"""What a strategy is: a key, a config and one pure function from market columns to intents."""

import hashlib
import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cache
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from streams.columns.bars import BARS, Bars
from streams.strategies.asks import Intents, entries, legs, target
from streams.strategies.proof import prove

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
        """Adds a strategy. StrategyRefused, which names the cause, when it cannot be run as it is.

        Its key must be free, its Config have defaults, its source be readable, its columns build, and hold
        the prefix law: what they come to on a candle depends on that candle and earlier ones only.
        """
        _check_kind(strategy)
        key = getattr(strategy, "key", "")
        if not key or key in self._by_key:
            raise StrategyRefused(f"{strategy.__name__}: the key {key!r} is {'taken' if key else 'missing'}")
        _check(strategy)
        self._by_key[key] = strategy
        return strategy

    def kinds(self) -> tuple[type[BaseStrategy], ...]:
        """Every registered strategy, by key."""
        return tuple(self._by_key[key] for key in sorted(self._by_key))

    def get(self, key: str) -> type[BaseStrategy] | None:
        """The strategy with this key, or None."""
        return self._by_key.get(key)


def _check_kind(given: object) -> None:
    if not (isinstance(given, type) and issubclass(given, BaseStrategy)):
        raise StrategyRefused(f"{given!r} is not a strategy: derive a class from BaseStrategy")


@cache
def _check(strategy: type[BaseStrategy]) -> None:
    """StrategyRefused for a strategy that cannot be run as it is; once proven it stays so."""
    config = _defaults(strategy)
    try:
        source_hash(strategy)
    except (OSError, TypeError) as cause:
        raise StrategyRefused(f"{strategy.key}: its source cannot be read: {cause}") from cause
    try:
        prove(lambda: build(strategy, config))
    except StrategyRefused:
        raise
    except Exception as cause:  # whatever an operator of the trader's own raises
        raise StrategyRefused(f"{strategy.key}: {_told(cause)}") from cause


def _told(cause: Exception) -> str:
    return str(cause) if isinstance(cause, ValueError | TypeError) else f"{type(cause).__name__}: {cause}"


def _defaults(strategy: type[BaseStrategy]) -> StrategyConfig:
    if not hasattr(strategy, "Config"):
        hint = "write class Config(StrategyConfig), with a line for each setting"
        raise StrategyRefused(f"{strategy.key}: it has no Config: {hint}")
    try:
        return strategy.Config()
    except ValidationError as cause:
        lacking = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in cause.errors())
        raise StrategyRefused(f"{strategy.key}: its Config has no complete defaults: {lacking}") from cause


def build(strategy: type[BaseStrategy], config: StrategyConfig) -> Intents:
    """A strategy's columns under a config. StrategyRefused with the cause when they cannot be built."""
    try:
        intents = strategy().intents(BARS, config)
    except Exception as cause:
        raise StrategyRefused(f"{strategy.key}: {_told(cause)}") from cause
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
