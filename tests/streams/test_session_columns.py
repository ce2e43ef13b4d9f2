"""Columns over the calendar: where instants lie, when candles close, what comes next."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.market import Exchange, InstrumentKind, Interval, Times
from streams.sessions import (
    MINUTE,
    bucket_ends,
    bucket_starts,
    candle_close,
    close_of,
    continuous_closes,
    date_of,
    day_numbers,
    days_to_expiry,
    expiry_close,
    instant,
    last_of_session,
    midnight,
    minutes_since_open,
    minutes_to_close,
    most_candles,
    next_session,
    order_days,
    session_closes,
    session_of,
    session_opens,
    square_off_at,
    square_offs,
    tradable_session,
    trades_on,
    trading_date,
    trading_days_between,
    trading_days_to_expiry,
)

NSE, MCX = Exchange.NSE, Exchange.MCX
EQUITY, FUTURE = InstrumentKind.EQUITY, InstrumentKind.FUTURE
INSTANTS = st.lists(
    st.integers(midnight(date(1999, 6, 1)), midnight(date(2027, 6, 1))), min_size=1, max_size=20
)
MARKETS = st.sampled_from([(NSE, EQUITY), (NSE, FUTURE), (Exchange.BSE, EQUITY), (MCX, FUTURE)])
Market = tuple[Exchange, InstrumentKind]


def at(text: str) -> int:
    """`YYYY-MM-DD HH:MM` in India, in microseconds."""
    day, clock = text.split()
    return instant(date.fromisoformat(day), clock)


def times(*texts: str) -> Times:
    """Several of them."""
    return np.array([at(text) for text in texts], np.int64)


@pytest.mark.parametrize(
    ("market", "interval", "opened", "closed"),
    [
        ((NSE, EQUITY), Interval.ONE_HOUR, "2025-01-02 15:15", "15:30"),
        ((NSE, EQUITY), Interval.ONE_HOUR, "2026-08-03 15:15", "15:35"),
        ((NSE, FUTURE), Interval.ONE_HOUR, "2026-12-07 15:15", "15:45"),
        ((NSE, EQUITY), Interval.ONE_HOUR, "2024-03-02 09:15", "10:00"),
        ((NSE, EQUITY), Interval.FIVE_MINUTES, "2025-01-02 09:15", "09:20"),
        ((NSE, EQUITY), Interval.ONE_DAY, "2025-01-02 09:15", "15:30"),
        ((NSE, EQUITY), Interval.ONE_DAY, "2024-11-01 09:15", "19:00"),
        ((NSE, EQUITY), Interval.ONE_DAY, "2021-02-24 09:15", "17:00"),
        ((MCX, FUTURE), Interval.ONE_DAY, "2025-07-01 09:00", "23:30"),
        ((MCX, FUTURE), Interval.ONE_HOUR, "2025-01-02 23:00", "23:55"),
    ],
)
def test_a_candle_closes_after_its_length_or_with_its_session(
    market: Market, interval: Interval, opened: str, closed: str
) -> None:
    """An hour from 15:15 ends at 15:30; a day ends when its market does."""
    day = opened.split()[0]
    assert close_of(*market, interval, times(opened)).tolist() == [at(f"{day} {closed}")]
    assert bucket_ends(*market, interval, times(opened)).tolist() == [at(f"{day} {closed}")]


def test_longer_candles_are_anchored_at_each_opening() -> None:
    """Half-hours of the drill of 2024-03-02: 09:45 ends at 10:00, the next begins at 11:30."""
    minutes = times("2024-03-02 09:59", "2024-03-02 11:30", "2024-03-02 12:29")
    assert bucket_starts(NSE, EQUITY, Interval.THIRTY_MINUTES, minutes).tolist() == [
        at("2024-03-02 09:45"),
        at("2024-03-02 11:30"),
        at("2024-03-02 12:00"),
    ]
    assert bucket_ends(NSE, EQUITY, Interval.THIRTY_MINUTES, minutes).tolist() == [
        at("2024-03-02 10:00"),
        at("2024-03-02 12:00"),
        at("2024-03-02 12:30"),
    ]


def test_the_last_candle_of_a_session_is_known() -> None:
    """Not the last before a break, and the closing auction's, once there is one."""
    stamps = times("2024-03-02 09:59", "2024-03-02 12:29", "2025-01-02 15:29", "2026-08-03 15:29")
    assert last_of_session(NSE, EQUITY, Interval.ONE_MINUTE, stamps).tolist() == [False, True, True, False]
    hours = times("2025-01-02 14:15", "2025-01-02 15:15")
    assert last_of_session(NSE, EQUITY, Interval.ONE_HOUR, hours).tolist() == [False, True]


def test_minutes_count_from_the_parts_opening_and_to_the_continuous_close() -> None:
    """After a break the count starts anew; a closing auction is after the close."""
    stamps = times("2024-03-02 09:25", "2024-03-02 11:40", "2026-08-03 15:00", "2026-08-03 15:20")
    assert minutes_since_open(NSE, EQUITY, stamps).tolist() == [10, 10, 345, 365]
    assert minutes_to_close(NSE, EQUITY, stamps).tolist() == [185, 50, 15, 0]


@pytest.mark.parametrize(
    ("market", "day", "minutes", "expected"),
    [
        ((NSE, EQUITY), "2025-01-02", 15, "15:15"),
        ((NSE, EQUITY), "2026-08-03", 15, "15:00"),
        ((NSE, EQUITY), "2026-12-07", 15, "15:15"),
        ((NSE, FUTURE), "2026-08-03", 15, "15:25"),
        ((NSE, EQUITY), "2024-11-01", 15, "18:45"),
        ((NSE, EQUITY), "2024-11-01", 90, "18:00"),
        ((MCX, FUTURE), "2025-01-02", 25, "23:30"),
    ],
)
def test_squaring_off_goes_by_the_days_own_close(
    market: Market, day: str, minutes: int, expected: str
) -> None:
    """Before the auction, in the evening hour too, and never before the opening."""
    wanted = at(f"{day} {expected}")
    assert square_off_at(*market, date.fromisoformat(day), minutes) == wanted
    assert square_offs(*market, times(f"{day} 12:00"), minutes).tolist() == [wanted]


def test_an_expiring_derivative_stops_earlier_than_the_others() -> None:
    """From 2026-12-07 at 15:30, while the others go on to 15:45; a holiday has no close."""
    assert expiry_close(NSE, FUTURE, date(2026, 12, 8).toordinal()) == at("2026-12-08 15:30")
    assert expiry_close(NSE, FUTURE, date(2026, 8, 4).toordinal()) == at("2026-08-04 15:40")
    assert expiry_close(NSE, FUTURE, date(2025, 12, 25).toordinal()) is None
    assert square_off_at(NSE, FUTURE, date(2025, 12, 25), 15) is None
    assert square_off_at(NSE, FUTURE, date(2026, 12, 8), 15, expiring=True) == at("2026-12-08 15:15")


def test_an_order_first_trades_in_the_session_going_on_or_the_next() -> None:
    """At the close of a Friday it is Monday's; over a long weekend that of the day after the holiday."""
    given_at = times("2025-01-03 15:29", "2025-01-03 15:30", "2025-08-14 16:00", "2025-02-01 08:00")
    expected = [date(2025, 1, 3), date(2025, 1, 6), date(2025, 8, 18), date(2025, 2, 1)]
    assert [date_of(int(day)) for day in order_days(NSE, EQUITY, given_at)] == expected
    assert next_session(NSE, EQUITY, at("2025-08-14 09:15")).day == date(2025, 8, 18)
    assert next_session(NSE, EQUITY, at("2025-08-14 09:14")).day == date(2025, 8, 14)


def test_days_to_an_expiry_count_dates_or_sessions() -> None:
    """From Wednesday the 13th to Tuesday the 19th of August 2025: six days, three sessions."""
    expiry = date(2025, 8, 19).toordinal()
    stamps = times("2025-08-13 10:00", "2025-08-19 15:00", "2025-08-20 10:00")
    assert days_to_expiry(expiry, stamps).tolist() == [6, 0, -1]
    assert trading_days_to_expiry(NSE, FUTURE, expiry, stamps).tolist() == [3, 0, 0]
    assert trading_days_between(NSE, FUTURE, date(2025, 8, 13), date(2025, 8, 19)) == 3
    assert trading_days_between(NSE, FUTURE, date(2025, 8, 19), date(2025, 8, 13)) == 0


def test_the_longest_session_bounds_the_candles_of_one() -> None:
    """395 minutes would be one too many for NSE; MCX's winter day is the longest of all."""
    assert most_candles(NSE, EQUITY, Interval.ONE_MINUTE) == 390
    assert most_candles(MCX, FUTURE, Interval.ONE_HOUR) == 15
    assert most_candles(NSE, EQUITY, Interval.ONE_DAY) == 1


def test_no_times_give_empty_columns() -> None:
    """Of a day without candles."""
    none = np.empty(0, np.int64)
    assert len(close_of(NSE, EQUITY, Interval.ONE_HOUR, none)) == 0
    assert len(order_days(NSE, EQUITY, none)) == 0
    assert len(trading_days_to_expiry(NSE, FUTURE, 740_000, none)) == 0


@given(MARKETS, INSTANTS)
def test_columns_say_what_the_session_says(market: Market, instants: list[int]) -> None:
    """Element by element, in any order of times."""
    stamps = np.array(instants, np.int64)
    assert [date_of(int(day)) for day in day_numbers(stamps)] == [trading_date(i) for i in instants]
    sessions = [session_of(market[0], trading_date(i), market[1]) for i in instants]
    assert trades_on(*market, stamps).tolist() == [session is not None for session in sessions]
    columns = (session_opens, session_closes, continuous_closes)
    found = zip(*(column(*market, stamps).tolist() for column in columns), strict=True)
    for session, said in zip(sessions, found, strict=True):
        assert session is None or said == (session.opens, session.closes, session.continuous_close)
    first = [tradable_session(*market, i).day for i in instants]
    assert [date_of(int(day)) for day in order_days(*market, stamps)] == first


@given(MARKETS, INSTANTS, st.sampled_from(Interval))
def test_one_candle_closes_as_a_column_of_them(
    market: Market, instants: list[int], interval: Interval
) -> None:
    """The scalar and the vector agree, before, within and after sessions."""
    column = close_of(*market, interval, np.array(instants, np.int64)).tolist()
    assert [candle_close(*market, interval, each) for each in instants] == column


@given(MARKETS, INSTANTS, st.sampled_from(Interval))
def test_every_instant_lies_in_its_candle(market: Market, instants: list[int], interval: Interval) -> None:
    """Inside a session: from its start, before its end, no longer than its length, within the part."""
    stamps = np.array(instants, np.int64) // MINUTE * MINUTE
    starts, ends = (column(*market, interval, stamps) for column in (bucket_starts, bucket_ends))
    for stamp, start, end in zip(stamps.tolist(), starts.tolist(), ends.tolist(), strict=True):
        session = session_of(market[0], trading_date(stamp), market[1])
        if session is None or not session.contains(stamp) or interval is Interval.ONE_DAY:
            continue
        assert start <= stamp < end <= start + interval.microseconds
        assert any(part.opens <= start and end <= part.closes for part in session.parts)
        assert close_of(*market, interval, np.array([start])).tolist() == [end]
