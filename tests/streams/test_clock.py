"""What ends by the clock: square-off times, candles a position may last, contracts that expire."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.intents import Intent, Manner
from streams.domain.market import InstrumentKind, Interval
from streams.domain.orders import Leg, OrderStatus, OrderType, ProductType
from streams.events import FillBooked
from streams.sessions import instant, midnight
from streams.state import Terms
from streams.timetable import NEVER, all_past_square_off, past_square_off, square_off_of
from tests.builders import MINUTE, START, terms
from tests.streams.desk import exit_of, of, placed, refused
from tests.streams.floor import Came, Floor, Row, at, candles, points, traded

S = OrderStatus
FLAT: Row = (100.0, 100.0, 100.0, 100.0)
FIRST_CLOSE = 9 * 60 + 16
"""START is 09:15: the first candle closes a minute later."""


def flat(rows: int, *intents: Intent, agreed: Terms | None = None) -> Floor:
    """So many candles at 100."""
    return traded(candles(*[FLAT] * rows), *intents, agreed=agreed)


# --- Candles a position may last.


def test_a_position_lasts_the_candles_it_was_given() -> None:
    """Entered at the open of row 1; after three candles it leaves at the open of row 4."""
    done = flat(6, at(0, 10, Manner(exit_after=3)))
    assert done.fills == [Came(1, Leg.ENTRY, 10, 100.0), Came(4, Leg.EXIT, -10, 100.0)]
    assert placed(done.effects)[-1].key.cause.startswith("exit_after:")


def test_a_position_whose_time_is_over_is_not_entered_again_by_itself() -> None:
    """Disarmed until the target changes."""
    done = flat(9, at(0, 10, Manner(exit_after=1)), at(5, 20, Manner(exit_after=1)))
    assert [each.row for each in done.fills] == [1, 2, 6, 7]


def test_times_exit_waits_for_protection_like_any_other() -> None:
    """Both in one moment."""
    done = flat(5, at(0, 10, Manner(exit_after=1), stop_loss=points(5)))
    assert done.fills[-1] == Came(2, Leg.EXIT, -10, 100.0)
    assert len(done.ended(S.CANCELLED)) == 1


# --- Square-off.


def test_a_strategys_own_time_squares_off_at_the_first_candle_that_closes_at_it() -> None:
    """09:18 is the close of row 2; the exit fills at the next open."""
    done = flat(6, at(0, 10, Manner(square_off=FIRST_CLOSE + 2)))
    assert done.fills[-1] == Came(3, Leg.EXIT, -10, 100.0)
    assert exit_of(done.effects).key.cause == f"square_off:{START + 2 * MINUTE}:0"


def test_an_entry_that_rests_is_withdrawn_at_square_off() -> None:
    """It would open what was to be closed."""
    manner = Manner(square_off=FIRST_CLOSE + 2, order_type=OrderType.LIMIT)
    done = flat(6, at(0, 10, manner, limit_price=900_000))
    assert (done.fills, len(done.ended(S.CANCELLED))) == ([], 1)


def test_entries_after_square_off_are_refused_by_name() -> None:
    """On that day; an entry of the candle before still fills, and leaves at the next open."""
    manner = Manner(square_off=FIRST_CLOSE + 2)
    late = refused(flat(6, at(3, 10, manner)).effects)
    assert [each.decision.verdicts[-1].rule for each in late] == ["market_hours"]
    assert [each.row for each in flat(6, at(1, 10, manner)).fills] == [2, 3]


def test_a_target_that_changes_after_square_off_brings_nothing_back() -> None:
    """Asked on the candle of the square-off and after it: refused, and the position goes all the same."""
    manner = Manner(square_off=FIRST_CLOSE + 2)
    bracket: dict[str, Any] = {"stop_loss": points(2), "take_profit": points(2)}
    done = flat(6, at(0, 10, manner, **bracket), at(2, 12, manner), at(3, 14, manner))
    assert [each.decision.verdicts[-1].rule for each in refused(done.effects)] == ["market_hours"] * 2
    assert done.fills[-1] == Came(3, Leg.EXIT, -10, 100.0)


def intraday(minutes: int | None, product: ProductType = ProductType.INTRADAY) -> Terms:
    """Terms that square off so long before the close."""
    return terms()._replace(product_type=product, square_off_before=minutes)


def test_an_intraday_run_squares_off_before_the_calendars_close_and_others_are_carried() -> None:
    """15:15 for fifteen minutes before 15:30; 372 minutes before it is 09:18."""
    quarter_past_three = START + 360 * MINUTE
    assert square_off_of(intraday(15), 0, Manner(), START) == quarter_past_three
    assert square_off_of(intraday(None), 0, Manner(), START) == NEVER
    assert square_off_of(intraday(15, ProductType.CNC), 0, Manner(), START) == NEVER
    assert square_off_of(intraday(15), 0, Manner(product_type=ProductType.MARGIN), START) == NEVER
    assert flat(6, at(0, 10), agreed=intraday(372)).fills[-1] == Came(3, Leg.EXIT, -10, 100.0)
    assert len(flat(6, at(0, 10), agreed=intraday(372, ProductType.MARGIN)).fills) == 1


def test_the_strategys_own_time_goes_before_the_runs() -> None:
    """Whatever the product."""
    own = Manner(square_off=10 * 60)
    assert square_off_of(intraday(15), 0, own, START) == START + 45 * MINUTE
    assert square_off_of(intraday(None, ProductType.CNC), 0, own, START) == START + 45 * MINUTE


DRILL, MUHURAT = date(2024, 3, 2), date(2024, 11, 1)
"""Trading ended at 12:30 in the drill; at 19:15 after an hour on the evening of Diwali."""


def test_a_strategys_own_time_keeps_no_intraday_position_beyond_the_runs() -> None:
    """Whatever it says: a quarter to the close, on a short day too."""
    late = Manner(square_off=15 * 60 + 25)
    assert square_off_of(intraday(15), 0, late, START) == START + 360 * MINUTE
    assert square_off_of(intraday(15), 0, late, midnight(DRILL)) == instant(DRILL, "12:15")


@pytest.mark.parametrize(
    ("day", "interval", "ends"),
    [
        (DRILL, Interval.ONE_MINUTE, "12:29"),
        (DRILL, Interval.ONE_HOUR, "11:30"),
        (DRILL, Interval.ONE_DAY, "09:15"),
        (MUHURAT, Interval.FIVE_MINUTES, "15:10"),
        (date(2025, 1, 1), Interval.ONE_HOUR, "15:10"),
        (date(2026, 8, 10), Interval.ONE_MINUTE, "15:10"),
    ],
)
def test_no_square_off_is_later_than_the_open_of_the_days_last_candle(
    day: date, interval: Interval, ends: str
) -> None:
    """However the position is carried: later an order would fill on another day."""
    agreed = intraday(None, ProductType.MARGIN)._replace(interval=interval)
    own = Manner(square_off=15 * 60 + 10)
    assert square_off_of(agreed, 0, own, midnight(day)) == instant(day, ends)


def test_a_run_that_squares_off_with_the_close_does_so_at_its_last_candle() -> None:
    """No minutes before 15:30: it fills in the candle of 15:29."""
    assert square_off_of(intraday(0), 0, Manner(), START) == START + 374 * MINUTE


def test_a_position_ends_on_the_day_of_a_drill_that_closes_before_its_time() -> None:
    """Ten past three never comes: at the last of its candles it goes."""
    opens = instant(DRILL, "12:25")
    drill = candles(*[FLAT] * 6, times=[*range(opens, opens + 5 * MINUTE, MINUTE), opens + 2 * 1440 * MINUTE])
    intent = at(0, 10, Manner(square_off=15 * 60 + 10))._replace(time=opens)
    done = traded(drill, intent, agreed=intraday(None, ProductType.MARGIN))
    assert [each.fill.time for each in of(FillBooked, done.effects)] == [opens + MINUTE, opens + 4 * MINUTE]


def test_a_candle_that_a_halt_cuts_short_closes_with_it() -> None:
    """The first part of the drill ends at 10:00, and so does the hour that opened at 09:15."""
    hourly, own = intraday(None)._replace(interval=Interval.ONE_HOUR), Manner(square_off=10 * 60 + 5)
    assert not past_square_off(hourly, 0, own, instant(DRILL, "09:15"))
    assert past_square_off(hourly, 0, own, instant(DRILL, "11:30"))


@given(
    day=st.sampled_from([DRILL, MUHURAT, date(2025, 1, 1), date(2025, 1, 26)]),
    minutes=st.lists(st.integers(0, 1439), min_size=1),
    interval=st.sampled_from(Interval),
    own=st.none() | st.integers(0, 1439),
)
def test_many_candles_are_past_the_time_as_each_of_them_is(
    day: date, minutes: list[int], interval: Interval, own: int | None
) -> None:
    """The column and the scalar agree."""
    agreed, manner = intraday(15)._replace(interval=interval), Manner(square_off=own)
    times = midnight(day) + np.array(minutes, np.int64) * MINUTE
    expected = [past_square_off(agreed, 0, manner, time) for time in times.tolist()]
    assert all_past_square_off(agreed, 0, manner, times).tolist() == expected


def test_a_candle_is_past_the_time_when_it_closes_at_it() -> None:
    """The candle of 15:14 closes at 15:15."""
    assert not past_square_off(intraday(15), 0, Manner(), START + 358 * MINUTE)
    assert past_square_off(intraday(15), 0, Manner(), START + 359 * MINUTE)


def test_an_expiring_contract_is_squared_off_on_its_last_day_however_it_is_carried() -> None:
    """Fifteen minutes before the close where the terms name none."""
    (one,) = terms().instruments
    future = one._replace(kind=InstrumentKind.FUTURE, expiry=date(2025, 1, 1).toordinal())
    agreed = intraday(None, ProductType.MARGIN)._replace(instruments=(future,))
    assert square_off_of(agreed, 0, Manner(), START) == START + 360 * MINUTE
    assert square_off_of(agreed, 0, Manner(), START - 24 * 60 * MINUTE) == NEVER


def test_a_contract_that_has_expired_is_not_entered_again_and_what_is_left_of_it_goes() -> None:
    """Its last candles were missing: the first there is on a later day ends it."""
    (one,) = terms().instruments
    future = one._replace(kind=InstrumentKind.FUTURE, expiry=date(2025, 1, 1).toordinal())
    agreed = intraday(None, ProductType.MARGIN)._replace(instruments=(future,))
    tomorrow = START + 24 * 60 * MINUTE
    times = [START, START + MINUTE, *range(tomorrow, tomorrow + 3 * MINUTE, MINUTE)]
    again = at(2, 20)._replace(time=tomorrow)
    done = traded(candles(*[FLAT] * 5, times=times), at(0, 10), again, agreed=agreed)
    assert [each.fill.time for each in of(FillBooked, done.effects)] == [START + MINUTE, tomorrow + MINUTE]
    assert [each.decision.verdicts[-1].rule for each in refused(done.effects)] == ["market_hours"]
