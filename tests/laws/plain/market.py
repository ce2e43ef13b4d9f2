"""Candles as a plain loop reads them: whole units of 1e-4 rupee, and India's clock and sessions."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

EPOCH = date(1970, 1, 1)
MINUTE = 60_000_000
INDIA = 330
"""Minutes ahead of UTC."""

OPENS, CLOSES = 9 * 60 + 15, 15 * 60 + 30


class Candle(NamedTuple):
    """One candle: its open time in microseconds UTC, prices in units.

    `opens` and `closes` are minutes since midnight in India.
    """

    time: int
    day: date
    opens: int
    closes: int
    open: int
    high: int
    low: int
    close: int


class Sessions:
    """When the market closes on each day, in minutes since midnight; 15:30 on days that are not named."""

    def __init__(self, closes: Mapping[date, int]) -> None:
        self._closes = closes

    def squares_off(self, candle: Candle, before: int) -> bool:
        """Whether the candle closes so many minutes before the market does, or later."""
        return candle.closes >= self._closes.get(candle.day, CLOSES) - before


def units(rupees: float) -> int:
    """Rupees to the nearest unit."""
    return round(rupees * 10_000)


def candle(time: int, minutes: int, prices: Sequence[float]) -> Candle:
    """A candle of so many minutes from its open, high, low and close in rupees."""
    clock = time // MINUTE + INDIA
    day, minute = EPOCH + timedelta(days=clock // 1440), clock % 1440
    opened, high, low, close = (units(each) for each in prices)
    return Candle(time, day, minute, minute + minutes, opened, high, low, close)
