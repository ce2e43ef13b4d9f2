"""Positions: lots close first in, first out, at their exact cost."""

from hypothesis import given
from hypothesis import strategies as st

from streams.domain.portfolio import Lot
from streams.positions import Closed, book, cost, held

fills = st.lists(st.tuples(st.integers(-50, 50).filter(bool), st.integers(1, 10**7)), min_size=1, max_size=30)


def test_a_fill_in_the_same_direction_opens_a_lot_of_its_own() -> None:
    """Each keeps its trade and its cost."""
    lots = book((), 1, 10, 100).lots
    booked = book(lots, 2, 5, 120)
    assert booked.lots == (Lot(1, 10, 1000), Lot(2, 5, 600))
    assert booked.opened == Lot(2, 5, 600)
    assert booked.closed == ()


def test_the_oldest_lot_closes_first() -> None:
    """And only as much of the next as the fill still asks for."""
    lots = (Lot(1, 10, 1000), Lot(2, 5, 600), Lot(3, 5, 700))
    booked = book(lots, None, -12, 130)
    assert booked.closed == (Closed(1, 10, 1000, 300), Closed(2, 2, 240, 20))
    assert booked.lots == (Lot(2, 3, 360), Lot(3, 5, 700))
    assert booked.opened is None


def test_a_fill_beyond_the_position_turns_it_round() -> None:
    """The rest opens the other way."""
    booked = book((Lot(1, 10, 1000),), 2, -15, 90)
    assert booked.closed == (Closed(1, 10, 1000, -100),)
    assert booked.lots == (Lot(2, -5, -450),)
    assert booked.opened == Lot(2, -5, -450)


def test_a_short_position_earns_when_it_is_bought_back_lower() -> None:
    """Signed quantities and costs need no case of their own."""
    booked = book((Lot(1, -10, -1000),), None, 4, 90)
    assert booked.closed == (Closed(1, -4, -400, 40),)
    assert booked.lots == (Lot(1, -6, -600),)


def test_a_cost_that_does_not_divide_is_spent_to_the_unit() -> None:
    """Three shares for 100: 33, then 34 of the 67 that are left half to even, then the rest."""
    lots: tuple[Lot, ...] = (Lot(1, 3, 100),)
    spent = []
    for _ in range(3):
        booked = book(lots, None, -1, 50)
        lots = booked.lots
        spent.append(booked.closed[0].cost)
    assert spent == [33, 34, 33]
    assert lots == ()


@given(fills)
def test_positions_are_the_sum_of_fills_and_money_is_conserved(asked: list[tuple[int, int]]) -> None:
    """After every fill: quantity adds up, and cash paid equals open cost less what was realised."""
    lots: tuple[Lot, ...] = ()
    quantity = cash = realised = 0
    for trade, (size, price) in enumerate(asked):
        booked = book(lots, trade, size, price)
        lots = booked.lots
        quantity, cash = quantity + size, cash - size * price
        realised += sum(each.realised for each in booked.closed)
        assert held(lots) == quantity
        assert cash + cost(lots) == realised
        assert all(each.quantity * quantity > 0 for each in lots)
