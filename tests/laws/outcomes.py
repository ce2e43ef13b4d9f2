"""What a run comes to, by each way of running it."""

from collections.abc import Iterable
from typing import NamedTuple

from reactivex.subject import Subject

from streams import exchange, simulation
from streams.backtest import Backtest
from streams.domain.market import Chunk
from streams.domain.orders import OrderStatus
from streams.events import (
    Cancel,
    CandlesClosed,
    Command,
    Effect,
    ExposureElsewhere,
    Modify,
    Place,
    PnlStruck,
    Report,
)
from streams.frames import frames, marks_after, moments
from streams.outcome import Outcome
from streams.pipeline import Executed, Run, executed
from streams.report import Figures
from streams.state import State


def backtest(run: Run, parts: Iterable[Chunk], choose: simulation.Choose = simulation.eventful) -> Outcome:
    """The outcome of a backtest over these chunks."""
    made = Backtest(run, choose)
    for part in parts:
        made.feed(part)
    return made.outcome()


class Whole(NamedTuple):
    """Everything of an outcome in comparable form: floats and arrays by their bytes."""

    intents: tuple[object, ...]
    effects: tuple[Effect, ...]
    trades: dict[int, object]
    curve: tuple[bytes, bytes]
    figures: Figures
    state: State


def whole(outcome: Outcome) -> Whole:
    """The outcome, comparable bit for bit."""
    curve = (outcome.curve.time.tobytes(), outcome.curve.equity.tobytes())
    trades: dict[int, object] = dict(outcome.trades.by_intent)
    return Whole(outcome.intents, outcome.effects, trades, curve, outcome.figures, outcome.state)


class Paper:
    """A run as paper and live run it: candles one moment at a time, the broker answering from outside.

    The broker keeps the exchange's book by the calls its page names, and hears of an order only after all
    that led to it has been taken.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._book = exchange.opened(run.terms.instruments)
        self._marks: tuple[int, ...] = (0,) * len(run.terms.instruments)
        self._market: Subject[Chunk] = Subject()
        self._asides: Subject[Report | Command | ExposureElsewhere] = Subject()
        self._errands: list[Effect] = []
        self.steps: list[Executed] = []
        self.effects: list[Effect] = []
        executed(run, self._market, self._asides).subscribe(self._took)

    def feed(self, part: Chunk) -> None:
        """The next moment: what its bars do to what rests, stage by stage; then its candles close."""
        (closed,) = frames(part, moments(part), self._marks)
        self._marks = marks_after(part, self._marks)
        while reports := self._met(closed):
            for report in reports:
                self._asides.on_next(report)
            self._carry()
        self._market.on_next(part)
        self._carry()

    def _met(self, closed: CandlesClosed) -> tuple[Report, ...]:
        terms = self._run.terms
        self._book, reports = exchange.meet(terms.instruments, terms.venue, self._book, closed)
        return reports

    def _took(self, step: Executed) -> None:
        self.steps.append(step)
        self.effects.extend(step.effects)
        self._errands += [each for each in step.effects if isinstance(each, Place | Modify | Cancel)]

    def _carry(self) -> None:
        while self._errands:
            errands, self._errands = self._errands, []
            for errand in errands:
                self._answer(errand)

    def _answer(self, errand: Effect) -> None:
        if isinstance(errand, Place):
            self._book = exchange.accept(self._book, errand.request)
            self._asides.on_next(Report(errand.request.key, OrderStatus.SUBMITTED))
        elif isinstance(errand, Modify):
            self._book = exchange.amend(self._book, errand.request)
        elif isinstance(errand, Cancel):
            self._book = exchange.withdraw(self._book, errand.order)
            self._asides.on_next(Report(errand.order, OrderStatus.CANCELLED))


def paper(run: Run, parts: Iterable[Chunk]) -> Paper:
    """A paper run over these moments."""
    made = Paper(run)
    for part in parts:
        made.feed(part)
    return made


def without_pnl(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """The effects but for the P&L struck at single candles, which a backtest leaves out."""
    return tuple(each for each in effects if not isinstance(each, PnlStruck))
