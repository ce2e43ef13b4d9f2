"""The grid of candles: it starts anew at the opening of each part, and the last candle ends with its part."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np

from streams.domain.market import Exchange, InstrumentKind, Interval, Times
from streams.sessions.clock import DAY, IST, MINUTE, Mask, instant, minutes_of
from streams.sessions.moments import part_bounds, session_closes, trades_on

_NOMINAL_OPEN = {Exchange.NSE: "09:15", Exchange.BSE: "09:15", Exchange.MCX: "09:00"}


class Placement(NamedTuple):
    """Where candles lie, by their open times: masks of n."""

    inside: Mask
    aligned: Mask
    """On the interval's grid, which starts anew at the opening of each part."""
    first: Mask
    """At the opening of a part."""


def nominal_open(exchange: Exchange, day: date) -> int:
    """The stamp of the day's daily candle, whatever the hours were."""
    return instant(day, _NOMINAL_OPEN[exchange])


def nominal_opens(exchange: Exchange, times: Times) -> Times:
    """The daily stamps of the Indian dates on which the instants fall."""
    return (times + IST) // DAY * DAY - IST + minutes_of(_NOMINAL_OPEN[exchange]) * MINUTE


def placement(exchange: Exchange, kind: InstrumentKind, interval: Interval, times: Times) -> Placement:
    """Where candles that open at `times` lie; a daily one is inside on any trading day."""
    traded = trades_on(exchange, kind, times)
    if interval is Interval.ONE_DAY:
        aligned = times == nominal_opens(exchange, times)
        return Placement(traded, aligned, aligned)
    opens, closes = part_bounds(exchange, kind, times)
    inside = traded & (opens <= times) & (times < closes)
    since_open = times - opens
    return Placement(inside, inside & (since_open % interval.microseconds == 0), inside & (since_open == 0))


def bucket_starts(exchange: Exchange, kind: InstrumentKind, interval: Interval, times: Times) -> Times:
    """When the candle of the interval opens in which each instant lies; a daily one at its nominal stamp."""
    if interval is Interval.ONE_DAY:
        return nominal_opens(exchange, times)
    opens, _ = part_bounds(exchange, kind, times)
    starts: Times = times - (times - opens) % interval.microseconds
    return starts


def bucket_ends(exchange: Exchange, kind: InstrumentKind, interval: Interval, times: Times) -> Times:
    """When the candle of the interval closes in which each instant lies."""
    if interval is Interval.ONE_DAY:
        return session_closes(exchange, kind, times)
    opens, closes = part_bounds(exchange, kind, times)
    ends = times - (times - opens) % interval.microseconds + interval.microseconds
    return _within(times, ends, closes)


def close_of(exchange: Exchange, kind: InstrumentKind, interval: Interval, times: Times) -> Times:
    """When candles that open at `times` close: after their length or with their part, or with the day."""
    if interval is Interval.ONE_DAY:
        return session_closes(exchange, kind, times)
    _, closes = part_bounds(exchange, kind, times)
    return _within(times, times + interval.microseconds, closes)


def last_of_session(exchange: Exchange, kind: InstrumentKind, interval: Interval, times: Times) -> Mask:
    """Whether no later candle of the interval can open in the session of each one."""
    last: Mask = close_of(exchange, kind, interval, times) >= session_closes(exchange, kind, times)
    return last


def _within(times: Times, ends: Times, closes: Times) -> Times:
    """What opens inside a part ends with it at the latest."""
    clipped: Times = np.where(times < closes, np.minimum(ends, closes), ends)
    return clipped
