"""Which moments of a chunk a backtest steps through: all of them, or those at which something can happen.

Nothing happens at a moment when no intent is formed, no day begins or ends, no position has to end by the
clock, and no resting order meets its price. Between two steps the state does not change, so from it and the
exchange's book the next moment at which something can happen is searched in the columns.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from streams.domain.intents import NOWHERE, Intent
from streams.domain.market import Candles
from streams.domain.money import UNIT
from streams.domain.orders import OrderType
from streams.exchange import Book
from streams.frames import Film
from streams.matching import Resting
from streams.sessions import DAY, IST
from streams.state import State, Terms, protective
from streams.timetable import all_past_square_off
from streams.wanting import leaving

Rows = NDArray[np.intp]


class Scout:
    """Looks ahead in one chunk."""

    def __init__(self, terms: Terms, film: Film, intents: Sequence[Intent], state: State) -> None:
        self.terms, self.film = terms, film
        self.last = len(film.times)
        self._fixed = self._known_before(intents, state)

    def _known_before(self, intents: Sequence[Intent], state: State) -> list[int]:
        """Moments that matter whatever happens: intents, both ends of a day, the chunk's end, square-offs."""
        times = {each.time for each in intents}
        found = [np.fromiter(times, np.int64, len(times))]
        for candles in self.film.chunk:
            if len(candles):
                days = (candles.time + IST) // DAY
                turns = np.flatnonzero(days[:-1] != days[1:])
                found += [candles.time[turns], candles.time[turns + 1], candles.time[[0, -1]]]
        found += [self._square_offs(instrument, intents, state) for instrument in range(len(self.film.chunk))]
        rows: list[int] = np.searchsorted(self.film.times, np.unique(np.concatenate(found))).tolist()
        return rows

    def _square_offs(self, instrument: int, intents: Sequence[Intent], state: State) -> NDArray[np.int64]:
        """The first candle of each day that closes at its square-off or later."""
        candles = self.film.chunk[instrument]
        manners = {each.manner for each in intents if each.instrument == instrument}
        manners.add(state.holdings[instrument].manner)
        found = [candles.time[:0]]
        for manner in manners:
            days = (candles.time + IST) // DAY
            late = np.flatnonzero(all_past_square_off(self.terms, instrument, manner, candles.time))
            found.append(candles.time[late[np.diff(days[late], prepend=-1) > 0]])
        return np.concatenate(found)

    def fixed_after(self, moment: int) -> int:
        """The next moment that matters whatever happens; `last` when there is none."""
        place = bisect_right(self._fixed, moment)
        return self._fixed[place] if place < len(self._fixed) else self.last

    def moment_of(self, instrument: int, after: int, until: int, search: Callable[[Candles], int]) -> int:
        """The moment of the instrument's candle that `search` finds among those from after one moment up to
        another, the latter included; `until` when it finds none."""
        candles = self.film.chunk[instrument]
        starts = self.film.row(instrument, after) + 1 if after >= 0 else 0
        ends = self.film.row(instrument, until) + 1 if until < self.last else len(candles)
        found = search(candles.rows(starts, ends)) if starts < ends else ends - starts
        if found >= ends - starts:
            return until
        return int(np.searchsorted(self.film.times, candles.time[starts + found]))


Choose = Callable[[Scout, int, State, Book], int]
"""The moment to step through after this one (-1 at a chunk's beginning); `last` when the chunk is over."""


def every(scout: Scout, moment: int, state: State, book: Book) -> int:
    """All moments of a chunk: the plain way."""
    return moment + 1


def eventful(scout: Scout, moment: int, state: State, book: Book) -> int:
    """The next moment at which something can happen."""
    until = scout.fixed_after(moment)
    for instrument, holding in enumerate(state.holdings):
        orders = [each for each in book.resting if each.request.instrument == instrument]
        if holding.lots and restless(state, instrument):
            until = min(until, scout.moment_of(instrument, moment, until, lambda candles: 0))
        elif orders:
            until = min(
                until, scout.moment_of(instrument, moment, until, partial(_first, scout.terms, orders))
            )
    return until


def _first(terms: Terms, orders: list[Resting], candles: Candles) -> int:
    return min(_touched(terms, candles, each) for each in orders)


def restless(state: State, instrument: int) -> bool:
    """Whether every candle does something to the position: its trail follows, its time passes, something
    of it is owed, or its protection is missing."""
    holding = state.holdings[instrument]
    if leaving(state, instrument):
        return True
    if holding.guard is None:
        return False
    intent = holding.guard.intent
    if intent.trailing_stop != NOWHERE or intent.manner.exit_after:
        return True
    legs = sum(each != NOWHERE for each in (intent.stop_loss, intent.take_profit))
    return len({each.request.key.leg for each in protective(state, instrument)}) < legs


def _touched(terms: Terms, candles: Candles, order: Resting) -> int:
    """The first of the candles that may do something to the order; their number where none does."""
    request, kind = order.request, order.order_type
    waits = not request.key.leg.protective and order.day < 0
    if waits or kind is OrderType.MARKET or terms.venue.latency or terms.venue.detail:
        return 0
    buys, stops = request.side.sign > 0, kind is not OrderType.LIMIT
    level = (request.trigger_price if stops else request.limit_price) or 0
    # A unit's leeway: half-way prices round to even, and a candle too many does no harm.
    rises = buys is stops
    reached = candles.high >= (level - 1) / UNIT if rises else candles.low <= (level + 1) / UNIT
    first = int(np.argmax(reached))
    found = first if reached[first] else len(reached)
    if request.key.leg.protective:
        return found
    return min(found, int(np.searchsorted((candles.time + IST) // DAY, order.day, "right")))
