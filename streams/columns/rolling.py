"""Sums over a sliding window that do not depend on where the series starts, to the last bit.

A running float sum carries rounding from whatever came before; then live and backtest differ. Two ways
here: values on the 1e-4 grid (raw prices, volumes) are summed as int64, which is exact; a window that holds
any other value is summed oldest first, window by window. Which way depends on the window's own values alone.
"""

import numpy as np
from numpy.typing import NDArray

GRID = 10_000.0
LARGEST = 2.0**40
"""Grid values beyond this are summed as floats: a window of 8,192 of them still fits 53 bits."""

Floats = NDArray[np.float64]


def rolling_mean(values: Floats, window: int) -> Floats:
    """Mean of the last `window` values, this one included; NaN in the first window - 1 rows."""
    means = np.full(len(values), np.nan)
    if len(values) < window:
        return means
    known = means[window - 1 :]
    scaled = np.rint(values * GRID)
    on_grid = (scaled / GRID == values) & (np.abs(scaled) <= LARGEST)
    if on_grid.all():
        known[:] = _int_sums(scaled.astype(np.int64), window) / (GRID * window)
        return means
    ticks = np.where(on_grid, scaled, 0.0).astype(np.int64)
    strayed = _int_sums((~on_grid).astype(np.int64), window) > 0
    exact, summed = _int_sums(ticks, window) / (GRID * window), _float_sums(values, window) / window
    known[:] = np.where(strayed, summed, exact)
    return means


def _int_sums(ticks: NDArray[np.int64], window: int) -> NDArray[np.int64]:
    """Cumulative sums may wrap; their differences are exact all the same (arithmetic modulo 2^64)."""
    total = np.cumsum(ticks)
    sums = total[window - 1 :].copy()
    sums[1:] -= total[:-window]
    return sums


def _float_sums(values: Floats, window: int) -> Floats:
    count = len(values) - window + 1
    sums = values[:count].copy()
    for offset in range(1, window):
        sums += values[offset : offset + count]
    return sums
