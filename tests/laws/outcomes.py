"""What a run comes to, by each way of running it."""

from collections.abc import Iterable
from typing import NamedTuple

from reactivex.subject import Subject

from streams import simulation
from streams.backtest import Backtest, Outcome
from streams.domain.market import Chunk
from streams.domain.orders import OrderRequest, OrderStatus
from streams.events import (
    Cancel,
    CandlesClosed,
    Command,
    Effect,
    ExposureElsewhere,
    Place,
    PnlStruck,
    Report,
)
from streams.exchange import matched
from streams.frames import frames, marks_after, moments
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

    The broker keeps its own book and fills at the next bar's open without faults.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._book: list[OrderRequest] = []
        self._marks: tuple[int, ...] = (0,) * len(run.terms.instruments)
        self._market: Subject[Chunk] = Subject()
        self._asides: Subject[Report | Command | ExposureElsewhere] = Subject()
        self.steps: list[Executed] = []
        self.effects: list[Effect] = []
        executed(run, self._market, self._asides).subscribe(self._took)

    def feed(self, part: Chunk) -> None:
        """The next moment: what rested fills at its open, then its candles close."""
        (closed,) = frames(part, moments(part), self._marks)
        self._marks = marks_after(part, self._marks)
        self._fill(closed)
        self._market.on_next(part)

    def _fill(self, closed: CandlesClosed) -> None:
        terms = self._run.terms
        reports = matched(self._book, closed, terms.instruments, terms.venue.amount)
        done = {report.order for report in reports}
        self._book = [each for each in self._book if each.key not in done]
        for report in reports:
            self._asides.on_next(report)

    def _took(self, step: Executed) -> None:
        self.steps.append(step)
        self.effects.extend(step.effects)
        for effect in step.effects:
            if isinstance(effect, Place):
                self._book.append(effect.request)
                self._asides.on_next(Report(effect.request.key, OrderStatus.SUBMITTED))
            elif isinstance(effect, Cancel):
                self._book = [each for each in self._book if each.key != effect.order]
                self._asides.on_next(Report(effect.order, OrderStatus.CANCELLED))


def paper(run: Run, parts: Iterable[Chunk]) -> Paper:
    """A paper run over these moments."""
    made = Paper(run)
    for part in parts:
        made.feed(part)
    return made


def without_pnl(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """The effects but for the P&L struck at single candles, which a backtest leaves out."""
    return tuple(each for each in effects if not isinstance(each, PnlStruck))
