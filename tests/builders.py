"""Small markets, runs and terms for the tests, and hypothesis strategies that draw them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal, get_args, get_origin

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from streams.charges import flat
from streams.domain.market import Candles, Chunk, Instrument, InstrumentKind, Interval
from streams.domain.venue import Venue
from streams.execution import DAY
from streams.frames import moments
from streams.pipeline import Run
from streams.risk import RiskEngine, RiskLimits
from streams.state import Terms
from streams.strategies import BaseStrategy, StrategyConfig
from streams.strategies.sma_crossover import SmaCrossover

MINUTE = 60_000_000
START = 1_735_703_100_000_000
"""Wednesday 2025-01-01, 09:15 in India."""

RUPEE = 10_000
SEED = st.integers(0, 2**32 - 1)

unhurried = settings(deadline=None, max_examples=50)
"""The machine may be shared: a slow example is no failure."""


def instrument(key: str = "NSE:TEST", tick_size: int = 500, lot_size: int = 1) -> Instrument:
    """An equity; `tick_size` in units."""
    return Instrument(key, InstrumentKind.EQUITY, tick_size, lot_size)


def instruments(count: int) -> tuple[Instrument, ...]:
    """So many equities."""
    return tuple(instrument(f"NSE:TEST{number}") for number in range(count))


def candles(
    closes: Sequence[float],
    *,
    opens: Sequence[float] | None = None,
    times: Sequence[int] | None = None,
    key: str = "NSE:TEST",
) -> Candles:
    """One-minute candles from their closes; each opens at the close before it unless told otherwise."""
    close = np.array(closes, np.float64)
    opened = np.array(opens if opens is not None else [*closes[:1], *closes[:-1]], np.float64)
    time = np.array(times if times is not None else START + MINUTE * np.arange(len(close)), np.int64)
    volume = np.arange(1, len(close) + 1, dtype=np.int64) * 100
    high, low = np.maximum(opened, close), np.minimum(opened, close)
    return Candles(key, Interval.ONE_MINUTE, time, opened, high, low, close, volume)


def market(
    seed: int,
    *,
    sessions: int = 2,
    bars: int = 40,
    count: int = 1,
    on_grid: bool = True,
    missing: float = 0.0,
    wild: bool = False,
) -> Chunk:
    """Random candles of `count` instruments on one clock, each lacking a share `missing` of its candles.

    A `wild` market has wicks, gaps and candles that stand still.
    """
    random = np.random.default_rng(seed)
    clock = np.concatenate([START + day * DAY + MINUTE * np.arange(bars) for day in range(sessions)])
    made = tuple(_random(random, key, clock, on_grid, missing) for key in _keys(count))
    return tuple(_wild(random, each) for each in made) if wild else made


def _wild(random: np.random.Generator, tame: Candles) -> Candles:
    """Openings moved by up to two rupees, wicks of up to one, every tenth candle one price only."""
    moves, above, below = (random.integers(low, 21, len(tame)) * 0.05 for low in (-40, 0, 0))
    still = random.random(len(tame)) < 0.1
    opened = np.where(still, tame.close, np.round(tame.open + moves, 2))
    high = np.maximum(opened, tame.close) + np.where(still, 0, above)
    low = np.minimum(opened, tame.close) - np.where(still, 0, below)
    return replace(tame, open=opened, high=np.round(high, 2), low=np.round(low, 2))


def _keys(count: int) -> list[str]:
    return [each.key for each in instruments(count)]


def _random(
    random: np.random.Generator, key: str, clock: NDArray[np.int64], on_grid: bool, missing: float
) -> Candles:
    kept = random.random(len(clock)) >= missing
    steps = random.integers(-12, 13, len(clock)) + random.normal(0, 0.4, len(clock)) * (not on_grid)
    close = 500.0 + np.cumsum(steps) * 0.05
    opened = np.concatenate(([500.0], close[:-1])) + random.integers(-3, 4, len(clock)) * 0.05
    # Off the grid no price lies half-way between two units: which way a half goes is not what these test.
    rounded = [np.round(each, 2) if on_grid else np.round(each, 6) + 3e-7 for each in (close, opened)]
    made = candles(rounded[0][kept].tolist(), opens=rounded[1][kept].tolist(), times=clock[kept].tolist())
    return Candles(key, made.interval, made.time, made.open, made.high, made.low, made.close, made.volume)


def finer(candles: Candles, seed: int) -> Candles:
    """Candles of twenty seconds for about two thirds of the minutes."""
    random = np.random.default_rng(seed)
    kept = np.repeat(random.random(len(candles)) < 0.7, 3)
    rows = np.repeat(np.arange(len(candles)), 3)[kept]
    time = (candles.time[:, None] + np.arange(3) * MINUTE // 3).ravel()[kept]
    moves = [np.round(random.integers(-20, 21, len(rows)) * 0.05, 2) for _ in range(2)]
    opened, close = (np.round(candles.open[rows] + each, 2) for each in moves)
    high, low = np.maximum(opened, close) + 0.1, np.minimum(opened, close) - 0.1
    volume = candles.volume[rows] // 3
    return Candles(candles.instrument, candles.interval, time, opened, high, low, close, volume)


@st.composite
def markets(draw: st.DrawFn, most: int = 3, *, least: int = 1) -> Chunk:
    """A market of so many instruments, on the price grid or off it, with or without missing candles."""
    return market(
        draw(SEED),
        sessions=draw(st.integers(1, 4)),
        bars=draw(st.integers(1, 50)),
        count=draw(st.integers(least, max(least, most))),
        on_grid=draw(st.booleans()),
        missing=draw(st.sampled_from([0.0, 0.0, 0.3])),
    )


@st.composite
def configs(draw: st.DrawFn, strategy: type[BaseStrategy]) -> StrategyConfig:
    """A config of the strategy: its numbers near their lower bounds, where short markets act."""
    values = {name: draw(_near(field)) for name, field in strategy.Config.model_fields.items()}
    try:
        return strategy.Config(**values)
    except ValidationError:
        return strategy.Config()


def _near(field: FieldInfo) -> st.SearchStrategy[Any]:
    """Numbers from the lower bound on, every choice where there are choices, text as it is by default."""
    if get_origin(field.annotation) is Literal:
        return st.sampled_from(get_args(field.annotation))
    if field.annotation is bool:
        return st.booleans()
    if field.annotation not in (int, float):
        return st.just(field.default)
    least = next((bound.ge for bound in field.metadata if hasattr(bound, "ge")), 0)
    most = next((bound.le for bound in field.metadata if hasattr(bound, "le")), least + 12)
    return st.integers(0, 12).map(lambda step: min(most, least + step))


def at_once(chunk: Chunk) -> list[Chunk]:
    """The whole market as one chunk."""
    return [chunk]


def cut(chunk: Chunk, starts: Iterable[int]) -> list[Chunk]:
    """The market in chunks that start at these times, in microseconds."""
    edges = [0, *sorted(set(starts)), 2**62]
    return [tuple(each.between(first, last) for each in chunk) for first, last in pairwise(edges)]


def one_by_one(chunk: Chunk) -> list[Chunk]:
    """The market moment by moment, as it is lived."""
    return cut(chunk, moments(chunk).tolist())[1:]


def by_day(chunk: Chunk) -> list[Chunk]:
    """The market day by day."""
    return cut(chunk, set((moments(chunk) // DAY * DAY).tolist()))[1:]


def terms(
    count: int = 1,
    *,
    limits: RiskLimits = RiskLimits(),  # noqa: B008  # a NamedTuple is frozen
    slippage: int = 0,
    charge: int = 0,
    capital: int = 1_000_000 * RUPEE,
    lot_size: int = 1,
    interval: Interval = Interval.ONE_MINUTE,
) -> Terms:
    """Terms for so many instruments; `slippage` in parts per million, amounts in units."""
    traded = tuple(each._replace(lot_size=lot_size) for each in instruments(count))
    agreed = Terms(traded, capital, RiskEngine(limits), Venue(amount=slippage), flat(charge))
    return agreed._replace(interval=interval)


def run(
    agreed: Terms | None = None,
    *,
    strategy: type[BaseStrategy] = SmaCrossover,
    config: StrategyConfig | None = None,
    history: Chunk | None = None,
) -> Run:
    """A run of a strategy, by default the SMA crossover with small windows; its interval is its terms'."""
    chosen = config or SmaCrossover.Config(fast=2, slow=3, quantity=1)
    agreed = agreed or terms()
    return Run(strategy, chosen, agreed.interval, agreed, history)
