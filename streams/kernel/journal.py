"""What the kernel wrote down, batch by batch, as two tables of numbers."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from streams.curves import Moves
from streams.frames import Moments
from streams.kernel import layout as at
from streams.kernel.columns import Column
from streams.kernel.tallies import Table, Tallies
from streams.sessions import DAY, IST


class Page(NamedTuple):
    """The requests and the log of a batch, and how it adds to the tallies: all of it made on asking."""

    written: Callable[[], tuple[Table, Table]]
    tally: Callable[[Tallies], None]


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
        self._bound = Journal(np.empty((0, width), np.int64), np.empty((0, at.LOG), np.int64))
        self._loose: list[Page] = []
        self._tallies, self._untold = Tallies(), list[Page]()

    def add(self, asks: Column, kept: int, log: Column, logged: int, times: Moments) -> Moves:
        """The next page: so many rows of either column. What it did at these moments."""
        requests = np.array(asks[: kept * self._width], np.int64).reshape(-1, self._width)
        happened = np.array(log[: logged * at.LOG], np.int64).reshape(-1, at.LOG)
        self.put(Page(lambda: (requests, happened), lambda tallies: tallies.add(requests, happened)))
        return moves(happened, times)

    def put(self, page: Page) -> None:
        """The next page."""
        self._loose.append(page)
        self._untold.append(page)

    @property
    def tallies(self) -> Tallies:
        """What the trades come to so far."""
        for page in self._untold:
            page.tally(self._tallies)
        self._untold = []
        return self._tallies

    def reserve(self, trades: int, requests: int) -> None:
        """Room for the tallies of so many, taken at once."""
        self._tallies.reserve(trades, requests)

    def bound(self) -> Journal:
        """All of it."""
        written = [self._bound, *(page.written() for page in self._loose)]
        self._bound, self._loose = Journal(*map(np.concatenate, zip(*written, strict=True))), []
        return self._bound


def moves(log: Table, times: Moments) -> Moves:
    """What some rows of the log did to cash and positions, in a chunk with these moments."""
    rows = log[(log[:, at.LOG_KIND] == at.FILLED) | (log[:, at.LOG_KIND] == at.SETTLED)]
    settled = rows[:, at.LOG_KIND] == at.SETTLED
    signed = np.where(settled, 0, rows[:, at.LOG_SIGNED])
    cash = -signed * rows[:, at.LOG_PRICE] - rows[:, at.LOG_CHARGES]
    # A day is settled when a later one begins, whenever that was noticed.
    time = np.where(settled, (rows[:, at.LOG_ASK] + 1) * DAY - IST, rows[:, at.LOG_TIME])
    return Moves(np.searchsorted(times, time), rows[:, at.LOG_INSTRUMENT], signed, cash)
