"""What a backtest leaves behind: curve and figures at once, everything else made when it is asked for."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Protocol

from streams.asked import Asked
from streams.curves import Curve, Moves
from streams.domain.intents import Intent
from streams.domain.market import Chunk
from streams.events import Effect
from streams.kernel.journal import Journal
from streams.report import Figures, Tally
from streams.state import State
from streams.trades import Trades


class Ledger(Protocol):
    """One way of running the core: what it took, and what came of it."""

    @property
    def reason(self) -> str:
        """Why this way and not a faster one, as a sentence; empty where there is none."""

    def take(self, chunk: Chunk, asked: Asked) -> Moves:
        """The next chunk and its intents; what it moved."""

    def settle(self) -> Moves:
        """The run is over, and with it the day: what its contract note moved."""

    def tally(self) -> Tally:
        """The sums so far."""

    def effects(self, intents: Sequence[Intent]) -> tuple[Effect, ...]:
        """Every effect in order, the P&L struck at single candles left out."""

    def state(self, intents: Sequence[Intent]) -> State:
        """Where the run stands."""

    def journal(self) -> Journal | None:
        """What happened as columns, where this way keeps them."""


class Outcome:
    """A backtest's outcome. Columns are there at once; intents, effects and trades are made on asking."""

    def __init__(self, ledger: Ledger, asked: Iterable[Asked], curve: Curve, figures: Figures) -> None:
        self.ledger, self.curve, self.figures = ledger, curve, figures
        self.asked = tuple(asked)

    @property
    def reason(self) -> str:
        """Why the run took the slower way, as a sentence; empty where it did not."""
        return self.ledger.reason

    @cached_property
    def intents(self) -> tuple[Intent, ...]:
        """What the strategy asked for."""
        return tuple(intent for part in self.asked for intent in part.intents())

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """Every effect in order, the P&L struck at single candles left out."""
        return self.ledger.effects(self.intents)

    @cached_property
    def trades(self) -> Trades:
        """The trades the effects tell of."""
        known = Trades()
        for effect in self.effects:
            known.take(effect)
        return known

    @cached_property
    def state(self) -> State:
        """Where the run stood in the end."""
        return self.ledger.state(self.intents)

    @cached_property
    def journal(self) -> Journal | None:
        """What happened as columns, where its way keeps them."""
        return self.ledger.journal()
