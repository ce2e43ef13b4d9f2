"""The calendar: effective-dated session hours and the days that differ. A weekday is taken to trade.

All hours are IST, all instants int64 microseconds UTC. Sources: exchange circulars, and for the special days
the dates on which trades really happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.domain.market import MICROSECONDS, Exchange, InstrumentKind, Interval, Times

Mask = NDArray[np.bool_]

MINUTE = 60 * MICROSECONDS
DAY = 24 * 60 * MINUTE
IST = 330 * MINUTE
"""India's offset from UTC; it has had no daylight saving since 1945."""

_EPOCH = date(1970, 1, 1).toordinal()


class Part(NamedTuple):
    """An unbroken stretch of trading: [opens, closes)."""

    opens: int
    closes: int


class Session(NamedTuple):
    """A day's trading, in parts where a halt or a drill broke it."""

    day: date
    parts: tuple[Part, ...]

    @property
    def opens(self) -> int:
        """When its first part opens."""
        return self.parts[0].opens

    @property
    def closes(self) -> int:
        """When its last part closes."""
        return self.parts[-1].closes

    def contains(self, at: int) -> bool:
        """Whether the instant is inside one of its parts."""
        return any(part.opens <= at < part.closes for part in self.parts)


class Placement(NamedTuple):
    """Where candles lie, by their open times: masks of n."""

    inside: Mask
    aligned: Mask
    """On the interval's grid, which starts anew at the opening of each part."""
    first: Mask
    """At the opening of a part."""


_Hours = tuple[tuple[str, str], ...]


def _since(day: str, opens: str, closes: str) -> tuple[date, _Hours]:
    return date.fromisoformat(day), ((opens, closes),)


# From 2026-08-03 the cash market ends with a closing auction, inside these hours.
_CASH = (
    _since("1990-01-01", "09:55", "15:30"),
    _since("2010-01-04", "09:00", "15:30"),
    _since("2010-10-18", "09:15", "15:30"),
    _since("2026-08-03", "09:15", "15:35"),
    _since("2026-12-07", "09:15", "15:40"),
)
_DERIVATIVES = (
    *_CASH[:3],
    _since("2026-08-03", "09:15", "15:40"),
    _since("2026-12-07", "09:15", "15:45"),
)
_COMMODITIES = (_since("1990-01-01", "09:00", "23:30"),)
_NOMINAL_OPEN = {Exchange.NSE: "09:15", Exchange.BSE: "09:15", Exchange.MCX: "09:00"}

_DRILL: _Hours = (("09:15", "10:00"), ("11:30", "12:30"))
_EVENING: _Hours = (("18:15", "19:15"),)

_SPECIAL_HOURS: Mapping[str, _Hours] = {
    "2016-10-30": (("18:30", "19:30"),),
    "2017-07-10": (("12:30", "15:30"),),  # opened late after an outage
    "2017-10-19": (("18:30", "19:30"),),
    "2018-11-07": (("17:30", "18:30"),),
    "2019-10-27": _EVENING,
    "2020-11-14": _EVENING,
    "2021-02-24": (("09:15", "11:40"), ("15:45", "17:00")),  # an outage, and the evening that made up for it
    "2021-11-04": _EVENING,
    "2022-10-24": _EVENING,
    "2023-11-12": _EVENING,
    "2024-03-02": _DRILL,
    "2024-05-18": _DRILL,
    "2024-11-01": (("18:00", "19:00"),),
    "2025-10-21": (("13:45", "14:45"),),
    "2026-11-08": _EVENING,
}
# Weekends that traded the hours of their time; before 2016 the true hours of some are not on record.
_FULL_WEEKENDS = """
2003-03-22 2003-10-25 2003-11-15 2004-04-17 2004-10-09 2005-06-04 2005-11-26 2006-04-29 2006-06-25 2006-10-21
2009-10-17 2010-02-06 2012-01-07 2012-03-03 2012-04-28 2012-09-08 2013-05-11 2013-11-03 2014-03-22 2015-02-28
2020-02-01 2024-01-20 2025-02-01 2026-02-01
"""
_WEEKENDS = frozenset(_FULL_WEEKENDS.split())


@lru_cache(maxsize=65_536)
def session_of(exchange: Exchange, day: date, kind: InstrumentKind = InstrumentKind.EQUITY) -> Session | None:
    """The day's session for instruments of this kind; None when the exchange is closed."""
    hours = _hours_of(exchange, day, kind)
    return Session(day, tuple(Part(_at(day, a), _at(day, b)) for a, b in hours)) if hours else None


def is_open(exchange: Exchange, kind: InstrumentKind, at: int) -> bool:
    """Whether instruments of this kind trade at the instant."""
    session = session_of(exchange, trading_date(at), kind)
    return session is not None and session.contains(at)


def trading_date(at: int) -> date:
    """The date in India."""
    return date.fromordinal(_EPOCH + (at + IST) // DAY)


def midnight(day: date) -> int:
    """When the date begins in India."""
    return _at(day, "00:00")


def nominal_open(exchange: Exchange, day: date) -> int:
    """The stamp of the day's daily candle, whatever the hours were."""
    return _at(day, _NOMINAL_OPEN[exchange])


def nominal_opens(exchange: Exchange, times: Times) -> Times:
    """The daily stamps of the Indian dates on which the instants fall."""
    return (times + IST) // DAY * DAY - IST + _clock(_NOMINAL_OPEN[exchange])


def placement(exchange: Exchange, kind: InstrumentKind, interval: Interval, times: Times) -> Placement:
    """Where candles that open at `times` lie; a daily one is inside on any trading day."""
    opens, closes = _parts(exchange, kind, (times + IST) // DAY)
    if interval is Interval.ONE_DAY:
        aligned = times == nominal_opens(exchange, times)
        return Placement(closes[0] > 0, aligned, aligned)
    within = (opens <= times) & (times < closes)
    since_open = np.where(within, times - opens, 1).min(axis=0, where=within, initial=DAY)
    inside = within[0] | within[1]
    return Placement(inside, inside & (since_open % interval.microseconds == 0), inside & (since_open == 0))


def _parts(exchange: Exchange, kind: InstrumentKind, days: Times) -> tuple[Times, Times]:
    """Openings and closings, shape (2 parts, n); zeros where there is no such part.

    Looked up once for each run of equal days: a million minutes are 2,700 look-ups.
    """
    starts = np.flatnonzero(np.diff(days, prepend=days[:1] - 1))
    lengths = np.diff(starts, append=len(days))
    table = np.zeros((2, 2, len(starts)), np.int64)
    for run, start in enumerate(starts):
        session = session_of(exchange, date.fromordinal(_EPOCH + int(days[start])), kind)
        for part, (opens, closes) in enumerate(session.parts if session else ()):
            table[:, part, run] = opens, closes
    opens, closes = np.repeat(table, lengths, axis=2)
    return opens, closes


def _hours_of(exchange: Exchange, day: date, kind: InstrumentKind) -> _Hours:
    weekend = day.weekday() >= 5
    if exchange is Exchange.MCX:
        return () if weekend else _in_force(_COMMODITIES, day)
    if special := _SPECIAL_HOURS.get(day.isoformat()):
        return special
    if weekend and day.isoformat() not in _WEEKENDS:
        return ()
    derivative = kind in (InstrumentKind.FUTURE, InstrumentKind.OPTION)
    return _in_force(_DERIVATIVES if derivative else _CASH, day)


def _in_force(table: tuple[tuple[date, _Hours], ...], day: date) -> _Hours:
    return next((hours for since, hours in reversed(table) if since <= day), ())


def _at(day: date, clock: str) -> int:
    return (day.toordinal() - _EPOCH) * DAY - IST + _clock(clock)


def _clock(clock: str) -> int:
    hours, minutes = clock.split(":")
    return (int(hours) * 60 + int(minutes)) * MINUTE
