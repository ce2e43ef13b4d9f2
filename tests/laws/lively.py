"""A made-up market on which every strategy finds something to do: gaps, trends, quiet and restless days."""

from datetime import date
from itertools import chain, islice

import numpy as np

from streams import sessions
from streams.domain.market import Candles, Chunk, Exchange, InstrumentKind, Interval

FIRST_DAY = date(2024, 2, 19)
"""Ten sessions later comes a Saturday drill, whose session has two parts."""


def lively(
    count: int = 1, *, days: int = 60, interval: Interval = Interval.FIVE_MINUTES, seed: int = 5
) -> Chunk:
    """Sessions of the calendar; each opens with a gap around one per cent, and has a trend and a temper."""
    random = np.random.default_rng(seed)
    return tuple(_candles(f"NSE:TEST{number}", interval, days, random) for number in range(count))


def _candles(key: str, interval: Interval, days: int, random: np.random.Generator) -> Candles:
    per_day = [
        np.array(
            list(chain(*(range(part.opens, part.closes, interval.microseconds) for part in session.parts)))
        )
        for session in islice(sessions.sessions_from(Exchange.NSE, InstrumentKind.EQUITY, FIRST_DAY), days)
    ]
    steps = np.concatenate([_day(len(times), random) for times in per_day])
    close = np.round(500 * np.exp(np.cumsum(steps)), 2)
    opened = np.concatenate((close[:1], close[:-1]))
    first = np.cumsum([0, *map(len, per_day)])[:-1]
    opened[first] = close[first]
    high = np.maximum(opened, close) + np.round(random.exponential(0.3, len(close)), 2)
    low = np.minimum(opened, close) - np.round(random.exponential(0.3, len(close)), 2)
    volume = random.integers(100, 10_000, len(close))
    return Candles(key, interval, np.concatenate(per_day), opened, high, low, close, volume)


def _day(count: int, random: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A day's relative changes: the gap, then a drift that now and then turns the other way."""
    drift = random.normal(0, 0.0006) * np.sign(np.sin(np.arange(count) / random.integers(4, 40)))
    steps = drift + random.normal(0, random.choice([0.0003, 0.0008, 0.002]), count)
    steps[0] += random.normal(0, 0.01)
    return np.asarray(steps)
