"""A backtest in numbers: batch by batch through the kernel, everything else read off its journal."""

from collections.abc import Sequence

import numpy as np

from streams.asked import Asked
from streams.curves import Moves, strike
from streams.domain.intents import Intent, Manner
from streams.domain.market import Candles, Chunk
from streams.events import Effect
from streams.frames import Moments, marks_after, moments
from streams.kernel import layout as at
from streams.kernel.accepted import accepted, requests
from streams.kernel.batches import batch, frame
from streams.kernel.columns import Batch, Column, Fixed, Kernel, as_list
from streams.kernel.effects import effects
from streams.kernel.flights import fixed, opening, planned, provided, roomier
from streams.kernel.journal import Journal, Page, Pages
from streams.kernel.kernel import advance
from streams.kernel.landing import land
from streams.kernel.ledger import settle_day
from streams.kernel.pages import log_of, tally
from streams.kernel.quiet import simple
from streams.kernel.reckoning import Reckoning, parts_of, reckoned
from streams.kernel.rules import HOUSE
from streams.kernel.states import state
from streams.kernel.tallies import Table
from streams.report import Tally
from streams.state import State, Terms
from streams.timetable import may_square_off

PLAIN = Kernel("plain", advance, as_list, strike)
"""The kernel as it is written, over lists."""


class Numbers:
    """The kernel with what it remembers."""

    reason = ""

    def __init__(self, terms: Terms, manners: tuple[Manner, ...], kernel: Kernel, *, quiet: bool) -> None:
        self._terms, self._manners, self._kernel, self._quiet = terms, manners, kernel, quiet
        self._plain = fixed(terms, self._manners, as_list)
        self._fixed = Fixed(*map(kernel.column, self._plain))
        self._flight = opening(terms, kernel.column)
        self._at_once = quiet and len(manners) == 1 and not may_square_off(terms, 0, manners[0])
        self._pages = Pages(at.ASK + len(HOUSE))
        self._marks: tuple[int, ...] = (0,) * len(terms.instruments)
        self._unplanned: list[Asked] = []

    def take(self, chunk: Chunk, asked: Asked) -> Moves:
        """The next chunk and its intents; what it moved."""
        self._unplanned.append(asked)
        whole = self._reckoned(chunk[0], asked) if self._at_once else None
        moved = self._go_through(chunk, asked) if whole is None else self._land(whole)
        self._marks = marks_after(chunk, self._marks)
        return moved

    def _reckoned(self, candles: Candles, asked: Asked) -> Reckoning | None:
        """The chunk at once, where that can be and risk permits all of it."""
        if not simple(self._plain, self._flight, asked):
            return None
        whole = reckoned(self._plain, self._flight, candles, asked)
        return whole if whole is not None and accepted(self._terms, self._plain, whole) else None

    def _land(self, whole: Reckoning) -> Moves:
        """What was reckoned has happened."""
        terms, plain = self._terms, self._plain

        def written() -> tuple[Table, Table]:
            return requests(terms, plain, whole), log_of(whole, parts_of(whole))

        land(self._flight, whole)
        self._pages.put(Page(written, lambda tallies: tally(tallies, whole)))
        return whole.moved

    def _go_through(self, chunk: Chunk, asked: Asked) -> Moves:
        """The chunk through the kernel."""
        framed = frame(self._terms, self._manners, chunk, asked)
        if self._quiet:
            framed = framed.only()
        part = Batch(*map(self._kernel.column, batch(chunk, asked, framed, self._marks)))
        self._plan()
        self._flight = provided(self._flight, self._plain.numbers[at.WIDTH], self._kernel.column)
        times, moment, place, moved = moments(chunk), 0, 0, list[Moves]()
        while moment < len(framed.times):
            before = moment
            moment, place = self._kernel.advance(self._fixed, self._flight, part, moment, place, asked.first)
            moved.append(self._turn_page(self._flight.log, times))
            if moment == before:
                self._flight = roomier(self._flight, len(chunk), self._kernel.column)
        return Moves(*map(np.concatenate, zip(*moved, strict=True)))

    def _plan(self) -> None:
        """The kernel looks intents up; a batch reckoned at once did not need to."""
        for asked in self._unplanned:
            self._flight = planned(self._flight, asked, self._kernel.column)
        self._unplanned = []

    def settle(self) -> Moves:
        """The run is over, and with it the day: its contract note."""
        flight = self._flight._replace(
            book=as_list(self._flight.book), log=[0] * (len(self._manners) * at.LOG)
        )
        if self._plain.numbers[at.INDIAN] == 1:
            settle_day(self._plain, flight)
        self._flight = self._flight._replace(book=self._kernel.column(flight.book))
        return self._turn_page(flight.log, np.empty(0, np.int64))

    def _turn_page(self, log: Column, times: Moments) -> Moves:
        """What has been written goes into the journal, and there is room again; what it moved."""
        book = self._flight.book
        moved = self._pages.add(self._flight.asks, book[at.KEPT], log, book[at.LOGGED], times)
        book[at.KEPT] = book[at.LOGGED] = 0
        return moved

    def tally(self) -> Tally:
        """The sums so far."""
        book = self._flight.book
        self._pages.reserve(int(book[at.HEARD]) + 1, int(book[at.ASKED]))
        sums = self._pages.tallies
        homes = range(at.RUN, len(book), at.HOLDING)
        worth = sum(int(book[home + at.HELD]) * int(book[home + at.MARK]) for home in homes)
        return Tally(
            int(book[at.CASH]) + worth,
            int(book[at.REALISED]),
            worth - sum(int(book[home + at.COST]) for home in homes),
            int(book[at.CHARGES]),
            sums.trades,
            *sums.wins_and_losses,
            sums.orders,
            sums.refusals,
        )

    def effects(self, intents: Sequence[Intent]) -> tuple[Effect, ...]:
        """Every effect in order, the P&L struck at single candles left out."""
        return tuple(effects(self._terms, intents, self._pages.bound()))

    def state(self, intents: Sequence[Intent]) -> State:
        """Where the run stands."""
        return state(self._terms, self._flight, intents, self._pages.bound())

    def journal(self) -> Journal:
        """What happened, as columns."""
        return self._pages.bound()
