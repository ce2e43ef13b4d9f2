"""A run's terms as the kernel's columns, and the flight before anything has happened."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from streams.asked import Asked
from streams.charges.schedules import ScheduleKind, rates_by_day
from streams.domain.intents import Manner
from streams.domain.orders import OrderType, ProductType, Validity
from streams.kernel import layout as at
from streams.kernel.columns import Column, Fixed, Flight
from streams.kernel.rules import HOUSE, limits
from streams.pricing import model_of
from streams.sizing import measure_of
from streams.state import Terms
from streams.timetable import product_of

LOTS_ROOM, ASKS_ROOM, LOG_ROOM = 64, 4_096, 16_384
TYPES, VALIDITIES = tuple(OrderType), tuple(Validity)

Columns = Callable[[Any], Column]


def fixed(terms: Terms, manners: Sequence[Manner], column: Columns) -> Fixed:
    """The terms, and the manner of each instrument, as columns."""
    indian = int(terms.charges.kind is ScheduleKind.INDIAN)
    numbers = [model_of(terms.venue.slippage), terms.venue.amount, at.ASK + len(HOUSE), indian]
    places = range(len(terms.instruments))
    traits = [number for place in places for number in _traits(terms, place, manners[place])]
    rates = [number for place in places for number in _rates(terms, place, manners[place])]
    return Fixed(*map(column, (numbers, traits, limits(terms.risk), rates)))


def _traits(terms: Terms, place: int, manner: Manner) -> list[int]:
    traded = terms.instruments[place]
    traits = [0] * at.TRAIT
    traits[at.TICK], traits[at.LOT_SIZE] = traded.tick_size, traded.lot_size
    traits[at.BAND], traits[at.TRADABLE] = traded.price_band, int(traded.tradable)
    traits[at.MEASURE], traits[at.TYPE] = measure_of(manner.sizing), TYPES.index(manner.order_type)
    traits[at.VALIDITY], traits[at.OFFSET] = VALIDITIES.index(manner.validity), manner.limit_offset
    traits[at.PYRAMIDING], traits[at.EXIT_AFTER] = manner.pyramiding, manner.exit_after
    traits[at.DELIVERED] = int(product_of(terms, manner) is ProductType.CNC)
    return traits


def _rates(terms: Terms, place: int, manner: Manner) -> list[int]:
    traded, product = terms.instruments[place], product_of(terms, manner)
    stretches = rates_by_day(terms.charges, traded, product)
    return [number for day, rates in stretches for number in (place, day, *rates)]


def opening(terms: Terms, column: Columns) -> Flight:
    """The flight before anything has happened."""
    count = len(terms.instruments)
    book = [0] * (at.RUN + count * at.HOLDING)
    book[at.CASH] = book[at.DAY_EQUITY] = terms.capital
    book[at.DAY] = book[at.HEARD] = -1
    book[at.LOTS_ROOM] = LOTS_ROOM
    for home in range(at.RUN, len(book), at.HOLDING):
        book[home + at.WAITING] = book[home + at.GUARD] = at.NOBODY
        book[home + at.LANE_DAY] = -1
    orders = count * at.ORDERS_AT_MOST
    sizes = (
        count * LOTS_ROOM * at.LOT,
        orders * at.ORDER,
        8 * orders * at.ERRAND,
        orders * at.REPORT,
        0,
        0,
        0,
    )
    return Flight(column(book), *(column([0] * size) for size in sizes))


def provided(flight: Flight, width: int, column: Columns) -> Flight:
    """The flight with room to write in, which only the kernel needs."""
    if len(flight.asks):
        return flight
    asks, log = (np.zeros(size, np.int64) for size in (ASKS_ROOM * width, LOG_ROOM * at.LOG))
    return flight._replace(asks=column(asks), log=column(log))


def planned(flight: Flight, asked: Asked, column: Columns) -> Flight:
    """The flight with a batch's intents among its plans; there is always room for as many again."""
    ends = (asked.first + len(asked)) * at.PLAN
    if ends > len(flight.plans):
        grown = [*flight.plans, *[0] * (2 * ends - len(flight.plans))]
        flight = flight._replace(plans=column(grown))
    columns = (
        *(asked.instrument, asked.target, asked.action, asked.limit_price, asked.trigger_price),
        *(*asked.stop_loss, *asked.take_profit, *asked.trailing_stop),
    )
    for place, each in enumerate(columns):
        flight.plans[asked.first * at.PLAN + place : ends : at.PLAN] = column(each)
    return flight


def roomier(flight: Flight, count: int, column: Columns) -> Flight:
    """The same with room for twice as many lots and orders, and for the rows these may need."""
    room = int(flight.book[at.LOTS_ROOM])
    stretch = room * at.LOT
    lots = [
        number
        for each in range(count)
        for number in [*flight.lots[each * stretch : (each + 1) * stretch], *[0] * stretch]
    ]
    flight.book[at.LOTS_ROOM] = 2 * room
    working, errands, met = (
        column([*each, *[0] * len(each)]) for each in (flight.working, flight.errands, flight.met)
    )
    asks, log = (column([0] * (2 * len(each))) for each in (flight.asks, flight.log))
    return Flight(flight.book, column(lots), working, errands, met, asks, log, flight.plans)
