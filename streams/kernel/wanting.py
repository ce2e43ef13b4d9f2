"""Intents to wanted positions in the kernel: what `streams.wanting` says, over columns."""

from streams.kernel import layout as at
from streams.kernel.columns import Fixed, Flight
from streams.kernel.ledger import home_of
from streams.sizing import CAPITAL, RISK, distance, sized

NOTHING_ASKED = 2**62


def in_flight(flight: Flight, instrument: int, leg: int) -> int:
    """Signed quantity still to come from the instrument's working orders of a leg, not counting on those
    asked to be cancelled."""
    total = 0
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if (
            flight.working[place + at.ORDER_INSTRUMENT] == instrument
            and flight.working[place + at.ORDER_LEG] == leg
            and flight.working[place + at.ORDER_WITHDRAWN] == 0
        ):
            total += flight.working[place + at.ORDER_SIGNED]
    return total


def excess(flight: Flight, instrument: int) -> int:
    """Signed quantity held beyond what the target allows."""
    home = home_of(instrument)
    held: int = flight.book[home + at.HELD]
    target: int = flight.book[home + at.TARGET]
    if flight.book[home + at.AIMED] == 0 or held == 0:
        return 0
    allowed = max(0, min(held, target)) if held > 0 else min(0, max(held, target))
    return held - allowed


def owed(flight: Flight, instrument: int) -> int:
    """The signed quantity to order to give back what is too much, less the exits in flight."""
    beyond = excess(flight, instrument)
    if beyond == 0:
        return 0
    signed = -beyond - in_flight(flight, instrument, at.EXIT)
    return signed if signed * beyond < 0 else 0


def staying(flight: Flight, instrument: int) -> int:
    """What will be held of the position when all exits, in flight and still owed, have filled."""
    held: int = flight.book[home_of(instrument) + at.HELD]
    return held + in_flight(flight, instrument, at.EXIT) + owed(flight, instrument)


def leaving(flight: Flight, instrument: int) -> bool:
    """Whether something of the position is being given back, or is about to be."""
    if flight.book[home_of(instrument) + at.WAITING] != at.NOBODY:
        return True
    return owed(flight, instrument) != 0 or in_flight(flight, instrument, at.EXIT) != 0


def wanted_of(fixed: Fixed, flight: Flight, sequence: int) -> int:
    """The signed quantity an intent wants held; NOTHING_ASKED where it asks for nothing."""
    plan = sequence * at.PLAN
    instrument, target = flight.plans[plan + at.PLAN_INSTRUMENT], flight.plans[plan + at.PLAN_TARGET]
    action = flight.plans[plan + at.PLAN_ACTION]
    going = staying(flight, instrument) + in_flight(flight, instrument, at.ENTRY)
    if action == at.EXIT_ACTION:
        return NOTHING_ASKED if going == 0 or target * going < 0 else 0
    own = going if going * target > 0 else 0
    if stopless(fixed, flight, sequence):
        return own
    size = size_of(fixed, flight, sequence)
    if action == at.TARGET_ACTION or own == 0:
        return size
    most = fixed.traits[instrument * at.TRAIT + at.PYRAMIDING]
    return NOTHING_ASKED if times_entered(flight, instrument) >= most else own + size


def times_entered(flight: Flight, instrument: int) -> int:
    """How many intents have entered since the position was flat, those in flight included."""
    count: int = flight.book[home_of(instrument) + at.ENTRIES]
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if (
            flight.working[place + at.ORDER_INSTRUMENT] == instrument
            and flight.working[place + at.ORDER_INTENT] != at.NOBODY
            and flight.working[place + at.ORDER_WITHDRAWN] == 0
        ):
            count += 1
    return count


def stopless(fixed: Fixed, flight: Flight, sequence: int) -> bool:
    """Whether the size is a share of equity to risk, and there is no stop to tell the risk by."""
    plan = sequence * at.PLAN
    trait = flight.plans[plan + at.PLAN_INSTRUMENT] * at.TRAIT
    if fixed.traits[trait + at.MEASURE] != RISK or flight.plans[plan + at.PLAN_TARGET] == 0:
        return False
    points, ppm = stop_distance(flight, plan)
    return points == 0 and ppm == 0


def stop_distance(flight: Flight, plan: int) -> tuple[int, int]:
    """The distance of an intent's stop-loss, else of its trailing stop."""
    points, ppm = flight.plans[plan + at.PLAN_STOP], flight.plans[plan + at.PLAN_STOP_PPM]
    if points == 0 and ppm == 0:
        return flight.plans[plan + at.PLAN_TRAIL], flight.plans[plan + at.PLAN_TRAIL_PPM]
    return points, ppm


def size_of(fixed: Fixed, flight: Flight, sequence: int) -> int:
    """The signed quantity an intent's amount comes to."""
    plan = sequence * at.PLAN
    instrument, target = flight.plans[plan + at.PLAN_INSTRUMENT], flight.plans[plan + at.PLAN_TARGET]
    measure = fixed.traits[instrument * at.TRAIT + at.MEASURE]
    mark = flight.book[home_of(instrument) + at.MARK]
    points, ppm = stop_distance(flight, plan)
    stop = max(1, distance(mark, points, ppm)) if measure == RISK and target != 0 else 0
    worth = equity(fixed, flight) if measure in (CAPITAL, RISK) else 0
    return sized(measure, target, mark, fixed.traits[instrument * at.TRAIT + at.LOT_SIZE], worth, stop)


def equity(fixed: Fixed, flight: Flight) -> int:
    """Cash and positions at market."""
    total: int = flight.book[at.CASH]
    for instrument in range(len(fixed.traits) // at.TRAIT):
        home = home_of(instrument)
        total += flight.book[home + at.HELD] * flight.book[home + at.MARK]
    return total
