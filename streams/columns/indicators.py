"""Indicators, each a column over columns; their conventions are TA-Lib's where it has them.

They count candles: nights, halts and missing candles are stepped over. Each is missing until its windows are
full, and after a missing value until that has left them.
"""

from __future__ import annotations

from typing import NamedTuple

from streams.columns.bars import Bars
from streams.columns.column import Column, Operand, numeric, titled
from streams.columns.operators import absolute, lag, maximum, minimum, when
from streams.columns.windows import deviation, ema, highest, lowest, sma, wilder


def rsi(operand: Operand, window: int = 14) -> Column:
    """Relative strength index, 0 to 100, by Wilder's averages; 50 where nothing moved.

    TA-Lib says 0 where nothing moved at all in the averages' reach. A gap over night counts as one step; a
    halt's flat candles, where the vendor has them, pull it towards where it stands.
    """
    source = numeric(operand)
    step = source - lag(source)
    gains = wilder(maximum(step, 0), window)
    losses = wilder(maximum(-step, 0), window)
    moved = gains + losses
    return titled(when(moved == 0, 50, 100 * gains / moved), "rsi", source, window)


def true_range(bars: Bars) -> Column:
    """The candle's range, a gap from the last close included; missing on the first candle.

    So the first candle of a session carries the night's gap, and the first one after a halt the halt's.
    """
    before = lag(bars.close)
    return titled(maximum(bars.high, before) - minimum(bars.low, before), "true_range")


def atr(bars: Bars, window: int = 14) -> Column:
    """Average true range: Wilder's average of it, in rupees. Overnight gaps are part of it."""
    return titled(wilder(true_range(bars), window), "atr", window)


class Macd(NamedTuple):
    """The distance of two averages, its own average, and what lies between the two."""

    line: Column
    signal: Column
    histogram: Column


def macd(operand: Operand, fast: int = 12, slow: int = 26, signal: int = 9) -> Macd:
    """Moving average convergence and divergence, by exponential averages, over nights and halts."""
    source = numeric(operand)
    line = titled(ema(source, fast) - ema(source, slow), "macd", source, fast, slow)
    average = ema(line, signal)
    return Macd(line, average, line - average)


class Channel(NamedTuple):
    """A middle line and the bounds around it."""

    upper: Column
    middle: Column
    lower: Column


def bollinger(operand: Operand, window: int = 20, width: float = 2.0) -> Channel:
    """A simple average, and so many standard deviations (of the population) above and below it.

    Counts candles: early in a session the windows still hold yesterday's, the gap between them included.
    """
    source = numeric(operand)
    middle, reach = sma(source, window), width * deviation(source, window)
    return Channel(middle + reach, middle, middle - reach)


def donchian(bars: Bars, window: int = 20) -> Channel:
    """Highest high and lowest low of the last candles, this one's included, and their middle.

    This candle cannot break its own channel: compare it with `lag` of the bounds. Counts candles, over nights
    and halts.
    """
    upper, lower = highest(bars.high, window), lowest(bars.low, window)
    return Channel(upper, (upper + lower) / 2, lower)


def keltner(bars: Bars, window: int = 20, atr_window: int = 10, width: float = 2.0) -> Channel:
    """An exponential average of the close, and so many average true ranges above and below it.

    Counts candles, over nights and halts.
    """
    middle, reach = ema(bars.close, window), width * atr(bars, atr_window)
    return Channel(middle + reach, middle, middle - reach)


class Stochastic(NamedTuple):
    """Where the close lies in the range of the last candles, 0 to 100, smoothed once and twice."""

    k: Column
    d: Column


def stochastic(bars: Bars, window: int = 14, smooth: int = 3, signal: int = 3) -> Stochastic:
    """The slow stochastic by simple averages; 50 where the range is nothing (TA-Lib says 0).

    Counts candles, over nights and halts.
    """
    top, bottom = highest(bars.high, window), lowest(bars.low, window)
    raw = when(top == bottom, 50, 100 * (bars.close - bottom) / (top - bottom))
    k = titled(sma(raw, smooth), "stochastic_k", window, smooth)
    return Stochastic(k, titled(sma(k, signal), "stochastic_d", window, smooth, signal))


class Directional(NamedTuple):
    """The strength of a trend, and of its two directions, 0 to 100."""

    adx: Column
    plus_di: Column
    minus_di: Column


def adx(bars: Bars, window: int = 14) -> Directional:
    """Average directional index and directional indicators, by Wilder's averages; 0 where nothing moved.

    A gap over night is a directional move like any other.
    """
    up, down = bars.high - lag(bars.high), lag(bars.low) - bars.low
    plus = wilder(when((up > down) & (up > 0), up, 0 * up), window)
    minus = wilder(when((down > up) & (down > 0), down, 0 * down), window)
    reach = atr(bars, window)
    plus_di = titled(when(reach == 0, 0, 100 * plus / reach), "plus_di", window)
    minus_di = titled(when(reach == 0, 0, 100 * minus / reach), "minus_di", window)
    both = plus_di + minus_di
    strength = when(both == 0, 0, 100 * absolute(plus_di - minus_di) / both)
    return Directional(titled(wilder(strength, window), "adx", window), plus_di, minus_di)


__all__ = [
    "Channel",
    "Directional",
    "Macd",
    "Stochastic",
    "adx",
    "atr",
    "bollinger",
    "donchian",
    "keltner",
    "macd",
    "rsi",
    "stochastic",
    "true_range",
]
