"""What the kernel wrote down, batch by batch, as two tables of numbers."""

from typing import NamedTuple

import numpy as np

from streams.kernel import layout as at
from streams.kernel.columns import Column
from streams.kernel.tallies import Table, Tallies
from streams.curves import Moves
from streams.sessions import DAY, IST


class Journal(NamedTuple):
    """The requests risk has judged, numbered by their row, and all that happened, in order."""

    asks: Table
    log: Table

    def of(self, kind: int) -> Table:
        """The log's rows of one kind."""
        found: Table = self.log[self.log[:, at.LOG_KIND] == kind]
        return found


class Pages:
    """A journal being written."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._asks = [np.empty((0, width), np.int64)]
        self._log = [np.empty((0, at.LOG), np.int64)]
        self.tallies = Tallies()

    def add(self, asks: Column, kept: int, log: Column, logged: int) -> Moves:
        """The next page: so many rows of either column."""
        requests = np.array(asks[: kept * self._width], np.int64).reshape(-1, self._width)
        return self.put(requests, np.array(log[: logged * at.LOG], np.int64).reshape(-1, at.LOG))

    def put(self, asks: Table, log: Table) -> Moves:
        """The next page, as tables; what it did to cash and positions."""
        self._asks.append(asks)
        self._log.append(log)
        self.tallies.add(asks, log)
        return moves(log)

    def bound(self) -> Journal:
        """All of it."""
        self._asks, self._log = [np.concatenate(self._asks)], [np.concatenate(self._log)]
        return Journal(self._asks[0], self._log[0])


def moves(log: Table) -> Moves:
    """What some rows of the log did to cash and positions."""
    rows = log[(log[:, at.LOG_KIND] == at.FILLED) | (log[:, at.LOG_KIND] == at.SETTLED)]
    settled = rows[:, at.LOG_KIND] == at.SETTLED
    signed = np.where(settled, 0, rows[:, at.LOG_SIGNED])
    cash = -signed * rows[:, at.LOG_PRICE] - rows[:, at.LOG_CHARGES]
    # A day is settled when a later one begins, whenever that was noticed.
    times = np.where(settled, (rows[:, at.LOG_ASK] + 1) * DAY - IST, rows[:, at.LOG_TIME])
    return Moves(times, rows[:, at.LOG_INSTRUMENT], signed, cash)
