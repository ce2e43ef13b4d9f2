"""What ends by the clock: square-off times, candles a position may last, contracts that expire."""

from datetime import date
from typing import Any

from streams.domain.intents import Intent, Manner
from streams.domain.market import InstrumentKind
from streams.domain.orders import Leg, OrderStatus, OrderType, ProductType
from streams.state import Terms
from streams.timetable import NEVER, past_square_off, square_off_of
from tests.builders import MINUTE, START, terms
from tests.streams.desk import exit_of, placed, refused
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
