"""Sums over a sliding window that are exact on the price grid, to the last bit wherever the series starts.

A running float sum carries rounding from whatever came before; then live and backtest differ. Values on the
1e-7 grid (prices, volumes, most of what vendors and adjustments make of them) are summed as int64, which is
exact: one running total serves the windows of every length. A window that holds any other value is summed
along a fixed tree of its own. Which way a window takes depends on its own values alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.columns import tree

GRID = 1e7
LARGEST = 2.0**46
"""Grid values beyond this (7 million rupees) are summed as floats."""
MOST = 100_000
"""Rows in the longest window: so many of the largest values still fit 63 bits."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


NOWHERE = np.empty(0, np.intp)


class Running(NamedTuple):
    """Where the running total stands, and how many of the last values in a row were on the grid."""

    total: np.int64 = np.int64(0)
    clean: int = 0


class Gridded(NamedTuple):
    """The running total after each value (off the grid it stays), modulo 2^64.

    `clean` counts, at each value, how many of the last ones were on the grid; a number alone is the count
    before the batch, and every value since is on it.
    """

    totals: Ints
    clean: Any


def gridded(state: Running, values: Floats) -> tuple[Running, Gridded]:
    """Running totals of the values in ticks. They may wrap; differences of them are exact all the same."""
    scaled = values * GRID
    np.rint(scaled, scaled)
    on_grid = scaled / GRID == values
    if _all(on_grid) and _most(scaled) <= LARGEST and _least(scaled) >= -LARGEST:
        totals = _totals(scaled.astype(np.int64), state.total)
        return Running(totals[-1], state.clean + len(values)), Gridded(totals, state.clean)
    on_grid &= np.abs(scaled) <= LARGEST
    totals = _totals(np.where(on_grid, scaled, 0.0).astype(np.int64), state.total)
    rows = np.arange(len(values))
    clean = rows - np.maximum.accumulate(np.where(on_grid, -1 - state.clean, rows))
    return Running(totals[-1], int(clean[-1])), Gridded(totals, clean)


# The methods of an array come to these by way of Python, which a single row notices.
_all, _most, _least = np.logical_and.reduce, np.maximum.reduce, np.minimum.reduce


def _totals(ticks: Ints, total: np.int64) -> Ints:
    ticks[0] += total
    return np.add.accumulate(ticks)


def mean(values: Floats, totals: Ints, clean: Any, window: int) -> Floats:
    """The mean of the last `window` values.

    `values` come with window - 1 rows before the batch's own and `totals` with `window`; `clean` with none.
    """
    means = (totals[window:] - totals[:-window]).astype(np.float64)
    means /= GRID * window
    return mended(means, values, clean, window, tree.mean)


def total(values: Floats, totals: Ints, clean: Any, window: int) -> Floats:
    """The sum of the last `window` values; rows as for the mean."""
    sums = (totals[window:] - totals[:-window]).astype(np.float64)
    sums /= GRID
    return mended(sums, values, clean, window, tree.total)


def mended(
    found: Floats, values: Floats, clean: Any, window: int, way: Callable[[Floats, int], Floats]
) -> Floats:
    """The exact values, and where a window holds something off the grid its own tree's."""
    if isinstance(clean, int):
        rough = np.arange(min(len(found), window - 1 - clean)) if clean < window - 1 else NOWHERE
    else:
        rough = np.flatnonzero(clean < window)
    if len(rough):
        first, last = int(rough[0]), int(rough[-1])
        found[rough] = way(values[first : last + window], window)[rough - first]
    return found
