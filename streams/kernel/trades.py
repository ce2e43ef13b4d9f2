"""Trades as columns, read off a journal: what `streams.trades` reads off the effects, for all at once."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.kernel import layout as at
from streams.kernel.journal import Journal

Ints = NDArray[np.int64]
NEVER = -1


class TradeColumns(NamedTuple):
    """One row a decision to take risk, as in `Trade`; `ask` is its row among the requests, -1 is no time."""

    ask: Ints
    entry_quantity: Ints
    entry_value: Ints
    exit_quantity: Ints
    exit_value: Ints
    charges: Ints
    realised: Ints
    opened_at: Ints
    closed_at: Ints
    entering: NDArray[np.bool_]

    @property
    def closed(self) -> NDArray[np.bool_]:
        """Whether all that was entered has been given back, and nothing more can come."""
        return ~self.entering & (self.entry_quantity > 0) & (self.exit_quantity >= self.entry_quantity)


def trades(journal: Journal) -> TradeColumns:
    """Every trade of the journal, in the order of deciding."""
    asks, log = journal.asks, journal.log
    decided = np.flatnonzero(asks[:, at.ASK_LEG] == at.ENTRY)
    causes = asks[decided, at.ASK_CAUSE]
    numbers = np.full(int(causes.max(initial=-1)) + 1, NEVER)
    numbers[causes] = np.arange(len(decided))
    fills, closes = np.flatnonzero(log[:, at.LOG_KIND] == at.FILLED), log[:, at.LOG_KIND] == at.LOT_CLOSED
    entered = fills[log[fills, at.LOG_OPENED] != 0]
    opened, closed = log[entered], log[closes]
    opener = numbers[asks[opened[:, at.LOG_ASK], at.ASK_CAUSE]]
    closer = numbers[closed[:, at.LOG_ASK]]
    size, given = np.abs(opened[:, at.LOG_OPENED]), np.abs(closed[:, at.CLOSED_QUANTITY])
    price = log[fills[np.searchsorted(fills, np.flatnonzero(closes)) - 1], at.LOG_PRICE]
    count = len(decided)
    quantity, gone = _sums(count, opener, size), _sums(count, closer, given)
    over = np.zeros(len(asks), bool)
    over[log[fills, at.LOG_ASK]] = True
    moved = journal.of(at.MOVED)
    over[moved[moved[:, at.LOG_STATUS] != at.IS_SUBMITTED, at.LOG_ASK]] = True
    return TradeColumns(
        decided,
        quantity,
        _sums(count, opener, size * opened[:, at.LOG_PRICE]),
        gone,
        _sums(count, closer, given * price),
        _charges(log, fills, entered, opener, closer, closes, count),
        _sums(count, closer, closed[:, at.CLOSED_REALISED]),
        _first(count, opener, opened[:, at.LOG_TIME]),
        np.where((gone >= quantity) & (gone > 0), _last(count, closer, closed[:, at.LOG_TIME]), NEVER),
        ~over[decided],
    )


def _sums(count: int, rows: Ints, amounts: Ints) -> Ints:
    total = np.zeros(count, np.int64)
    np.add.at(total, rows, amounts)
    return total


def _first(count: int, rows: Ints, times: Ints) -> Ints:
    found = np.full(count, NEVER)
    found[rows[::-1]] = times[::-1]
    return found


def _last(count: int, rows: Ints, times: Ints) -> Ints:
    found = np.full(count, NEVER)
    found[rows] = times
    return found


def _charges(
    log: Ints, fills: Ints, entered: Ints, opener: Ints, closer: Ints, closes: NDArray[np.bool_], count: int
) -> Ints:
    """A fill's charges go to the trade it opened, else to the first it closed."""
    total = _sums(count, opener, log[entered, at.LOG_CHARGES])
    rest = fills[(log[fills, at.LOG_OPENED] == 0)]
    first = np.searchsorted(np.flatnonzero(closes), rest)
    np.add.at(total, closer[first], log[rest, at.LOG_CHARGES])
    return total
