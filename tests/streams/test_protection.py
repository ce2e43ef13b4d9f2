"""Protection: a stop and a target beside a position, sized to it, moved with it, gone with it."""

from typing import Any

import pytest

from streams.domain.intents import Distance
from streams.domain.orders import Leg, OrderKey, OrderStatus, OrderType, Side
from streams.events import Cancel, CommandKind, Modify
from streams.execution import finished
from tests.builders import RUPEE, terms
from tests.streams.desk import Desk, cancelled, exit_of, of, placed, refused, signed
from tests.streams.floor import points

S = OrderStatus
BRACKET: dict[str, Any] = {"stop_loss": points(2), "take_profit": points(3)}
STOP, TARGET = OrderKey("intent:0", Leg.STOP_LOSS), OrderKey("intent:0", Leg.TAKE_PROFIT)


@pytest.fixture
def desk() -> Desk:
    """One instrument that has just closed at 100."""
    made = Desk()
    made.close(100.0)
    return made


def submitted(desk: Desk) -> None:
    """The broker has taken the protection."""
    for each in desk.state.working:
        if each.status is S.SENDING:
            desk.say(each.request.key, S.SUBMITTED)


# --- Placed when an entry fill is booked, at distances from the average price.


def test_a_filled_entry_is_guarded_by_a_stop_and_a_target(desk: Desk) -> None:
    """The stop at market once triggered, the target a limit, both for the whole position."""
    stop, target = placed(desk.hold(10, 101.0, **BRACKET))
    assert (stop.key, stop.side, stop.quantity) == (STOP, Side.SELL, 10)
    assert (stop.order_type, stop.trigger_price) == (OrderType.STOP_LOSS_MARKET, 99 * RUPEE)
    assert (target.key, target.order_type, target.limit_price) == (TARGET, OrderType.LIMIT, 104 * RUPEE)


def test_a_short_position_is_guarded_the_other_way_round(desk: Desk) -> None:
    """Bought back above, or below with a profit."""
    stop, target = placed(desk.hold(-10, 101.0, **BRACKET))
    assert (stop.side, stop.trigger_price) == (Side.BUY, 103 * RUPEE)
    assert (target.side, target.limit_price) == (Side.BUY, 98 * RUPEE)


def test_a_distance_in_per_cent_is_of_the_entry_price(desk: Desk) -> None:
    """Half a per cent of 101 is 0.505: the stop lies on the tick below 100.495."""
    (stop,) = placed(desk.hold(10, 101.0, stop_loss=Distance(0, 5000)))
    assert stop.trigger_price == 1_004_500


def test_more_of_an_entry_resizes_and_reprices_its_protection(desk: Desk) -> None:
    """Four at 100 and six at 101 stand at 100.60: the same orders, for ten."""
    order = placed(desk.want(10, **BRACKET))[0]
    desk.say(order.key, S.SUBMITTED)
    desk.fill(order.key, 4, 100.0, S.PARTIALLY_FILLED)
    submitted(desk)
    moves = of(Modify, desk.fill(order.key, 6, 101.0))
    assert [(each.request.key, each.request.quantity) for each in moves] == [(STOP, 10), (TARGET, 10)]
    assert moves[0].request.trigger_price == 986_000
    assert moves[1].request.limit_price == 1_036_000


def test_the_distances_of_the_last_entering_intent_hold(desk: Desk) -> None:
    """A second entry names a nearer stop and no target."""
    desk.hold(10, 100.0, **BRACKET)
    submitted(desk)
    effects = desk.hold(20, 100.0, stop_loss=points(1))
    (move,) = of(Modify, effects)
    assert (move.request.key, move.request.quantity, move.request.trigger_price) == (STOP, 20, 99 * RUPEE)
    assert cancelled(effects) == [TARGET]


def test_a_large_position_is_guarded_in_slices() -> None:
    """The exchange takes four in one order."""
    agreed = terms()
    desk = Desk(agreed._replace(instruments=(agreed.instruments[0]._replace(freeze_quantity=4),)))
    desk.close(100.0)
    effects = desk.want(10, stop_loss=points(2))
    assert [each.quantity for each in placed(effects)] == [4, 4, 2]
    assert [each.key.slice for each in placed(effects)] == [0, 1, 2]
    for order in placed(effects):
        desk.say(order.key, S.SUBMITTED)
        desk.fill(order.key, order.quantity)
    stops = [each.request for each in desk.state.working]
    assert [each.quantity for each in stops] == [4, 4, 2]
    assert len({each.key for each in stops}) == 3


# --- A stop or target that fills whole ends the position and disarms the target.


def test_a_stop_that_fills_takes_the_target_with_it_and_disarms(desk: Desk) -> None:
    """Not bought back on the next bar; bought when the strategy asks anew."""
    desk.hold(10, **BRACKET)
    submitted(desk)
    effects = desk.fill(STOP, 10, 98.0)
    assert cancelled(effects) == [TARGET]
    desk.say(TARGET, S.CANCELLED)
    assert desk.held() == 0
    assert signed(desk.close(99.0)) == []
    assert signed(desk.want(11)) == [(Leg.ENTRY, 11)]


def test_a_stop_that_fills_withdraws_what_is_still_entering(desk: Desk) -> None:
    """And what fills all the same is given back."""
    order = placed(desk.want(10, **BRACKET))[0]
    desk.say(order.key, S.SUBMITTED)
    desk.fill(order.key, 4, status=S.PARTIALLY_FILLED)
    submitted(desk)
    assert cancelled(desk.fill(STOP, 4, 98.0)) == [order.key, TARGET]
    desk.say(TARGET, S.CANCELLED)
    assert signed(desk.fill(order.key, 6)) == [(Leg.EXIT, -6)]


def test_a_target_that_fills_in_part_leaves_a_smaller_stop(desk: Desk) -> None:
    """What guards follows what is held."""
    desk.hold(10, **BRACKET)
    submitted(desk)
    (move,) = of(Modify, desk.fill(TARGET, 3, 103.0, S.PARTIALLY_FILLED))
    assert (move.request.key, move.request.quantity) == (STOP, 7)


# --- An exit waits until protection is withdrawn.


def test_an_exit_waits_until_both_are_cancelled(desk: Desk) -> None:
    """Nothing can then be sold twice."""
    desk.hold(10, **BRACKET)
    submitted(desk)
    effects = desk.want(0)
    assert (cancelled(effects), placed(effects)) == ([STOP, TARGET], [])
    assert placed(desk.say(STOP, S.CANCELLED)) == []
    assert signed(desk.say(TARGET, S.CANCELLED)) == [(Leg.EXIT, -10)]


def test_a_flip_waits_with_its_entry(desk: Desk) -> None:
    """Exit and entry go out together, under the intent that asked."""
    desk.hold(10, **BRACKET)
    submitted(desk)
    desk.want(-5, **BRACKET)
    desk.say(STOP, S.CANCELLED)
    effects = desk.say(TARGET, S.CANCELLED)
    assert signed(effects) == [(Leg.EXIT, -10), (Leg.ENTRY, -5)]
    assert {each.key.cause for each in placed(effects)} == {"intent:1"}


def test_a_stop_that_fills_meanwhile_leaves_less_to_exit(desk: Desk) -> None:
    """The flip's entry still goes out: the strategy wants the other side."""
    desk.hold(10, **BRACKET)
    submitted(desk)
    desk.want(-5)
    desk.say(TARGET, S.CANCELLED)
    assert signed(desk.fill(STOP, 10, 98.0)) == [(Leg.ENTRY, -5)]


def test_what_a_partial_exit_leaves_is_guarded_again(desk: Desk) -> None:
    """As a new generation, once the exit has filled."""
    desk.hold(10, **BRACKET)
    submitted(desk)
    desk.want(4, **BRACKET)
    desk.say(STOP, S.CANCELLED)
    leaving = exit_of(desk.say(TARGET, S.CANCELLED))
    desk.say(leaving.key, S.SUBMITTED)
    stop, target = placed(desk.fill(leaving.key, 6))
    assert (stop.key, stop.quantity) == (STOP._replace(generation=1), 4)
    assert (target.key, target.quantity) == (TARGET._replace(generation=1), 4)


def test_a_square_off_withdraws_protection_first(desk: Desk) -> None:
    """A person's exit waits like any other."""
    desk.hold(10, **BRACKET)
    submitted(desk)
    assert cancelled(desk.command(CommandKind.SQUARE_OFF)) == [STOP, TARGET]
    desk.say(STOP, S.CANCELLED)
    assert signed(desk.say(TARGET, S.CANCELLED)) == [(Leg.EXIT, -10)]


def test_a_stop_that_was_rejected_is_placed_again_on_the_next_candle_only(desk: Desk) -> None:
    """Not at once: who refuses one would refuse the next."""
    desk.hold(10, stop_loss=points(2))
    assert placed(desk.say(STOP, S.REJECTED)) == []
    (again,) = placed(desk.close(100.0))
    assert again.key == STOP._replace(generation=1)


def test_a_run_that_stops_takes_its_protection_along_and_a_restart_brings_it_back(desk: Desk) -> None:
    """Nobody would be there to book its fill."""
    desk.hold(10, stop_loss=points(2))
    submitted(desk)
    assert cancelled(desk.command(CommandKind.STOP)) == [STOP]
    desk.say(STOP, S.CANCELLED)
    assert finished(desk.state)
    assert placed(desk.close(100.0)) == []
    desk.command(CommandKind.RESTART)
    assert [each.key.leg for each in placed(desk.close(100.0))] == [Leg.STOP_LOSS]


# --- Trailing.


def test_a_trailing_stop_follows_the_best_price_and_never_back(desk: Desk) -> None:
    """Of the entry's own candle only the close is known to have come after it."""
    desk.hold(10, 100.0, trailing_stop=points(2))
    submitted(desk)
    assert of(Modify, desk.bar(100.0, 109.0, 99.5, 101.0))[0].request.trigger_price == 99 * RUPEE
    assert of(Modify, desk.bar(101.0, 104.0, 100.5, 102.0))[0].request.trigger_price == 102 * RUPEE
    assert of(Modify, desk.bar(103.0, 103.5, 102.5, 103.0)) == []


def test_the_tighter_of_stop_and_trail_holds(desk: Desk) -> None:
    """The trail starts four away, the stop stands at three."""
    (stop,) = placed(desk.hold(-10, 100.0, stop_loss=points(3), trailing_stop=points(4)))
    assert stop.trigger_price == 103 * RUPEE
    submitted(desk)
    assert of(Modify, desk.bar(100.0, 101.0, 99.0, 99.5)) == []
    assert of(Modify, desk.bar(99.5, 99.5, 97.0, 98.0))[0].request.trigger_price == 101 * RUPEE


def test_cancelling_twice_is_asked_for_once(desk: Desk) -> None:
    """Exit, then square-off: the protection is already on its way out."""
    desk.hold(10, **BRACKET)
    submitted(desk)
    assert of(Cancel, desk.want(0)) == [Cancel(STOP), Cancel(TARGET)]
    assert of(Cancel, desk.command(CommandKind.SQUARE_OFF)) == []


# --- A halt, which only a square-off passes.


def test_a_strategys_exit_that_a_halt_refuses_leaves_the_position_guarded(desk: Desk) -> None:
    """It would else stand naked for as long as the halt lasts; the stop shrinks its sibling as ever."""
    desk.hold(10, 101.0, **BRACKET)
    submitted(desk)
    desk.command(CommandKind.HALT)
    effects = desk.want(0)
    assert ([each.request.key.leg for each in refused(effects)], cancelled(effects)) == ([Leg.EXIT], [])
    (move,) = of(Modify, desk.fill(STOP, 4, 99.0, S.PARTIALLY_FILLED))
    assert (move.request.key, move.request.quantity) == (TARGET, 6)


def test_an_exit_that_waited_when_the_halt_came_gives_its_protection_back(desk: Desk) -> None:
    """Its stop and target were withdrawn already: they are placed anew. When the halt is over it leaves."""
    desk.hold(10, 101.0, **BRACKET)
    submitted(desk)
    asked = cancelled(desk.want(0))
    desk.command(CommandKind.HALT)
    desk.say(asked[0], S.CANCELLED)
    effects = desk.say(asked[1], S.CANCELLED)
    assert signed(effects) == [(Leg.STOP_LOSS, -10), (Leg.TAKE_PROFIT, -10)]
    submitted(desk)
    desk.command(CommandKind.ACTIVATE)
    for each in cancelled(desk.close(100.0)):
        left = desk.say(each, S.CANCELLED)
    assert signed(left) == [(Leg.EXIT, -10)]


def test_a_halted_position_its_strategy_wants_to_leave_is_squared_off_by_the_clock() -> None:
    """The day's end passes a halt."""
    desk = Desk(terms()._replace(square_off_before=372))
    desk.close(100.0)
    desk.hold(10, 101.0, **BRACKET)
    submitted(desk)
    desk.command(CommandKind.HALT)
    desk.want(0)
    asked = cancelled((*desk.close(100.0), *desk.close(100.0)))
    left = [effect for each in asked for effect in desk.say(each, S.CANCELLED)]
    assert signed(left) == [(Leg.EXIT, -10)]
