"""Positions from fills: lots close first in, first out, at an exact cost."""

from typing import NamedTuple

from streams.domain.money import share
from streams.domain.portfolio import Lot


class Closed(NamedTuple):
    """Part of a lot given back: signed quantity, its cost, and the realised P&L, in units."""

    trade: int | None
    quantity: int
    cost: int
    realised: int


class Booked(NamedTuple):
    """The lots after a fill, what it closed, and the lot it opened."""

    lots: tuple[Lot, ...]
    closed: tuple[Closed, ...]
    opened: Lot | None


def held(lots: tuple[Lot, ...]) -> int:
    """The signed quantity of all lots."""
    return sum([lot.quantity for lot in lots])


def cost(lots: tuple[Lot, ...]) -> int:
    """Their signed cost, in units."""
    return sum([lot.cost for lot in lots])


def book(lots: tuple[Lot, ...], trade: int | None, quantity: int, price: int) -> Booked:
    """Books a fill of signed `quantity` at `price`: closes opposite lots first, opens one with the rest."""
    closed: list[Closed] = []
    while quantity and lots and lots[0].quantity * quantity < 0:
        part, lots = _close(lots, quantity, price)
        closed.append(part)
        quantity += part.quantity
    opened = Lot(trade, quantity, quantity * price) if quantity else None
    return Booked(lots if opened is None else (*lots, opened), tuple(closed), opened)


def _close(lots: tuple[Lot, ...], quantity: int, price: int) -> tuple[Closed, tuple[Lot, ...]]:
    first, rest = lots[0], lots[1:]
    size = min(abs(quantity), abs(first.quantity))
    given_back = size if first.quantity > 0 else -size
    spent = share(first.cost, size, abs(first.quantity))
    closed = Closed(first.trade, given_back, spent, given_back * price - spent)
    left = Lot(first.trade, first.quantity - given_back, first.cost - spent)
    return closed, ((left, *rest) if left.quantity else rest)
