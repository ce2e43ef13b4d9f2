"""India's clock: instants are microseconds UTC, days are numbered since 1970, hours are written in IST."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from streams.domain.market import MICROSECONDS, Times

Mask = NDArray[np.bool_]

MINUTE = 60 * MICROSECONDS
DAY = 24 * 60 * MINUTE
IST = 330 * MINUTE
"""India's offset from UTC; it has had no daylight saving since 1945."""

_EPOCH = date(1970, 1, 1).toordinal()


def trading_date(at: int) -> date:
    """The date in India."""
    return date_of((at + IST) // DAY)


def midnight(day: date) -> int:
    """When the date begins in India."""
    return number_of(day) * DAY - IST


def instant(day: date, clock: str) -> int:
    """When the clock shows `HH:MM` on the date in India."""
    return midnight(day) + minutes_of(clock) * MINUTE


def minutes_of(clock: str) -> int:
    """`HH:MM` in minutes since midnight."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def day_numbers(times: Times) -> Times:
    """The Indian dates of the instants, as days since 1970-01-01: the same number, the same session."""
    numbers: Times = (times + IST) // DAY
    return numbers


def number_of(day: date) -> int:
    """The date as days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def date_of(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(number + _EPOCH)
