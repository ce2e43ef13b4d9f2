"""A flight begun from a run's terms, and read back as the fold's state."""

from collections.abc import Callable
from typing import Any

from streams.domain.orders import OrderStatus
from streams.domain.portfolio import Lot
from streams.kernel import layout as at
from streams.kernel.columns import Column, Fixed, Flight
from streams.kernel.effects import request
from streams.kernel.journal import Table
from streams.kernel.rules import HOUSE, limits
from streams.state import Holding, State, Terms, Working

LOTS_ROOM, ASKS_ROOM, LOG_ROOM = 64, 4_096, 16_384


def fixed(terms: Terms, column: Callable[[Any], Column]) -> Fixed:
    """The terms as columns."""
    columns = (
        [each.tick_size for each in terms.instruments],
        [each.lot_size for each in terms.instruments],
        limits(terms.risk),
        [terms.charges.per_order, terms.venue.amount, at.ASK + len(HOUSE)],
    )
    return Fixed(*map(column, columns))


def opening(terms: Terms, column: Callable[[Any], Column]) -> Flight:
    """The flight before anything has happened."""
    count = len(terms.instruments)
    book = [0] * (at.RUN + count * at.HOLDING)
    book[at.CASH] = book[at.DAY_EQUITY] = terms.capital
    book[at.DAY] = -1
    book[at.LOTS_ROOM] = LOTS_ROOM
    lots, orders = count * LOTS_ROOM * at.LOT, count * at.ORDERS_AT_MOST
    sizes = (lots, orders * at.ORDER, orders, ASKS_ROOM * (at.ASK + len(HOUSE)), LOG_ROOM * at.LOG)
    return Flight(column(book), *(column([0] * size) for size in sizes))


def state(terms: Terms, flight: Flight, asks: Table) -> State:
    """The flight as the fold's state; `asks` are all the run's requests."""
    book = list(map(int, flight.book))
    return State(
        tuple(_holding(flight, book, each) for each in range(len(terms.instruments))),
        book[at.CASH],
        working=tuple(
            Working(
                request(terms, asks[flight.working[place + at.ORDER_ASK]].tolist()), OrderStatus.SUBMITTED
            )
            for place in range(0, book[at.WORKING] * at.ORDER, at.ORDER)
        ),
        realised=book[at.REALISED],
        charges=book[at.CHARGES],
        day=book[at.DAY],
        day_equity=book[at.DAY_EQUITY],
        time=book[at.TIME],
    )


def _holding(flight: Flight, book: list[int], instrument: int) -> Holding:
    home = at.RUN + instrument * at.HOLDING
    aimed = book[home + at.AIMED] == 1
    return Holding(
        tuple(_lots(flight, book, instrument)),
        book[home + at.TARGET] if aimed else None,
        f"intent:{book[home + at.CAUSE]}" if aimed else "",
        book[home + at.EXITS],
        book[home + at.MARK],
        book[home + at.GAINED],
        book[home + at.PAID],
    )


def _lots(flight: Flight, book: list[int], instrument: int) -> list[Lot]:
    home = at.RUN + instrument * at.HOLDING
    start = (instrument * book[at.LOTS_ROOM] + book[home + at.FIRST]) * at.LOT
    rows = [
        list(map(int, flight.lots[each : each + at.LOT]))
        for each in range(start, start + book[home + at.LOTS] * at.LOT, at.LOT)
    ]
    return [Lot(None if trade < 0 else trade, quantity, cost) for trade, quantity, cost in rows]


def roomier(flight: Flight, count: int, column: Callable[[Any], Column]) -> Flight:
    """The same with room for twice as many lots, and as many rows of requests and log as these may need."""
    room = int(flight.book[at.LOTS_ROOM])
    stretch = room * at.LOT
    lots = [
        number
        for each in range(count)
        for number in [*flight.lots[each * stretch : (each + 1) * stretch], *[0] * stretch]
    ]
    flight.book[at.LOTS_ROOM] = 2 * room
    asks, log = (column([0] * (2 * len(each))) for each in (flight.asks, flight.log))
    return flight._replace(lots=column(lots), asks=asks, log=log)
