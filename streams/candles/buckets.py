"""The candle an instant belongs to, for one market."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from streams.candles.ticks import Market
from streams.domain.market import Interval
from streams.sessions import Part, Session, nominal_open, session_of, trading_date


class Bucket(NamedTuple):
    """A candle's stretch [opens, ends); `start` is its stamp, for a daily candle the nominal opening."""

    start: int
    opens: int
    ends: int
    last: bool
    """The last of its session."""


def bucket_at(market: Market, interval: Interval, at: int) -> Bucket | None:
    """The candle of the instant; None outside the session's parts."""
    exchange, kind = market
    session = session_of(exchange, trading_date(at), kind)
    part = next((p for p in session.parts if p.opens <= at < p.closes), None) if session else None
    if session is None or part is None:
        return None
    if interval is Interval.ONE_DAY:
        return Bucket(nominal_open(exchange, session.day), session.opens, session.closes, True)
    return _within(session, part, interval, at)


def bucket_after(market: Market, interval: Interval, end: int) -> Bucket | None:
    """The first candle of the day that opens at `end` or later; None when there is none."""
    if interval is Interval.ONE_DAY:
        return None
    exchange, kind = market
    session = session_of(exchange, trading_date(end), kind)
    opens = (max(part.opens, end) for part in session.parts if part.closes > end) if session else ()
    return bucket_at(market, interval, next(iter(opens), 0))


@lru_cache(maxsize=4096)
def bucket_of_start(market: Market, interval: Interval, start: int) -> Bucket | None:
    """The candle with this stamp, in this market."""
    if interval is not Interval.ONE_DAY:
        return bucket_at(market, interval, start)
    exchange, kind = market
    session = session_of(exchange, trading_date(start), kind)
    stamped = session is not None and nominal_open(exchange, session.day) == start
    return Bucket(start, session.opens, session.closes, True) if session is not None and stamped else None


def _within(session: Session, part: Part, interval: Interval, at: int) -> Bucket:
    length = interval.microseconds
    opens = at - (at - part.opens) % length
    ends = min(opens + length, part.closes)
    return Bucket(opens, opens, ends, ends == session.closes)
