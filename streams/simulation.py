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

Between an intent and the next one nothing changes but the marks, so only these candles are stepped through:
those with an intent, the bar after (where its order fills), the last of each day (the next day's loss is
measured from it) and the last of the chunk. A test compares this with stepping through every candle.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from streams.domain.intents import Intent
from streams.domain.market import Candles, Chunk
from streams.domain.orders import OrderStatus
from streams.events import Cancel, CandlesClosed, Effect, Event, Place, Report
from streams.exchange import matched
from streams.execution import DAY, IST_OFFSET, step
from streams.frames import Moments, frames, marks_after, moments
from streams.state import State, Terms, opening


class Simulation(NamedTuple):
    """A backtest between two chunks."""

    state: State
    marks: tuple[int, ...]


Choose = Callable[[Chunk, tuple[Intent, ...], State], Moments]


def begin(terms: Terms) -> Simulation:
    """A backtest before its first chunk."""
    return Simulation(opening(terms), (0,) * len(terms.instruments))


def eventful(chunk: Chunk, intents: tuple[Intent, ...], state: State) -> Moments:
    """The moments of a chunk at which something can happen."""
    found = [_eventful(candles, n, intents, state) for n, candles in enumerate(chunk)]
    return np.unique(np.concatenate(found))


def _eventful(candles: Candles, instrument: int, intents: tuple[Intent, ...], state: State) -> Moments:
    if not len(candles):
        return candles.time
    asked = np.array([each.time for each in intents if each.instrument == instrument], np.int64)
    after = np.searchsorted(candles.time, asked, side="right")
    days = (candles.time + IST_OFFSET) // DAY
    last_of_day = candles.time[:-1][days[:-1] != days[1:]]
    waiting = candles.time[:1] if state.working else candles.time[:0]
    filling = candles.time[after[after < len(candles)]]
    return np.concatenate((waiting, asked, filling, last_of_day, candles.time[-1:]))


def every(chunk: Chunk, intents: tuple[Intent, ...], state: State) -> Moments:
    """All moments of a chunk: the plain way."""
    return moments(chunk)


def simulate(
    terms: Terms, simulation: Simulation, chunk: Chunk, intents: tuple[Intent, ...], choose: Choose = eventful
) -> tuple[Simulation, tuple[Effect, ...]]:
    """One chunk through the closed loop: orders fill at the next bar's open, without faults."""
    state, effects = simulation.state, list[Effect]()
    waiting = iter(intents)
    ahead = next(waiting, None)
    for closed in frames(chunk, choose(chunk, intents, state), simulation.marks):
        due = list[Intent]()
        while ahead is not None and ahead.time == closed.time:
            due.append(ahead)
            ahead = next(waiting, None)
        state = _moment(terms, state, closed, due, effects)
    return Simulation(state, marks_after(chunk, simulation.marks)), tuple(effects)


def _moment(terms: Terms, state: State, closed: CandlesClosed, due: list[Intent], out: list[Effect]) -> State:
    """Fills at the open, then the close, then what the strategy makes of it."""
    resting = tuple(each.request for each in state.working)
    events: list[Event] = [*matched(resting, closed, terms.instruments, terms.venue.amount), closed, *due]
    for event in events:
        state = _answered(terms, state, event, out)
    return state


def _answered(terms: Terms, state: State, event: Event, out: list[Effect]) -> State:
    """Takes an event, and the exchange's immediate answers to what it caused."""
    state, effects = step(terms, state, event)
    out.extend(effects)
    for effect in effects:
        if isinstance(effect, Place):
            state = _answered(terms, state, Report(effect.request.key, OrderStatus.SUBMITTED), out)
        elif isinstance(effect, Cancel):
            state = _answered(terms, state, Report(effect.order, OrderStatus.CANCELLED), out)
    return state
