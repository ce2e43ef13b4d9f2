"""Supertrend: bands that follow the price and flip when it closes beyond them."""

from __future__ import annotations

from operator import getitem
from typing import NamedTuple

import numpy as np

from streams.columns.bars import Bars
from streams.columns.column import Column, Values, column, recursion, titled
from streams.columns.indicators import atr


class Supertrend(NamedTuple):
    """The band in force, under the price in an uptrend and above it in a downtrend; 1 is up, -1 down."""

    line: Column
    direction: Column


class _Bands(NamedTuple):
    """The bands after a candle, its close, and the trend: 0 before the first."""

    upper: float = np.inf
    lower: float = -np.inf
    close: float = 0.0
    direction: float = 0.0


def supertrend(bars: Bars, window: int = 10, width: float = 3.0) -> Supertrend:
    """Bands `width` average true ranges from the candle's middle, which only ever tighten while they hold.

    It goes on from the first candle whose average true range is known, in a downtrend, as charts draw it; so
    the value may depend on where the series starts until the trend has flipped twice. Nights and halts are
    stepped over: a gap beyond the band flips it like any other close.
    """
    middle, reach = (bars.high + bars.low) / 2, width * atr(bars, window)
    both = recursion("_supertrend", _follow, _Bands(), middle + reach, middle - reach, bars.close)
    line = column("supertrend_line", getitem, both, parameters=(0,))
    direction = column("supertrend_direction", getitem, both, parameters=(1,))
    return Supertrend(
        titled(line, "supertrend_line", window, width),
        titled(direction, "supertrend_direction", window, width),
    )


def _follow(
    bands: _Bands, uppers: Values, lowers: Values, closes: Values
) -> tuple[_Bands, tuple[Values, Values]]:
    """One candle after the other: there is no closed form."""
    lines, directions = [], []
    upper, lower, before, direction = bands
    for top, bottom, close in zip(uppers.tolist(), lowers.tolist(), closes.tolist(), strict=True):
        if top != top:  # no average true range: the trend begins anew after it
            upper, lower, direction = np.inf, -np.inf, 0.0
            lines.append(top)
            directions.append(top)
            continue
        if top < upper or before > upper:
            upper = top
        if bottom > lower or before < lower:
            lower = bottom
        if direction > 0:
            direction = -1.0 if close < lower else 1.0
        else:
            direction = 1.0 if direction and close > upper else -1.0
        lines.append(lower if direction > 0 else upper)
        directions.append(direction)
        before = close
    return _Bands(upper, lower, before, direction), (np.array(lines), np.array(directions))
