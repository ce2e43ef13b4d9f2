"""The page to read first: how candles become intents, orders, fills, positions and P&L.

    market ─ formed ─┬─ simulated ──────────────────┐          a backtest: the exchange is inside the fold
                     └─ merge(reports, commands) ─ executed ┤  paper and live: a broker answers from outside
                                                            └─ effects ─ decisions, orders, fills, P&L

Chunks of columns flow in; what leaves the fold is one shared stream of effects, and views of it. Nothing here
knows a clock, a thread or a database: the shell of a run feeds `market` and `asides` (reports, commands) and
carries out `Place`, `Modify` and `Cancel`.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from streams import signals, simulation
from streams.asked import Asked
from streams.columns.kinds import NO_WAYS, Ways
from streams.domain.intents import Intent
from streams.domain.market import Chunk, Instrument, Interval
from streams.events import (
    Command,
    Decided,
    Effect,
    Event,
    ExposureElsewhere,
    FillBooked,
    OrderMoved,
    PnlStruck,
    PositionChanged,
    Report,
)
from streams.execution import step
from streams.frames import frames, marks_after, moments
from streams.operators import flatten, fold, of_kind
from streams.signals import Signals
from streams.state import State, Terms, opening
from streams.strategies.base import BaseStrategy, Intents, StrategyConfig, build


@dataclass(frozen=True, slots=True)
class Run:
    """What is fixed for a run. `history` is what came before it: it fills the look-back and never acts.

    `references` are markets it reads and does not trade; their candles follow the traded ones in each chunk.
    """

    strategy: type[BaseStrategy]
    config: StrategyConfig
    interval: Interval
    terms: Terms
    history: Chunk | None = None
    references: tuple[Instrument, ...] = ()

    @property
    def intents(self) -> Intents:
        """The strategy's columns under this config."""
        return build(self.strategy, self.config)

    def signals(self, ways: Ways = NO_WAYS) -> Signals:
        """Signals at the run's first candle; `ways` are faster ones to the same bits."""
        fresh = signals.start(self.intents, self.interval, self.terms.instruments, self.references, ways)
        return signals.warmed(fresh, self.history) if self.history else fresh


class Formed(NamedTuple):
    """A chunk of the traded instruments and the intents it gave rise to, as columns."""

    chunk: Chunk
    intents: Asked


class Executed(NamedTuple):
    """One event with its effects and the state after it."""

    event: Event
    effects: tuple[Effect, ...]
    state: State


class Simulated(NamedTuple):
    """One chunk with its intents and effects and the state after it."""

    formed: Formed
    effects: tuple[Effect, ...]
    state: State


def formed(run: Run, market: Observable[Chunk], ways: Ways = NO_WAYS) -> Observable[Formed]:
    """Candles to intents."""
    traded = len(run.terms.instruments)

    def advance(known: Signals, chunk: Chunk) -> tuple[Signals, Formed]:
        known, found = signals.form(known, chunk)
        return known, Formed(chunk[:traded], found)

    return market.pipe(fold(advance, run.signals(ways)))


def simulated(
    run: Run, market: Observable[Chunk], choose: simulation.Choose = simulation.eventful
) -> Observable[Simulated]:
    """A backtest: intents meet the simulated exchange inside the fold."""

    def advance(known: simulation.Simulation, item: Formed) -> tuple[simulation.Simulation, Simulated]:
        known, effects = simulation.simulate(run.terms, known, item.chunk, item.intents.intents(), choose)
        return known, Simulated(item, effects, known.state)

    return formed(run, market).pipe(fold(advance, simulation.begin(run.terms)), ops.share())


def executed(
    run: Run, market: Observable[Chunk], asides: Observable[Report | Command | ExposureElsewhere]
) -> Observable[Executed]:
    """Paper and live: the broker's reports and people's commands come in beside the candles."""

    def advance(state: State, event: Event) -> tuple[State, Executed]:
        state, effects = step(run.terms, state, event)
        return state, Executed(event, effects, state)

    candles = formed(run, market).pipe(fold(_in_order, (0,) * len(run.terms.instruments)), flatten)
    events: Observable[Any] = rx.merge(candles, asides)
    return events.pipe(fold(advance, opening(run.terms)), ops.share())


def _in_order(marks: tuple[int, ...], item: Formed) -> tuple[tuple[int, ...], list[Event]]:
    """Each moment's candles, then the intents formed at their close."""
    asked: defaultdict[int, list[Intent]] = defaultdict(list)
    for intent in item.intents:
        asked[intent.time].append(intent)
    events: list[Event] = []
    for closed in frames(item.chunk, moments(item.chunk), marks):
        events += (closed, *asked[closed.time])
    return marks_after(item.chunk, marks), events


class Views(NamedTuple):
    """The stages a watcher may subscribe to."""

    intents: Observable[Intent]
    decisions: Observable[Decided]
    orders: Observable[OrderMoved]
    fills: Observable[FillBooked]
    positions: Observable[PositionChanged]
    pnl: Observable[PnlStruck]


def views(steps: Observable[Executed] | Observable[Simulated]) -> Views:
    """The shared stream, stage by stage."""
    effects = steps.pipe(ops.map(_effects), flatten, ops.share())
    return Views(
        steps.pipe(ops.map(_intents), flatten),
        effects.pipe(of_kind(Decided)),
        effects.pipe(of_kind(OrderMoved)),
        effects.pipe(of_kind(FillBooked)),
        effects.pipe(of_kind(PositionChanged)),
        effects.pipe(of_kind(PnlStruck)),
    )


def _effects(step: Executed | Simulated) -> tuple[Effect, ...]:
    return step.effects


def _intents(step: Executed | Simulated) -> tuple[Intent, ...]:
    if isinstance(step, Simulated):
        return step.formed.intents.intents()
    return (step.event,) if isinstance(step.event, Intent) else ()
