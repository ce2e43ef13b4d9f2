"""Series condensed to what a chart can show."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from streams.domain.market import Candles


def condensed(candles: Candles, points: int) -> Candles:
    """At most `points` candles, each of as many neighbours: first open, highest, lowest, last close, sum."""
    rows = len(candles)
    if rows <= points:
        return candles
    starts = np.linspace(0, rows, points, endpoint=False).astype(np.int64)
    ends = np.append(starts[1:], rows) - 1
    return Candles(
        candles.instrument,
        candles.interval,
        candles.time[starts],
        candles.open[starts],
        np.maximum.reduceat(candles.high, starts),
        np.minimum.reduceat(candles.low, starts),
        candles.close[ends],
        np.add.reduceat(candles.volume, starts),
    )


def spread(values: NDArray[np.float64], points: int) -> NDArray[np.int64]:
    """Positions of at most `points` of a series: its ends, and of each stretch between the low and the high.

    From 4 points on none of the series' extremes is lost.
    """
    rows = len(values)
    if rows <= points:
        return np.arange(rows)
    edges = np.linspace(1, rows - 1, (points - 2) // 2 + 1).astype(np.int64)
    stretches = [(start, values[start:end]) for start, end in pairwise(edges)]
    lows = [start + stretch.argmin() for start, stretch in stretches]
    highs = [start + stretch.argmax() for start, stretch in stretches]
    return np.unique(np.array([0, *lows, *highs, rows - 1], np.int64))
