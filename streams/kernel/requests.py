"""Requests through risk in the kernel: what is permitted rests and is sent out, everything is recorded."""

from typing import NamedTuple

from streams.kernel import layout as at
from streams.kernel.columns import Fixed, Flight
from streams.kernel.ledger import home_of, logged
from streams.kernel.rules import judged
from streams.kernel.wanting import in_flight, staying
from streams.risk.facts import Book, Proposal


class Request(NamedTuple):
    """An order as it is asked for; prices are 0 where none is named, `intent` may be NOBODY."""

    instrument: int
    signed: int
    leg: int
    intent: int
    cause_kind: int
    cause: int
    generation: int
    type: int
    validity: int
    limit: int
    trigger: int
    squares_off: bool
    stopless: bool


def propose(fixed: Fixed, flight: Flight, batch_late: bool, request: Request) -> bool:
    """Risk's decision on a request, and its order when permitted."""
    run, row = flight.book, flight.book[at.KEPT] * fixed.numbers[at.WIDTH]
    number = run[at.ASKED]
    write(flight, row, request)
    run[at.KEPT] += 1
    run[at.ASKED] += 1
    logged(flight, at.DECIDED, number, run[at.NOW])
    if not permitted(fixed, flight, row, batch_late, request):
        return False
    rest(fixed, flight, number, request)
    send(flight, at.PLACING, number)
    run[at.ORDERS_TODAY] += 1
    if request.leg == at.ENTRY:
        run[at.TRADES_TODAY] += 1
    return True


def write(flight: Flight, row: int, request: Request) -> None:
    """The request as it is kept."""
    flight.asks[row + at.ASK_INTENT] = request.intent
    flight.asks[row + at.ASK_INSTRUMENT] = request.instrument
    flight.asks[row + at.ASK_SIGNED] = request.signed
    flight.asks[row + at.ASK_TIME] = flight.book[at.NOW]
    flight.asks[row + at.ASK_LEG] = request.leg
    flight.asks[row + at.ASK_CAUSE_KIND] = request.cause_kind
    flight.asks[row + at.ASK_CAUSE] = request.cause
    flight.asks[row + at.ASK_GENERATION] = request.generation
    flight.asks[row + at.ASK_TYPE] = request.type
    flight.asks[row + at.ASK_LIMIT] = request.limit
    flight.asks[row + at.ASK_TRIGGER] = request.trigger
    flight.asks[row + at.ASK_VALIDITY] = request.validity
    flight.asks[row + at.ASK_REFERENCE] = flight.book[home_of(request.instrument) + at.REFERENCE]


def permitted(fixed: Fixed, flight: Flight, row: int, late: bool, request: Request) -> bool:
    """Every rule in turn, up to the first that refuses; what each observed is kept with the request."""
    proposal = proposed(fixed, flight, late, request)
    book = weighed(fixed, flight, request.instrument)
    verdicts = judged(fixed.limits, flight.asks, row + at.ASK, 0, proposal, book)
    flight.asks[row + at.ASK_VERDICTS] = verdicts if verdicts >= 0 else -verdicts
    flight.asks[row + at.ASK_PERMITTED] = 1 if verdicts >= 0 else 0
    return verdicts >= 0


def proposed(fixed: Fixed, flight: Flight, late: bool, request: Request) -> Proposal:
    """A request in the numbers the rules look at."""
    home, trait = home_of(request.instrument), request.instrument * at.TRAIT
    quantity, entry = abs(request.signed), request.leg == at.ENTRY
    protective = request.leg == at.STOP_LOSS or request.leg == at.TAKE_PROFIT
    price = request.limit if request.limit != 0 else request.trigger
    return Proposal(
        request.instrument,
        quantity,
        quantity * flight.book[home + at.MARK],
        not entry,
        request.squares_off or protective,
        0 if protective else price,
        flight.book[home + at.REFERENCE],
        fixed.traits[trait + at.BAND],
        fixed.traits[trait + at.LOT_SIZE],
        0,
        fixed.traits[trait + at.TRADABLE] == 1,
        1 if entry and late else 0,
        short_by(fixed, flight, request),
        request.stopless,
        0,
    )


def short_by(fixed: Fixed, flight: Flight, request: Request) -> int:
    """By how much an entry would sell what is to be delivered and will not be held."""
    if fixed.traits[request.instrument * at.TRAIT + at.DELIVERED] == 0 or request.leg != at.ENTRY:
        return 0
    going = staying(flight, request.instrument) + in_flight(flight, request.instrument, at.ENTRY)
    return max(0, -(going + request.signed))


def weighed(fixed: Fixed, flight: Flight, instrument: int) -> Book:
    """The run's book; entries in flight count as if they had filled, exits only once they have."""
    run = flight.book
    value, exposure, deployed, others = 0, 0, 0, 0
    for each in range(len(fixed.traits) // at.TRAIT):
        home = home_of(each)
        mark = run[home + at.MARK]
        market, coming = run[home + at.HELD] * mark, entering(flight, each)
        value += market
        exposure += abs(market) + coming * mark
        deployed += abs(run[home + at.COST]) + coming * mark
        if each != instrument and (run[home + at.LOTS] > 0 or coming != 0):
            others += 1
    day_pnl = run[at.CASH] + value - run[at.DAY_EQUITY]
    orders, trades = run[at.ORDERS_TODAY], run[at.TRADES_TODAY]
    return Book(True, day_pnl, others, deployed, exposure, 0, 0, False, 0, orders, trades)


def entering(flight: Flight, instrument: int) -> int:
    """Quantity of the instrument's working entries, without sign."""
    total = 0
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if (
            flight.working[place + at.ORDER_INSTRUMENT] == instrument
            and flight.working[place + at.ORDER_LEG] == at.ENTRY
        ):
            total += abs(flight.working[place + at.ORDER_SIGNED])
    return total


def rest(fixed: Fixed, flight: Flight, number: int, request: Request) -> None:
    """The order works behind the others."""
    place, working = flight.book[at.WORKING] * at.ORDER, flight.working
    flight.book[at.WORKING] += 1
    working[place + at.ORDER_ASK] = number
    working[place + at.ORDER_INSTRUMENT] = request.instrument
    working[place + at.ORDER_SIGNED] = request.signed
    working[place + at.ORDER_LEG] = request.leg
    working[place + at.ORDER_TIME] = flight.book[at.NOW]
    working[place + at.ORDER_TYPE] = request.type
    working[place + at.ORDER_LIMIT] = request.limit
    working[place + at.ORDER_TRIGGER] = request.trigger
    working[place + at.ORDER_INTENT] = request.intent if request.leg == at.ENTRY else at.NOBODY
    working[place + at.ORDER_WITHDRAWN] = 0
    working[place + at.ORDER_ACCEPTED] = 0
    working[place + at.ORDER_TRIGGERED] = 0
    working[place + at.ORDER_DAY] = -1
    working[place + at.ORDER_MEETS] = -1


def send(flight: Flight, kind: int, number: int) -> None:
    """Something for the exchange to do, after what waits already."""
    place = flight.book[at.ERRANDS] * at.ERRAND
    flight.errands[place] = kind
    flight.errands[place + 1] = number
    flight.book[at.ERRANDS] += 1


def withdraw(flight: Flight, place: int) -> None:
    """Asks for a working order to be cancelled, once."""
    if flight.working[place + at.ORDER_WITHDRAWN] == 0:
        flight.working[place + at.ORDER_WITHDRAWN] = 1
        number = flight.working[place + at.ORDER_ASK]
        logged(flight, at.CANCELLED, number, flight.book[at.NOW])
        send(flight, at.WITHDRAWING, number)


def is_protective(flight: Flight, place: int) -> bool:
    """Whether a working order is a stop-loss or a take-profit."""
    leg: int = flight.working[place + at.ORDER_LEG]
    return leg in (at.STOP_LOSS, at.TAKE_PROFIT)


def protecting(flight: Flight, instrument: int, withdrawn: bool) -> int:
    """How many protective orders of the instrument work, or are on their way out."""
    count = 0
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if (
            flight.working[place + at.ORDER_INSTRUMENT] == instrument
            and is_protective(flight, place)
            and (not withdrawn or flight.working[place + at.ORDER_WITHDRAWN] == 1)
        ):
            count += 1
    return count


def withdraw_protection(flight: Flight, instrument: int) -> None:
    """Asks for all of them to be cancelled."""
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if flight.working[place + at.ORDER_INSTRUMENT] == instrument and is_protective(flight, place):
            withdraw(flight, place)
