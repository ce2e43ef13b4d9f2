"""When a position has to end by the clock: the square-off time of an instrument on a day."""

from functools import lru_cache

from streams.domain.intents import Manner
from streams.domain.market import Exchange, Instrument
from streams.domain.orders import ProductType
from streams.sessions import DAY, IST, MINUTE, date_of, square_off_at
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
    """The instant at which positions end on the Indian date of `time`; NEVER when they are carried."""
    traded, day = terms.instruments[instrument], (time + IST) // DAY
    before = terms.square_off_before
    expiring = bool(traded.expiry) and date_of(day).toordinal() >= traded.expiry
    ends = NEVER
    if expiring:
        ends = _before_close(traded, day, EXPIRY_MARGIN if before is None else before, expiring=True)
    if manner.square_off is not None:
        return min(ends, day * DAY - IST + manner.square_off * MINUTE)
    if before is not None and product_of(terms, manner) is ProductType.INTRADAY:
        ends = min(ends, _before_close(traded, day, before, expiring=expiring))
    return ends


def past_square_off(terms: Terms, instrument: int, manner: Manner, time: int) -> bool:
    """Whether the candle that opened at `time` closes at its day's square-off or later."""
    if not may_square_off(terms, instrument, manner):
        return False
    return time + terms.interval.microseconds >= square_off_of(terms, instrument, manner, time)


@lru_cache(maxsize=65_536)
def _before_close(traded: Instrument, day: int, minutes: int, *, expiring: bool) -> int:
    """So long before the day's continuous close. On a day without a session, as soon as anything trades."""
    exchange = Exchange(traded.key.partition(":")[0])
    at = square_off_at(exchange, traded.kind, date_of(day), minutes, expiring=expiring)
    return day * DAY - IST if at is None else at
