"""The calendar: effective-dated session hours, holidays, auctions, and the days that differ.

All hours are IST, all instants int64 microseconds UTC. Sources: exchange circulars, and for NSE's holidays
and special days the dates on which trades really happened. Where the calendar knows no holidays (`KNOWN`),
every weekday is taken to trade.

    hours, special, holidays_2000, holidays_2013, commodities    the data
    days        which spans a market trades on a date
    calendar    sessions, phases, what comes next
    table       the same as columns over days
    moments     where instants lie in their session
    grid        where candles lie, when they close
    expiry      days and sessions between dates
"""

from streams.sessions.calendar import (
    Part,
    Phase,
    Session,
    candle_close,
    continuous_close,
    is_open,
    longest_session,
    most_candles,
    next_close,
    next_open,
    next_session,
    phase_at,
    session_minutes,
    session_of,
    sessions_from,
    square_off_at,
    tradable_session,
)
from streams.sessions.clock import (
    DAY,
    IST,
    MINUTE,
    Mask,
    date_of,
    day_numbers,
    instant,
    midnight,
    number_of,
    trading_date,
)
from streams.sessions.days import KNOWN, holiday_of, is_provisional, occasion_of
from streams.sessions.expiry import (
    days_to_expiry,
    expiry_close,
    trading_days_between,
    trading_days_to_expiry,
)
from streams.sessions.grid import (
    Placement,
    bucket_ends,
    bucket_starts,
    close_of,
    last_of_session,
    nominal_open,
    nominal_opens,
    placement,
)
from streams.sessions.hours import PhaseKind
from streams.sessions.moments import (
    continuous_closes,
    minutes_since_open,
    minutes_to_close,
    order_days,
    part_bounds,
    session_closes,
    session_opens,
    square_offs,
    trades_on,
)

__all__ = [
    "DAY",
    "IST",
    "KNOWN",
    "MINUTE",
    "Mask",
    "Part",
    "Phase",
    "PhaseKind",
    "Placement",
    "Session",
    "bucket_ends",
    "bucket_starts",
    "candle_close",
    "close_of",
    "continuous_close",
    "continuous_closes",
    "date_of",
    "day_numbers",
    "days_to_expiry",
    "expiry_close",
    "holiday_of",
    "instant",
    "is_open",
    "is_provisional",
    "last_of_session",
    "longest_session",
    "midnight",
    "minutes_since_open",
    "minutes_to_close",
    "most_candles",
    "next_close",
    "next_open",
    "next_session",
    "nominal_open",
    "nominal_opens",
    "number_of",
    "occasion_of",
    "order_days",
    "part_bounds",
    "phase_at",
    "placement",
    "session_closes",
    "session_minutes",
    "session_of",
    "session_opens",
    "sessions_from",
    "square_off_at",
    "square_offs",
    "tradable_session",
    "trades_on",
    "trading_date",
    "trading_days_between",
    "trading_days_to_expiry",
]
