"""Trades: each decision to take risk, and all that came of it, adding up to the ledger."""

import pytest

from streams.charges import INDIAN
from streams.domain.orders import OrderStatus, Side
from streams.events import CommandKind
from streams.risk import RiskLimits
from tests.builders import MINUTE, RUPEE, START, terms
from tests.streams.desk import Desk, entry, exit_of, placed
from tests.streams.floor import points

S = OrderStatus
CHARGE = 20 * RUPEE


@pytest.fixture
def desk() -> Desk:
    """One instrument that has just closed at 100; 20 rupees an order."""
    made = Desk(terms(charge=CHARGE))
    made.close(100.0)
    return made


def add_up(desk: Desk) -> None:
    """Asserts that the trades come to what the ledger came to."""
    made = desk.trades.by_intent.values()
    assert sum(each.realised for each in made) == desk.state.realised
    assert sum(each.charges for each in made) == desk.state.charges


def test_an_entry_decision_is_a_trade_and_an_exit_is_none(desk: Desk) -> None:
    """The exit belongs to the trade it closes."""
    desk.hold(10)
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    desk.fill(leaving.key, 10, 110.0)
    (trade,) = desk.trades.by_intent.values()
    assert (trade.intent.sequence, trade.side, trade.quantity) == (0, Side.BUY, 10)
    assert (trade.entry_quantity, trade.entry_value) == (10, 1000 * RUPEE)
    assert (trade.exit_quantity, trade.exit_value) == (10, 1100 * RUPEE)
    assert (trade.realised, trade.charges) == (100 * RUPEE, 2 * CHARGE)
    assert (trade.opened_at, trade.closed_at) == (START + MINUTE, START + MINUTE)
    assert trade.is_closed
    add_up(desk)


def test_a_refused_entry_is_a_trade_that_never_opened() -> None:
    """With the decision that refused it."""
    desk = Desk(terms(limits=RiskLimits(max_open_positions=0)))
    desk.close(100.0)
    desk.want(10)
    (trade,) = desk.trades.by_intent.values()
    assert not trade.decision.permitted
    assert (trade.entry_quantity, trade.opened_at, trade.is_closed) == (0, None, False)


def test_a_flip_closes_one_trade_and_opens_the_next(desk: Desk) -> None:
    """Each with its own charges."""
    desk.hold(10)
    effects = desk.want(-5)
    for order in (exit_of(effects), entry(effects)):
        desk.say(order.key, S.SUBMITTED)
        desk.fill(order.key, order.quantity, 90.0)
    first, second = desk.trades.by_intent.values()
    assert (first.is_closed, first.realised, first.charges) == (True, -100 * RUPEE, 2 * CHARGE)
    assert (second.side, second.entry_quantity, second.charges) == (Side.SELL, 5, CHARGE)
    add_up(desk)


def test_one_exit_over_several_trades_is_charged_to_the_first(desk: Desk) -> None:
    """And earns for each what its own lots earned."""
    desk.hold(10, 100.0)
    desk.hold(15, 110.0)
    leaving = exit_of(desk.command(CommandKind.SQUARE_OFF))
    desk.say(leaving.key, S.SUBMITTED)
    desk.fill(leaving.key, 15, 120.0)
    first, second = desk.trades.by_intent.values()
    assert (first.realised, first.charges) == (200 * RUPEE, 2 * CHARGE)
    assert (second.realised, second.charges) == (50 * RUPEE, CHARGE)
    add_up(desk)


def test_a_trade_is_closed_only_when_nothing_more_of_its_entry_can_come(desk: Desk) -> None:
    """What has filled is given back, while the rest of the entry is still on its way."""
    # given
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED)
    desk.fill(order.key, 4, status=S.PARTIALLY_FILLED)
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    desk.fill(leaving.key, 4)
    (before,) = desk.trades.by_intent.values()
    # when
    desk.say(order.key, S.CANCELLED)
    # then
    (after,) = desk.trades.by_intent.values()
    assert (before.is_closed, after.is_closed) == (False, True)
    assert after.closed_at == before.closed_at == START + MINUTE
    assert desk.ended == [0]


def test_a_trade_whose_entry_fills_on_after_its_exit_is_open_again(desk: Desk) -> None:
    """The cancel came too late."""
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED)
    desk.fill(order.key, 4, status=S.PARTIALLY_FILLED)
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    desk.fill(leaving.key, 4)
    again = exit_of(desk.fill(order.key, 6))
    (trade,) = desk.trades.by_intent.values()
    assert (trade.is_closed, trade.closed_at, desk.ended) == (False, None, [])
    desk.say(again.key, S.SUBMITTED)
    desk.fill(again.key, 6)
    (trade,) = desk.trades.by_intent.values()
    assert (trade.entry_quantity, trade.exit_quantity, trade.is_closed) == (10, 10, True)
    assert desk.ended == [0]
    add_up(desk)


def test_what_an_exit_opens_belongs_to_the_last_trade_of_the_instrument(desk: Desk) -> None:
    """A broker filled too much: somebody has to answer for it."""
    desk.hold(10)
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    desk.fill(leaving.key, 12, 90.0)
    back = exit_of(desk.close(95.0))
    desk.say(back.key, S.SUBMITTED)
    desk.fill(back.key, 2, 95.0)
    assert desk.held() == 0
    add_up(desk)


def test_an_exit_that_meets_an_entry_of_the_other_side_loses_nothing(desk: Desk) -> None:
    """The target went to nothing, back, and over: three orders in flight, filling in the worst order."""
    # given
    desk.hold(10)
    leaving = exit_of(desk.want(0))
    buying = entry(desk.want(10))
    selling = entry(desk.want(-5))
    for order in (leaving, buying, selling):
        desk.say(order.key, S.SUBMITTED)
    # when
    desk.say(buying.key, S.CANCELLED)
    desk.fill(selling.key, 5, 101.0)
    desk.fill(leaving.key, 5, 102.0, S.PARTIALLY_FILLED)
    desk.fill(leaving.key, 5, 103.0)
    # then
    assert desk.held() == -5
    add_up(desk)
    back = exit_of(desk.command(CommandKind.SQUARE_OFF))
    desk.say(back.key, S.SUBMITTED)
    desk.fill(back.key, 5, 99.0)
    assert desk.held() == 0
    add_up(desk)


def test_a_forgotten_trade_takes_no_part_in_what_comes_after(desk: Desk) -> None:
    """Who keeps trades for a long run drops those that have ended."""
    desk.hold(10)
    del desk.trades.by_intent[0]
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    desk.fill(leaving.key, 12)
    assert desk.trades.by_intent == {}


def test_a_stop_closes_the_trade_it_guards(desk: Desk) -> None:
    """Its decision makes no trade of its own, its fill and charges belong to the position's."""
    desk.hold(10, stop_loss=points(2))
    (stop,) = [each.request for each in desk.state.working]
    desk.say(stop.key, S.SUBMITTED)
    desk.fill(stop.key, 10, 98.0)
    (trade,) = desk.trades.by_intent.values()
    assert (trade.exit_quantity, trade.realised, trade.charges) == (10, -20 * RUPEE, 2 * CHARGE)
    assert trade.is_closed
    add_up(desk)


def test_slices_are_one_trade() -> None:
    """It is for all that was permitted, and is entering while any of them works."""
    agreed = terms(charge=CHARGE, limits=RiskLimits(max_orders_per_day=2))
    frozen = agreed.instruments[0]._replace(freeze_quantity=4)
    desk = Desk(agreed._replace(instruments=(frozen,)))
    desk.close(100.0)
    first, second = placed(desk.want(10))
    for order in (first, second):
        desk.say(order.key, S.SUBMITTED)
    desk.fill(first.key, 4)
    (trade,) = desk.trades.by_intent.values()
    assert (trade.quantity, trade.entry_quantity, trade.entering) == (8, 4, True)
    assert trade.decision.permitted
    desk.fill(second.key, 4)
    (trade,) = desk.trades.by_intent.values()
    assert (trade.entry_quantity, trade.charges, trade.entering) == (8, 2 * CHARGE, False)
    add_up(desk)


def test_what_a_contract_note_adds_is_kept_beside_the_trades() -> None:
    """By instrument: trades and settlements are the ledger."""
    desk = Desk(terms()._replace(charges=INDIAN))
    desk.close(1000.0)
    desk.hold(10, 1000.0)
    desk.close(1000.0, at=START + 24 * 60 * MINUTE)
    (trade,) = desk.trades.by_intent.values()
    assert desk.trades.settled[0] != 0
    assert trade.charges + desk.trades.settled[0] == desk.state.charges
