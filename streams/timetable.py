"""When a position has to end by the clock: the square-off time of an instrument on a day."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.domain.intents import Manner
from streams.domain.market import Instrument, Interval, Times
from streams.domain.orders import ProductType
from streams.sessions import (
    DAY,
    IST,
    MINUTE,
    bucket_starts,
    candle_close,
    close_of,
    continuous_close,
    date_of,
    square_off_at,
)
from streams.state import Terms

EXPIRY_MARGIN = 15
"""Minutes before the close at which an expiring contract is squared off where the terms name none."""

NEVER = 2**62


def product_of(terms: Terms, manner: Manner) -> ProductType:
    """How positions are carried under this manner."""
    return manner.product_type or terms.product_type


def may_square_off(terms: Terms, instrument: int, manner: Manner) -> bool:
    """Whether positions of this instrument may have to end by the clock at all."""
    intraday = product_of(terms, manner) is ProductType.INTRADAY and terms.square_off_before is not None
    return intraday or manner.square_off is not None or bool(terms.instruments[instrument].expiry)


def square_off_of(terms: Terms, instrument: int, manner: Manner, time: int) -> int:
    """The instant at which positions end on the Indian date of `time`; NEVER when they are carried.

    The earliest of all that apply, and never after the day's last candle opens: the order has to fill in it.
    A contract that has expired ends at once.
    """
    traded, day = terms.instruments[instrument], (time + IST) // DAY
    before = terms.square_off_before
    expiring = bool(traded.expiry) and date_of(day).toordinal() >= traded.expiry
    if expiring and date_of(day).toordinal() > traded.expiry:
        return day * DAY - IST
    ends = NEVER
    if expiring:
        ends = _before_close(traded, day, EXPIRY_MARGIN if before is None else before, expiring=True)
    if manner.square_off is not None:
        ends = min(ends, day * DAY - IST + manner.square_off * MINUTE)
    if before is not None and product_of(terms, manner) is ProductType.INTRADAY:
        ends = min(ends, _before_close(traded, day, before, expiring=expiring))
    return ends if ends == NEVER else min(ends, _last_open(traded, terms.interval, day, expiring=expiring))


def past_square_off(terms: Terms, instrument: int, manner: Manner, time: int) -> bool:
    """Whether the candle that opened at `time` closes at its day's square-off or later."""
    if not may_square_off(terms, instrument, manner):
        return False
    traded = terms.instruments[instrument]
    closes = candle_close(traded.exchange, traded.kind, terms.interval, time)
    return closes >= square_off_of(terms, instrument, manner, time)


def all_past_square_off(terms: Terms, instrument: int, manner: Manner, times: Times) -> NDArray[np.bool_]:
    """The same of many candles."""
    if not may_square_off(terms, instrument, manner):
        return np.zeros(len(times), bool)
    traded = terms.instruments[instrument]
    days, which = np.unique((times + IST) // DAY, return_inverse=True)
    ends = [square_off_of(terms, instrument, manner, int(day) * DAY - IST) for day in days]
    closes = close_of(traded.exchange, traded.kind, terms.interval, times)
    return closes >= np.array(ends, np.int64)[which]


@lru_cache(maxsize=65_536)
def _before_close(traded: Instrument, day: int, minutes: int, *, expiring: bool) -> int:
    """So long before the day's continuous close. On a day without a session, as soon as anything trades."""
    at = square_off_at(traded.exchange, traded.kind, date_of(day), minutes, expiring=expiring)
    return day * DAY - IST if at is None else at


@lru_cache(maxsize=65_536)
def _last_open(traded: Instrument, interval: Interval, day: int, *, expiring: bool) -> int:
    """When the last candle of the day's continuous trading opens; on a day without a session, whenever."""
    exchange = traded.exchange
    closes = continuous_close(exchange, traded.kind, date_of(day), expiring=expiring)
    if closes is None:
        return NEVER
    return int(bucket_starts(exchange, traded.kind, interval, np.array([closes - 1], np.int64))[0])
