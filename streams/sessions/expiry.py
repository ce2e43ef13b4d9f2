"""How far off things are: days to an expiry, sessions between dates. `expiry` is a proleptic ordinal."""

from __future__ import annotations

from datetime import date

import numpy as np

from streams.domain.market import Exchange, InstrumentKind, Times
from streams.sessions.calendar import continuous_close
from streams.sessions.clock import date_of, day_numbers, number_of
from streams.sessions.table import days_table

_EPOCH = date(1970, 1, 1).toordinal()


def days_to_expiry(expiry: int, times: Times) -> Times:
    """Calendar days from the Indian date of each instant to the expiry: 0 on its last day, negative after."""
    days: Times = expiry - _EPOCH - day_numbers(times)
    return days


def trading_days_to_expiry(exchange: Exchange, kind: InstrumentKind, expiry: int, times: Times) -> Times:
    """Sessions after each instant's date up to the expiry: 0 on its last day and later."""
    days = day_numbers(times)
    last = expiry - _EPOCH
    if not len(days):
        return days
    table = days_table(exchange, kind, min(int(days.min()), last), max(int(days.max()), last))
    counted = np.cumsum(table.traded)
    left: Times = counted[last - table.first] - counted[days - table.first]
    return np.maximum(left, 0)


def trading_days_between(exchange: Exchange, kind: InstrumentKind, start: date, end: date) -> int:
    """How many sessions there are from `start` on and before `end`."""
    if end <= start:
        return 0
    first, last = number_of(start), number_of(end)
    table = days_table(exchange, kind, first, last)
    return int(np.count_nonzero(table.traded[first - table.first : last - table.first]))


def expiry_close(exchange: Exchange, kind: InstrumentKind, expiry: int) -> int | None:
    """When a derivative that expires then stops trading; None when that day has no session."""
    return continuous_close(exchange, kind, date_of(expiry - _EPOCH), expiring=True)
