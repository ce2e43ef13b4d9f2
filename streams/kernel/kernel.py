"""The core in numbers: what `streams.execution` does to a market of candles, for what a backtest mostly asks.

One source for two ways: called as it is, over lists, or compiled by numba, over arrays.
"""

from streams.kernel import layout as at
from streams.kernel.columns import Batch, Fixed, Flight
from streams.kernel.ledger import book
from streams.kernel.orders import answer, follow, give_back
from streams.kernel.prices import market_price

IST_OFFSET = 19_800_000_000
DAY = 86_400_000_000


def advance(
    fixed: Fixed, flight: Flight, batch: Batch, moment: int, place: int, first: int
) -> tuple[int, int]:
    """Goes through the moments from `moment` on, with the intents from `place` on; `first` is the sequence of
    the batch's first. Where it stopped: at the end, or where there is no more room to write."""
    while moment < len(batch.times) and roomy(fixed, flight, batch, moment, place):
        fill_resting(fixed, flight, batch, moment)
        close(fixed, flight, batch, moment)
        while place < len(batch.asked_at) and batch.asked_at[place] == moment:
            follow(fixed, flight, batch, first + place, place, batch.times[moment])
            place += 1
        answer(flight, batch.times[moment])
        moment += 1
    return moment, place


def roomy(fixed: Fixed, flight: Flight, batch: Batch, moment: int, place: int) -> bool:
    """Whether a moment's doings surely fit what room is left."""
    count = len(fixed.ticks)
    lots = 0
    for instrument in range(count):
        lots = max(lots, flight.book[at.RUN + instrument * at.HOLDING + at.LOTS])
    requests = 2 * count
    rows = 2 * requests + flight.book[at.WORKING] + count * lots
    fits: bool = (
        lots < flight.book[at.LOTS_ROOM]
        and (flight.book[at.KEPT] + requests) * fixed.numbers[at.WIDTH] <= len(flight.asks)
        and (flight.book[at.LOGGED] + rows) * at.LOG <= len(flight.log)
    )
    return fits


def fill_resting(fixed: Fixed, flight: Flight, batch: Batch, moment: int) -> None:
    """Resting market orders fill whole at the open of the first later candle, in the order of placing."""
    left, count = 0, flight.book[at.WORKING]
    for _ in range(count):
        order = left * at.ORDER
        instrument = flight.working[order + at.ORDER_INSTRUMENT]
        candle = moment * len(fixed.ticks) + instrument
        if batch.present[candle] == 1 and batch.times[moment] > flight.working[order + at.ORDER_TIME]:
            fill(fixed, flight, left, batch.opens[candle], batch.times[moment])
        else:
            left += 1


def fill(fixed: Fixed, flight: Flight, number: int, opened: int, time: int) -> None:
    """A resting order fills; an entry beyond what is wanted by now is given back at once."""
    turn_day(fixed, flight, time)
    order = number * at.ORDER
    ask = flight.working[order + at.ORDER_ASK]
    instrument = flight.working[order + at.ORDER_INSTRUMENT]
    signed = flight.working[order + at.ORDER_REST]
    leg = flight.working[order + at.ORDER_LEG]
    trade = flight.working[order + at.ORDER_TRADE]
    remove(flight, number)
    price = market_price(1 if signed > 0 else -1, opened, fixed.numbers[at.SLIPPAGE], fixed.ticks[instrument])
    book(flight, ask, trade, instrument, signed, price, fixed.numbers[at.PER_ORDER], time)
    if leg != at.EXIT:
        give_back(fixed, flight, instrument, -1, flight.book[at.TIME])


def remove(flight: Flight, number: int) -> None:
    """Takes an order out; those behind it move up."""
    flight.book[at.WORKING] -= 1
    for place in range(number * at.ORDER, flight.book[at.WORKING] * at.ORDER):
        flight.working[place] = flight.working[place + at.ORDER]


def close(fixed: Fixed, flight: Flight, batch: Batch, moment: int) -> None:
    """New marks, and exits that are still owed."""
    count = len(fixed.ticks)
    turn_day(fixed, flight, batch.times[moment])
    for instrument in range(count):
        mark = batch.closes[moment * count + instrument]
        if mark != 0:
            flight.book[at.RUN + instrument * at.HOLDING + at.MARK] = mark
    flight.book[at.TIME] = batch.times[moment]
    for instrument in range(count):
        held = flight.book[at.RUN + instrument * at.HOLDING + at.LOTS] > 0
        if held and batch.present[moment * count + instrument] == 1:
            give_back(fixed, flight, instrument, -1, batch.times[moment])


def turn_day(fixed: Fixed, flight: Flight, time: int) -> None:
    """On a new day: the equity its loss is measured from."""
    day = (time + IST_OFFSET) // DAY
    if day > flight.book[at.DAY]:
        flight.book[at.DAY] = day
        flight.book[at.DAY_EQUITY] = equity(fixed, flight)


def equity(fixed: Fixed, flight: Flight) -> int:
    """Cash and positions at market."""
    total: int = flight.book[at.CASH]
    for instrument in range(len(fixed.ticks)):
        home = at.RUN + instrument * at.HOLDING
        total += flight.book[home + at.HELD] * flight.book[home + at.MARK]
    return total
