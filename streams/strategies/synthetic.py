"""A market that never was: random walks on the calendar's clock, the same ones each time."""

from collections.abc import Sequence
from datetime import date
from itertools import chain, islice

import numpy as np

from streams import sessions
from streams.domain.market import Candles, Chunk, Exchange, Instrument, InstrumentKind, Interval, Times

FIRST_DAY = date(2024, 2, 26)
"""Before the Saturday drill of 2 March 2024, whose session has two parts."""

LACKING = 0.03
"""The share of candles that the second and later instruments lack."""


def walks(instruments: Sequence[Instrument], interval: Interval, count: int) -> Chunk:
    """`count` candles of each instrument (fewer where it lacks some), around 500 rupees."""
    clock, random = _clock(interval, count), np.random.default_rng(20_250_101)
    return tuple(
        _walk(each, interval, clock, random, LACKING * bool(number))
        for number, each in enumerate(instruments)
    )


def _walk(
    instrument: Instrument, interval: Interval, clock: Times, random: np.random.Generator, lacking: float
) -> Candles:
    count = len(clock)
    steps = random.normal(0, 0.003, count)
    close = (500 * np.exp(np.clip(np.cumsum(steps), -2, 2))).round(2)
    opened = (np.concatenate((close[:1], close[:-1])) + random.integers(-20, 21, count) * 0.05).round(2)
    high = (np.maximum(opened, close) + random.integers(0, 20, count) * 0.05).round(2)
    low = (np.minimum(opened, close) - random.integers(0, 20, count) * 0.05).round(2)
    kept = random.random(count) >= lacking
    volume = random.integers(100, 10_000, count)
    opened, high, low, close = (each[kept] for each in (opened, high, low, close))
    return Candles(instrument.key, interval, clock[kept], opened, high, low, close, volume[kept])


def _clock(interval: Interval, count: int) -> Times:
    """The open times of so many candles."""
    days = sessions.sessions_from(Exchange.NSE, InstrumentKind.EQUITY, FIRST_DAY)
    if interval is Interval.ONE_DAY:
        stamps = (sessions.nominal_open(Exchange.NSE, session.day) for session in days)
        return np.fromiter(islice(stamps, count), np.int64, count)
    parts = chain.from_iterable(session.parts for session in days)
    opens = chain.from_iterable(range(part.opens, part.closes, interval.microseconds) for part in parts)
    return np.fromiter(islice(opens, count), np.int64, count)
