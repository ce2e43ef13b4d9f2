"""Intrabar detail: five-minute candles walked by the minutes inside them, where there are some."""

from datetime import date, timedelta
from typing import Any

import pytest

from streams import simulation
from streams.detail import walked
from streams.domain.intents import Intent, Manner
from streams.domain.market import Candles, Interval
from streams.domain.orders import Leg, OrderType, Validity
from streams.domain.venue import Venue
from streams.events import Bar, CandlesClosed
from streams.sessions import instant
from streams.state import Terms
from tests.builders import MINUTE, START, terms
from tests.streams.floor import Came, Floor, Row, at, candles, points

FLAT: Row = (100.0, 100.0, 100.0, 100.0)
BRACKET: dict[str, Any] = {"stop_loss": points(2), "take_profit": points(3)}
FIVE = 5 * MINUTE


def minutes(*rows: Row, start: int = 0) -> Candles:
    """Minutes from the start-th on."""
    return candles(*rows, times=[START + (start + n) * MINUTE for n in range(len(rows))])


def fives(*rows: Row) -> Candles:
    """Five-minute candles."""
    made = candles(*rows, times=[START + n * FIVE for n in range(len(rows))])
    return Candles("NSE:TEST0", Interval.FIVE_MINUTES, *(getattr(made, name) for name in COLUMNS))


COLUMNS = ("time", "open", "high", "low", "close", "volume")


def under(detail: Candles | None, **more: Any) -> Terms:
    """Five-minute terms with these minutes, or none."""
    return terms()._replace(
        interval=Interval.FIVE_MINUTES,
        venue=Venue(detail=True, **more),
        detail=() if detail is None else (detail,),
    )


def traded(agreed: Terms, chunk: Candles, *intents: Intent) -> Floor:
    """What the intents led to."""
    known = simulation.begin(agreed)
    known, effects = simulation.simulate(agreed, known, (chunk,), intents)
    return Floor(known.state, effects)


def decided(**more: Any) -> Intent:
    """Ten long, decided on the first candle."""
    return at(0, 10, **BRACKET, **more)


@pytest.mark.parametrize(("first", "last"), [("09:15", "15:29"), ("18:15", "19:14"), ("09:00", "23:29")])
def test_a_days_candle_is_walked_by_all_its_minutes_whatever_its_hours(first: str, last: str) -> None:
    """An ordinary day, the evening of Diwali, commodities until late; the days beside it are left out."""
    day = date(2024, 11, 1)
    inside = [instant(day, first), instant(day, last)]
    beside = [instant(day - timedelta(days=1), "23:29"), instant(day + timedelta(days=1), "09:00")]
    finer = candles(*[FLAT] * 4, times=sorted(inside + beside))
    bar = Bar(1_000_000, 1_000_000, 1_000_000, 1_000_000, 4)
    parts = walked(CandlesClosed(instant(day, "09:15"), (bar,), (1_000_000,)), (finer,), Interval.ONE_DAY)
    assert [part.bars[0].volume for part in parts if part.bars[0]] == [1000, 1000]


def test_the_path_inside_a_bar_decides_between_stop_and_target() -> None:
    """The bar touches both; its minutes say that the target came first. Fills carry the bar's own time."""
    chunk = fives(FLAT, (100, 104, 97, 98), FLAT)
    finer = minutes(FLAT, (100, 104, 100, 103), (103, 103, 97, 98), FLAT, (98, 98, 98, 98), start=5)
    blind = traded(under(None), chunk, decided())
    assert blind.fills[-1] == Came(5, Leg.STOP_LOSS, -10, 98.0)
    walked_through = traded(under(finer), chunk, decided())
    assert walked_through.fills == [Came(5, Leg.ENTRY, 10, 100.0), Came(5, Leg.TAKE_PROFIT, -10, 103.0)]


def test_a_gap_between_two_minutes_fills_at_the_open_of_the_second() -> None:
    """Protection made in one minute meets the next one whole."""
    chunk = fives(FLAT, (100, 100, 95, 95), FLAT)
    finer = minutes(FLAT, (95, 95, 95, 95), start=5)
    assert traded(under(finer), chunk, decided()).fills[-1] == Came(5, Leg.STOP_LOSS, -10, 95.0)


def test_a_bar_without_finer_candles_is_met_as_it_is() -> None:
    """The pessimistic path again."""
    chunk = fives(FLAT, FLAT, (100, 104, 97, 98))
    finer = minutes(FLAT, start=5)
    assert traded(under(finer), chunk, decided()).fills[-1] == Came(10, Leg.STOP_LOSS, -10, 98.0)


def test_latency_counts_bars_not_their_parts() -> None:
    """The order meets the first minute of the second bar after its decision."""
    chunk = fives(FLAT, FLAT, FLAT)
    finer = minutes(*[FLAT] * 5, (101, 101, 101, 101), start=5)
    assert traded(under(finer, latency=1), chunk, at(0, 10)).fills == [Came(10, Leg.ENTRY, 10, 101.0)]


def test_what_is_immediate_has_the_first_minute() -> None:
    """The limit is touched a minute later."""
    chunk = fives(FLAT, (100, 100, 98, 100), FLAT)
    finer = minutes(FLAT, (99, 99, 98, 98), start=5)
    manner = Manner(order_type=OrderType.LIMIT, validity=Validity.IOC)
    assert traded(under(finer), chunk, at(0, 10, manner, limit_price=980_000)).fills == []


def test_instruments_are_walked_together_by_time() -> None:
    """One without minutes inside its bar brings the bar at the first of its moment."""
    whole = Bar(1, 3, 1, 2, 10)
    closed = CandlesClosed(START, (whole, whole), (2, 2))
    finer = minutes(FLAT, FLAT)
    empty = finer.rows(0, 0)
    one = Bar(1_000_000, 1_000_000, 1_000_000, 1_000_000, 1000)
    parts = walked(closed, (finer, empty), Interval.FIVE_MINUTES)
    assert [each.bars for each in parts] == [(one, whole), (one, None)]
    assert {each.time for each in parts} == {START}
    assert walked(closed, (), Interval.FIVE_MINUTES) == (closed,)
