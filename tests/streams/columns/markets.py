"""Candles for the columns' tests: random ones of any day there is, and the shared real ones."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from streams import sessions
from streams.columns import Column, advance, start
from streams.columns.column import Values
from streams.domain.market import Candles, Chunk, Exchange, Instrument, InstrumentKind, Interval
from tests.market_data import real

FIRST = Instrument("NSE:FIRST", InstrumentKind.EQUITY, 500, 1)
SECOND = Instrument("NSE:SECOND", InstrumentKind.FUTURE, 500, 25, expiry=date(2024, 11, 28).toordinal())
BOTH = (FIRST, SECOND)

DAYS = ("2024-02-29", "2024-03-01", "2024-03-02", "2024-03-04", "2024-10-31", "2024-11-01", "2024-11-04")
"""Ordinary days, a Saturday's drill in two parts, and the hour of muhurat."""

unhurried = settings(deadline=None, max_examples=25)
"""The machine may be shared: a slow example is no failure."""


def grid(day: str, interval: Interval) -> list[int]:
    """The opening times of the day's candles, in microseconds UTC."""
    exact = date.fromisoformat(day)
    if interval is Interval.ONE_DAY:
        return [sessions.nominal_open(Exchange.NSE, exact)]
    session = sessions.session_of(Exchange.NSE, exact)
    assert session is not None
    step = interval.microseconds
    return [at for part in session.parts for at in range(part.opens, part.closes, step)]


def made(
    time: Sequence[int] | NDArray[np.int64],
    seed: int,
    instrument: Instrument = FIRST,
    interval: Interval = Interval.ONE_MINUTE,
    on_grid: bool = True,
) -> Candles:
    """A random walk on these times: prices in paise, or of as many digits as a float has."""
    random = np.random.default_rng(seed)
    count = len(time)
    close = 500 + np.cumsum(random.integers(-12, 13, count)) * 0.05
    opened = np.concatenate(([500.0], close))[:count] + random.integers(-3, 4, count) * 0.05
    if not on_grid:
        close, opened = close * (1 + random.random(count) / 7), opened * (1 + random.random(count) / 7)
    else:
        close, opened = np.round(close, 2), np.round(opened, 2)
    reach = random.integers(0, 5, (2, count)) * 0.05
    volume = random.integers(0, 1000, count) * (random.random(count) > 0.1)
    high, low = np.maximum(opened, close) + reach[0], np.minimum(opened, close) - reach[1]
    columns: list[Any] = [np.array(time, np.int64), opened, high, low, close, volume.astype(np.int64)]
    return Candles(instrument.key, interval, *columns)


@st.composite
def chunks(draw: st.DrawFn, interval: Interval = Interval.ONE_MINUTE, most: int = 120) -> Chunk:
    """Two instruments on some days, each lacking some candles, on the price grid or off it.

    The days have gaps and stretches missing, as halts and illiquid markets do.
    """
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    days = sorted(draw(st.sets(st.sampled_from(DAYS), min_size=1, max_size=4)))
    clock = [at for day in days for at in _stretch(draw, grid(day, interval), most // len(days))]
    missing = draw(st.sampled_from([0.0, 0.2, 0.6]))
    on_grid = draw(st.booleans())
    return tuple(
        made(np.array(clock)[random.random(len(clock)) >= missing], seed + n, each, interval, on_grid)
        for n, each in enumerate(BOTH)
    )


def _stretch(draw: st.DrawFn, day: list[int], most: int) -> list[int]:
    """A stretch of the day, from its opening on or from later."""
    first = draw(st.sampled_from([0, 0, len(day) // 3]))
    return day[first : first + most]


def cut(chunk: Chunk, edges: Sequence[int]) -> list[Chunk]:
    """The market in chunks that start at these times."""
    bounds = [-(2**62), *sorted(set(edges)), 2**62]
    return [tuple(each.between(a, b) for each in chunk) for a, b in pairwise(bounds)]


def moments(chunk: Chunk) -> list[int]:
    """Every time at which some instrument has a candle."""
    return sorted({int(at) for candles in chunk for at in candles.time})


def evaluated(
    roots: Sequence[Column], chunk: Chunk, edges: Sequence[int] = (), listed: Sequence[Instrument] = BOTH
) -> tuple[list[list[Values]], list[int]]:
    """Each instrument's values of each root, fed in chunks that start at the edges, and its warm rows."""
    carry = start([roots] * len(chunk), chunk[0].interval, listed)
    parts: list[list[list[Values]]] = [[[] for _ in roots] for _ in chunk]
    warm = [0] * len(chunk)
    for piece in cut(chunk, edges):
        carry, found = advance(carry, piece)
        for n, each in enumerate(found):
            warm[n] += each.warm
            for root, values in enumerate(each.values):
                parts[n][root].append(values)
    return [[np.concatenate(root) for root in each] for each in parts], warm


def bits(values: Values) -> list[str]:
    """Values by their bits: equal missing values are equal, minus zero is not zero."""
    return [float(each).hex() for each in values]


def on(root: Column, candles: Candles, listed: Instrument = FIRST) -> Values:
    """A column's values on one series."""
    _, (found,) = advance(start([[root]], candles.interval, [listed]), (candles,))
    return found.values[0]


def walk(count: int, seed: int = 1, on_grid: bool = True) -> Candles:
    """So many one-minute candles on consecutive ordinary days from the opening on."""
    days = ("2024-06-10", "2024-06-11", "2024-06-12", "2024-06-13", "2024-06-14")
    clock = [at for day in days for at in grid(day, Interval.ONE_MINUTE)]
    return made(clock[:count], seed, on_grid=on_grid)


def shared(name: str, interval: Interval, most: int | None = None) -> Candles:
    """A file of the shared data as candles, the last `most`; the test is skipped when it is not there."""
    path: Path = real(name)
    table = pq.read_table(path)
    table = table.slice(max(0, table.num_rows - most)) if most else table
    time = table.column(0).to_numpy().astype("datetime64[us]").astype(np.int64)
    columns: list[Any] = [table.column(each).to_numpy() for each in COLUMNS[1:]]
    return Candles(f"NSE:{path.stem}", interval, time, *columns)


def kept(candles: Candles, rows: slice | Sequence[int] | NDArray[Any]) -> Candles:
    """The candles at these rows only."""
    parts: list[Any] = [getattr(candles, name)[rows] for name in COLUMNS]
    return Candles(candles.instrument, candles.interval, *parts)


COLUMNS = ("time", "open", "high", "low", "close", "volume")


def closing(closes: Sequence[float] | NDArray[Any], opens: Sequence[float] | None = None) -> Candles:
    """Minutes that close at these prices, from an opening on and over the nights."""
    close = np.array(closes, np.float64)
    opened = close if opens is None else np.array(opens, np.float64)
    days = -(-len(close) // 375)
    found = sessions.sessions_from(Exchange.NSE, InstrumentKind.EQUITY, date(2024, 6, 10))
    clock = [at for _, day in zip(range(days), found, strict=False) for at in grid(str(day.day), _MINUTE)]
    volume = np.arange(1, len(close) + 1) * 100
    high, low = np.maximum(opened, close), np.minimum(opened, close)
    time = np.array(clock[: len(close)], np.int64)
    return Candles(FIRST.key, _MINUTE, time, opened, high, low, close, volume)


_MINUTE = Interval.ONE_MINUTE
