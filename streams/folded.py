"""The fold as a way of running a backtest: event by event, for everything a strategy can ask."""

from collections.abc import Sequence

import numpy as np

from streams import simulation
from streams.asked import Asked
from streams.curves import Moves
from streams.domain.intents import Intent
from streams.domain.market import Chunk
from streams.events import Decided, Effect, Place, PnlStruck
from streams.execution import struck
from streams.frames import moments
from streams.report import Tally, moves, wins_and_losses
from streams.settlement import settle_day
from streams.state import State, Terms
from streams.trades import Trades


class Folded:
    """The closed loop of fold and simulated exchange, with its effects kept as they come."""

    def __init__(self, terms: Terms, choose: simulation.Choose, reason: str = "") -> None:
        self._terms, self._choose, self.reason = terms, choose, reason
        self._known = simulation.begin(terms)
        self._effects: list[Effect] = []

    def take(self, chunk: Chunk, asked: Asked) -> Moves:
        """The next chunk and its intents; what it moved."""
        self._known, effects = simulation.simulate(
            self._terms, self._known, chunk, asked.intents(), self._choose
        )
        kept = [each for each in effects if not isinstance(each, PnlStruck)]
        self._effects += kept
        return moves(kept, moments(chunk))

    def settle(self) -> Moves:
        """The run is over, and with it the day: its contract note."""
        state, effects = settle_day(self._terms, self._known.state)
        self._known = self._known._replace(state=state)
        self._effects += effects
        return moves(effects, np.empty(0, np.int64))

    def tally(self) -> Tally:
        """The sums so far."""
        pnl, known = struck(self._known.state), Trades()
        for effect in self._effects:
            known.take(effect)
        trades = known.by_intent.values()
        decided = [each.decision.permitted for each in self._effects if isinstance(each, Decided)]
        return Tally(
            pnl.equity,
            pnl.realised,
            pnl.unrealised,
            pnl.charges,
            sum(trade.entry_quantity > 0 for trade in trades),
            *wins_and_losses(trades),
            sum(isinstance(each, Place) for each in self._effects),
            decided.count(False),
        )

    def effects(self, intents: Sequence[Intent]) -> tuple[Effect, ...]:
        """Every effect in order."""
        return tuple(self._effects)

    def state(self, intents: Sequence[Intent]) -> State:
        """Where the run stands."""
        return self._known.state

    def journal(self) -> None:
        """It keeps tuples, not columns."""
        return
