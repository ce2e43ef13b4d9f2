"""What the trades of a run come to: enough for its figures without the whole journal."""

import numpy as np
from numpy.typing import NDArray

from streams.kernel import layout as at

Ints = NDArray[np.int64]
Table = NDArray[np.int64]
"""One row a request or a happening, in the places `layout` names."""

ENTERED, LEFT, EARNED, PAID, OVER = range(5)


class Tallies:
    """By the sequence of the intent a trade began with: quantities entered and left, P&L, charges, and
    whether its entry's order has ended."""

    def __init__(self) -> None:
        self._trades = np.zeros((5, 0), np.int64)
        self._began = np.zeros(0, np.int64)
        self._asked = self.orders = 0

    def reserve(self, trades: int, requests: int) -> None:
        """Room for so many trades and requests."""
        self._trades, self._began = _roomy(self._trades, trades), _roomy(self._began, requests)

    def _room(self, trades: int, requests: int) -> None:
        """The same, and for as many again where there is not enough."""
        if trades > self._trades.shape[-1] or requests > len(self._began):
            self.reserve(2 * trades, 2 * requests)

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
        self._sum(ENTERED, began, np.abs(opened))
        self._sum(PAID, first, log[filled, at.LOG_CHARGES])
        self._sum(LEFT, trade, np.abs(log[closed, at.CLOSED_QUANTITY]))
        self._sum(EARNED, trade, log[closed, at.CLOSED_REALISED])
        self._sum(OVER, np.concatenate((began, self._began[ended])), 1)

    def ask(self, began: Ints) -> None:
        """Which trade each new request begins; NOBODY where it begins none."""
        after = self._asked + len(began)
        self._room(int(began.max(initial=0)) + 1, after)
        self._began[self._asked : after] = began
        self._asked = after

    def enter(self, trade: Ints, size: Ints, charges: Ints) -> None:
        """Trades that one fill each has opened whole."""
        self._trades[ENTERED, trade] += size
        self._trades[PAID, trade] += charges
        self._trades[OVER, trade] += 1

    def leave(self, trade: Ints, size: Ints, charges: Ints, gains: Ints) -> None:
        """Trades that one fill each has closed whole."""
        self._trades[LEFT, trade] += size
        self._trades[PAID, trade] += charges
        self._trades[EARNED, trade] += gains

    def _sum(self, what: int, trades: Ints, amounts: Ints | int) -> None:
        known = trades != at.NOBODY
        np.add.at(self._trades[what], trades[known], amounts if isinstance(amounts, int) else amounts[known])

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
    """The same with room for so many along the last axis."""
    room = numbers.shape[-1]
    if size <= room:
        return numbers
    return np.concatenate((numbers, np.zeros((*numbers.shape[:-1], size - room), np.int64)), axis=-1)
