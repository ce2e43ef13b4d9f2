"""What intents come to: targets, entries and exits, sized when the order is decided."""

from typing import Any

import pytest

from streams.domain.intents import Action, Distance, Intent, Manner, Sizing
from streams.domain.orders import Leg, OrderStatus, ProductType
from streams.risk import RiskLimits
from tests.builders import RUPEE, START, terms
from tests.streams.desk import Desk, cancelled, entry, exit_of, placed, refused, signed
from tests.streams.floor import points

S = OrderStatus
ENTRY, EXIT = Leg.ENTRY, Leg.EXIT


@pytest.fixture
def desk() -> Desk:
    """One instrument that has just closed at 100, a capital of ten lakh."""
    made = Desk()
    made.close(100.0)
    return made


def enter(desk: Desk, size: int, **more: Any) -> list[tuple[Leg, int]]:
    """What an entry orders."""
    return signed(desk.want(size, action=Action.ENTER, **more))


def leave(desk: Desk, side: int) -> list[tuple[Leg, int]]:
    """What an exit orders."""
    return signed(desk.want(side, action=Action.EXIT))


# --- ENTER.


def test_an_entry_from_flat_orders_its_size(desk: Desk) -> None:
    """In its direction."""
    assert enter(desk, -7) == [(ENTRY, -7)]


def test_an_entry_on_the_other_side_turns_the_position_round(desk: Desk) -> None:
    """To its own size."""
    desk.hold(10)
    assert enter(desk, -7) == [(EXIT, -10), (ENTRY, -7)]


def test_an_entry_on_the_same_side_adds_as_often_as_pyramiding_allows(desk: Desk) -> None:
    """Twice in all: what is in flight counts, what was withdrawn does not."""
    twice = Manner(pyramiding=2)
    first = entry(desk.want(10, action=Action.ENTER, manner=twice))
    assert enter(desk, 10, manner=twice) == [(ENTRY, 10)]
    assert enter(desk, 10, manner=twice) == []
    second = desk.state.working[1].request
    for order in (first, second):
        desk.say(order.key, S.SUBMITTED)
    desk.fill(first.key, 10)
    desk.say(second.key, S.CANCELLED)
    assert enter(desk, 5, manner=twice) == [(ENTRY, 5)]


def test_once_only_is_what_pyramiding_is_unless_told(desk: Desk) -> None:
    """A second entry on the same side asks for nothing, and flat the count begins anew."""
    desk.hold(10, action=Action.ENTER)
    assert enter(desk, 10) == []
    leaving = exit_of(desk.want(1, action=Action.EXIT))
    desk.say(leaving.key, S.SUBMITTED)
    desk.fill(leaving.key, 10)
    assert enter(desk, 10) == [(ENTRY, 10)]


def test_an_entry_after_a_stop_enters_again(desk: Desk) -> None:
    """Each rising edge is an entry of its own."""
    desk.hold(10, action=Action.ENTER, stop_loss=points(2))
    stop = desk.state.working[0].request
    desk.say(stop.key, S.SUBMITTED)
    desk.fill(stop.key, 10, 98.0)
    assert enter(desk, 10) == [(ENTRY, 10)]


# --- EXIT.


@pytest.mark.parametrize(("side", "orders"), [(1, [(EXIT, -10)]), (0, [(EXIT, -10)]), (-1, [])])
def test_an_exit_concerns_positions_of_its_side(desk: Desk, side: int, orders: list[tuple[Leg, int]]) -> None:
    """A long one of ten; 0 means any."""
    desk.hold(10)
    assert leave(desk, side) == orders


def test_an_exit_withdraws_an_entry_of_its_side(desk: Desk) -> None:
    """Nothing is held yet, something is on its way."""
    order = entry(desk.want(10))
    assert cancelled(desk.want(-1, action=Action.EXIT)) == []
    assert cancelled(desk.want(1, action=Action.EXIT)) == [order.key]


def test_an_exit_and_an_entry_on_one_candle_turn_a_position_round(desk: Desk) -> None:
    """In this order."""
    desk.hold(10)
    assert leave(desk, 1) == [(EXIT, -10)]
    assert enter(desk, -5) == [(ENTRY, -5)]


def test_an_exit_from_nothing_asks_for_nothing(desk: Desk) -> None:
    """And aims at nothing: a target that stands stays armed."""
    assert leave(desk, 1) == []
    assert desk.state.holdings[0].target is None


# --- Sizes.


@pytest.mark.parametrize(
    ("sizing", "amount", "quantity"),
    [
        (Sizing.QUANTITY, 12, 12),
        (Sizing.VALUE, 2_599 * RUPEE, 25),
        (Sizing.CAPITAL, 20_000, 200),  # two per cent of ten lakh, at 100
        (Sizing.RISK, 1_000, 500),  # a tenth of a per cent is 1,000 rupees, two at risk a share
    ],
)
def test_a_size_is_reckoned_at_the_last_close(desk: Desk, sizing: Sizing, amount: int, quantity: int) -> None:
    """Whatever it measures."""
    manner = Manner(sizing=sizing)
    assert enter(desk, amount, manner=manner, stop_loss=points(2))[0] == (ENTRY, quantity)


def test_a_share_of_equity_is_of_what_it_is_worth_now(desk: Desk) -> None:
    """Open profit counts: 100,000 shares have earned one rupee each."""
    desk = Desk(terms(2))
    desk.close(100.0, 10.0)
    desk.hold(100_000 // 10, 100.0)
    desk.close(200.0, 10.0)
    manner = Manner(sizing=Sizing.CAPITAL)
    assert enter(desk, 10_000, instrument=1, manner=manner) == [(ENTRY, 2_000)]


def test_a_size_by_risk_without_a_stop_is_refused_by_name(desk: Desk) -> None:
    """A trailing stop is one too."""
    manner = Manner(sizing=Sizing.RISK)
    (refusal,) = refused(desk.want(10_000, action=Action.ENTER, manner=manner))
    assert refusal.decision.verdicts[-1].rule == "stop_required"
    assert enter(desk, 1_000, manner=manner, trailing_stop=Distance(0, 20_000)) == [(ENTRY, 500)]


def test_a_size_smaller_than_a_lot_orders_nothing(desk: Desk) -> None:
    """Ninety-nine rupees buy no share at 100."""
    assert enter(desk, 99 * RUPEE, manner=Manner(sizing=Sizing.VALUE)) == []


def test_without_a_price_nothing_is_ordered() -> None:
    """An instrument that has not traded yet: nobody could say what it would come to."""
    desk = Desk(terms(2))
    desk.close(100.0, None)
    assert signed(desk.want(10, instrument=1)) == []


# --- Whatever was asked for.


def test_a_lower_target_withdraws_an_entry_that_would_come_to_too_much(desk: Desk) -> None:
    """And enters what is wanted now."""
    order = entry(desk.want(10))
    effects = desk.want(4)
    assert (cancelled(effects), signed(effects)) == ([order.key], [(ENTRY, 4)])


def test_an_intent_heard_twice_is_refused_as_a_repetition(desk: Desk) -> None:
    """Whatever became of the first."""
    intent = Intent(0, START, 0, 10)
    desk.take(intent)
    (refusal,) = refused(desk.take(intent))
    assert refusal.decision.verdicts[-1].rule == "duplicate_intent"
    assert len(desk.state.working) == 1


def test_shares_for_delivery_are_never_sold_short(desk: Desk) -> None:
    """What is held may go, nothing beyond it."""
    cnc = Manner(product_type=ProductType.CNC)
    desk.hold(10, manner=cnc)
    effects = desk.want(-5, manner=cnc)
    assert signed(effects) == [(EXIT, -10)]
    assert [each.decision.verdicts[-1].rule for each in refused(effects)] == ["short_sale"]


def test_orders_are_carried_as_the_strategy_says_or_the_run(desk: Desk) -> None:
    """Exits as their entry."""
    assert entry(desk.want(10, manner=Manner(product_type=ProductType.CNC))).product_type is ProductType.CNC
    assert entry(desk.want(12)).product_type is ProductType.INTRADAY


def test_orders_and_trades_of_the_day_are_counted_and_begin_anew_the_next() -> None:
    """An exit is an order and no trade."""
    desk = Desk(terms(limits=RiskLimits(max_trades_per_day=2)))
    desk.close(100.0)
    desk.hold(10)
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    desk.fill(leaving.key, 10)
    desk.hold(5)
    assert (desk.state.orders_today, desk.state.trades_today) == (3, 2)
    (refusal,) = refused(desk.want(8))
    assert refusal.decision.verdicts[-1].observed == 3
    desk.close(100.0, at=START + 24 * 60 * 60_000_000)
    assert len(placed(desk.want(9))) == 1
