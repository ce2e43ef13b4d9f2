"""What the kernel wrote down, batch by batch, as two tables of numbers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.kernel import layout as at
from streams.kernel.columns import Column
from streams.report import Moves
from streams.sessions import DAY, IST

Table = NDArray[np.int64]
"""One row a request or a happening, in the places `layout` names."""


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

    @property
    def written(self) -> int:
        """How many pages there are."""
        return len(self._log)

    def add(self, asks: Column, kept: int, log: Column, logged: int) -> None:
        """The next page: so many rows of either column."""
        self._asks.append(np.array(asks[: kept * self._width], np.int64).reshape(-1, self._width))
        self._log.append(np.array(log[: logged * at.LOG], np.int64).reshape(-1, at.LOG))

    def put(self, asks: Table, log: Table) -> None:
        """The next page, as tables."""
        self._asks.append(asks)
        self._log.append(log)

    def bound(self) -> Journal:
        """All of it."""
        self._asks, self._log = [np.concatenate(self._asks)], [np.concatenate(self._log)]
        return Journal(self._asks[0], self._log[0])

    def moves(self, page: int) -> Moves:
        """What happened to cash and positions from a page on."""
        log = np.concatenate(self._log[page:])
        fills = log[log[:, at.LOG_KIND] == at.FILLED]
        settled = log[log[:, at.LOG_KIND] == at.SETTLED]
        signed = np.concatenate((fills[:, at.LOG_SIGNED], np.zeros(len(settled), np.int64)))
        rows = np.concatenate((fills, settled))
        cash = -signed * rows[:, at.LOG_PRICE] - rows[:, at.LOG_CHARGES]
        # A day is settled when a later one begins, whenever that was noticed.
        times = np.concatenate((fills[:, at.LOG_TIME], (settled[:, at.LOG_ASK] + 1) * DAY - IST))
        return Moves(times, rows[:, at.LOG_INSTRUMENT], signed, cash)
