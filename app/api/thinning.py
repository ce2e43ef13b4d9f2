"""Series condensed to what a chart can show."""

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


def spread(rows: int, points: int) -> NDArray[np.int64]:
    """Positions of at most `points` of `rows`, evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, rows - 1, min(rows, points)).round().astype(np.int64))
