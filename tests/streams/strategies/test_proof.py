"""What a strategy must show before it is registered, and how the culprit is named when it cannot."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pydantic import Field

from streams.columns import lag, market, sma, when
from streams.columns.column import Column, Values, column
from streams.strategies import BaseStrategy, StrategyConfig, StrategyRefused, StrategyRegistry
from streams.strategies.language import Bars, Intents, entries, legs, target


class Empty(StrategyConfig):
    """No settings."""


def refusal_of(strategy: Any) -> str:
    """Why the strategy is not registered."""
    with pytest.raises(StrategyRefused) as refused:
        StrategyRegistry([strategy])
    return str(refused.value)


def _tomorrow(values: Values) -> Values:
    return np.concatenate((values[1:], values[-1:]))


class Prophet(BaseStrategy):
    """Reads the next close by an operator of its own."""

    key = "prophet"
    Config = Empty

    def intents(self, bars: Bars, config: Empty) -> Intents:
        """Deep inside: two operators stand on what looks ahead."""
        tomorrow = column("tomorrow", _tomorrow, bars.close)
        return entries(long=sma(tomorrow, 3) > bars.close)


def test_a_column_that_looks_ahead_is_named_and_not_those_that_stand_on_it() -> None:
    """The innermost one is where the mistake is."""
    assert refusal_of(Prophet) == (
        "prophet: tomorrow(close) looks ahead: its value on a candle changes with later candles"
    )


class Scaler(Prophet):
    """Divides by the greatest close of all."""

    key = "scaler"

    def intents(self, bars: Bars, config: Empty) -> Intents:
        """All means later ones too."""
        return target(when(column("scaled", lambda close: close / close.max(), bars.close) > 0.9, 1, 0))


def test_a_column_scaled_by_all_values_looks_ahead() -> None:
    """It depends on how many candles there are."""
    assert "scaler: scaled(close) looks ahead" in refusal_of(Scaler)


_rolls = np.random.default_rng()


class Gambler(Prophet):
    """Rolls a die for each candle."""

    key = "gambler"

    def intents(self, bars: Bars, config: Empty) -> Intents:
        """Another one each time."""
        die = column("die", lambda close: _rolls.integers(1, 7, len(close)).astype(float), bars.close)
        return target(when(die > 3, 1, 0))


def test_a_column_that_differs_from_time_to_time_is_named() -> None:
    """A run could not be replayed."""
    assert "gambler: die(close) does not come to the same values twice" in refusal_of(Gambler)


_windows: Iterator[int] = iter(range(2, 1000))


class Fickle(Prophet):
    """Changes its mind about the window."""

    key = "fickle"

    def intents(self, bars: Bars, config: Empty) -> Intents:
        """Another window each time it is asked."""
        return target(when(bars.close > sma(bars.close, next(_windows)), 1, 0))


def test_a_strategy_that_builds_other_columns_when_asked_again_is_refused() -> None:
    """The first that differs is named."""
    assert refusal_of(Fickle).startswith("fickle: sma(close, 2) does not come to the same values twice")


class Raising(Prophet):
    """Has an operator that cannot."""

    key = "raising"

    def intents(self, bars: Bars, config: Empty) -> Intents:
        """Divides by zero in Python."""
        return target(column("broken", lambda close: close * (1 // 0), bars.close))


def test_a_strategy_whose_operator_raises_is_refused_with_the_error() -> None:
    """Before any run meets it."""
    assert refusal_of(Raising).startswith("raising: ZeroDivisionError: ")


class Unfit(Prophet):
    """Reads an interval nobody has."""

    key = "unfit"

    def intents(self, bars: Bars, config: Empty) -> Intents:
        """There are no candles of seven minutes."""
        return target(when(bars.every("7m").close > bars.close, 1, 0))


def test_a_strategy_that_asks_for_candles_there_are_not_is_refused() -> None:
    """With the intervals there are."""
    assert refusal_of(Unfit).startswith("unfit: every('7m') is no interval: write one of 1m, 3m, 5m")


def test_what_is_no_strategy_is_refused() -> None:
    """A package may name anything in its entry point."""
    assert refusal_of(42) == "42 is not a strategy: derive a class from BaseStrategy"


class Rich(BaseStrategy):
    """Longer intervals, another market, legs, a session of the day: all of it lawful."""

    key = "rich"

    class Config(StrategyConfig):
        """A window."""

        window: int = Field(20, ge=2, le=50)

    def intents(self, bars: Bars, config: Any) -> Intents:
        """Daily trend, hourly average, the index, the other instrument's close."""
        daily, hourly = bars.every("1d"), bars.every("1h")
        trend = sma(daily.close, config.window) < daily.close
        calm = hourly.close > sma(hourly.close, 3)
        index = market("NIFTY").close > lag(market("NIFTY").close, 2)
        spread = bars.close - market(1).close
        return legs({0: entries(long=trend & calm & index), 1: target(when(spread > 0, -1, 1))})


def test_a_lawful_strategy_passes_whatever_it_reads() -> None:
    """Several instruments and references are made up for it."""
    assert StrategyRegistry([Rich]).get("rich") is Rich


def test_a_column_is_a_column_whoever_wrote_it() -> None:
    """An operator of one's own that looks at its own row only is lawful."""

    class Own(Prophet):
        """Squares."""

        key = "own"

        def intents(self, bars: Bars, config: Empty) -> Intents:
            """The square of the close."""
            squared: Column = column("squared", np.square, bars.close)
            return target(when(squared > 250_000, 1, 0))

    assert StrategyRegistry([Own]).get("own") is Own
