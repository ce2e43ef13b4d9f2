"""The calendar against the dates on which trades really happened, and against another calendar."""

import csv
import warnings
from collections.abc import Iterator
from datetime import date, timedelta

import pandas_market_calendars
import pyarrow.parquet as pq
import pytest

from streams.domain.market import Exchange, InstrumentKind
from streams.sessions import (
    KNOWN,
    holiday_of,
    is_provisional,
    midnight,
    occasion_of,
    session_of,
    trading_date,
)
from streams.sessions.days import HOLIDAYS
from tests.market_data import real

FUTURE = InstrumentKind.FUTURE
NOT_THERE = """
2020-02-01 2020-11-14 2023-11-12 2024-01-20 2024-03-02 2024-05-18 2025-02-01 2026-02-01
"""
"""Weekend sessions from 2020 on that the other calendar does not know."""


def days(first: date, last: date) -> Iterator[date]:
    """Every date, both ends included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def traded() -> dict[date, dict[str, str]]:
    """The reference's rows by date."""
    with real("reference/nse_equity_sessions_2000_2026.csv").open() as file:
        return {date.fromisoformat(row["date"]): row for row in csv.DictReader(file)}


def test_every_date_that_traded_is_a_session_and_no_other() -> None:
    """6,624 dates from 2000 to August 2026: not one too many or too few."""
    rows = traded()
    sessions = {day for day in days(min(rows), max(rows)) if session_of(Exchange.NSE, day)}
    assert len(rows) == 6624
    assert sessions == set(rows)
    assert sessions == {day for day in days(min(rows), max(rows)) if session_of(Exchange.BSE, day)}


def test_special_days_traded_their_recorded_hours() -> None:
    """Where the reference knows the times: to the minute, in as many parts."""
    rows = {day: row for day, row in traded().items() if row["open_ist"]}
    assert len(rows) == 20
    for day, row in rows.items():
        session = session_of(Exchange.NSE, day)
        assert session
        clocks = [clock(session.opens), clock(session.closes)]
        assert clocks == [row["open_ist"], row["close_ist"]], day
        assert (len(session.parts) == 2) == ("break" in row["note"] or "15:45" in row["note"]), day
        assert occasion_of(Exchange.NSE, day), day


def test_the_other_calendar_agrees_where_it_is_right() -> None:
    """From 2006 until the hours changed: before, it takes 14 days for closed on which shares traded."""
    first, last = date(2006, 1, 1), date(2026, 7, 31)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas', about its own time zones
        schedule = pandas_market_calendars.get_calendar("NSE").schedule(first, last)
    theirs = {
        row.Index.date(): (row.market_open.value // 1000, row.market_close.value // 1000)
        for row in schedule.itertuples()
    }
    missing = {date.fromisoformat(day) for day in NOT_THERE.split()}
    ours = {day: session for day in days(first, last) if (session := session_of(Exchange.NSE, day))}
    weekends = {day for day in ours if day.weekday() >= 5}
    assert missing <= weekends
    assert set(theirs) == set(ours) - weekends
    late = {date(2017, 7, 10)}  # it knows nothing of that outage
    for day in theirs.keys() - late:
        assert (ours[day].opens, ours[day].closes) == theirs[day], day


def test_gold_traded_on_every_session_of_its_exchange_and_no_other() -> None:
    """MCX from 2014 to 2022, evenings after a closed morning and the lockdown's short days included."""
    table = pq.read_table(real("1d_mcx/GOLD_all_contracts.parquet"), filters=[("volume", ">", 0)])
    gold = {trading_date(at) for at in table["timestamp"].cast("int64").to_pylist()}
    first, last = KNOWN[Exchange.MCX][0], max(gold)
    sessions = {day for day in days(first, last) if session_of(Exchange.MCX, day, FUTURE)}
    assert sessions == {day for day in gold if day >= first}


@pytest.mark.parametrize(
    ("day", "hours", "holiday"),
    [
        ("2018-12-28", "10:00-23:55", None),
        ("2018-12-31", "09:00-23:55", None),
        ("2022-03-11", "09:00-23:55", None),
        ("2022-03-14", "09:00-23:30", None),
        ("2019-11-01", "09:00-23:30", None),
        ("2019-11-04", "09:00-23:55", None),
        ("2018-09-20", "17:00-23:30", "Muharram"),
        ("2026-01-01", "09:00-17:00", "New Year's Day"),
        ("2020-04-15", "09:00-17:00", None),
        ("2020-04-23", "09:00-23:30", None),
        ("2024-11-01", "18:00-19:00", None),
        ("2026-02-01", "09:00-17:00", None),
        ("2025-08-15", "", "Independence Day"),
        ("2025-08-16", "", None),
    ],
)
def test_commodities_close_with_americas_clock_and_open_in_halves(
    day: str, hours: str, holiday: str | None
) -> None:
    """As MCX announced them."""
    session = session_of(Exchange.MCX, date.fromisoformat(day), FUTURE)
    assert (f"{clock(session.opens)}-{clock(session.closes)}" if session else "") == hours
    assert holiday_of(Exchange.MCX, date.fromisoformat(day)) == holiday


def test_holidays_have_names_and_are_weekdays_within_the_horizon() -> None:
    """Ascending, each once, none on a weekend."""
    assert list(HOLIDAYS) == sorted(HOLIDAYS)
    first, last = KNOWN[Exchange.NSE]
    for day, name in HOLIDAYS.items():
        assert name.strip() == name
        assert day.weekday() < 5
        assert first <= day <= last
    assert holiday_of(Exchange.NSE, date(2026, 1, 15)) == "Municipal elections in Maharashtra"


def test_beyond_its_horizon_the_calendar_says_that_it_does_not_know() -> None:
    """Every weekday is taken to trade; a muhurat without announced hours is provisional, too."""
    republic_day = date(2027, 1, 26)
    assert session_of(Exchange.NSE, republic_day)
    assert is_provisional(Exchange.NSE, republic_day)
    assert is_provisional(Exchange.NSE, date(2026, 11, 8))
    assert not is_provisional(Exchange.NSE, date(2026, 12, 31))
    assert is_provisional(Exchange.MCX, date(2013, 12, 31))


def clock(instant: int) -> str:
    """HH:MM in India."""
    minutes = (instant - midnight(trading_date(instant))) // 60_000_000
    return f"{minutes // 60:02}:{minutes % 60:02}"
