"""From moment to moment in the kernel: to the next at which something can happen, while there is room."""

from streams.kernel import layout as at
from streams.kernel.columns import Batch, Fixed, Flight
from streams.kernel.ledger import home_of
from streams.kernel.meeting import type_of
from streams.kernel.requests import is_protective, protecting
from streams.kernel.wanting import leaving

FAR = 2**62


def next_moment(fixed: Fixed, flight: Flight, batch: Batch, moment: int) -> int:
    """The first moment from this one on that matters anyhow (the last one does), or at which a candle may do
    something."""
    if moment >= len(batch.times) or batch.matters[moment] == 1:
        return moment
    count = len(fixed.traits) // at.TRAIT
    for instrument in range(count):
        watch(fixed, flight, instrument)
    if count == 1:
        return next_alone(flight, batch, moment)
    while batch.matters[moment] == 0 and not stirring(flight, batch, moment, count):
        moment += 1
    return moment


def stirring(flight: Flight, batch: Batch, moment: int, count: int) -> bool:
    """Whether a candle of the moment may do something to what rests."""
    stirred = False
    for instrument in range(count):
        stirred = stirred or stirs(flight, batch, moment * count + instrument, instrument)
    return stirred


def next_alone(flight: Flight, batch: Batch, moment: int) -> int:
    """The same for a run with one instrument, whose every moment is a candle."""
    home = home_of(0)
    if flight.book[home + at.WAKE] == 1:
        return moment
    above, below = flight.book[home + at.WAKE_ABOVE], flight.book[home + at.WAKE_BELOW]
    matters, highs, lows = batch.matters, batch.highs, batch.lows
    while matters[moment] == 0 and highs[moment] < above and lows[moment] > below:
        moment += 1
    return moment


def stirs(flight: Flight, batch: Batch, candle: int, instrument: int) -> bool:
    """Whether a candle may do something to what rests."""
    run, home = flight.book, home_of(instrument)
    if batch.present[candle] == 0:
        return False
    if run[home + at.WAKE] == 1:
        return True
    found: bool = (
        batch.highs[candle] >= run[home + at.WAKE_ABOVE] or batch.lows[candle] <= run[home + at.WAKE_BELOW]
    )
    return found


def watch(fixed: Fixed, flight: Flight, instrument: int) -> None:
    """What to look out for: from which prices on a candle matters, or that each one does."""
    run, home = flight.book, home_of(instrument)
    run[home + at.WAKE_ABOVE], run[home + at.WAKE_BELOW] = FAR, -FAR
    held = run[home + at.LOTS] > 0
    run[home + at.WAKE] = 1 if held and restless(fixed, flight, instrument) else 0
    for place in range(0, run[at.WORKING] * at.ORDER, at.ORDER):
        if flight.working[place + at.ORDER_INSTRUMENT] == instrument:
            watch_order(flight, home, place)


def watch_order(flight: Flight, home: int, place: int) -> None:
    """The same for one order. A market order, and one that has met no bar yet, minds every candle."""
    run, kind = flight.book, type_of(flight, place)
    if kind == at.MARKET or (not is_protective(flight, place) and flight.working[place + at.ORDER_DAY] < 0):
        run[home + at.WAKE] = 1
        return
    limited = kind == at.LIMIT
    level = flight.working[place + (at.ORDER_LIMIT if limited else at.ORDER_TRIGGER)]
    if (flight.working[place + at.ORDER_SIGNED] > 0) != limited:
        run[home + at.WAKE_ABOVE] = min(run[home + at.WAKE_ABOVE], level)
    else:
        run[home + at.WAKE_BELOW] = max(run[home + at.WAKE_BELOW], level)


def restless(fixed: Fixed, flight: Flight, instrument: int) -> bool:
    """Whether every candle of the instrument does something: a trail follows, time passes, something is owed
    or missing."""
    run, home = flight.book, home_of(instrument)
    if leaving(flight, instrument):
        return True
    if run[home + at.GUARD] == at.NOBODY:
        return False
    plan, plans = run[home + at.GUARD] * at.PLAN, flight.plans
    trails = plans[plan + at.PLAN_TRAIL] != 0 or plans[plan + at.PLAN_TRAIL_PPM] != 0
    if trails or fixed.traits[instrument * at.TRAIT + at.EXIT_AFTER] > 0:
        return True
    stop = plans[plan + at.PLAN_STOP] != 0 or plans[plan + at.PLAN_STOP_PPM] != 0
    profit = plans[plan + at.PLAN_PROFIT] != 0 or plans[plan + at.PLAN_PROFIT_PPM] != 0
    legs = (1 if stop else 0) + (1 if profit else 0)
    return protecting(flight, instrument, False) < legs


def roomy(fixed: Fixed, flight: Flight, batch: Batch, moment: int, place: int) -> bool:
    """Whether a moment's doings surely fit what room is left."""
    count = len(fixed.traits) // at.TRAIT
    lots = 0
    for instrument in range(count):
        lots = max(lots, flight.book[home_of(instrument) + at.LOTS])
    asked = 0
    while place + asked < len(batch.asked_at) and batch.asked_at[place + asked] == moment:
        asked += 1
    working = flight.book[at.WORKING]
    requests = 8 * count + 4 * asked + 2 * working
    rows = 8 * requests + count * (lots + 8)
    fits: bool = (
        lots + 4 <= flight.book[at.LOTS_ROOM]
        and (flight.book[at.KEPT] + requests) * fixed.numbers[at.WIDTH] <= len(flight.asks)
        and (flight.book[at.LOGGED] + rows) * at.LOG <= len(flight.log)
        and (working + requests) * at.ORDER <= len(flight.working)
    )
    return fits
