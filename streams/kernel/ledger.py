"""Fills in the kernel's books: lots close first in, first out, and every step is logged."""

from streams.charges.levies import Dealings, dealt, provisional, settled
from streams.charges.tariff import Rates
from streams.domain.money import share
from streams.domain.portfolio import Charges
from streams.kernel import layout as at
from streams.kernel.columns import Fixed, Flight


def home_of(instrument: int) -> int:
    """Where an instrument's numbers begin."""
    return at.RUN + instrument * at.HOLDING


def logged(flight: Flight, kind: int, about: int, time: int) -> int:
    """Begins a row of the log; its place."""
    row: int = flight.book[at.LOGGED] * at.LOG
    flight.book[at.LOGGED] += 1
    flight.log[row + at.LOG_KIND] = kind
    flight.log[row + at.LOG_ASK] = about
    flight.log[row + at.LOG_TIME] = time
    return row


def book_fill(
    fixed: Fixed, flight: Flight, ask: int, trade: int, instrument: int, signed: int, price: int, time: int
) -> None:
    """A fill of signed quantity: opposite lots close first, the rest opens one."""
    run, home = flight.book, home_of(instrument)
    row = logged(flight, at.FILLED, ask, time)
    charges = charge(fixed, flight, row, instrument, signed, price)
    flight.log[row + at.LOG_INSTRUMENT] = instrument
    flight.log[row + at.LOG_SIGNED] = signed
    flight.log[row + at.LOG_PRICE] = price
    rest, gained = signed, 0
    while rest != 0 and run[home + at.HELD] * rest < 0:
        closed, earned = close_first(flight, instrument, rest, price, time)
        rest += closed
        gained += earned
    flight.log[row + at.LOG_OPENED] = rest
    if rest != 0:
        open_lot(flight, instrument, trade, rest, rest * price)
    run[home + at.GAINED] += gained
    run[at.CASH] -= signed * price + charges
    run[at.REALISED] += gained
    run[at.CHARGES] += charges
    run[home + at.PAID] += charges


def close_first(flight: Flight, instrument: int, signed: int, price: int, time: int) -> tuple[int, int]:
    """Gives back the oldest lot, whole or in part: the signed quantity closed and what it earned."""
    run, lots, home = flight.book, flight.lots, home_of(instrument)
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
    run, lots, home = flight.book, flight.lots, home_of(instrument)
    if run[home + at.FIRST] + run[home + at.LOTS] == run[at.LOTS_ROOM]:
        move_up(flight, instrument)
    lot = lot_place(flight, instrument, run[home + at.FIRST] + run[home + at.LOTS])
    lots[lot + at.LOT_TRADE] = trade
    lots[lot + at.LOT_QUANTITY] = signed
    lots[lot + at.LOT_COST] = cost
    run[home + at.LOTS] += 1
    run[home + at.HELD] += signed
    run[home + at.COST] += cost


def lot_place(flight: Flight, instrument: int, number: int) -> int:
    """Where the instrument's lot of this number lies."""
    place: int = (instrument * flight.book[at.LOTS_ROOM] + number) * at.LOT
    return place


def move_up(flight: Flight, instrument: int) -> None:
    """The instrument's lots to the beginning of their stretch."""
    home = home_of(instrument)
    start = lot_place(flight, instrument, 0)
    shift = flight.book[home + at.FIRST] * at.LOT
    for place in range(start, start + flight.book[home + at.LOTS] * at.LOT):
        flight.lots[place] = flight.lots[place + shift]
    flight.book[home + at.FIRST] = 0


def charge(fixed: Fixed, flight: Flight, row: int, instrument: int, signed: int, price: int) -> int:
    """A fill's provisional charges; under a tariff the day's dealings are kept for its contract note."""
    sign, quantity = 1 if signed > 0 else -1, abs(signed)
    parts = provisional(rates_on(fixed, instrument, flight.book[at.DAY]), sign, quantity * price, 0)
    if fixed.numbers[at.INDIAN] == 1:
        after = dealt(dealings_of(flight, instrument), sign, quantity, quantity * price, parts)
        keep_dealings(flight, instrument, after)
    return itemised(flight, row, parts)


def itemised(flight: Flight, row: int, parts: Charges) -> int:
    """Writes the parts into the log; their sum."""
    total = 0
    for place in range(at.PARTS):
        flight.log[row + at.LOG_PARTS + place] = parts[place]
        total += parts[place]
    flight.log[row + at.LOG_CHARGES] = total
    return total


def rates_on(fixed: Fixed, instrument: int, day: int) -> Rates:
    """The rates of the last stretch of days begun by this one, or of the first there is."""
    table, found = fixed.rates, -1
    for row in range(0, len(table), at.RATE):
        if table[row + at.RATE_INSTRUMENT] == instrument and (found < 0 or table[row + at.RATE_DAY] <= day):
            found = row
    n = found + at.RATE_NUMBERS
    return Rates(
        table[n],
        table[n + 1],
        table[n + 2],
        table[n + 3],
        table[n + 4],
        table[n + 5],
        table[n + 6],
        table[n + 7],
        table[n + 8],
        table[n + 9],
        table[n + 10],
        table[n + 11],
    )


def dealings_of(flight: Flight, instrument: int) -> Dealings:
    """What was dealt in an instrument today."""
    run, n = flight.book, home_of(instrument) + at.DEALINGS
    return Dealings(
        run[n],
        run[n + 1],
        run[n + 2],
        run[n + 3],
        run[n + 4],
        run[n + 5],
        run[n + 6],
        run[n + 7],
        run[n + 8],
    )


def keep_dealings(flight: Flight, instrument: int, dealings: Dealings) -> None:
    """What was dealt by now."""
    for place in range(len(dealings)):
        flight.book[home_of(instrument) + at.DEALINGS + place] = dealings[place]


def settle_day(fixed: Fixed, flight: Flight) -> None:
    """Settles what has been dealt on the run's day, instrument by instrument; nothing when it is settled."""
    for instrument in range(len(fixed.traits) // at.TRAIT):
        dealings = dealings_of(flight, instrument)
        if dealings.bought != 0 or dealings.sold != 0:
            day = flight.book[at.DAY]
            parts = settled(rates_on(fixed, instrument, day), dealings)
            keep_dealings(flight, instrument, Dealings(0, 0, 0, 0, 0, 0, 0, 0, 0))
            settle_parts(flight, instrument, day, parts)


def settle_parts(flight: Flight, instrument: int, day: int, parts: Charges) -> None:
    """What a contract note adds or takes off; no row where that is nothing at all."""
    row = logged(flight, at.SETTLED, day, flight.book[at.TIME])
    flight.log[row + at.LOG_INSTRUMENT] = instrument
    total, some = itemised(flight, row, parts), False
    for place in range(at.PARTS):
        some = some or parts[place] != 0
    if not some:
        flight.book[at.LOGGED] -= 1
    flight.book[home_of(instrument) + at.PAID] += total
    flight.book[at.CASH] -= total
    flight.book[at.CHARGES] += total
