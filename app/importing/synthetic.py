"""Synthetic candles shaped like NSE's, for demonstrations: seeded, and labelled synthetic everywhere.

All arithmetic is on integers until the last division, so that every machine makes the same candles.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from streams.domain.market import Candles, Exchange, Instrument, InstrumentKind, Interval
from streams.domain.money import UNIT
from streams.sessions import MINUTE, nominal_open, session_of

PREFIX = "SYNTH-"
MINUTES = 375
TICK = 500
"""0.05 rupee in units."""

_STEPS = 6
"""Prices within a minute, one each ten seconds."""
_SEGMENT = 25
"""Minutes for which a trend holds."""
_PPM = 1_000_000

Ints = NDArray[np.int64]

SYNTHETIC = tuple(
    Instrument(f"NSE:{PREFIX}{name}", InstrumentKind.EQUITY, TICK, 1)
    for name in ("ALPHA", "BRAVO", "CEDAR", "DELTA")
)
"""The instruments of the demonstration."""


class _Character(NamedTuple):
    """What tells one instrument from another: price in units, tenths of market, shares a minute."""

    price: int
    beta: int
    volume: int


def synthetic_name(key: str) -> str:
    """`Synthetic Alpha` for `NSE:SYNTH-ALPHA`."""
    return f"Synthetic {key.split(PREFIX)[-1].title()}"


def full_sessions(last: date, count: int) -> list[date]:
    """The `count` latest days up to `last` on which NSE trades 09:15 to 15:30 without a break, ascending."""
    days = (last - timedelta(days=n) for n in range(3 * count + 60))
    return list(islice(filter(_is_full, days), count))[::-1]


def synthetic_candles(key: str, interval: Interval, sessions: Sequence[date], seed: int) -> Candles:
    """Candles of whole sessions, 09:15 to 15:30 IST, dates ascending; the same for the same arguments.

    `key` is `NSE:SYNTH-…`, else ValueError; instruments of one seed share the market's moves. `seed` >= 0.
    """
    if PREFIX not in key:
        raise ValueError(f"{key} is not a synthetic instrument: its symbol does not begin with {PREFIX}")
    character = _character(key)
    level, days = character.price, []
    for day in sessions:
        days.append(_session(key, character, day, level, seed))
        level = int(days[-1][-1, -2])
    minutes = np.concatenate(days) if days else np.empty((0, 6), np.int64)
    columns = [np.ascontiguousarray(column) for column in _resampled(minutes, interval).T]
    opened, high, low, close = (units / UNIT for units in columns[1:5])
    return Candles(key, interval, columns[0], opened, high, low, close, columns[5])


def _is_full(day: date) -> bool:
    session = session_of(Exchange.NSE, day)
    opens = nominal_open(Exchange.NSE, day)
    return session is not None and any(
        part.opens == opens and part.closes - opens >= MINUTES * MINUTE for part in session.parts
    )


def _character(key: str) -> _Character:
    mark = crc32(key.encode())
    return _Character((300 + mark % 2700) * UNIT, 4 + mark % 4, 2000 + mark % 15_000)


def _session(key: str, character: _Character, day: date, level: int, seed: int) -> Ints:
    """A session's minutes, shape (375, 6): time, open, high, low, close in units, volume."""
    market, own = _random(seed, "market", day), _random(seed, key, day)
    moves = (character.beta * _moves(market) + (10 - character.beta) * _moves(own)) // 8
    # The gap overnight leans back to the first price, or years of sessions would wander off to nothing.
    home = (character.price - level) * _PPM // character.price // 20
    start = level * (_PPM + int(_bell(own, 1)[0]) * 5 + home) // _PPM
    prices = start * (_PPM + np.cumsum(moves)) // _PPM
    path = np.maximum((prices + TICK // 2) // TICK * TICK, TICK).reshape(MINUTES, _STEPS)
    busy = np.abs(moves).reshape(MINUTES, _STEPS).sum(axis=1)
    volume = (
        character.volume * _smile() // 1000 * own.integers(300, 1700, MINUTES) // 1000 * (_PPM + 500 * busy)
    )
    time = nominal_open(Exchange.NSE, day) + np.arange(MINUTES) * MINUTE
    ohlc = (path[:, 0], path.max(axis=1), path.min(axis=1), path[:, -1])
    return np.stack((time, *ohlc, np.maximum(volume // _PPM, 1)), axis=1)


def _moves(random: np.random.Generator) -> Ints:
    """Moves of ten seconds in parts per million: noise, stronger at both ends of the day, on trends."""
    noise = _bell(random, MINUTES * _STEPS) * 3 // 10 * np.repeat(_smile(), _STEPS) // 1000
    trends = random.integers(-45, 46, MINUTES // _SEGMENT)
    return noise + np.repeat(trends, _SEGMENT * _STEPS)


def _smile() -> Ints:
    """The day's shape in thousandths: 1,900 at open and close, 700 at noon."""
    from_noon = 2 * np.arange(MINUTES, dtype=np.int64) - (MINUTES - 1)
    smile: Ints = 700 + 1200 * from_noon**2 // (MINUTES - 1) ** 2
    return smile


def _bell(random: np.random.Generator, count: int) -> Ints:
    """Whole numbers near a normal distribution of standard deviation 577."""
    bell: Ints = random.integers(-500, 501, (4, count)).sum(axis=0)
    return bell


def _random(seed: int, label: str, day: date) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, crc32(label.encode()), day.toordinal()]))


def _resampled(minutes: Ints, interval: Interval) -> Ints:
    """Longer candles from whole sessions of minutes; the last of a session may be shorter."""
    size = interval.microseconds // MINUTE
    if size == 1 or not len(minutes):
        return minutes
    within = np.arange(0, MINUTES, size)
    starts = (np.arange(0, len(minutes), MINUTES)[:, None] + within).ravel()
    ends = np.append(starts[1:], len(minutes)) - 1
    return np.stack(
        (
            minutes[starts, 0],
            minutes[starts, 1],
            np.maximum.reduceat(minutes[:, 2], starts),
            np.minimum.reduceat(minutes[:, 3], starts),
            minutes[ends, 4],
            np.add.reduceat(minutes[:, 5], starts),
        ),
        axis=1,
    )
