"""Fills in the kernel's books: lots close first in, first out, and every step is logged."""

from streams.domain.money import share
from streams.kernel import layout as at
from streams.kernel.columns import Flight


def logged(flight: Flight, kind: int, about: int, time: int) -> int:
    """Begins a row of the log; its place."""
    row: int = flight.book[at.LOGGED] * at.LOG
    flight.book[at.LOGGED] += 1
    flight.log[row + at.LOG_KIND] = kind
    flight.log[row + at.LOG_ASK] = about
    flight.log[row + at.LOG_TIME] = time
    return row


def book(
    flight: Flight, ask: int, trade: int, instrument: int, signed: int, price: int, charges: int, time: int
) -> None:
    """A fill of signed quantity: opposite lots close first, the rest opens one."""
    run, home = flight.book, at.RUN + instrument * at.HOLDING
    row = logged(flight, at.FILLED, ask, time)
    flight.log[row + at.LOG_INSTRUMENT] = instrument
    flight.log[row + at.LOG_SIGNED] = signed
    flight.log[row + at.LOG_PRICE] = price
    flight.log[row + at.LOG_CHARGES] = charges
    rest, gained = signed, 0
    while rest != 0 and run[home + at.HELD] * rest < 0:
        closed, earned = close_first(flight, instrument, rest, price, time)
        rest += closed
        gained += earned
    flight.log[row + at.LOG_OPENED] = rest
    if rest != 0:
        open_lot(flight, instrument, trade, rest, rest * price)
    run[home + at.GAINED] += gained
    run[home + at.PAID] += charges
    run[at.CASH] -= signed * price + charges
    run[at.REALISED] += gained
    run[at.CHARGES] += charges


def close_first(flight: Flight, instrument: int, signed: int, price: int, time: int) -> tuple[int, int]:
    """Gives back the oldest lot, whole or in part: the signed quantity closed and what it earned."""
    run, lots, home = flight.book, flight.lots, at.RUN + instrument * at.HOLDING
    lot = lot_place(flight, instrument, run[home + at.FIRST])
    quantity, cost = lots[lot + at.LOT_QUANTITY], lots[lot + at.LOT_COST]
    size = min(abs(signed), abs(quantity))
    back = size if quantity > 0 else -size
    spent = share(cost, size, abs(quantity))
    earned = back * price - spent
    row = logged(flight, at.LOT_CLOSED, lots[lot + at.LOT_TRADE], time)
    flight.log[row + at.CLOSED_QUANTITY] = back
    flight.log[row + at.CLOSED_COST] = spent
    flight.log[row + at.CLOSED_REALISED] = earned
    lots[lot + at.LOT_QUANTITY] = quantity - back
    lots[lot + at.LOT_COST] = cost - spent
    run[home + at.HELD] -= back
    run[home + at.COST] -= spent
    if back == quantity:
        run[home + at.FIRST] += 1
        run[home + at.LOTS] -= 1
    return back, earned


def open_lot(flight: Flight, instrument: int, trade: int, signed: int, cost: int) -> None:
    """A lot behind the others; they move up when the end of their stretch is reached."""
    run, lots, home = flight.book, flight.lots, at.RUN + instrument * at.HOLDING
    if run[home + at.FIRST] + run[home + at.LOTS] == lots_room(flight):
        move_up(flight, instrument)
    lot = lot_place(flight, instrument, run[home + at.FIRST] + run[home + at.LOTS])
    lots[lot + at.LOT_TRADE] = trade
    lots[lot + at.LOT_QUANTITY] = signed
    lots[lot + at.LOT_COST] = cost
    run[home + at.LOTS] += 1
    run[home + at.HELD] += signed
    run[home + at.COST] += cost


def lots_room(flight: Flight) -> int:
    """How many lots an instrument has room for."""
    room: int = flight.book[at.LOTS_ROOM]
    return room


def lot_place(flight: Flight, instrument: int, number: int) -> int:
    """Where the instrument's lot of this number lies."""
    return (instrument * lots_room(flight) + number) * at.LOT


def move_up(flight: Flight, instrument: int) -> None:
    """The instrument's lots to the beginning of their stretch."""
    home = at.RUN + instrument * at.HOLDING
    start = lot_place(flight, instrument, 0)
    shift = flight.book[home + at.FIRST] * at.LOT
    for place in range(start, start + flight.book[home + at.LOTS] * at.LOT):
        flight.lots[place] = flight.lots[place + shift]
    flight.book[home + at.FIRST] = 0
