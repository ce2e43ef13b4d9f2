"""A run's pipeline as the shell turns it: put something in, take out what it led to."""

from reactivex.subject import Subject

from app.engine.failures import StrategyRaised
from streams.domain.market import Chunk
from streams.events import Command, ExposureElsewhere, Report
from streams.pipeline import Executed, Run, executed
from streams.state import State, opening


class Machine:
    """Synchronous: each call gives the steps it caused, in order; StrategyRaised where a strategy raises."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.state: State = opening(run.terms)
        self._market: Subject[Chunk] = Subject()
        self._asides: Subject[Report | Command | ExposureElsewhere] = Subject()
        self._steps: list[Executed] = []
        self._failure: Exception | None = None
        executed(run, self._market, self._asides).subscribe(self._took, self._failed)

    def _took(self, step: Executed) -> None:
        self.state = step.state
        self._steps.append(step)

    def _failed(self, cause: Exception) -> None:
        self._failure = cause

    def candles(self, chunk: Chunk) -> list[Executed]:
        """Candles have closed."""
        self._market.on_next(chunk)
        return self._taken()

    def aside(self, event: Report | Command | ExposureElsewhere) -> list[Executed]:
        """Something else has happened."""
        self._asides.on_next(event)
        return self._taken()

    def _taken(self) -> list[Executed]:
        if self._failure is not None:
            raise StrategyRaised from self._failure
        steps, self._steps = self._steps, []
        return steps
