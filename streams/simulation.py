"""The closed loop of a backtest: the fold and the simulated exchange, where something happens.

A moment is one open time at which some instrument has a candle that has now closed. In order:

1. `exchange.meet(instruments, venue, book, closed)` gives the next reports: first what has expired, then what
   the open does, then what the range of the bar does, then what IOC leaves behind. All its reports go through
   `step`, one after the other, before any errand (Place, Modify, Cancel) they caused is carried out.
2. The errands are carried out first in, first out; the exchange answers each at once (SUBMITTED, CANCELLED; a
   Modify is not answered) and the answer goes through `step` before the next errand; errands it causes queue
   up behind. Protective orders placed here meet the rest of the same bar. Back to 1 until `meet` is quiet.
3. `CandlesClosed` goes through `step`, then each of the moment's intents; then the errands, as in 2. What is
   placed here meets the next bar.

A paper run's shell makes the same calls in the same order, so both are the same by construction.

Only moments at which something can happen are stepped through (`streams.pacing`); a test compares that with
stepping through all of them.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from streams import exchange
from streams.detail import walked
from streams.domain.intents import Intent
from streams.domain.market import Chunk
from streams.domain.orders import OrderStatus
from streams.events import Cancel, CandlesClosed, Effect, Event, Modify, Place, Report
from streams.exchange import Book
from streams.execution import step
from streams.frames import Film, marks_after
from streams.pacing import Choose, Scout, eventful, every
from streams.state import State, Terms, opening

__all__ = ["Choose", "Simulation", "begin", "eventful", "every", "simulate"]


class Simulation(NamedTuple):
    """A backtest between two chunks: the run, the last known closes, the exchange."""

    state: State
    marks: tuple[int, ...]
    book: Book


def begin(terms: Terms) -> Simulation:
    """A backtest before its first chunk."""
    return Simulation(opening(terms), (0,) * len(terms.instruments), exchange.opened(terms.instruments))


def simulate(
    terms: Terms, known: Simulation, chunk: Chunk, intents: tuple[Intent, ...], choose: Choose = eventful
) -> tuple[Simulation, tuple[Effect, ...]]:
    """One chunk of the traded instruments through the closed loop."""
    floor = Floor(terms, known.state, known.book)
    film = Film(chunk, known.marks)
    scout = Scout(terms, film, intents, known.state)
    ahead, place = deque(intents), choose(scout, -1, floor.state, floor.book)
    while place < scout.last:
        closed = film.at(place)
        due = list[Intent]()
        while ahead and ahead[0].time == closed.time:
            due.append(ahead.popleft())
        if place:
            floor.see(film.marks(place - 1))
        floor.moment(closed, due)
        place = choose(scout, place, floor.state, floor.book)
    return Simulation(floor.state, marks_after(chunk, known.marks), floor.book), tuple(floor.effects)


class Floor:
    """The trading floor of one chunk: the run and the exchange, taking turns."""

    def __init__(self, terms: Terms, state: State, book: Book) -> None:
        self.terms, self.state, self.book = terms, state, book
        self.effects: list[Effect] = []

    def see(self, marks: tuple[int, ...]) -> None:
        """The last closes before a moment, stepped through or not: its fills are judged by them."""
        holdings = zip(self.state.holdings, marks, strict=True)
        after = tuple(each if each.mark == mark else each._replace(mark=mark) for each, mark in holdings)
        self.state = self.state._replace(holdings=after)

    def moment(self, closed: CandlesClosed, intents: Iterable[Intent]) -> None:
        """What the bar does to what rests, then its close, then what the strategy makes of it."""
        finer = self.terms.detail if self.terms.venue.detail else ()
        for part, bars in enumerate(walked(closed, finer, self.terms.interval)):
            while reports := self._met(bars, part):
                self._take(reports)
        self._take((closed, *intents))

    def _met(self, closed: CandlesClosed, part: int) -> tuple[Report, ...]:
        terms = self.terms
        self.book, reports = exchange.meet(terms.instruments, terms.venue, self.book, closed, part)
        return reports

    def _take(self, events: Iterable[Event]) -> None:
        """The events one after the other, then what they sent out, first in, first out."""
        errands = deque[Effect]()
        for event in events:
            self._step(event, errands)
        while errands:
            answer = self._carried(errands.popleft())
            if answer is not None:
                self._step(answer, errands)

    def _step(self, event: Event, errands: deque[Effect]) -> None:
        self.state, effects = step(self.terms, self.state, event)
        self.effects += effects
        errands += [each for each in effects if isinstance(each, Place | Modify | Cancel)]

    def _carried(self, errand: Effect) -> Report | None:
        """The exchange's answer, at once."""
        if isinstance(errand, Place):
            self.book = exchange.accept(self.book, errand.request)
            return Report(errand.request.key, OrderStatus.SUBMITTED)
        if isinstance(errand, Modify):
            self.book = exchange.amend(self.book, errand.request)
        elif isinstance(errand, Cancel):
            self.book = exchange.withdraw(self.book, errand.order)
            return Report(errand.order, OrderStatus.CANCELLED)
        return None
