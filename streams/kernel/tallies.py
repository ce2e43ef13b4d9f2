"""What the trades of a run come to: enough for its figures without the whole journal."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.kernel import layout as at

Ints = NDArray[np.int64]
Table = NDArray[np.int64]
"""One row a request or a happening, in the places `layout` names."""

ENTERED, LEFT, EARNED, PAID, OVER = range(5)


class Share(NamedTuple):
    """So much of one of the five sums, trade by trade."""

    what: int
    trade: Ints
    amount: Ints | int


class Tallies:
    """By the sequence of the intent a trade began with: quantities entered and left, P&L, charges, and
    whether its entry's order has ended."""

    def __init__(self) -> None:
        self._trades = np.zeros((5, 1_024), np.int64)
        self._began = np.full(1_024, at.NOBODY)
        self._asked = self.orders = 0

    def add(self, asks: Table, log: Table) -> None:
        """One more page of the journal."""
        self.ask(np.where(asks[:, at.ASK_LEG] == at.ENTRY, asks[:, at.ASK_CAUSE], at.NOBODY))
        self.orders += int(asks[:, at.ASK_PERMITTED].sum())
        kinds = log[:, at.LOG_KIND]
        filled, closed = np.flatnonzero(kinds == at.FILLED), np.flatnonzero(kinds == at.LOT_CLOSED)
        numbers, opened = log[filled, at.LOG_ASK], log[filled, at.LOG_OPENED]
        began = self._began[numbers]
        first = np.where(opened != 0, began, log[np.minimum(filled + 1, len(log) - 1), at.LOG_ASK])
        ended = log[(kinds == at.MOVED) & (log[:, at.LOG_STATUS] != at.IS_SUBMITTED), at.LOG_ASK]
        trade = log[closed, at.LOG_ASK]
        self.sum(Share(ENTERED, began, np.abs(opened)))
        self.sum(Share(PAID, first, log[filled, at.LOG_CHARGES]))
        self.sum(Share(LEFT, trade, np.abs(log[closed, at.CLOSED_QUANTITY])))
        self.sum(Share(EARNED, trade, log[closed, at.CLOSED_REALISED]))
        self.sum(Share(OVER, np.concatenate((began, self._began[ended])), 1))

    def ask(self, began: Ints) -> None:
        """Which trade each new request begins; NOBODY where it begins none."""
        after = self._asked + len(began)
        self._began = _roomy(self._began, after)
        self._began[self._asked : after] = began
        self._trades = _roomy(self._trades, int(began.max(initial=0)) + 1)
        self._asked = after

    def sum(self, share: Share) -> None:
        """Adds what is of a trade."""
        known = share.trade != at.NOBODY
        amount = share.amount if isinstance(share.amount, int) else share.amount[known]
        np.add.at(self._trades[share.what], share.trade[known], amount)

    @property
    def refusals(self) -> int:
        """Requests that risk has refused."""
        return self._asked - self.orders

    @property
    def trades(self) -> int:
        """Decisions that got into a position."""
        return int((self._trades[ENTERED] > 0).sum())

    @property
    def wins_and_losses(self) -> tuple[int, int]:
        """How many closed trades earned more than their charges, and how many did not."""
        entered, left, earned, paid, over = self._trades
        closed = (over > 0) & (entered > 0) & (left >= entered)
        wins = int((earned > paid)[closed].sum())
        return wins, int(closed.sum()) - wins


def _roomy(numbers: Ints, size: int) -> Ints:
    """The same with room for so many along the last axis, and for as many again."""
    room = numbers.shape[-1]
    if size <= room:
        return numbers
    return np.concatenate((numbers, np.zeros((*numbers.shape[:-1], 2 * size - room), np.int64)), axis=-1)
