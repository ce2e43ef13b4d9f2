"""A quiet batch judged: what risk observes of all its orders at once, and the batch where none is refused."""

from typing import Any, NamedTuple

import numpy as np

from streams.asked import Asked
from streams.domain.market import Candles
from streams.frames import units
from streams.kernel import layout as at
from streams.kernel.columns import Fixed, Flight
from streams.kernel.landing import land
from streams.kernel.pages import log_of
from streams.kernel.quiet import (
    HOME,
    Asks,
    Batched,
    Flags,
    Ints,
    Steps,
    balance,
    days,
    fills,
    first_cost,
    held_before,
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
    log = log_of(flight, whole, asks, candles, asked)
    land(flight, whole, asks, candles, asked)
    return Written(table, log)


def _asks(made: Steps) -> Asks:
    chosen = np.stack((made.exits, made.entries), axis=1)
    chosen[0] = False
    step, entry = np.nonzero(chosen)
    return Asks(step, entry == 1, np.where(entry == 1, made.wanted[step], -made.before[step]))


def _money(flight: Flight, whole: Batched, asks: Asks) -> Money:
    row, begins = whole.made.row[asks.step], whole.turns.begins
    marks = np.concatenate(([flight.book[HOME + at.MARK]], whole.marks))[begins]
    opened = balance(flight, whole, begins, begins) + held_before(whole, begins) * marks
    equity = np.concatenate(([flight.book[at.DAY_EQUITY]], opened))
    return Money(balance(flight, whole, row + 1, row), equity[np.searchsorted(begins, row, side="right")])


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
    cost = np.abs(np.concatenate(([first_cost(flight)], whole.kept.cost))[asks.step])
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
