"""A quiet batch judged and written down: what risk observes of all its orders, the journal's rows, the flight
after it."""

from typing import Any, NamedTuple

import numpy as np

from streams.asked import Asked
from streams.domain.market import Candles
from streams.frames import units
from streams.kernel import layout as at
from streams.kernel.columns import Fixed, Flight
from streams.kernel.quiet import (
    HOME,
    Days,
    Fills,
    Flags,
    Ints,
    Lots,
    Settled,
    Steps,
    days,
    fills,
    lots,
    rates_of,
    settlements,
    simple,
    steps,
)
from streams.kernel.rules import HOUSE
from streams.kernel.tallies import Table
from streams.kernel.vectors import observed
from streams.risk.facts import Book, Proposal
from streams.state import Terms


class Batched(NamedTuple):
    """All of a quiet batch."""

    made: Steps
    done: Fills
    kept: Lots
    notes: Settled
    turns: Days
    marks: Ints


class Asks(NamedTuple):
    """The requests of a batch, in order: its step, whether it is the step's entry, its signed quantity."""

    step: Ints
    entry: Flags
    signed: Ints


class Money(NamedTuple):
    """Cash, position and the equity the day's loss is measured from, at each request's candle."""

    cash: Ints
    day_equity: Ints


class Written(NamedTuple):
    """The journal's rows of a batch."""

    asks: Table
    log: Table


def reckoned(terms: Terms, fixed: Fixed, flight: Flight, candles: Candles, asked: Asked) -> Written | None:
    """The batch, if all of it can be reckoned at once; the flight is then where it ends."""
    turns = days(flight, candles)
    rates = rates_of(fixed, turns)
    made = steps(fixed, flight, asked) if rates and simple(fixed, flight, asked) else None
    if made is None or rates is None:
        return None
    done = fills(fixed, rates, made, candles)
    kept = lots(flight, asked, made, done)
    whole = Batched(
        made, done, kept, settlements(fixed, flight, rates, done, turns), turns, units(candles.close)
    )
    asks = _asks(made)
    money = _money(flight, whole, asks)
    table = _judged(terms, fixed, flight, whole, asks, money, asked, candles)
    if table is None:
        return None
    log = _log(flight, whole, asks, candles, asked)
    _land(fixed, flight, whole, asks, candles, asked)
    return Written(table, log)


def _asks(made: Steps) -> Asks:
    chosen = np.stack((made.exits, made.entries), axis=1)
    chosen[0] = False
    step, entry = np.nonzero(chosen)
    return Asks(step, entry == 1, np.where(entry == 1, made.wanted[step], -made.before[step]))


def _balance(flight: Flight, whole: Batched, row: Ints, settled: Ints) -> Ints:
    """Cash once the fills before candle `row`, and the contract notes up to candle `settled`, are booked."""
    flow = np.concatenate(([0], np.cumsum(whole.done.cash)))
    notes = np.concatenate(([0], np.cumsum(whole.notes.parts.sum(axis=1))))
    filled = np.searchsorted(whole.done.row, row)
    noted = np.searchsorted(whole.notes.row, settled, side="right")
    cash: Ints = flight.book[at.CASH] + flow[filled] - notes[noted]
    return cash


def _held(whole: Batched, row: Ints) -> Ints:
    """The position once the fills of candles before `row` are booked."""
    held = np.concatenate(([whole.made.before[0]], whole.made.before[0] + np.cumsum(whole.done.signed)))
    found: Ints = held[np.searchsorted(whole.done.row, row)]
    return found


def _money(flight: Flight, whole: Batched, asks: Asks) -> Money:
    row, begins = whole.made.row[asks.step], whole.turns.begins
    marks = np.concatenate(([flight.book[HOME + at.MARK]], whole.marks))[begins]
    opened = _balance(flight, whole, begins, begins) + _held(whole, begins) * marks
    equity = np.concatenate(([flight.book[at.DAY_EQUITY]], opened))
    return Money(_balance(flight, whole, row + 1, row), equity[np.searchsorted(begins, row, side="right")])


def _counts(flight: Flight, whole: Batched, row: Ints, counted: Flags, place: int) -> Ints:
    """How many of them came before on the same day."""
    before: Ints = np.cumsum(counted) - counted
    day = np.searchsorted(whole.turns.begins, row, side="right")
    first = np.searchsorted(day, day)
    known: Ints = before - before[first] + np.where(day == 0, flight.book[place], 0)
    return known


def _judged(
    terms: Terms,
    fixed: Fixed,
    flight: Flight,
    whole: Batched,
    asks: Asks,
    money: Money,
    asked: Asked,
    candles: Candles,
) -> Table | None:
    """The requests' rows with what each rule observed; None where one of them would be refused."""
    made, row = whole.made, whole.made.row[asks.step]
    table = np.zeros((len(asks.step), at.ASK + len(HOUSE)), np.int64)
    sequence = asked.first + asks.step - 1
    table[:, at.ASK_INTENT] = table[:, at.ASK_CAUSE] = sequence
    table[:, at.ASK_SIGNED] = asks.signed
    table[:, at.ASK_TIME] = candles.time[row]
    table[:, at.ASK_LEG] = np.where(asks.entry, at.ENTRY, at.EXIT)
    table[:, at.ASK_VALIDITY] = np.where(asks.entry, fixed.traits[at.VALIDITY], at.DAY_ORDER)
    table[:, at.ASK_PERMITTED] = 1
    table[:, at.ASK_VERDICTS] = len(terms.risk.rules)
    table[:, at.ASK_REFERENCE] = flight.book[HOME + at.REFERENCE]
    held, mark = made.before[asks.step], whole.marks[row]
    cost = np.abs(np.concatenate(([_first_cost(flight)], whole.kept.cost))[asks.step])
    counted = np.ones(len(row), bool)
    known = (
        money.cash + held * mark - money.day_equity,
        cost,
        np.abs(held * mark),
        _counts(flight, whole, row, counted, at.ORDERS_TODAY),
        _counts(flight, whole, row, asks.entry, at.TRADES_TODAY),
    )
    for entry in (False, True):
        chosen = np.flatnonzero(asks.entry == entry)
        if len(chosen):
            proposal = _proposal(fixed, entry, asks.signed[chosen], mark[chosen])
            book = _book(*(each[chosen] for each in known))
            if not _heard(terms, proposal, book, table, chosen):
                return None
    return table


def _book(day_pnl: Any, deployed: Any, exposure: Any, orders: Any, trades: Any) -> Book:
    """The run's book before each of the requests."""
    return Book(True, day_pnl, 0, deployed, exposure, orders_today=orders, trades_today=trades)


def _heard(terms: Terms, proposal: Proposal, book: Book, table: Table, chosen: Ints) -> bool:
    """Writes what each rule observes of all requests of one leg; whether none of them is refused."""
    for place, (rule, limit) in enumerate(terms.risk.rules, at.ASK):
        found = observed(rule, proposal, book)
        refused: Any = rule.exceeded(rule.bound(limit, proposal), found)
        if (refused if isinstance(refused, bool) else refused.any()) and not rule.spared(proposal, book):
            return False
        if isinstance(found, np.ndarray) or found:
            table[chosen, place] = found
    return True


def _first_cost(flight: Flight) -> int:
    cost: int = flight.book[HOME + at.COST]
    return cost


def _proposal(fixed: Fixed, entry: bool, signed: Ints, mark: Any) -> Proposal:
    """The requests of one leg, in the numbers the rules look at."""
    quantity: Any = np.abs(signed)
    delivered = fixed.traits[at.DELIVERED] == 1
    short: Any = np.maximum(0, -signed) if entry and delivered else 0
    return Proposal(
        0,
        quantity,
        quantity * mark,
        not entry,
        lot_size=fixed.traits[at.LOT_SIZE],
        tradable=fixed.traits[at.TRADABLE] == 1,
        short=short,
    )


def _log(flight: Flight, whole: Batched, asks: Asks, candles: Candles, asked: Asked) -> Table:
    """What happened: on each candle contract notes, then fills, then requests and their placing."""
    blocks = [
        (_notes(flight, whole, candles), whole.notes.row * 8),
        (_fills(flight, whole, asks, candles), whole.done.row * 8 + 1),
        (_closes(flight, whole, candles, asked), whole.done.row[~whole.done.entry] * 8 + 1),
    ]
    row = whole.made.row[asks.step]
    for kind, stage in ((at.DECIDED, 2), (at.MOVED, 3)):
        block = np.zeros((len(row), at.LOG), np.int64)
        block[:, at.LOG_KIND], block[:, at.LOG_TIME] = kind, candles.time[row]
        block[:, at.LOG_ASK] = flight.book[at.ASKED] + np.arange(len(row))
        blocks.append((block, row * 8 + stage))
    return np.concatenate([block for block, _ in blocks])[_order(whole, blocks)]


def _order(whole: Batched, blocks: list[tuple[Table, Ints]]) -> Ints:
    """By candle and stage; a closed lot after its exit's fill, an entry's fill after both."""
    keys = [key * 4 for _, key in blocks]
    keys[1] = keys[1] + np.where(whole.done.entry, 2, 0)
    keys[2] = keys[2] + 1
    return np.argsort(np.concatenate(keys), kind="stable")


def _notes(flight: Flight, whole: Batched, candles: Candles) -> Table:
    block = np.zeros((len(whole.notes.row), at.LOG), np.int64)
    block[:, at.LOG_KIND], block[:, at.LOG_ASK] = at.SETTLED, whole.notes.day
    before = np.concatenate(([flight.book[at.TIME]], candles.time))
    block[:, at.LOG_TIME] = before[whole.notes.row]
    block[:, at.LOG_PARTS : at.LOG_PARTS + at.PARTS] = whole.notes.parts
    block[:, at.LOG_CHARGES] = whole.notes.parts.sum(axis=1)
    return block


def _fills(flight: Flight, whole: Batched, asks: Asks, candles: Candles) -> Table:
    done = whole.done
    block = np.zeros((len(done.row), at.LOG), np.int64)
    resting = range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER)
    numbers = [flight.working[place + at.ORDER_ASK] for place in resting]
    numbers += range(flight.book[at.ASKED], flight.book[at.ASKED] + len(asks.step))
    block[:, at.LOG_KIND], block[:, at.LOG_ASK] = at.FILLED, numbers[: len(done.row)]
    block[:, at.LOG_TIME], block[:, at.LOG_SIGNED] = candles.time[done.row], done.signed
    block[:, at.LOG_PRICE] = done.price
    block[:, at.LOG_OPENED] = np.where(done.entry, done.signed, 0)
    block[:, at.LOG_CHARGES] = done.parts.sum(axis=0)
    block[:, at.LOG_PARTS : at.LOG_PARTS + at.PARTS] = done.parts.T
    return block


def _closes(flight: Flight, whole: Batched, candles: Candles, asked: Asked) -> Table:
    done = whole.done
    exits = ~done.entry
    block = np.zeros((int(exits.sum()), at.LOG), np.int64)
    step = done.step[exits]
    cost = np.concatenate(([_first_cost(flight)], whole.kept.cost))[step]
    trade = np.concatenate(([flight.lots[at.LOT_TRADE]], whole.kept.trade))[step]
    block[:, at.LOG_KIND], block[:, at.LOG_ASK] = at.LOT_CLOSED, trade
    block[:, at.LOG_TIME], block[:, at.CLOSED_QUANTITY] = (
        candles.time[done.row[exits]],
        whole.made.before[step],
    )
    block[:, at.CLOSED_COST] = cost
    block[:, at.CLOSED_REALISED] = whole.made.before[step] * done.price[exits] - cost
    return block


def _land(fixed: Fixed, flight: Flight, whole: Batched, asks: Asks, candles: Candles, asked: Asked) -> None:
    """The flight where the batch ends."""
    run, done, made, last = flight.book, whole.done, whole.made, len(candles) - 1
    exits, closes = ~done.entry, whole.notes.parts.sum()
    before = np.concatenate(([_first_cost(flight)], whole.kept.cost))
    gained = int((made.before[done.step] * done.price - before[done.step])[exits].sum())
    charges, begins = int(done.parts.sum() + closes), whole.turns.begins
    run[at.CASH] += int(done.cash.sum() - closes)
    run[at.REALISED] += gained
    run[HOME + at.GAINED] += gained
    run[at.CHARGES] += charges
    run[HOME + at.PAID] += charges
    if len(begins):
        money = _opening(flight, whole, int(begins[-1]), int(done.cash.sum() - closes))
        run[at.DAY], run[at.DAY_EQUITY] = int(whole.turns.of[-1]), money
        run[at.ORDERS_TODAY] = run[at.TRADES_TODAY] = 0
    since = asks.step[made.row[asks.step] >= (begins[-1] if len(begins) else 0)]
    run[at.ORDERS_TODAY] += len(since)
    run[at.TRADES_TODAY] += int(asks.entry[len(asks.step) - len(since) :].sum())
    for place, number in enumerate(whole.notes.left):
        run[HOME + at.DEALINGS + place] = number
    run[HOME + at.MARK] = int(whole.marks[last]) or run[HOME + at.MARK]
    run[at.TIME] = run[at.NOW] = int(candles.time[last])
    run[at.ASKED] += len(asks.step)
    _hold(flight, whole)
    _want(flight, whole, asked)
    _rest(flight, whole, asks, candles, asked)


def _opening(flight: Flight, whole: Batched, begin: int, flow: int) -> int:
    """The equity with which the day that began at this candle began; `flow` is in the cash by now."""
    row = np.array([begin])
    cash = int(_balance(flight, whole, row, row)[0]) - flow
    mark = int(whole.marks[begin - 1]) if begin else flight.book[HOME + at.MARK]
    return cash + int(_held(whole, row)[0]) * mark


def _hold(flight: Flight, whole: Batched) -> None:
    """The position, in one lot or none."""
    run, done = flight.book, whole.done
    if not len(done.step):
        return
    last = int(done.step[-1])
    held = int(whole.made.wanted[last])
    cost = int(whole.kept.cost[last])
    run[HOME + at.HELD], run[HOME + at.COST] = held, cost
    run[HOME + at.LOTS], run[HOME + at.FIRST] = int(held != 0), 0
    if held:
        flight.lots[at.LOT_TRADE] = int(whole.kept.trade[last])
        flight.lots[at.LOT_QUANTITY], flight.lots[at.LOT_COST] = held, cost
    if done.entry.any():
        run[HOME + at.ENTRIES] = 1


def _want(flight: Flight, whole: Batched, asked: Asked) -> None:
    """What the last intent wants."""
    run, last = flight.book, len(asked)
    if last:
        run[HOME + at.TARGET], run[HOME + at.AIMED] = int(whole.made.wanted[-1]), 1
        run[HOME + at.CAUSE_KIND], run[HOME + at.CAUSE] = at.BY_INTENT, asked.first + last - 1
        run[HOME + at.EXITS], run[HOME + at.FOLLOWED] = int(whole.made.exits[-1]), 1
        run[at.HEARD] = asked.first + last - 1


def _rest(flight: Flight, whole: Batched, asks: Asks, candles: Candles, asked: Asked) -> None:
    """The orders made on the last candle."""
    waiting = np.flatnonzero(whole.made.row[asks.step] == len(candles) - 1)
    flight.book[at.WORKING] = len(waiting)
    for number, place in enumerate(waiting.tolist()):
        start, entry = number * at.ORDER, bool(asks.entry[place])
        flight.working[start : start + at.ORDER] = [0] * at.ORDER
        order = {
            at.ORDER_ASK: flight.book[at.ASKED] - len(asks.step) + place,
            at.ORDER_SIGNED: int(asks.signed[place]),
            at.ORDER_LEG: at.ENTRY if entry else at.EXIT,
            at.ORDER_TIME: int(candles.time[-1]),
            at.ORDER_INTENT: asked.first + int(asks.step[place]) - 1 if entry else at.NOBODY,
            at.ORDER_ACCEPTED: 1,
            at.ORDER_DAY: -1,
            at.ORDER_MEETS: -1,
        }
        for offset, value in order.items():
            flight.working[start + offset] = value
