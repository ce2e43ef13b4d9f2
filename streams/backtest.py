"""A backtest: chunks of candles through the pipeline, the outcome as effects, trades, curve and figures."""

from typing import NamedTuple

import numpy as np
from reactivex.subject import Subject

from streams import simulation
from streams.domain.intents import Intent
from streams.domain.market import Chunk
from streams.events import Decided, Effect, Place, PnlStruck
from streams.execution import struck
from streams.frames import marks_after
from streams.pipeline import Run, Simulated, simulated
from streams.report import Curve, Figures, curve, drawdown, wins_and_losses
from streams.state import State, opening
from streams.trades import Trades


class Outcome(NamedTuple):
    """What a backtest leaves behind. `effects` are in order, the P&L struck at single candles left out."""

    intents: tuple[Intent, ...]
    effects: tuple[Effect, ...]
    trades: Trades
    curve: Curve
    figures: Figures
    state: State


class Backtest:
    """Feed it chunks in ascending time, each at most a few thousand candles (they then stay in cache)."""

    def __init__(self, run: Run, choose: simulation.Choose = simulation.eventful) -> None:
        self._run = run
        self._state = opening(run.terms)
        self._marks: tuple[int, ...] = (0,) * len(run.terms.instruments)
        self._intents: list[Intent] = []
        self._effects: list[Effect] = []
        self._curves: list[Curve] = []
        self._trades = Trades()
        self._candles = 0
        self._failure: Exception | None = None
        self._market: Subject[Chunk] = Subject()
        simulated(run, self._market, choose).subscribe(self._take, self._failed)

    def feed(self, chunk: Chunk) -> None:
        """Takes the next chunk; raises what the strategy raised, now or before."""
        if any(len(candles) for candles in chunk):
            self._market.on_next(chunk)
        if self._failure is not None:
            raise self._failure

    def _failed(self, cause: Exception) -> None:
        self._failure = cause

    def _take(self, done: Simulated) -> None:
        formed = done.formed
        kept = [each for each in done.effects if not isinstance(each, PnlStruck)]
        self._curves.append(curve(self._state, self._marks, formed.chunk, kept))
        for effect in kept:
            self._trades.take(effect)
        self._intents.extend(formed.intents)
        self._effects.extend(kept)
        self._candles += sum(map(len, formed.chunk))
        self._marks = marks_after(formed.chunk, self._marks)
        self._state = done.state

    def outcome(self) -> Outcome:
        """What it has come to so far."""
        whole = self._curve()
        effects = tuple(self._effects)
        return Outcome(tuple(self._intents), effects, self._trades, whole, self._figures(whole), self._state)

    def _curve(self) -> Curve:
        if not self._curves:
            return Curve(np.empty(0, np.int64), np.empty(0, np.int64))
        times, equity = zip(*self._curves, strict=True)
        return Curve(np.concatenate(times), np.concatenate(equity))

    def _figures(self, whole: Curve) -> Figures:
        pnl, trades = struck(self._state), self._trades.by_intent.values()
        wins, losses = wins_and_losses(trades)
        capital = self._run.terms.capital
        return Figures(
            starting_capital=capital,
            final_equity=pnl.equity,
            realised_pnl=pnl.realised,
            unrealised_pnl=pnl.unrealised,
            charges=pnl.charges,
            trades=sum(trade.entry_quantity > 0 for trade in trades),
            wins=wins,
            losses=losses,
            max_drawdown=drawdown(whole.equity, capital),
            candles=self._candles,
            orders_count=sum(isinstance(each, Place) for each in self._effects),
            refusals=sum(isinstance(each, Decided) and not each.decision.permitted for each in self._effects),
        )
