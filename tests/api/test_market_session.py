"""When a market trades, asked over HTTP."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.store.driver import to_micros
from streams.domain.market import Exchange, InstrumentKind
from streams.sessions import phase_at, trading_date
from tests.api.client import Client, document


async def test_a_day_with_a_closing_auction(asha: Client) -> None:
    """3 August 2026: phases in order, in UTC, and where an end is left to chance."""
    day = await asha.ask("MarketSession", exchange="NSE", date="2026-08-03")
    assert (day["opens"], day["continuousClose"], day["closes"]) == (
        "2026-08-03T03:45:00Z",
        "2026-08-03T09:45:00Z",
        "2026-08-03T10:05:00Z",
    )
    kinds = [phase["phase"] for phase in day["phases"]]
    assert kinds == ["PRE_OPEN"] * 3 + ["OPEN"] + ["CLOSING_AUCTION"] * 4 + ["POST_CLOSE"]
    assert [phase["step"] for phase in day["phases"]][3:5] == [None, "reference price"]
    assert [phase["randomFrom"] for phase in day["phases"] if phase["randomFrom"]] == [
        "2026-08-03T03:37:00Z",
        "2026-08-03T09:58:00Z",
    ]
    assert (day["holiday"], day["occasion"], day["provisional"]) == (None, None, False)


async def test_a_holiday_names_itself_and_says_when_trading_goes_on(asha: Client) -> None:
    """Christmas of 2025, a Thursday; derivatives have their own hours."""
    day = await asha.ask("MarketSession", exchange="NSE", kind="OPTION", date="2025-12-25")
    assert (day["holiday"], day["phase"], day["opens"], day["phases"]) == ("Christmas", "CLOSED", None, [])
    assert day["asOf"] == "2025-12-24T18:30:00Z"
    assert (day["nextOpen"], day["nextClose"]) == ("2025-12-26T03:45:00Z", "2025-12-26T10:00:00Z")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"exchange": "MCX", "date": "2026-03-03"},
            {"kind": "FUTURE", "holiday": "Holi", "opens": "2026-03-03T11:30:00Z", "provisional": False},
        ),
        (
            {"exchange": "NSE", "date": "2024-03-02"},
            {"occasion": "Disaster recovery drill", "nextClose": "2024-03-02T04:30:00Z"},
        ),
        ({"exchange": "NSE", "date": "2027-01-26"}, {"holiday": None, "provisional": True}),
    ],
)
async def test_other_days_say_what_they_are(
    asha: Client, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    """An evening of commodities, a drill in parts, a day beyond the calendar's horizon."""
    day = await asha.ask("MarketSession", **given)
    assert {name: day[name] for name in expected} == expected


async def test_without_a_date_it_is_today_and_now(asha: Client) -> None:
    """What the calendar says of the moment of asking; the next opening and closing are still to come."""
    before = datetime.now(UTC)
    day = await asha.ask("MarketSession", exchange="BSE")
    asked = datetime.fromisoformat(day["asOf"])
    assert before <= asked <= datetime.now(UTC)
    assert day["date"] == trading_date(to_micros(asked)).isoformat()
    assert day["phase"] == phase_at(Exchange.BSE, InstrumentKind.EQUITY, to_micros(asked))
    assert min(day["nextOpen"], day["nextClose"]) > day["asOf"][:19]


@pytest.mark.parametrize("day", ["1989-12-31", "2200-01-01", "9999-12-31", "0001-01-01", "2026-02-30"])
async def test_a_date_no_calendar_speaks_of_is_refused(asha: Client, day: str) -> None:
    """Before the exchanges, after the century, or none at all."""
    assert await asha.codes(document("MarketSession"), exchange="NSE", date=day) == ["BAD_USER_INPUT"]
