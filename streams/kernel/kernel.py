"""The core in numbers: what `streams.execution` and `streams.simulation` do, from moment to moment.

One source for two ways: called as it is, over lists, or compiled by numba, over arrays.
"""

from streams.exchange import EXPIRED, QUIET
from streams.kernel import layout as at
from streams.kernel.columns import Batch, Fixed, Flight
from streams.kernel.following import aim, follow, pursue, square_off, withdraw_entries
from streams.kernel.guarding import aligned, entered, timed_out, watched
from streams.kernel.ledger import book_fill, home_of, logged, settle_day
from streams.kernel.meeting import DAY_LENGTH, IST_OFFSET, begin, meet
from streams.kernel.pace import next_moment, roomy
from streams.kernel.requests import is_protective, protecting
from streams.kernel.wanting import equity, leaving


def advance(
    fixed: Fixed, flight: Flight, batch: Batch, moment: int, place: int, first: int
) -> tuple[int, int]:
    """Goes through the moments from `moment` on, with the intents from `place` on; `first` is the sequence of
    the batch's first. Where it stopped: at the end, or where there is no more room to write."""
    moment = next_moment(fixed, flight, batch, moment)
    while moment < len(batch.times) and roomy(fixed, flight, batch, moment, place):
        if moment > 0:
            mark(fixed, flight, batch, moment - 1)
        trade(fixed, flight, batch, moment)
        close(fixed, flight, batch, moment)
        while place < len(batch.asked_at) and batch.asked_at[place] == moment:
            instrument = flight.plans[(first + place) * at.PLAN + at.PLAN_INSTRUMENT]
            follow(fixed, flight, is_late(fixed, batch, moment, instrument), first + place)
            place += 1
        carry(fixed, flight, batch, moment)
        moment = next_moment(fixed, flight, batch, moment + 1)
    return moment, place


def is_late(fixed: Fixed, batch: Batch, moment: int, instrument: int) -> bool:
    """Whether positions in the instrument have to end by the clock by then."""
    late: bool = batch.late[moment * (len(fixed.traits) // at.TRAIT) + instrument] == 1
    return late


def trade(fixed: Fixed, flight: Flight, batch: Batch, moment: int) -> None:
    """The bars go by in stages: what the exchange reports is heard, then what that sends out is answered."""
    begin(fixed, flight, batch, moment)
    for stage in range(EXPIRED, QUIET):
        if flight.book[at.WORKING] == 0:
            break
        meet(fixed, flight, batch, moment, stage)
        for row in range(0, flight.book[at.MET] * at.REPORT, at.REPORT):
            hear(fixed, flight, batch, moment, row)
        carry(fixed, flight, batch, moment)


def hear(fixed: Fixed, flight: Flight, batch: Batch, moment: int, row: int) -> None:
    """A report of the exchange; an order that is gone by now is not there to be reported of."""
    place = place_of(flight, flight.met[row + at.REPORT_ASK])
    if place < 0:
        return
    if flight.met[row + at.REPORT_STATUS] == at.IS_FILLED:
        fill(fixed, flight, batch, moment, place, flight.met[row + at.REPORT_PRICE])
    else:
        over(fixed, flight, batch, moment, place, flight.met[row + at.REPORT_STATUS])


def place_of(flight: Flight, ask: int) -> int:
    """Where the working order of a request is; -1 when it works no more."""
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if flight.working[place + at.ORDER_ASK] == ask:
            return place
    return -1


def carry(fixed: Fixed, flight: Flight, batch: Batch, moment: int) -> None:
    """The exchange does what it was sent, first in, first out; what its answers send out queues up behind."""
    errand = 0
    while errand < flight.book[at.ERRANDS]:
        ask = flight.errands[errand * at.ERRAND + 1]
        place = place_of(flight, ask)
        if place >= 0 and flight.errands[errand * at.ERRAND] == at.PLACING:
            row = logged(flight, at.MOVED, ask, flight.book[at.NOW])
            flight.log[row + at.LOG_STATUS] = at.IS_SUBMITTED
            flight.working[place + at.ORDER_ACCEPTED] = 1
            if is_protective(flight, place):
                flight.working[place + at.ORDER_MEETS] = batch.times[moment]
        elif place >= 0:
            over(fixed, flight, batch, moment, place, at.IS_CANCELLED)
        errand += 1
    flight.book[at.ERRANDS] = 0


def fill(fixed: Fixed, flight: Flight, batch: Batch, moment: int, place: int, price: int) -> None:
    """An order fills whole."""
    working, time = flight.working, batch.times[moment]
    come_to(fixed, flight, time)
    flight.book[at.NOW] = max(flight.book[at.NOW], time)
    ask, instrument = working[place + at.ORDER_ASK], working[place + at.ORDER_INSTRUMENT]
    signed, leg = working[place + at.ORDER_SIGNED], working[place + at.ORDER_LEG]
    intent, asked = working[place + at.ORDER_INTENT], working[place + at.ORDER_WITHDRAWN] == 1
    before = flight.book[home_of(instrument) + at.HELD]
    remove(flight, place)
    book_fill(fixed, flight, ask, intent, instrument, signed, price, time)
    if intent != at.NOBODY:
        entered(fixed, flight, instrument, intent, before)
    consequences(fixed, flight, is_late(fixed, batch, moment, instrument), instrument, leg, asked, True)


def over(fixed: Fixed, flight: Flight, batch: Batch, moment: int, place: int, status: int) -> None:
    """An order ends without a fill."""
    working = flight.working
    ask, instrument = working[place + at.ORDER_ASK], working[place + at.ORDER_INSTRUMENT]
    leg, asked = working[place + at.ORDER_LEG], working[place + at.ORDER_WITHDRAWN] == 1
    remove(flight, place)
    row = logged(flight, at.MOVED, ask, flight.book[at.NOW])
    flight.log[row + at.LOG_STATUS] = status
    consequences(fixed, flight, is_late(fixed, batch, moment, instrument), instrument, leg, asked, False)


def remove(flight: Flight, place: int) -> None:
    """Takes an order out; those behind it move up."""
    flight.book[at.WORKING] -= 1
    for number in range(place, flight.book[at.WORKING] * at.ORDER):
        flight.working[number] = flight.working[number + at.ORDER]


def consequences(
    fixed: Fixed, flight: Flight, late: bool, instrument: int, leg: int, asked: bool, filled: bool
) -> None:
    """What an order's end leads to: a stop that was hit disarms the target, an entry nobody wants any more is
    given back, what waited goes on, protection follows the position."""
    protective = leg == at.STOP_LOSS or leg == at.TAKE_PROFIT
    if protective and filled:
        disarm(flight, instrument, leg)
    if (protective and protecting(flight, instrument, False) == 0) or (leg == at.ENTRY and filled):
        pursue(fixed, flight, late, instrument)
    if filled or asked or leg == at.EXIT:
        aligned(fixed, flight, late, instrument)


def disarm(flight: Flight, instrument: int, leg: int) -> None:
    """Nothing is wanted until it is asked for anew; where an intent waits, only less is to be given back."""
    home = home_of(instrument)
    if flight.book[home + at.WAITING] != at.NOBODY or flight.book[home + at.TARGET] == 0:
        return
    kind = at.BY_STOP_LOSS if leg == at.STOP_LOSS else at.BY_TAKE_PROFIT
    aim(flight, instrument, 0, kind, flight.book[at.NOW])
    withdraw_entries(flight, instrument)


def close(fixed: Fixed, flight: Flight, batch: Batch, moment: int) -> None:
    """New marks; then, where a candle closed, trails, time, exits that are still owed, protection."""
    count, time = len(fixed.traits) // at.TRAIT, batch.times[moment]
    come_to(fixed, flight, time)
    mark(fixed, flight, batch, moment)
    flight.book[at.TIME] = time
    flight.book[at.NOW] = time
    for instrument in range(count):
        if batch.present[moment * count + instrument] == 1:
            close_candle(fixed, flight, batch, moment, instrument)


def mark(fixed: Fixed, flight: Flight, batch: Batch, moment: int) -> None:
    """The last closes by a moment, gone through or not: what is decided after it is judged by them."""
    count = len(fixed.traits) // at.TRAIT
    for instrument in range(count):
        last = batch.closes[moment * count + instrument]
        if last != 0:
            flight.book[home_of(instrument) + at.MARK] = last


def close_candle(fixed: Fixed, flight: Flight, batch: Batch, moment: int, instrument: int) -> None:
    """One instrument's candle."""
    candle = moment * (len(fixed.traits) // at.TRAIT) + instrument
    late = batch.late[candle] == 1
    watched(fixed, flight, batch, candle, instrument)
    end_by_clock(fixed, flight, late, instrument)
    if flight.book[home_of(instrument) + at.LOTS] > 0:
        pursue(fixed, flight, late, instrument)
        aligned(fixed, flight, late, instrument)


def end_by_clock(fixed: Fixed, flight: Flight, late: bool, instrument: int) -> None:
    """Ends what has lasted long enough, and everything once the day's square-off has come."""
    home = home_of(instrument)
    if flight.book[home + at.TARGET] == 0:
        return
    if flight.book[home + at.LOTS] == 0 and not has_entry(flight, instrument):
        return
    if late:
        square_off(fixed, flight, late, instrument, at.BY_SQUARE_OFF)
    elif (
        flight.book[home + at.LOTS] > 0
        and timed_out(fixed, flight, instrument)
        and not leaving(flight, instrument)
    ):
        square_off(fixed, flight, late, instrument, at.BY_EXIT_AFTER)


def has_entry(flight: Flight, instrument: int) -> bool:
    """Whether an entry of the instrument works."""
    for place in range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER):
        if (
            flight.working[place + at.ORDER_INSTRUMENT] == instrument
            and flight.working[place + at.ORDER_LEG] == at.ENTRY
        ):
            return True
    return False


def come_to(fixed: Fixed, flight: Flight, time: int) -> None:
    """On a new day the day before is settled, and the new day's loss is measured from what is left."""
    run, day = flight.book, (time + IST_OFFSET) // DAY_LENGTH
    if day <= run[at.DAY]:
        return
    settle_day(fixed, flight)
    for instrument in range(len(fixed.traits) // at.TRAIT):
        if fixed.traits[instrument * at.TRAIT + at.BAND] != 0:
            run[home_of(instrument) + at.REFERENCE] = run[home_of(instrument) + at.MARK]
    run[at.DAY] = day
    run[at.DAY_EQUITY] = equity(fixed, flight)
    run[at.ORDERS_TODAY] = 0
    run[at.TRADES_TODAY] = 0
