"""A quiet batch at once: where nothing but market orders on targets can happen, numpy reckons all of them.

It supposes that risk will permit every order. If so, the batch is done; at the first refusal, or where more
than one lot would have to be kept, the answer is None and the kernel goes through the batch order by order.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.asked import TARGET, Asked
from streams.charges.levies import UNTRADED, Dealings, settled
from streams.charges.tariff import Rates
from streams.domain.market import Candles
from streams.domain.money import MAX_QUANTITY
from streams.frames import units
from streams.kernel import layout as at
from streams.kernel.columns import Fixed, Flight
from streams.kernel.ledger import dealings_of, rates_on
from streams.kernel.vectors import filled_at, levies
from streams.pricing import VOLUME_SHARE
from streams.sessions import DAY, IST
from streams.sizing import LOTS, QUANTITY

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
HOME = at.RUN


class Steps(NamedTuple):
    """What is wanted, step by step. The first step stands for the orders that rest from before; `row` is the
    candle asked on, `before` and `wanted` are positions."""

    row: Ints
    before: Ints
    wanted: Ints

    @property
    def exits(self) -> Flags:
        """Where a position is given back."""
        return np.asarray((self.before != 0) & (self.before != self.wanted))

    @property
    def entries(self) -> Flags:
        """Where one is taken."""
        return np.asarray((self.wanted != 0) & (self.before != self.wanted))


class Fills(NamedTuple):
    """Fills in order: the step and whether it is its entry, the candle, quantity, price, charges by part."""

    step: Ints
    entry: Flags
    row: Ints
    signed: Ints
    price: Ints
    parts: Ints

    @property
    def cash(self) -> Ints:
        """What each does to the cash."""
        flow: Ints = -self.signed * self.price - self.parts.sum(axis=0)
        return flow


def simple(fixed: Fixed, flight: Flight, asked: Asked) -> bool:
    """Whether run, position and intents are of the kind that can be reckoned at once."""
    book = flight.book
    measure = fixed.traits[at.MEASURE]
    return (
        len(fixed.traits) == at.TRAIT
        and fixed.numbers[at.MODEL] != VOLUME_SHARE
        and (measure in (QUANTITY, LOTS))
        and book[HOME + at.LOTS] <= 1
        and book[HOME + at.WAITING] == book[HOME + at.GUARD] == at.NOBODY
        and bool((asked.action == TARGET).all())
        and not rests_oddly(flight)
    )


def rests_oddly(flight: Flight) -> bool:
    """Whether anything rests but an exit, an entry, or an exit before an entry that turns the position."""
    orders = range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER)
    legs = [flight.working[place + at.ORDER_LEG] for place in orders]
    rests = [flight.working[place + at.ORDER_SIGNED] for place in orders]
    held = flight.book[HOME + at.HELD]
    if at.EXIT in legs and rests[0] != -held:
        return True
    if legs == [at.ENTRY]:
        return bool(held != 0)
    return legs not in ([], [at.EXIT], [at.EXIT, at.ENTRY])


def steps(fixed: Fixed, flight: Flight, asked: Asked) -> Steps | None:
    """The positions wanted; None where more than one lot would have to be kept."""
    lot, size = fixed.traits[at.LOT_SIZE], np.abs(asked.target)
    if fixed.traits[at.MEASURE] == LOTS:
        size = np.minimum(size, MAX_QUANTITY) * lot
    size = np.minimum(size, MAX_QUANTITY) // lot * lot
    held = flight.book[HOME + at.HELD]
    resting = range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER)
    coming = sum(flight.working[place + at.ORDER_SIGNED] for place in resting)
    wanted = np.concatenate(([held + coming], np.where(asked.target > 0, size, -size)))
    before = np.concatenate(([held], wanted[:-1]))
    if ((before * np.sign(wanted) > 0) & (before != wanted)).any():
        return None
    return Steps(np.concatenate(([-1], asked.row)), before, wanted)


class Days(NamedTuple):
    """The days of a batch: the first candle of each that begins in it, each candle's day."""

    begins: Ints
    of: Ints


def days(flight: Flight, candles: Candles) -> Days:
    """Which candles begin a day."""
    of = (candles.time + IST) // DAY
    return Days(np.flatnonzero(np.diff(of, prepend=flight.book[at.DAY]) > 0), of)


def fills(fixed: Fixed, rates: Rates, made: Steps, candles: Candles) -> Fills:
    """Every order whose candle is in the batch, at its open; exits before entries."""
    chosen = np.stack((made.exits, made.entries), axis=1)
    chosen[made.row + 1 >= len(candles)] = False
    step, entry = np.nonzero(chosen)
    row = made.row[step] + 1
    signed = np.where(entry == 1, made.wanted[step], -made.before[step])
    price = filled_at(fixed, signed, units(candles.open[row]))
    return Fills(step, entry == 1, row, signed, price, levies(rates, signed, price))


class Lots(NamedTuple):
    """The one lot after each step: its trade and its cost; a trade of NOBODY where there is none."""

    trade: Ints
    cost: Ints


def lots(flight: Flight, asked: Asked, made: Steps, done: Fills) -> Lots:
    """What is held after each step, once its orders have filled."""
    cost = np.zeros(len(made.row), np.int64)
    trade = np.concatenate(([flight.book[HOME + at.CAUSE]], asked.first + np.arange(len(asked))))
    cost[done.step[done.entry]] = done.signed[done.entry] * done.price[done.entry]
    last = np.maximum.accumulate(np.where(made.entries, np.arange(len(made.row)), -1))
    cost, trade = cost[last], trade[last]
    if flight.book[HOME + at.LOTS] == 1:
        cost[last < 0] = flight.lots[at.LOT_COST]
        trade[last < 0] = flight.lots[at.LOT_TRADE]
    held = made.wanted != 0
    return Lots(np.where(held, trade, at.NOBODY), np.where(held, cost, 0))


class Settled(NamedTuple):
    """The contract notes due as days begin: the candle, the day that is over, the parts; and what has been
    dealt since."""

    row: Ints
    day: Ints
    parts: Ints
    left: Dealings


def settlements(fixed: Fixed, flight: Flight, rates: Rates, done: Fills, turns: Days) -> Settled:
    """Every day's contract note, as the next one begins."""
    none = np.empty(0, np.int64)
    if fixed.numbers[at.INDIAN] == 0:
        return Settled(none, none, np.empty((0, at.PARTS), np.int64), UNTRADED)
    edges = np.searchsorted(done.row, turns.begins)
    dealt, found = dealings_of(flight, 0), list[tuple[int, int, tuple[int, ...]]]()
    last = 0
    for begin, edge in zip(turns.begins.tolist(), edges.tolist(), strict=True):
        dealt = _dealt(dealt, done, last, edge)
        day = flight.book[at.DAY] if begin == 0 else int(turns.of[begin - 1])
        parts = settled(rates, dealt)
        if dealt != UNTRADED and any(parts):
            found.append((begin, day, parts))
        dealt, last = UNTRADED, edge
    rows = np.array([each[:2] for each in found], np.int64).reshape(-1, 2)
    parts_of = np.array([each[2] for each in found], np.int64).reshape(-1, at.PARTS)
    return Settled(rows[:, 0], rows[:, 1], parts_of, _dealt(dealt, done, last, len(done.row)))


def _dealt(known: Dealings, done: Fills, first: int, last: int) -> Dealings:
    """The day's dealings with some more fills."""
    if first == last:
        return known
    signed, price = done.signed[first:last], done.price[first:last]
    value, parts = np.abs(signed) * price, done.parts[:, first:last].sum(axis=1).tolist()
    bought, sold = int(value[signed > 0].sum()), int(value[signed < 0].sum())
    more = (bought, sold, int(-signed[signed < 0].sum()), *parts[:6])
    return Dealings(*(one + other for one, other in zip(known, more, strict=True)))


def rates_of(fixed: Fixed, turns: Days) -> Rates | None:
    """The rates of the batch; None where they change within it."""
    if not len(turns.of):
        return None
    first, last = (rates_on(fixed, 0, int(day)) for day in (turns.of[0], turns.of[-1]))
    return first if first == last else None


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


def balance(flight: Flight, whole: Batched, row: Ints, settled: Ints) -> Ints:
    """Cash once the fills before candle `row`, and the contract notes up to candle `settled`, are booked."""
    flow = np.concatenate(([0], np.cumsum(whole.done.cash)))
    notes = np.concatenate(([0], np.cumsum(whole.notes.parts.sum(axis=1))))
    filled = np.searchsorted(whole.done.row, row)
    noted = np.searchsorted(whole.notes.row, settled, side="right")
    cash: Ints = flight.book[at.CASH] + flow[filled] - notes[noted]
    return cash


def held_before(whole: Batched, row: Ints) -> Ints:
    """The position once the fills of candles before `row` are booked."""
    held = np.concatenate(([whole.made.before[0]], whole.made.before[0] + np.cumsum(whole.done.signed)))
    found: Ints = held[np.searchsorted(whole.done.row, row)]
    return found


def first_cost(flight: Flight) -> int:
    cost: int = flight.book[HOME + at.COST]
    return cost
