"""Wanted positions to orders in the kernel: what `streams.ordering` says, over columns."""

from streams.kernel import layout as at
from streams.kernel.columns import Fixed, Flight
from streams.kernel.ledger import home_of
from streams.kernel.requests import Request, propose, protecting, withdraw, withdraw_protection
from streams.kernel.wanting import NOTHING_ASKED, in_flight, owed, staying, stopless, wanted_of
from streams.levels import limit_price, trigger_price


def follow(fixed: Fixed, flight: Flight, late: bool, sequence: int) -> None:
    """An intent: give back what is too much, withdraw what goes the other way, enter the rest."""
    flight.book[at.HEARD] = sequence
    wanted = wanted_of(fixed, flight, sequence)
    if wanted == NOTHING_ASKED:
        return
    instrument = flight.plans[sequence * at.PLAN + at.PLAN_INSTRUMENT]
    flight.book[home_of(instrument) + at.FOLLOWED] = 1
    if wanted != 0 and late:
        propose_lot(fixed, flight, late, sequence, wanted, False)
        return
    aim(flight, instrument, wanted, at.BY_INTENT, sequence)
    flight.book[home_of(instrument) + at.WAITING] = sequence
    pursue(fixed, flight, late, instrument)


def aim(flight: Flight, instrument: int, target: int, kind: int, cause: int) -> None:
    """Sets what is wanted, and why; nothing waits any more."""
    home = home_of(instrument)
    flight.book[home + at.TARGET] = target
    flight.book[home + at.AIMED] = 1
    flight.book[home + at.CAUSE_KIND] = kind
    flight.book[home + at.CAUSE] = cause
    flight.book[home + at.EXITS] = 0
    flight.book[home + at.WAITING] = at.NOBODY


def pursue(fixed: Fixed, flight: Flight, late: bool, instrument: int) -> None:
    """Whatever the target still needs: exits first; they and the entry wait while protection rests."""
    home = home_of(instrument)
    if protecting(flight, instrument, False) > 0 and owed(flight, instrument) != 0:
        withdraw_protection(flight, instrument)
        withdraw_unwanted(flight, instrument)
        return
    waiting = flight.book[home + at.WAITING]
    give_back(fixed, flight, late, instrument, waiting)
    if waiting != at.NOBODY:
        flight.book[home + at.WAITING] = at.NOBODY
        withdraw_unwanted(flight, instrument)
        enter(fixed, flight, late, waiting)


def give_back(fixed: Fixed, flight: Flight, late: bool, instrument: int, intent: int) -> None:
    """Gives back what is held beyond the target, less exits in flight: it never sells what is not there."""
    home, signed = home_of(instrument), owed(flight, instrument)
    if signed == 0:
        return
    kind, generation = flight.book[home + at.CAUSE_KIND], flight.book[home + at.EXITS]
    by_clock = kind == at.BY_SQUARE_OFF or kind == at.BY_EXIT_AFTER
    flight.book[home + at.EXITS] += 1
    cause = flight.book[home + at.CAUSE]
    request = Request(
        instrument,
        signed,
        at.EXIT,
        intent,
        kind,
        cause,
        generation,
        at.MARKET,
        at.DAY_ORDER,
        0,
        0,
        by_clock,
        False,
    )
    propose(fixed, flight, late, request)


def enter(fixed: Fixed, flight: Flight, late: bool, intent: int) -> None:
    """Orders target - position - in flight if risk permits; a refusal disarms the target until it changes."""
    plan = intent * at.PLAN
    instrument, target = flight.plans[plan + at.PLAN_INSTRUMENT], flight.plans[plan + at.PLAN_TARGET]
    if stopless(fixed, flight, intent):
        propose_lot(fixed, flight, late, intent, target, True)
        return
    wanted = flight.book[home_of(instrument) + at.TARGET]
    missing = wanted - staying(flight, instrument) - in_flight(flight, instrument, at.ENTRY)
    if missing * wanted > 0:
        propose(fixed, flight, late, priced(fixed, flight, intent, instrument, missing))


def propose_lot(
    fixed: Fixed, flight: Flight, late: bool, intent: int, wanted: int, without_stop: bool
) -> None:
    """Risk's word on an entry of one lot: for what it will refuse whatever the size."""
    instrument = flight.plans[intent * at.PLAN + at.PLAN_INSTRUMENT]
    lot = fixed.traits[instrument * at.TRAIT + at.LOT_SIZE]
    signed, kind = lot if wanted > 0 else -lot, at.MARKET
    request = Request(
        instrument,
        signed,
        at.ENTRY,
        intent,
        at.BY_INTENT,
        intent,
        0,
        kind,
        at.DAY_ORDER,
        0,
        0,
        False,
        without_stop,
    )
    propose(fixed, flight, late, request)


def priced(fixed: Fixed, flight: Flight, intent: int, instrument: int, signed: int) -> Request:
    """An entry with its type and prices, on the tick grid before risk sees it."""
    plan, trait, sign = intent * at.PLAN, instrument * at.TRAIT, 1 if signed > 0 else -1
    kind, tick = fixed.traits[trait + at.TYPE], fixed.traits[trait + at.TICK]
    named = flight.plans[plan + at.PLAN_LIMIT]
    limit, trigger = 0, 0
    if kind == at.STOP_LIMIT or kind == at.STOP_MARKET:
        trigger = trigger_price(sign, flight.plans[plan + at.PLAN_TRIGGER], tick)
    if kind == at.LIMIT:
        mark = flight.book[home_of(instrument) + at.MARK]
        limit = limit_price(sign, named, mark, fixed.traits[trait + at.OFFSET], tick)
    if kind == at.STOP_LIMIT:
        limit = limit_price(sign, named, trigger, 0, tick)
    validity, cause = fixed.traits[trait + at.VALIDITY], at.BY_INTENT
    return Request(
        instrument, signed, at.ENTRY, intent, cause, intent, 0, kind, validity, limit, trigger, False, False
    )


def withdraw_unwanted(flight: Flight, instrument: int) -> None:
    """Cancels entries that go the wrong way, and all of them where they would come to too much."""
    wanted = flight.book[home_of(instrument) + at.TARGET]
    coming, room = in_flight(flight, instrument, at.ENTRY), wanted - staying(flight, instrument)
    fits = coming * wanted > 0 and abs(coming) <= abs(room) and coming * room > 0
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if (
            flight.working[place + at.ORDER_INSTRUMENT] == instrument
            and flight.working[place + at.ORDER_LEG] == at.ENTRY
            and (not fits or flight.working[place + at.ORDER_SIGNED] * wanted <= 0)
        ):
            withdraw(flight, place)


def withdraw_entries(flight: Flight, instrument: int) -> None:
    """Cancels all of them."""
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if (
            flight.working[place + at.ORDER_INSTRUMENT] == instrument
            and flight.working[place + at.ORDER_LEG] == at.ENTRY
        ):
            withdraw(flight, place)


def square_off(fixed: Fixed, flight: Flight, late: bool, instrument: int, kind: int) -> None:
    """Aims an instrument at nothing, disarmed until its strategy asks anew; its entries are withdrawn."""
    aim(flight, instrument, 0, kind, flight.book[at.TIME])
    pursue(fixed, flight, late, instrument)
    withdraw_entries(flight, instrument)
