"""Targets to orders in the kernel: what to give back, what to enter, and whether risk permits it."""

from streams.kernel import layout as at
from streams.kernel.columns import Batch, Fixed, Flight
from streams.kernel.ledger import logged
from streams.kernel.rules import judged
from streams.risk.facts import Book, Proposal

NOBODY = -1
"""In place of an intent: nobody asked but the fold itself."""


def toward_zero(quantity: int, lot: int) -> int:
    """To the lot."""
    return quantity // lot * lot if quantity >= 0 else -(-quantity // lot * lot)


def follow(fixed: Fixed, flight: Flight, batch: Batch, sequence: int, place: int, time: int) -> None:
    """A target that changed: give back what is too much, enter what is missing."""
    instrument = batch.asked_of[place]
    run, home = flight.book, at.RUN + instrument * at.HOLDING
    wanted = toward_zero(batch.targets[place], fixed.lots[instrument])
    run[home + at.TARGET] = wanted
    run[home + at.AIMED] = 1
    run[home + at.CAUSE] = sequence
    run[home + at.EXITS] = 0
    give_back(fixed, flight, instrument, sequence, time)
    missing = wanted - run[home + at.HELD] - in_flight(flight, instrument, False)
    if missing * wanted > 0:
        propose(fixed, flight, instrument, missing, at.ENTRY, sequence, time)


def give_back(fixed: Fixed, flight: Flight, instrument: int, intent: int, time: int) -> None:
    """Gives back what is held beyond the target, less exits in flight: it never sells what is not there."""
    run, home = flight.book, at.RUN + instrument * at.HOLDING
    beyond = excess(flight, instrument)
    signed = -beyond - in_flight(flight, instrument, True)
    if signed * beyond < 0:
        run[home + at.EXITS] += 1
        propose(fixed, flight, instrument, signed, at.EXIT, intent, time)


def excess(flight: Flight, instrument: int) -> int:
    """Signed quantity held beyond what the target allows."""
    home = at.RUN + instrument * at.HOLDING
    held: int = flight.book[home + at.HELD]
    target: int = flight.book[home + at.TARGET]
    if flight.book[home + at.AIMED] == 0 or held == 0:
        return 0
    allowed = max(0, min(held, target)) if held > 0 else min(0, max(held, target))
    return held - allowed


def in_flight(flight: Flight, instrument: int, exits_only: bool) -> int:
    """Signed quantity still to come from the instrument's resting orders."""
    total = 0
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if flight.working[place + at.ORDER_INSTRUMENT] == instrument and (
            not exits_only or flight.working[place + at.ORDER_LEG] == at.EXIT
        ):
            total += flight.working[place + at.ORDER_REST]
    return total


def propose(
    fixed: Fixed, flight: Flight, instrument: int, signed: int, leg: int, intent: int, time: int
) -> None:
    """Risk's decision on a request, and its order when permitted."""
    run, home = flight.book, at.RUN + instrument * at.HOLDING
    row = run[at.KEPT] * fixed.numbers[at.WIDTH]
    number = run[at.ASKED]
    flight.asks[row + at.ASK_INTENT] = intent
    flight.asks[row + at.ASK_INSTRUMENT] = instrument
    flight.asks[row + at.ASK_SIGNED] = signed
    flight.asks[row + at.ASK_TIME] = time
    flight.asks[row + at.ASK_LEG] = leg
    flight.asks[row + at.ASK_CAUSE] = run[home + at.CAUSE]
    flight.asks[row + at.ASK_GENERATION] = run[home + at.EXITS] - 1 if leg == at.EXIT else 0
    run[at.KEPT] += 1
    run[at.ASKED] += 1
    logged(flight, at.DECIDED, number, time)
    if permitted(fixed, flight, row, instrument, signed, leg):
        rest(flight, number, instrument, signed, leg, run[home + at.CAUSE], time)
        flight.errands[run[at.ERRANDS]] = number
        run[at.ERRANDS] += 1


def permitted(fixed: Fixed, flight: Flight, row: int, instrument: int, signed: int, leg: int) -> bool:
    """Every rule in turn, up to the first that refuses; what each observed is kept with the request."""
    proposal = proposed(fixed, flight, instrument, signed, leg)
    book = weighed(fixed, flight, instrument)
    verdicts = judged(fixed.limits, flight.asks, row + at.ASK, 0, proposal, book)
    flight.asks[row + at.ASK_VERDICTS] = abs(verdicts)
    flight.asks[row + at.ASK_PERMITTED] = 1 if verdicts >= 0 else 0
    flight.asks[row + at.ASK_REFERENCE] = proposal.reference
    return verdicts >= 0


def proposed(fixed: Fixed, flight: Flight, instrument: int, signed: int, leg: int) -> Proposal:
    """The order before it is one."""
    mark = flight.book[at.RUN + instrument * at.HOLDING + at.MARK]
    quantity = abs(signed)
    return Proposal(
        instrument, quantity, quantity * mark, leg == at.EXIT, False, 0, 0, 0, 1, 0, True, 0, 0, False, 0
    )


def weighed(fixed: Fixed, flight: Flight, instrument: int) -> Book:
    """The run's book; entries in flight count as if they had filled, exits only once they have."""
    run = flight.book
    value, exposure, deployed, others = 0, 0, 0, 0
    for each in range(len(fixed.ticks)):
        home = at.RUN + each * at.HOLDING
        mark = run[home + at.MARK]
        market, coming = run[home + at.HELD] * mark, abs(entering(flight, each))
        value += market
        exposure += abs(market) + coming * mark
        deployed += abs(run[home + at.COST]) + coming * mark
        if each != instrument and (run[home + at.LOTS] > 0 or coming != 0):
            others += 1
    day_pnl = run[at.CASH] + value - run[at.DAY_EQUITY]
    return Book(True, day_pnl, others, deployed, exposure, 0, 0, False, 0, 0, 0)


def entering(flight: Flight, instrument: int) -> int:
    """Signed quantity of the instrument's entries in flight."""
    total = 0
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if (
            flight.working[place + at.ORDER_INSTRUMENT] == instrument
            and flight.working[place + at.ORDER_LEG] == at.ENTRY
        ):
            total += flight.working[place + at.ORDER_REST]
    return total


def rest(flight: Flight, ask: int, instrument: int, signed: int, leg: int, trade: int, time: int) -> None:
    """The order rests behind the others until its bar comes."""
    place = flight.book[at.WORKING] * at.ORDER
    flight.book[at.WORKING] += 1
    flight.working[place + at.ORDER_ASK] = ask
    flight.working[place + at.ORDER_INSTRUMENT] = instrument
    flight.working[place + at.ORDER_REST] = signed
    flight.working[place + at.ORDER_LEG] = leg
    flight.working[place + at.ORDER_TIME] = time
    flight.working[place + at.ORDER_TRADE] = trade if leg == at.ENTRY else NOBODY


def answer(flight: Flight, time: int) -> None:
    """The exchange takes every order placed, in the order of placing."""
    for errand in range(flight.book[at.ERRANDS]):
        row = logged(flight, at.MOVED, flight.errands[errand], time)
        flight.log[row + at.LOG_STATUS] = at.SUBMITTED
    flight.book[at.ERRANDS] = 0
