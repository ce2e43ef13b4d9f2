"""The simulated exchange in the kernel: what `streams.exchange` and `streams.matching` say, over columns.

For orders that fill whole: no cap on volume, no latency, no finer candles.
"""

from streams.exchange import (
    EXPIRED,
    OPEN,
    OPEN_STOPS,
    OPEN_TARGETS,
    OVER,
    RANGE,
    RANGE_STOPS,
    RANGE_TARGETS,
)
from streams.kernel import layout as at
from streams.kernel.columns import Batch, Fixed, Flight
from streams.kernel.ledger import home_of
from streams.kernel.requests import is_protective
from streams.pricing import (
    band_edge,
    inside_band,
    limit_at_open,
    limit_within,
    locked,
    slipped,
    stop_at_open,
    stop_within,
    worse,
)

IST_OFFSET = 19_800_000_000
DAY_LENGTH = 86_400_000_000


def begin(fixed: Fixed, flight: Flight, batch: Batch, moment: int) -> None:
    """The bars open: who meets them, from where bands reach."""
    count, time = len(fixed.traits) // at.TRAIT, batch.times[moment]
    day = (time + IST_OFFSET) // DAY_LENGTH
    for instrument in range(count):
        candle, home = moment * count + instrument, home_of(instrument)
        if batch.present[candle] == 1:
            if day > flight.book[home + at.LANE_DAY]:
                flight.book[home + at.LANE_REFERENCE] = flight.book[home + at.LANE_CLOSE]
            flight.book[home + at.LANE_DAY] = day
            flight.book[home + at.LANE_CLOSE] = batch.closes[candle]
            flight.book[home + at.LANE_ENTERED] = 0
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if batch.present[moment * count + flight.working[place + at.ORDER_INSTRUMENT]] == 1:
            meet_bar(flight, place, time, day)


def meet_bar(flight: Flight, place: int, time: int, day: int) -> None:
    """An order meets the bar if it was made before it."""
    if is_protective(flight, place):
        flight.working[place + at.ORDER_MEETS] = time
    elif flight.working[place + at.ORDER_TIME] < time:
        flight.working[place + at.ORDER_MEETS] = time
        if flight.working[place + at.ORDER_DAY] < 0:
            flight.working[place + at.ORDER_DAY] = day


def meet(fixed: Fixed, flight: Flight, batch: Batch, moment: int, stage: int) -> None:
    """What the bars do at one stage: reports, before anybody hears of them."""
    flight.book[at.MET] = 0
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if flight.working[place + at.ORDER_ACCEPTED] == 0:
            continue
        if stage in (EXPIRED, OVER):
            end(fixed, flight, place, stage)
        elif flight.working[place + at.ORDER_MEETS] == batch.times[moment] and has_turn(flight, place, stage):
            turn(fixed, flight, batch, moment, place, stage)


def has_turn(flight: Flight, place: int, stage: int) -> bool:
    """Whether the stage is the order's leg's."""
    leg = flight.working[place + at.ORDER_LEG]
    if leg == at.STOP_LOSS:
        return stage in (OPEN_STOPS, RANGE_STOPS)
    if leg == at.TAKE_PROFIT:
        return stage in (OPEN_TARGETS, RANGE_TARGETS)
    return stage in (OPEN, RANGE)


def report(flight: Flight, place: int, status: int, price: int) -> None:
    """Something to be heard of an order."""
    row = flight.book[at.MET] * at.REPORT
    flight.book[at.MET] += 1
    flight.met[row + at.REPORT_ASK] = flight.working[place + at.ORDER_ASK]
    flight.met[row + at.REPORT_STATUS] = status
    flight.met[row + at.REPORT_PRICE] = price


def end(fixed: Fixed, flight: Flight, place: int, stage: int) -> None:
    """A DAY order's date is over; an IOC order has met its bar."""
    day, instrument = flight.working[place + at.ORDER_DAY], flight.working[place + at.ORDER_INSTRUMENT]
    if is_protective(flight, place) or day < 0:
        return
    entry = flight.working[place + at.ORDER_LEG] == at.ENTRY
    immediate = entry and fixed.traits[instrument * at.TRAIT + at.VALIDITY] == at.IMMEDIATE
    over = day < flight.book[home_of(instrument) + at.LANE_DAY]
    if stage == EXPIRED and not immediate and over:
        report(flight, place, at.IS_EXPIRED, 0)
    elif stage == OVER and immediate:
        report(flight, place, at.IS_OVER, 0)


def turn(fixed: Fixed, flight: Flight, batch: Batch, moment: int, place: int, stage: int) -> None:
    """An order's turn; one made during the bar has missed its open, a target an entry inside it waits."""
    working, inside = flight.working, stage >= RANGE
    instrument = working[place + at.ORDER_INSTRUMENT]
    entered = flight.book[home_of(instrument) + at.LANE_ENTERED] == 1
    late = working[place + at.ORDER_TIME] >= batch.times[moment] and not inside
    if late or (entered and working[place + at.ORDER_LEG] == at.TAKE_PROFIT):
        return
    candle = moment * (len(fixed.traits) // at.TRAIT) + instrument
    kind, sign = type_of(flight, place), 1 if working[place + at.ORDER_SIGNED] > 0 else -1
    market = (
        within(flight, batch, candle, place, kind, sign, entered)
        if inside
        else at_open(flight, batch, candle, place, kind, sign)
    )
    if market != 0:
        take(fixed, flight, batch, candle, place, kind, sign, market, inside)


def type_of(flight: Flight, place: int) -> int:
    """What an order is by now: a triggered stop is a market order, a triggered stop-limit a limit order."""
    kind: int = flight.working[place + at.ORDER_TYPE]
    if flight.working[place + at.ORDER_TRIGGERED] == 0:
        return kind
    return at.LIMIT if kind == at.STOP_LIMIT else at.MARKET


def at_open(flight: Flight, batch: Batch, candle: int, place: int, kind: int, sign: int) -> int:
    """Where the market is for an order whose turn comes at the open; 0 when it has none."""
    opens: int = batch.opens[candle]
    if kind == at.MARKET:
        return opens
    if kind == at.LIMIT:
        return limit_at_open(sign, opens, flight.working[place + at.ORDER_LIMIT])
    return stop_at_open(sign, opens, flight.working[place + at.ORDER_TRIGGER])


def within(flight: Flight, batch: Batch, candle: int, place: int, kind: int, sign: int, entered: bool) -> int:
    """The same inside the bar."""
    high, low = batch.highs[candle], batch.lows[candle]
    if kind == at.MARKET:
        return 0
    if kind == at.LIMIT:
        return limit_within(sign, high, low, flight.working[place + at.ORDER_LIMIT])
    trigger = flight.working[place + at.ORDER_TRIGGER]
    beyond = 0 if entered else stop_at_open(sign, batch.opens[candle], trigger)
    return beyond if beyond != 0 else stop_within(sign, high, low, trigger)


def take(
    fixed: Fixed,
    flight: Flight,
    batch: Batch,
    candle: int,
    place: int,
    kind: int,
    sign: int,
    market: int,
    inside: bool,
) -> None:
    """An order that the market has come to: it triggers, it waits at its limit, it fills."""
    working, instrument = flight.working, flight.working[place + at.ORDER_INSTRUMENT]
    trait, home = instrument * at.TRAIT, home_of(instrument)
    tick, limited = fixed.traits[trait + at.TICK], kind == at.LIMIT or kind == at.STOP_LIMIT
    if kind == at.STOP_LIMIT or kind == at.STOP_MARKET:
        working[place + at.ORDER_TRIGGERED] = 1
    if limited and sign * (market - working[place + at.ORDER_LIMIT]) > 0:
        working[place + at.ORDER_MEETS] = -1
        return
    edge = band_edge(sign, flight.book[home + at.LANE_REFERENCE], fixed.traits[trait + at.BAND], tick)
    if locked(sign, batch.highs[candle], batch.lows[candle], edge):
        return
    price = worse(sign, market, 0, tick)
    if not limited:
        price = inside_band(sign, paid(fixed, flight, batch, candle, place, market), price, edge)
    if inside and working[place + at.ORDER_LEG] == at.ENTRY:
        flight.book[home + at.LANE_ENTERED] = 1
    report(flight, place, at.IS_FILLED, price)


def paid(fixed: Fixed, flight: Flight, batch: Batch, candle: int, place: int, market: int) -> int:
    """What an order that takes liquidity pays where the market is at this price."""
    signed = flight.working[place + at.ORDER_SIGNED]
    tick = fixed.traits[flight.working[place + at.ORDER_INSTRUMENT] * at.TRAIT + at.TICK]
    model, amount = fixed.numbers[at.MODEL], fixed.numbers[at.AMOUNT]
    return slipped(1 if signed > 0 else -1, market, model, amount, abs(signed), batch.volumes[candle], tick)
