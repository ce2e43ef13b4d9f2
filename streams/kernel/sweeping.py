"""Two of the columns' operators value by value, which is the way to say them where they are compiled."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from streams.columns import rolling, tree
from streams.columns.kinds import Ways
from streams.columns.rolling import GRID, LARGEST, Floats, Gridded, Ints, Running


def summed(values: Floats, total: np.int64, totals: Ints) -> bool:
    """Writes the running totals in ticks, from one before; whether all values are on the grid."""
    for row in range(len(values)):
        scaled = np.rint(values[row] * GRID)
        if not (scaled / GRID == values[row] and abs(scaled) <= LARGEST):
            return False
        total = total + np.int64(scaled)
        totals[row] = total
    return True


def slid(totals: Ints, window: int, divisor: float, found: Floats) -> None:
    """Writes what the totals grew by over a window, divided."""
    for row in range(len(found)):
        found[row] = (totals[row + window] - totals[row]) / divisor


class Sweeps(NamedTuple):
    """The two, as they are or compiled."""

    summed: Callable[[Floats, np.int64, Ints], bool] = summed
    slid: Callable[[Ints, int, float, Floats], None] = slid


def ways(sweeps: Sweeps) -> Ways:
    """Operators by these loops; what is off the grid goes numpy's way."""

    def gridded(state: Running, values: Floats) -> tuple[Running, Gridded]:
        totals = np.empty(len(values), np.int64)
        if not sweeps.summed(values, state.total, totals):
            return rolling.gridded(state, values)
        return Running(totals[-1], state.clean + len(values)), Gridded(totals, state.clean)

    def mean(values: Floats, totals: Ints, clean: Any, window: int) -> Floats:
        means = np.empty(len(totals) - window)
        sweeps.slid(totals, window, GRID * window, means)
        return rolling.mended(means, values, clean, window, tree.mean)

    return {rolling.gridded: gridded, rolling.mean: mean}
