"""Columns over the last candles, this one included: sums, extremes, spread, averages.

All of them count candles, not minutes: missing candles, halts and nights are stepped over, so a window may
reach over several sessions. Until it is full the value is missing, and one missing value spoils the windows
it lies in and no others.
"""

from __future__ import annotations

from operator import getitem

import numpy as np

from streams.columns import rolling, tree
from streams.columns.column import Column, Operand, Values, column, made, numeric, recursion
from streams.columns.kinds import Evaluate, Rowwise
from streams.columns.operators import count

EMA_WINDOWS, WILDER_WINDOWS = 25, 50
"""Look-backs of the averages that decay, in windows. Past three quarters of them, what is older weighs less
than the last bit: e^-37.5."""


def rolling_mean(operand: Operand, window: int) -> Column:
    """Mean of the last `window` values, this candle's included; 1 <= window <= 100,000.

    Exact on the 1e-7 grid, however long the series.
    Counts candles: nights, halts and missing candles are stepped over.
    """
    return _summed("rolling_mean", rolling.mean, operand, window)


def rolling_total(operand: Operand, window: int) -> Column:
    """Sum of the last `window` values; exact on the 1e-7 grid.

    Counts candles: nights, halts and missing candles are stepped over.
    """
    return _summed("rolling_total", rolling.total, operand, window)


def sma(operand: Operand, window: int) -> Column:
    """Simple moving average of the last `window` values: the rolling mean by its other name.

    Counts candles: nights, halts and missing candles are stepped over.
    """
    return _summed("sma", rolling.mean, operand, window)


def _summed(name: str, evaluate: Evaluate, operand: Operand, window: int) -> Column:
    source = numeric(operand)
    size = length(name, source, window)
    grid = recursion("_grid", rolling.gridded, rolling.Running(), source)
    totals = made("_totals", Rowwise(getitem), grid, parameters=(0,), missing=0, frame=grid.frame)
    clean = made("_clean", Rowwise(getitem), grid, parameters=(1,), frame=grid.frame)
    rows = (size - 1, size, 0)
    return column(name, evaluate, source, totals, clean, parameters=(size,), own_lookback=size - 1, rows=rows)


def length(name: str, source: object, window: int) -> int:
    """A window's length. LookAheadError for less than one candle, ValueError for too many."""
    size = count(name, source, window, "a window holds at least 1 candle")
    if size > rolling.MOST:
        raise ValueError(f"{name}({source!r}, {size}): a window holds at most {rolling.MOST} candles")
    return size


def _windowed(name: str, evaluate: Evaluate, operand: Operand, window: int, *parameters: float) -> Column:
    source = numeric(operand)
    size = length(name, source, window)
    return column(name, evaluate, source, parameters=(size, *parameters), own_lookback=size - 1)


def highest(operand: Operand, window: int) -> Column:
    """Greatest of the last `window` values, this candle's included; of those before: `lag(highest(x, n))`.

    Counts candles: nights, halts and missing candles are stepped over. For the session alone: `session_high`.
    """
    return _windowed("highest", tree.highest, operand, window)


def lowest(operand: Operand, window: int) -> Column:
    """Least of the last `window` values, this candle's included.

    Counts candles: nights, halts and missing candles are stepped over. For the session alone: `session_low`.
    """
    return _windowed("lowest", tree.lowest, operand, window)


def deviation(operand: Operand, window: int) -> Column:
    """Standard deviation of the last `window` values as a whole population (divided by n).

    Counts candles: nights, halts and missing candles are stepped over.
    """
    return _windowed("deviation", tree.deviation, operand, window)


def wma(operand: Operand, window: int) -> Column:
    """Linearly weighted average: this candle's value weighs `window`, the oldest one 1.

    Counts candles: nights, halts and missing candles are stepped over.
    """
    return _windowed("wma", tree.weighted, operand, window)


def correlation(left: Operand, right: Operand, window: int) -> Column:
    """Pearson's correlation of the last `window` pairs, -1 to 1; missing where one side does not move.

    A pair is two values on one candle: of another market, the value known by its close, an older one where
    that market's candle is missing. Counts own candles: nights and halts are stepped over.
    """
    first, second = numeric(left), numeric(right)
    size = length("correlation", first, window)
    return column("correlation", tree.correlation, first, second, parameters=(size,), own_lookback=size - 1)


def quantile(operand: Operand, window: int, q: float) -> Column:
    """The q-quantile, 0 to 1, of the last `window` values, between two of them in proportion; 0.5: median.

    Counts candles: nights, halts and missing candles are stepped over.
    """
    if not 0 <= q <= 1:
        raise ValueError(f"quantile({operand!r}, {window}, {q}): q lies between 0 and 1")
    return _windowed("quantile", _quantile, operand, window, float(q))


CELLS = 2**19
"""Numbers sorted at once."""


def _quantile(values: Values, window: int, q: float) -> Values:
    if window == 1:
        return values  # a constant has no rows to slide over
    views = np.lib.stride_tricks.sliding_window_view(values, window)
    step = max(1, CELLS // window)
    parts = [_quantiles(views[at : at + step], q) for at in range(0, len(views), step)]
    return np.concatenate(parts)


def _quantiles(windows: Values, q: float) -> Values:
    """Missing values sort to the end: a window that ends in one has none."""
    ordered = np.sort(windows, axis=1)
    place = q * (ordered.shape[1] - 1)
    below = int(place)
    above = min(below + 1, ordered.shape[1] - 1)
    found = ordered[:, below] + (ordered[:, above] - ordered[:, below]) * (place - below)
    return np.where(np.isnan(ordered[:, -1]), np.nan, found)


def ema(operand: Operand, window: int) -> Column:
    """Exponential moving average, each candle weighing 2 / (window + 1) of what is left.

    Its look-back is 25 windows: what is older weighs less than the last bit.
    Counts candles: nights, halts and missing candles are stepped over.
    """
    source = numeric(operand)
    size = length("ema", source, window)
    return _decayed("ema", source, size, 1.0 - 2.0 / (size + 1.0), EMA_WINDOWS)


def wilder(operand: Operand, window: int) -> Column:
    """Wilder's average, each candle weighing 1 / window of what is left, with a look-back of 50 windows.

    Counts candles: nights, halts and missing candles are stepped over.
    """
    source = numeric(operand)
    size = length("wilder", source, window)
    return _decayed("wilder", source, size, 1.0 - 1.0 / size, WILDER_WINDOWS)


def _decayed(name: str, source: Column, size: int, decay: float, windows: int) -> Column:
    lookback = length(name, source, windows * size) - 1
    rows = _two_bits(-(-3 * windows * size // 4))
    parameters = (size, rows, decay)
    return column(name, _faded, source, parameters=parameters, own_lookback=lookback, rows=(rows - 1,))


def _two_bits(least: int) -> int:
    """The next number of rows that a tree has in at most two stretches; it is below 4/3 of `least`."""
    half = 1 << (least.bit_length() - 1)
    more = half
    while more > 1 and half + more // 2 >= least:
        more //= 2
    return half if least == half else half + more


def _faded(values: Values, _: int, rows: int, decay: float) -> Values:
    return tree.decayed(values, rows, decay)


__all__ = [
    "correlation",
    "deviation",
    "ema",
    "highest",
    "length",
    "lowest",
    "quantile",
    "rolling_mean",
    "rolling_total",
    "sma",
    "wilder",
    "wma",
]
