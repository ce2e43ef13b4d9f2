"""A backtest: chunks of candles through the pipeline; its outcome, of which most is made on asking."""

from reactivex.subject import Subject

from streams import simulation
from streams.asked import Asked
from streams.curves import Drawing
from streams.domain.intents import Manner
from streams.domain.market import Chunk
from streams.folded import Folded
from streams.kernel import PLAIN, Kernel, Numbers, hindrance, is_quiet
from streams.outcome import Ledger, Outcome
from streams.pipeline import Formed, Run, formed
from streams.report import Figures

BATCH = 131_072
"""Candles a chunk had best hold: enough to make up for what each chunk costs, few enough to stay in cache."""


class Backtest:
    """Feed it chunks in ascending time, of some ten thousand candles where there are so many.

    By itself it takes the way in numbers where that knows all that is asked, and else the fold on the candles
    where something can happen; `choose` makes it take the fold on the candles of your choice. `kernel` is
    as it is written, or compiled: the outcome is the same to the bit.
    """

    def __init__(self, run: Run, choose: simulation.Choose | None = None, kernel: Kernel = PLAIN) -> None:
        self._run = run
        self._ledger = ledger(run, choose, kernel)
        self._asked: list[Asked] = []
        self._drawing = Drawing(run.terms.capital, len(run.terms.instruments), kernel.strike)
        self._candles = 0
        self._failure: Exception | None = None
        self._market: Subject[Chunk] = Subject()
        formed(run, self._market, kernel.ways).subscribe(self._take, self._failed)

    def feed(self, chunk: Chunk) -> None:
        """Takes the next chunk; raises what the strategy raised, now or before."""
        if any(len(candles) for candles in chunk):
            self._market.on_next(chunk)
        if self._failure is not None:
            raise self._failure

    def _failed(self, cause: Exception) -> None:
        self._failure = cause

    def _take(self, item: Formed) -> None:
        chunk = item.chunk
        if any(len(candles) for candles in chunk):
            self._drawing.draw(chunk, self._ledger.take(chunk, item.intents))
            self._candles += sum(map(len, chunk))
        self._asked.append(item.intents)

    def settle(self) -> None:
        """The run is over, and with it the day: its contract note goes into the books."""
        self._drawing.settle(self._ledger.settle())

    def outcome(self) -> Outcome:
        """What it has come to so far."""
        return Outcome(self._ledger, self._asked, self._drawing.curve, self._figures())

    def _figures(self) -> Figures:
        sums = self._ledger.tally()
        return Figures(
            starting_capital=self._run.terms.capital,
            final_equity=sums.equity,
            realised_pnl=sums.realised,
            unrealised_pnl=sums.unrealised,
            charges=sums.charges,
            trades=sums.trades,
            wins=sums.wins,
            losses=sums.losses,
            max_drawdown=self._drawing.drawdown,
            candles=self._candles,
            orders_count=sums.orders,
            refusals=sums.refusals,
        )


def ledger(run: Run, choose: simulation.Choose | None, kernel: Kernel) -> Ledger:
    """The way a run takes."""
    if choose is not None:
        return Folded(run.terms, choose)
    reason = hindrance(run.terms)
    if reason:
        return Folded(run.terms, simulation.eventful, reason)
    asks = run.intents.dealt(len(run.terms.instruments))
    quiet = all(ask is None or is_quiet(run.terms, ask) for ask in asks)
    manners = tuple(Manner() if ask is None else ask.manner for ask in asks)
    return Numbers(run.terms, manners, kernel, quiet=quiet)
