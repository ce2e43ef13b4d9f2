"""Protection in the kernel: what `streams.protection` says, over columns."""

from streams.kernel import layout as at
from streams.kernel.columns import Batch, Fixed, Flight
from streams.kernel.ledger import home_of, logged
from streams.kernel.requests import Request, propose, protecting, withdraw, withdraw_protection
from streams.kernel.wanting import leaving
from streams.levels import best_price, reference_of, stop_level, target_level, tighter


def entered(fixed: Fixed, flight: Flight, instrument: int, intent: int, before: int) -> None:
    """An entry has filled on a position of `before`: the latest intent's distances hold from now on."""
    run, home = flight.book, home_of(instrument)
    held = run[home + at.HELD]
    begins = before == 0 or before * held < 0
    run[home + at.ENTRIES] = 1 if begins else run[home + at.ENTRIES] + 1
    if run[home + at.GUARD] < intent:
        if run[home + at.GUARD] != at.NOBODY:
            run[home + at.GUARD] = intent
            run[home + at.PLACED] = 0
        elif protects(fixed, flight, instrument, intent):
            set_guard(flight, home, intent)
    if run[home + at.GUARD] != at.NOBODY and begins and held != 0:
        run[home + at.BEST] = reference_of(run[home + at.COST], held)
        run[home + at.FRESH] = 1
        run[home + at.AGE] = 0


def set_guard(flight: Flight, home: int, intent: int) -> None:
    """A guard that has seen nothing."""
    flight.book[home + at.GUARD] = intent
    flight.book[home + at.BEST] = 0
    flight.book[home + at.FRESH] = 1
    flight.book[home + at.AGE] = 0
    flight.book[home + at.PLACED] = 0


def protects(fixed: Fixed, flight: Flight, instrument: int, intent: int) -> bool:
    """Whether a position entered by this intent has to be watched."""
    for place in range(intent * at.PLAN + at.PLAN_STOP, (intent + 1) * at.PLAN):
        if flight.plans[place] != 0:
            return True
    ends: bool = fixed.traits[instrument * at.TRAIT + at.EXIT_AFTER] > 0
    return ends


def watched(fixed: Fixed, flight: Flight, batch: Batch, candle: int, instrument: int) -> None:
    """A candle has closed on the position: its trail follows, its time passes."""
    run, home = flight.book, home_of(instrument)
    if run[home + at.GUARD] == at.NOBODY or run[home + at.LOTS] == 0:
        return
    plan = run[home + at.GUARD] * at.PLAN
    if flight.plans[plan + at.PLAN_TRAIL] != 0 or flight.plans[plan + at.PLAN_TRAIL_PPM] != 0:
        fresh, close = run[home + at.FRESH] == 1, batch.closes[candle]
        high, low = (close, close) if fresh else (batch.highs[candle], batch.lows[candle])
        sign = 1 if run[home + at.HELD] > 0 else -1
        run[home + at.BEST] = best_price(sign, run[home + at.BEST], high, low)
    if fixed.traits[instrument * at.TRAIT + at.EXIT_AFTER] > 0:
        run[home + at.AGE] += 1
    run[home + at.FRESH] = 0


def timed_out(fixed: Fixed, flight: Flight, instrument: int) -> bool:
    """Whether the position has lasted as many candles as its intent gave it."""
    home, most = home_of(instrument), fixed.traits[instrument * at.TRAIT + at.EXIT_AFTER]
    out: bool = flight.book[home + at.GUARD] != at.NOBODY and 0 < most <= flight.book[home + at.AGE]
    return out


def aligned(fixed: Fixed, flight: Flight, late: bool, instrument: int) -> None:
    """Places, moves and withdraws protective orders until they are what the position asks for."""
    run, home = flight.book, home_of(instrument)
    count = protecting(flight, instrument, False)
    if count == 0 and run[home + at.GUARD] == at.NOBODY:
        return
    if run[home + at.LOTS] == 0:
        withdraw_protection(flight, instrument)
        return
    if leaving(flight, instrument):
        return
    placeable = protecting(flight, instrument, True) == 0
    stop, profit = levels(fixed, flight, instrument)
    decided = set_leg(fixed, flight, late, instrument, at.STOP_LOSS, stop, placeable)
    more = set_leg(fixed, flight, late, instrument, at.TAKE_PROFIT, profit, placeable)
    if decided or more:
        run[home + at.PLACED] += 1


def levels(fixed: Fixed, flight: Flight, instrument: int) -> tuple[int, int]:
    """Where stop-loss and take-profit belong; 0 where there is none."""
    run, home = flight.book, home_of(instrument)
    if run[home + at.GUARD] == at.NOBODY:
        return 0, 0
    plan, sign = run[home + at.GUARD] * at.PLAN, 1 if run[home + at.HELD] > 0 else -1
    tick, plans = fixed.traits[instrument * at.TRAIT + at.TICK], flight.plans
    reference = reference_of(run[home + at.COST], run[home + at.HELD])
    stop = stop_level(sign, reference, plans[plan + at.PLAN_STOP], plans[plan + at.PLAN_STOP_PPM], tick)
    best = run[home + at.BEST]
    trail = stop_level(sign, best, plans[plan + at.PLAN_TRAIL], plans[plan + at.PLAN_TRAIL_PPM], tick)
    points, ppm = plans[plan + at.PLAN_PROFIT], plans[plan + at.PLAN_PROFIT_PPM]
    return tighter(sign, stop, trail), target_level(sign, reference, points, ppm, tick)


def set_leg(
    fixed: Fixed, flight: Flight, late: bool, instrument: int, leg: int, price: int, placeable: bool
) -> bool:
    """One leg's order as it should be; whether risk had to be asked."""
    held = flight.book[home_of(instrument) + at.HELD]
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if (
            flight.working[place + at.ORDER_INSTRUMENT] == instrument
            and flight.working[place + at.ORDER_LEG] == leg
            and flight.working[place + at.ORDER_WITHDRAWN] == 0
        ):
            if price == 0:
                withdraw(flight, place)
            else:
                move(flight, place, leg, -held, price)
            return False
    if price == 0 or not placeable:
        return False
    propose(fixed, flight, late, protection(flight, instrument, leg, price))
    return True


def protection(flight: Flight, instrument: int, leg: int, price: int) -> Request:
    """The request for a leg at a price."""
    home = home_of(instrument)
    intent, generation = flight.book[home + at.GUARD], flight.book[home + at.PLACED]
    stop = leg == at.STOP_LOSS
    kind, limit, trigger = (at.STOP_MARKET, 0, price) if stop else (at.LIMIT, price, 0)
    return Request(
        instrument,
        -flight.book[home + at.HELD],
        leg,
        intent,
        at.BY_INTENT,
        intent,
        generation,
        kind,
        at.DAY_ORDER,
        limit,
        trigger,
        False,
        False,
    )


def move(flight: Flight, place: int, leg: int, signed: int, price: int) -> None:
    """Changes a working order's quantity and price, where they differ."""
    priced = place + (at.ORDER_TRIGGER if leg == at.STOP_LOSS else at.ORDER_LIMIT)
    if flight.working[priced] == price and flight.working[place + at.ORDER_SIGNED] == signed:
        return
    flight.working[priced] = price
    flight.working[place + at.ORDER_SIGNED] = signed
    row = logged(flight, at.MODIFIED, flight.working[place + at.ORDER_ASK], flight.book[at.NOW])
    flight.log[row + at.LOG_SIGNED] = signed
    flight.log[row + at.LOG_PRICE] = price
