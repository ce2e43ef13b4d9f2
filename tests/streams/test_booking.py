"""Booking: broker reports to the ledger, whatever the order and number in which they come."""

import pytest

from streams import positions
from streams.domain.orders import Leg, OrderKey, OrderStatus, Side
from streams.domain.portfolio import Charges, Fill
from streams.events import Cancel, CommandKind, FillBooked, OrderMoved, PositionChanged, Report
from streams.positions import Closed
from tests.builders import MINUTE, RUPEE, START, terms
from tests.streams.desk import Desk, entry, exit_of, of, signed

S = OrderStatus
CHARGE = 20 * RUPEE


@pytest.fixture
def desk() -> Desk:
    """One instrument that has just closed at 100; 20 rupees an order."""
    made = Desk(terms(charge=CHARGE))
    made.close(100.0)
    return made


def test_a_fill_is_booked_as_a_move_a_fill_and_a_position(desk: Desk) -> None:
    """In this order, with exact money."""
    # given
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED)
    # when
    effects = desk.fill(order.key, 10, 101.0, trade_id="X1")
    # then
    fill = Fill("X1", order.key, 0, Side.BUY, 10, 101 * RUPEE, CHARGE, START + MINUTE)
    assert effects == (
        OrderMoved(order, S.FILLED, 10, 1010 * RUPEE, None, None),
        FillBooked(fill, 10, (), Charges(brokerage=CHARGE)),
        PositionChanged(0, 10, 1010 * RUPEE, 0, CHARGE),
    )
    assert desk.state.cash == desk.terms.capital - 1010 * RUPEE - CHARGE
    assert desk.state.working == ()


def test_a_status_is_passed_on_with_what_the_broker_says(desk: Desk) -> None:
    """Its own id, and its reason."""
    order = entry(desk.want(10))
    effects = desk.take(Report(order.key, S.REJECTED, None, "B7", "no funds"))
    assert effects == (OrderMoved(order, S.REJECTED, 0, 0, "B7", "no funds"),)


def test_partial_fills_add_up_and_are_charged_once(desk: Desk) -> None:
    """The whole charge with the first, nothing with the rest."""
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED)
    effects = [
        *desk.fill(order.key, 4, 100.0, S.PARTIALLY_FILLED),
        *desk.fill(order.key, 5, 101.0, S.PARTIALLY_FILLED),
        *desk.fill(order.key, 1, 103.0),
    ]
    assert [(each.status, each.filled, each.value) for each in of(OrderMoved, effects)] == [
        (S.PARTIALLY_FILLED, 4, 400 * RUPEE),
        (S.PARTIALLY_FILLED, 9, 905 * RUPEE),
        (S.FILLED, 10, 1008 * RUPEE),
    ]
    assert [each.fill.charges for each in of(FillBooked, effects)] == [CHARGE, 0, 0]
    assert positions.cost(desk.state.holdings[0].lots) == 1008 * RUPEE


def test_an_exit_closes_lots_first_in_first_out_with_what_each_earned(desk: Desk) -> None:
    """Trade by trade, to the unit."""
    desk.hold(10, 100.0)
    desk.hold(15, 110.0)
    leaving = exit_of(desk.want(3))
    desk.say(leaving.key, S.SUBMITTED)
    (booked,) = of(FillBooked, desk.fill(leaving.key, 12, 120.0))
    assert booked.closed == (
        Closed(0, 10, 1000 * RUPEE, 200 * RUPEE),
        Closed(1, 2, 220 * RUPEE, 20 * RUPEE),
    )
    assert desk.state.realised == 220 * RUPEE
    assert positions.cost(desk.state.holdings[0].lots) == 330 * RUPEE


def test_a_duplicate_of_a_fill_is_ignored(desk: Desk) -> None:
    """By its trade id: while the order works, and after it is done."""
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED)
    desk.fill(order.key, 4, status=S.PARTIALLY_FILLED, trade_id="X1")
    before = desk.state
    assert desk.fill(order.key, 4, status=S.PARTIALLY_FILLED, trade_id="X1") == ()
    assert desk.state == before
    desk.fill(order.key, 6, trade_id="X2")
    before = desk.state
    assert desk.fill(order.key, 6, trade_id="X2") == ()
    assert desk.state == before


def test_a_status_said_twice_moves_nothing_twice(desk: Desk) -> None:
    """Polling and postbacks say the same."""
    order = entry(desk.want(10))
    assert len(desk.say(order.key, S.SUBMITTED, S.SUBMITTED, S.OPEN, S.OPEN)) == 2


def test_a_report_of_an_order_that_is_not_ours_is_ignored(desk: Desk) -> None:
    """Reconciliation deals with strangers."""
    before = desk.state
    assert desk.fill(OrderKey("intent:99", Leg.ENTRY), 10) == ()
    assert desk.state == before


def test_a_fill_that_crossed_its_cancel_is_booked_and_given_back(desk: Desk) -> None:
    """It happens: CANCELLED, and then the fill that was on its way."""
    # given
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED)
    desk.want(0)
    desk.say(order.key, S.CANCELLED)
    assert desk.state.working == ()
    # when
    effects = desk.fill(order.key, 10)
    # then
    assert [each.status for each in of(OrderMoved, effects)] == [S.FILLED]
    assert signed(effects) == [(Leg.EXIT, -10)]
    assert desk.held() == 10
    assert desk.state.cancelled == ()


def test_a_fill_that_crossed_its_cancel_is_kept_where_the_target_wants_it(desk: Desk) -> None:
    """The broker cancelled by itself; the strategy still wants ten."""
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED, S.CANCELLED)
    assert signed(desk.fill(order.key, 10)) == []
    assert desk.held() == 10


def test_an_order_cancelled_yesterday_is_forgotten(desk: Desk) -> None:
    """A day order cannot fill on another day; a run must not carry all its cancelled orders."""
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED, S.CANCELLED)
    desk.close(100.0, at=START + 24 * 60 * MINUTE)
    assert desk.state.cancelled == ()
    assert desk.fill(order.key, 10) == ()


def test_an_entry_filled_beyond_what_was_asked_is_given_back(desk: Desk) -> None:
    """The ledger follows the broker; the excess goes."""
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED)
    effects = desk.fill(order.key, 13, status=S.PARTIALLY_FILLED)
    assert desk.held() == 13
    assert signed(effects) == [(Leg.EXIT, -3)]
    assert desk.state.working[0].rest == 0


def test_an_exit_filled_beyond_what_was_asked_is_bought_back_on_the_next_bar(desk: Desk) -> None:
    """Nobody asked for the short position."""
    desk.hold(10)
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    desk.fill(leaving.key, 12)
    assert desk.held() == -2
    assert signed(desk.close(100.0)) == [(Leg.EXIT, 2)]


def test_a_cancel_is_asked_for_once(desk: Desk) -> None:
    """However many reasons there come to be; its end is the broker's to report."""
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED)
    assert of(Cancel, desk.want(0)) == [Cancel(order.key)]
    assert of(Cancel, desk.command(CommandKind.SQUARE_OFF)) == []
    desk.say(order.key, S.PENDING_CANCEL, S.CANCELLED)
    assert desk.state.withdrawn == ()
