"""A quiet batch reckoned: what its orders filled at, what that came to, and which days were settled."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from streams.asked import Asked
from streams.charges.levies import UNTRADED, Dealings, settled
from streams.charges.tariff import Rates
from streams.curves import Moves
from streams.domain.market import Candles
from streams.frames import units
from streams.kernel import layout as at
from streams.kernel.columns import Column, Fixed, Flight
from streams.kernel.ledger import dealings_of, rates_on
from streams.kernel.quiet import HOME, Ints, Orders, Steps, orders, resting, steps, turns
from streams.kernel.vectors import filled_at, levies
from streams.sessions import DAY, IST


class Before(NamedTuple):
    """The flight as a batch finds it: its book, the held lot's trade, the requests that rest."""

    book: Column
    trade: int
    resting: tuple[int, ...]


class Fills(NamedTuple):
    """The fills in order: candle, open time, price, signed value, charges. They are the first orders'."""

    row: Ints
    time: Ints
    price: Ints
    value: Ints
    charges: Ints


class Notes(NamedTuple):
    """The contract notes due as days begin: the candle, the time of the one before, the parts; and what has
    been dealt since."""

    row: Ints
    time: Ints
    parts: Ints
    left: Dealings

    @property
    def day(self) -> Ints:
        """The days that are over."""
        found: Ints = (self.time + IST) // DAY
        return found


class End(NamedTuple):
    """A batch's last candle: its row, open time and close."""

    row: int
    time: int
    close: int


NO_NOTES = Notes(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, at.PARTS), np.int64), UNTRADED)


@dataclass(eq=False)
class Reckoning:
    """A quiet batch: all that its journal, figures and curve are made of.

    `number` is the sequence of its first intent; `time` and `mark` are those of each step's candle, `begins`
    the first candle of each day that begins in it and `closed` the close before.
    """

    before: Before
    number: int
    made: Steps
    orders: Orders
    fills: Fills
    notes: Notes
    rates: Rates
    time: Ints
    mark: Ints
    begins: Ints
    closed: Ints
    end: End

    @property
    def day(self) -> int:
        """The day it ends on."""
        return (self.end.time + IST) // DAY

    @cached_property
    def trade(self) -> Ints:
        """The trade each order belongs to."""
        trades = self.orders.step + (self.number - 1)
        if self.orders.resting:
            trades[: self.orders.resting] = self.before.book[HOME + at.CAUSE]
        given = np.concatenate(([self.before.trade], trades[:-1]))
        trades[self.orders.exits] = given[self.orders.exits]
        return trades

    @cached_property
    def cost(self) -> Ints:
        """What the lot cost that was held before each fill, and after the last; of use where there is one."""
        return np.concatenate(([int(self.before.book[HOME + at.COST])], self.fills.value))

    @cached_property
    def gains(self) -> Ints:
        """What each exit's fill earned."""
        chosen = self.orders.exits
        gains: Ints = -self.fills.value[chosen] - self.cost[:-1][chosen]
        return gains

    @cached_property
    def flow(self) -> Ints:
        """What each fill does to the cash."""
        return -self.fills.value - self.fills.charges

    @cached_property
    def cash(self) -> Ints:
        """Cash before each fill, and after the last, contract notes left out."""
        sums = np.empty(len(self.flow) + 1, np.int64)
        sums[0], sums[1:] = self.before.book[at.CASH], self.flow
        return np.add.accumulate(sums, out=sums)

    def noted(self, row: Any) -> Any:
        """What the contract notes up to a candle come to."""
        if not len(self.notes.row):
            return 0
        sums = np.concatenate(([0], np.cumsum(self.notes.parts.sum(axis=1))))
        return sums[np.searchsorted(self.notes.row, row, side="right")]

    @cached_property
    def openings(self) -> Ints:
        """The equity each day began with that begins in the batch."""
        filled = np.searchsorted(self.fills.row, self.begins)
        signed = self.orders.signed[: self.orders.filled]
        held = np.cumsum(np.concatenate(([self.made.before[0]], signed)))[filled]
        equity: Ints = self.cash[filled] - self.noted(self.begins) + held * self.closed
        return equity

    @property
    def moved(self) -> Moves:
        """What it did to cash and position."""
        notes, row, cash = self.notes, self.fills.row, self.flow
        signed = self.orders.signed[: self.orders.filled]
        if len(notes.row):
            row = np.concatenate((row, notes.row))
            cash = np.concatenate((cash, -notes.parts.sum(axis=1)))
            signed = np.concatenate((signed, np.zeros(len(notes.row), np.int64)))
        return Moves(row, np.zeros(len(row), np.int64), signed, cash)


def reckoned(fixed: Fixed, flight: Flight, candles: Candles, asked: Asked) -> Reckoning | None:
    """The batch, should risk permit all of it; None where it is not of the kind that can be reckoned."""
    begins = turns(flight, candles.time)
    rates = _rates(fixed, candles)
    made = steps(fixed, flight, asked)
    if made is None or rates is None:
        return None
    found = orders(flight, made, len(candles))
    fills, parts = _fills(fixed, rates, found, candles)
    notes = _notes(fixed, flight, rates, found, fills, parts, begins, candles)
    marks = units(candles.close[np.concatenate((asked.row, begins - 1, [-1]))])
    if len(begins) and begins[0] == 0:
        marks[len(asked)] = flight.book[HOME + at.MARK]
    return Reckoning(
        Before(flight.book.copy(), int(flight.lots[at.LOT_TRADE]), tuple(resting(flight, at.ORDER_ASK))),
        asked.first,
        made,
        found,
        fills,
        notes,
        rates,
        asked.time,
        marks[: len(asked)],
        begins,
        marks[len(asked) : -1],
        End(len(candles) - 1, int(candles.time[-1]), int(marks[-1])),
    )


def _rates(fixed: Fixed, candles: Candles) -> Rates | None:
    """The rates of the batch; None where they change within it."""
    if len(fixed.rates) == at.RATE:
        return rates_on(fixed, 0, 0)
    first, last = (rates_on(fixed, 0, (int(time) + IST) // DAY) for time in candles.time[[0, -1]])
    return first if first == last else None


def parts_of(whole: Reckoning) -> Ints:
    """Every fill's charges, part by part: they follow from its price."""
    signed = whole.orders.signed[: whole.orders.filled]
    table = np.zeros((len(signed), at.PARTS), np.int64)
    for place, each in enumerate(levies(whole.rates, signed, np.abs(whole.fills.value))):
        table[:, place] = each
    return table


def _fills(fixed: Fixed, rates: Rates, found: Orders, candles: Candles) -> tuple[Fills, tuple[Any, ...]]:
    """Every order whose candle is in the batch, at its open; and the parts of their charges."""
    row, signed = found.row[: found.filled] + 1, found.signed[: found.filled]
    price = filled_at(fixed, signed, units(candles.open[row]))
    value = signed * price
    parts = levies(rates, signed, np.abs(value))
    charges = np.zeros(len(row), np.int64)
    for each in parts:
        if isinstance(each, np.ndarray) or each:
            charges += each
    return Fills(row, candles.time[row], price, value, charges), parts


def _notes(
    fixed: Fixed,
    flight: Flight,
    rates: Rates,
    found: Orders,
    fills: Fills,
    parts: tuple[Any, ...],
    begins: Ints,
    candles: Candles,
) -> Notes:
    """Every day's contract note, as the next one begins."""
    if fixed.numbers[at.INDIAN] == 0:
        return NO_NOTES
    signed = found.signed[: found.filled]
    bought = np.maximum(fills.value, 0)
    dealt = np.stack([*np.broadcast_arrays(bought, bought - fills.value, np.maximum(-signed, 0), *parts)])
    sums = np.concatenate((np.zeros((len(dealt), 1), np.int64), np.cumsum(dealt, axis=1)), axis=1)
    edges = np.concatenate(([0], np.searchsorted(fills.row, begins), [len(signed)]))
    days = np.diff(sums[:, edges], axis=1).T
    days[0] += np.array(dealings_of(flight, 0), np.int64)
    due = [settled(rates, Dealings(*each)) if any(each) else (0,) * at.PARTS for each in days[:-1].tolist()]
    table = np.array(due, np.int64).reshape(-1, at.PARTS)
    some = np.flatnonzero(table.any(axis=1))
    time = candles.time[begins - 1]
    if len(begins) and begins[0] == 0:
        time[0] = flight.book[at.TIME]
    return Notes(begins[some], time[some], table[some], Dealings(*days[-1].tolist()))
