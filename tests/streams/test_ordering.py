"""Targets to orders, and what a target means: each sentence of the design that market orders can meet.

That it acts when it changes, that the first value counts as a change and HOLD keeps the last is told in
test_signals.py; here is what the fold makes of the changes.
"""

import pytest

from streams.domain.orders import Leg, OrderKey, OrderStatus
from streams.events import CommandKind
from streams.orders import IllegalTransition
from streams.risk import RiskLimits
from tests.builders import RUPEE, terms
from tests.streams.desk import Desk, cancelled, entry, exit_of, placed, refused, signed

S = OrderStatus
ENTRY, EXIT = Leg.ENTRY, Leg.EXIT


@pytest.fixture
def desk() -> Desk:
    """One instrument that has just closed at 100."""
    made = Desk()
    made.close(100.0)
    return made


# --- The quantity to order is target - position - in flight.


def test_a_flat_run_orders_the_whole_target(desk: Desk) -> None:
    """Position and in flight are nothing."""
    assert signed(desk.want(10)) == [(ENTRY, 10)]


def test_a_held_position_counts(desk: Desk) -> None:
    """Only what is missing is ordered."""
    desk.hold(10)
    assert signed(desk.want(25)) == [(ENTRY, 15)]


def test_what_is_in_flight_counts_whatever_the_broker_has_said_of_it(desk: Desk) -> None:
    """Sending, submitted, partly filled or unknown: it may still come."""
    first = entry(desk.want(10)).key
    assert signed(desk.want(12)) == [(ENTRY, 2)]
    desk.say(first, S.SUBMITTED, S.OPEN)
    desk.fill(first, 4, status=S.PARTIALLY_FILLED)
    assert signed(desk.want(15)) == [(ENTRY, 3)]
    second = desk.state.working[1].request.key
    desk.say(second, S.UNKNOWN)
    assert signed(desk.want(16)) == [(ENTRY, 1)]


def test_a_target_lower_than_the_position_gives_back_the_difference(desk: Desk) -> None:
    """An exit, not a new risk."""
    desk.hold(10)
    assert signed(desk.want(4)) == [(EXIT, -6)]


def test_a_target_on_the_other_side_gives_everything_back_and_enters_the_rest(desk: Desk) -> None:
    """A flip is an exit and an entry, in this order, each a request of its own."""
    desk.hold(10)
    effects = desk.want(-5)
    assert signed(effects) == [(EXIT, -10), (ENTRY, -5)]
    assert [each.key for each in placed(effects)] == [OrderKey("intent:1", EXIT), OrderKey("intent:1", ENTRY)]


def test_a_short_position_flips_the_same_way(desk: Desk) -> None:
    """Signs reversed."""
    desk.hold(-10)
    assert signed(desk.want(5)) == [(EXIT, 10), (ENTRY, 5)]


def test_an_exit_in_flight_counts_when_the_target_comes_back(desk: Desk) -> None:
    """Ten are held and ten are being sold: to hold ten, ten have to be bought."""
    # given
    desk.hold(10)
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    # when
    effects = desk.want(10)
    # then
    assert signed(effects) == [(ENTRY, 10)]
    desk.fill(leaving.key, 10)
    desk.say(entry(effects).key, S.SUBMITTED)
    desk.fill(entry(effects).key, 10)
    assert desk.held() == 10


def test_an_entry_asked_to_be_cancelled_no_longer_counts(desk: Desk) -> None:
    """It will most likely not come; the new target is entered for itself alone."""
    first = entry(desk.want(10))
    effects = desk.want(-5)
    assert cancelled(effects) == [first.key]
    assert signed(effects) == [(ENTRY, -5)]


def test_a_cancelled_entry_that_fills_all_the_same_is_given_back(desk: Desk) -> None:
    """The position ends at the target whichever way the race goes."""
    # given
    first = entry(desk.want(10))
    desk.say(first.key, S.SUBMITTED)
    second = entry(desk.want(-5))
    desk.say(second.key, S.SUBMITTED)
    # when
    back = exit_of(desk.fill(first.key, 10))
    # then
    assert (back.side.sign * back.quantity) == -10
    desk.fill(second.key, 5)
    desk.say(back.key, S.SUBMITTED)
    desk.fill(back.key, 10)
    assert desk.held() == -5


def test_quantities_are_whole_lots_toward_zero() -> None:
    """Before risk sees them."""
    desk = Desk(terms(lot_size=25))
    desk.close(100.0)
    assert signed(desk.want(99)) == [(ENTRY, 75)]
    desk.say(desk.state.working[0].request.key, S.REJECTED)
    assert signed(desk.want(-99)) == [(ENTRY, -75)]
    desk.say(desk.state.working[0].request.key, S.REJECTED)
    assert signed(desk.want(24)) == []


# --- A partial fill's remainder rests until its validity ends.


def test_the_remainder_of_a_partial_fill_rests_and_may_still_fill(desk: Desk) -> None:
    """Nothing is ordered again for it, nor is it withdrawn."""
    order = entry(desk.want(10)).key
    desk.say(order, S.SUBMITTED)
    desk.fill(order, 4, status=S.PARTIALLY_FILLED)
    assert signed(desk.close(101.0)) == []
    desk.fill(order, 6)
    assert desk.held() == 10
    assert desk.state.working == ()


# --- After a stop, a target, a square-off, a refusal or an expiry it is disarmed until it changes.


def test_a_refused_target_is_disarmed_until_it_changes() -> None:
    """Not tried again on the next bar, though the rule would now permit it; tried when it changes."""
    # given
    desk = Desk(terms(limits=RiskLimits(capital_allocation=1000 * RUPEE)))
    desk.close(101.0)
    # when
    refusal = desk.want(10)
    # then
    assert len(refused(refusal)) == 1
    assert placed(refusal) == []
    assert signed(desk.close(50.0)) == []
    assert signed(desk.want(9)) == [(ENTRY, 9)]


@pytest.mark.parametrize("end", [S.REJECTED, S.EXPIRED, S.CANCELLED])
def test_a_target_whose_order_ended_without_a_fill_is_disarmed_until_it_changes(
    desk: Desk, end: OrderStatus
) -> None:
    """A rejection or an expiry is not tried again by itself."""
    order = entry(desk.want(10)).key
    desk.say(order, S.SUBMITTED, end)
    assert signed(desk.close(100.0)) == []
    assert signed(desk.want(11)) == [(ENTRY, 11)]


def test_a_target_whose_order_was_never_placed_is_disarmed_until_it_changes(desk: Desk) -> None:
    """Nothing is ever sent again by itself."""
    order = entry(desk.want(10)).key
    desk.say(order, S.UNKNOWN, S.NOT_PLACED)
    assert signed(desk.close(100.0)) == []
    assert signed(desk.want(11)) == [(ENTRY, 11)]


def test_the_expired_rest_of_an_entry_is_disarmed_and_what_filled_stays(desk: Desk) -> None:
    """Four of ten are held; the target changes, and the rest of the new one is missing."""
    order = entry(desk.want(10)).key
    desk.say(order, S.SUBMITTED)
    desk.fill(order, 4, status=S.PARTIALLY_FILLED)
    desk.say(order, S.EXPIRED)
    assert signed(desk.close(100.0)) == []
    assert signed(desk.want(12)) == [(ENTRY, 8)]


def test_a_squared_off_position_is_not_bought_back_until_the_target_changes(desk: Desk) -> None:
    """The strategy still wants ten; it said so before the square-off."""
    desk.hold(10)
    leaving = exit_of(desk.command(CommandKind.SQUARE_OFF))
    desk.say(leaving.key, S.SUBMITTED)
    desk.fill(leaving.key, 10)
    assert signed(desk.close(100.0)) == []
    assert signed(desk.want(5)) == [(ENTRY, 5)]


# --- An exit's quantity is the confirmed position less exits in flight, UNKNOWN ones included.


@pytest.mark.parametrize("stands", [(), (S.SUBMITTED,), (S.SUBMITTED, S.OPEN), (S.UNKNOWN,)], ids=str)
def test_exits_never_oversell_whatever_is_known_of_those_in_flight(
    desk: Desk, stands: tuple[OrderStatus, ...]
) -> None:
    """Neither a lower target, nor a square-off, nor the next bar sells what is being sold already."""
    desk.hold(10)
    leaving = exit_of(desk.want(4))
    desk.say(leaving.key, *stands)
    assert signed(desk.want(0)) == [(EXIT, -4)]
    assert signed(desk.command(CommandKind.SQUARE_OFF)) == []
    assert signed(desk.close(100.0)) == []


def test_an_entry_in_flight_is_not_sold_before_it_is_held(desk: Desk) -> None:
    """Only the confirmed position is given back; what fills later is given back then."""
    order = entry(desk.want(10)).key
    desk.say(order, S.SUBMITTED)
    desk.fill(order, 4, status=S.PARTIALLY_FILLED)
    effects = desk.want(0)
    assert signed(effects) == [(EXIT, -4)]
    assert cancelled(effects) == [order]
    assert signed(desk.fill(order, 3, status=S.PARTIALLY_FILLED)) == [(EXIT, -3)]


def test_an_exit_passes_when_entries_are_refused() -> None:
    """Disarming and risk concern entries."""
    desk = Desk(terms(limits=RiskLimits(max_daily_loss=100 * RUPEE)))
    desk.close(100.0)
    desk.hold(10)
    desk.close(80.0)
    effects = desk.want(-5)
    assert signed(effects) == [(EXIT, -10)]
    assert [each.request.key.leg for each in refused(effects)] == [ENTRY]


# --- It repeats as a new generation only after the former one is terminal.


@pytest.mark.parametrize("end", [S.REJECTED, S.CANCELLED, S.EXPIRED])
def test_an_exit_that_ended_unfilled_repeats_as_a_new_generation_on_the_next_bar(
    desk: Desk, end: OrderStatus
) -> None:
    """For as long as something is owed, and never under the same key."""
    desk.hold(10)
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    assert signed(desk.close(99.0)) == []
    desk.fill(leaving.key, 3, status=S.PARTIALLY_FILLED)
    desk.say(leaving.key, end)
    again = exit_of(desk.close(98.0))
    assert (again.key, again.quantity) == (leaving.key._replace(generation=1), 7)
    desk.say(again.key, S.REJECTED)
    assert exit_of(desk.close(97.0)).key.generation == 2


def test_an_exit_waits_for_a_bar_of_its_own_instrument() -> None:
    """Without a price there is nobody to sell to."""
    desk = Desk(terms(2))
    desk.close(100.0, 50.0)
    desk.hold(10)
    desk.say(exit_of(desk.want(0)).key, S.REJECTED)
    assert signed(desk.close(None, 50.0)) == []
    assert signed(desk.close(100.0, None)) == [(EXIT, -10)]


def test_an_order_taken_for_lost_that_shows_up_is_adopted(desk: Desk) -> None:
    """It counts as in flight again, and its fill is booked; what is too much is given back."""
    # given
    lost = entry(desk.want(10)).key
    desk.say(lost, S.UNKNOWN, S.NOT_PLACED)
    desk.close(100.0)
    # when
    desk.say(lost, S.OPEN)
    # then
    assert [each.request.key for each in desk.state.working] == [lost]
    assert signed(desk.want(15)) == [(ENTRY, 5)]
    desk.fill(lost, 10)
    assert desk.held() == 10


def test_a_report_that_no_table_allows_is_an_error_naming_both_states(desk: Desk) -> None:
    """A broken promise of the broker's ends the run loudly."""
    order = entry(desk.want(10)).key
    with pytest.raises(IllegalTransition, match="from SENDING to EXPIRED"):
        desk.say(order, S.EXPIRED)
