"""Session hours by date, the special days, and candles judged by their open time."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.market import Exchange, InstrumentKind, Interval
from streams.sessions import (
    DAY,
    IST,
    PhaseKind,
    is_open,
    nominal_open,
    nominal_opens,
    phase_at,
    placement,
    session_of,
    sessions_from,
    trading_date,
)

INDIA = timezone(timedelta(hours=5, minutes=30))
EQUITY, FUTURE = InstrumentKind.EQUITY, InstrumentKind.FUTURE


def at(text: str) -> int:
    """An Indian wall-clock time in microseconds."""
    moment = datetime.fromisoformat(text).replace(tzinfo=INDIA)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def hours(exchange: Exchange, day: str, kind: InstrumentKind = EQUITY) -> list[str]:
    """The day's parts as a person writes them."""
    session = session_of(exchange, date.fromisoformat(day), kind)
    return [f"{clock(part.opens)}-{clock(part.closes)}" for part in session.parts] if session else []


def clock(instant: int) -> str:
    """HH:MM in India."""
    return f"{datetime.fromtimestamp(instant / 1e6, INDIA):%H:%M}"


@pytest.mark.parametrize(
    ("exchange", "kind", "day", "expected"),
    [
        (Exchange.NSE, EQUITY, "2009-12-31", "09:55-15:30"),
        (Exchange.NSE, EQUITY, "2010-01-04", "09:00-15:30"),
        (Exchange.NSE, EQUITY, "2010-10-18", "09:15-15:30"),
        (Exchange.NSE, FUTURE, "2026-07-31", "09:15-15:30"),
        (Exchange.NSE, EQUITY, "2026-08-03", "09:15-15:35"),
        (Exchange.NSE, FUTURE, "2026-08-03", "09:15-15:40"),
        (Exchange.BSE, EQUITY, "2026-12-07", "09:15-15:40"),
        (Exchange.NSE, FUTURE, "2026-12-07", "09:15-15:45"),
        (Exchange.MCX, FUTURE, "2024-10-31", "09:00-23:30"),
    ],
)
def test_hours_are_those_in_force_on_the_day(
    exchange: Exchange, kind: InstrumentKind, day: str, expected: str
) -> None:
    """The hours changed five times; each date has its own."""
    assert hours(exchange, day, kind) == [expected]


def test_a_weekend_trades_only_where_it_is_listed() -> None:
    """An ordinary Saturday is closed, the Budget's is open."""
    assert hours(Exchange.NSE, "2025-01-25") == []
    assert hours(Exchange.NSE, "2025-02-01") == ["09:15-15:30"]
    assert hours(Exchange.MCX, "2025-02-01") == ["09:00-17:00"]
    assert hours(Exchange.MCX, "2024-01-20") == []


def test_a_broken_day_is_closed_between_its_parts() -> None:
    """The drill of 2024-03-02 traded twice; the outage of 2021-02-24 was made up for in the evening."""
    assert hours(Exchange.NSE, "2024-03-02") == ["09:15-10:00", "11:30-12:30"]
    assert not is_open(Exchange.NSE, EQUITY, at("2024-03-02 10:00"))
    assert is_open(Exchange.NSE, EQUITY, at("2024-03-02 11:30"))
    assert not is_open(Exchange.NSE, EQUITY, at("2021-02-24 15:37"))
    assert is_open(Exchange.NSE, EQUITY, at("2021-02-24 16:59"))


@pytest.mark.parametrize(
    ("exchange", "kind", "moment", "expected"),
    [
        (Exchange.NSE, EQUITY, "2025-01-02 08:59", PhaseKind.CLOSED),
        (Exchange.NSE, EQUITY, "2025-01-02 09:07", PhaseKind.PRE_OPEN),
        (Exchange.NSE, EQUITY, "2010-10-15 09:07", PhaseKind.OPEN),
        (Exchange.NSE, FUTURE, "2025-12-05 09:07", PhaseKind.CLOSED),
        (Exchange.NSE, FUTURE, "2025-12-08 09:07", PhaseKind.PRE_OPEN),
        (Exchange.NSE, InstrumentKind.OPTION, "2025-12-08 09:07", PhaseKind.CLOSED),
        (Exchange.NSE, EQUITY, "2025-01-02 15:29", PhaseKind.OPEN),
        (Exchange.NSE, EQUITY, "2025-01-02 15:30", PhaseKind.CLOSED),
        (Exchange.NSE, EQUITY, "2025-01-02 15:45", PhaseKind.POST_CLOSE),
        (Exchange.NSE, EQUITY, "2026-08-03 15:15", PhaseKind.CLOSING_AUCTION),
        (Exchange.NSE, FUTURE, "2026-08-03 15:15", PhaseKind.OPEN),
        (Exchange.NSE, EQUITY, "2026-12-07 15:15", PhaseKind.OPEN),
        (Exchange.NSE, EQUITY, "2026-12-07 15:39", PhaseKind.CLOSING_AUCTION),
        (Exchange.NSE, EQUITY, "2024-03-02 10:30", PhaseKind.CLOSED),
        (Exchange.NSE, EQUITY, "2024-11-01 17:50", PhaseKind.PRE_OPEN),
        (Exchange.NSE, EQUITY, "2024-12-25 11:00", PhaseKind.CLOSED),
    ],
)
def test_a_market_passes_through_its_phases(
    exchange: Exchange, kind: InstrumentKind, moment: str, expected: PhaseKind
) -> None:
    """Calls, continuous trading, auctions and what follows the close, each from its date on."""
    assert phase_at(exchange, kind, at(moment)) is expected


def test_a_call_may_end_at_random() -> None:
    """Order entry in the auction: from 15:28 on in August 2026, from 15:38 on in December."""
    for day, expected in (("2026-08-03", "15:28"), ("2026-12-07", "15:38")):
        session = session_of(Exchange.NSE, date.fromisoformat(day))
        assert session
        auction = [phase for phase in session.phases if phase.kind is PhaseKind.CLOSING_AUCTION]
        assert [clock(phase.random_from) for phase in auction if phase.random_from] == [expected]


@pytest.mark.parametrize("exchange", Exchange)
@pytest.mark.parametrize("kind", InstrumentKind)
def test_phases_follow_one_another(exchange: Exchange, kind: InstrumentKind) -> None:
    """Ascending, none empty, none over another; parts hold the trading ones."""
    for session in islice(sessions_from(exchange, kind, date(2005, 1, 1)), 0, 5600, 7):
        bounds = [bound for phase in session.phases for bound in (phase.opens, phase.closes)]
        assert bounds == sorted(bounds)
        assert all(phase.opens < phase.closes for phase in session.phases)
        assert session.opens < session.continuous_close <= session.closes


def test_nses_outages_were_not_bses() -> None:
    """BSE opened in time on 2017-07-10 and traded through on 2021-02-24."""
    assert hours(Exchange.BSE, "2017-07-10") == ["09:15-15:30"]
    assert hours(Exchange.BSE, "2021-02-24") == ["09:15-17:00"]
    assert hours(Exchange.NSE, "2017-07-10") == ["12:30-15:30"]


def test_a_candle_is_inside_from_the_open_until_before_the_close() -> None:
    """The candle that opens at the close belongs to nobody."""
    times = np.array([at(f"2025-01-02 {t}") for t in ("09:14", "09:15", "15:29", "15:30")])
    placed = placement(Exchange.NSE, EQUITY, Interval.ONE_MINUTE, times)
    assert placed.inside.tolist() == [False, True, True, False]
    assert placed.first.tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    ("interval", "on", "off"),
    [
        (Interval.FIVE_MINUTES, "09:20", "09:21"),
        (Interval.THIRTY_MINUTES, "09:45", "10:00"),
        (Interval.ONE_HOUR, "15:15", "10:00"),
    ],
)
def test_the_grid_is_anchored_at_the_opening(interval: Interval, on: str, off: str) -> None:
    """An hour runs 09:15 to 10:15, not 10:00 to 11:00."""
    times = np.array([at(f"2025-01-02 {on}"), at(f"2025-01-02 {off}")])
    assert placement(Exchange.NSE, EQUITY, interval, times).aligned.tolist() == [True, False]


def test_the_grid_starts_anew_after_a_break() -> None:
    """Half-hours of the drill's second part open at 11:30 and 12:00."""
    times = np.array([at(f"2024-03-02 {t}") for t in ("11:30", "11:45", "12:00")])
    aligned = placement(Exchange.NSE, EQUITY, Interval.THIRTY_MINUTES, times).aligned
    assert aligned.tolist() == [True, False, True]


def test_a_daily_candle_bears_the_nominal_opening_of_its_date() -> None:
    """Midnight in India, 18:30 UTC of the day before, is that date's candle; 2009 opened at another time."""
    midnight, muhurat = at("2025-02-01 00:00"), at("2024-11-01 18:00")
    stamps = nominal_opens(Exchange.NSE, np.array([midnight, muhurat]))
    assert stamps.tolist() == [at("2025-02-01 09:15"), at("2024-11-01 09:15")]
    assert nominal_open(Exchange.MCX, date(2009, 3, 2)) == at("2009-03-02 09:00")
    placed = placement(Exchange.NSE, EQUITY, Interval.ONE_DAY, np.append(stamps, at("2025-01-25 09:15")))
    assert placed.inside.tolist() == [True, True, False]


@given(st.lists(st.integers(at("1995-01-01"), at("2030-12-31")), max_size=60))
def test_the_vectorised_check_says_what_the_session_says(instants: list[int]) -> None:
    """Element by element, in any order of times."""
    placed = placement(Exchange.NSE, EQUITY, Interval.ONE_MINUTE, np.array(instants, np.int64))
    assert placed.inside.tolist() == [is_open(Exchange.NSE, EQUITY, instant) for instant in instants]


@given(st.integers(at("1990-01-01"), at("2030-12-31")))
def test_the_date_of_an_instant_is_indias(instant: int) -> None:
    """The same as the wall clock of a time zone five and a half hours ahead."""
    assert trading_date(instant).toordinal() - date(1970, 1, 1).toordinal() == (instant + IST) // DAY
