"""A backtest run: candles by the batch through the pipeline in a thread, its outcome as tables."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from app.engine import rows
from app.engine.failures import StrategyRaised
from app.engine.identity import RunIdentity
from app.engine.plan import Plan, RunRefused
from app.store.driver import to_moment
from app.store.results import MONEY, moment_column, money_column, table_of
from app.store.tables.strategies import ResultKind
from streams.backtest import BATCH, Backtest
from streams.curves import MoneyOverflow
from streams.domain.market import Chunk
from streams.events import ChargesSettled, Decided, FillBooked, Modify, OrderMoved, Place, PositionChanged
from streams.frames import moments
from streams.kernel import PLAIN, Kernel
from streams.kernel.compiled import PAYS_FROM, compiled, installed
from streams.outcome import Outcome
from streams.report import Figures
from streams.sessions import DAY, IST


def batches(market: Chunk) -> Iterator[Chunk]:
    """A market cut into batches by time; candles of one moment stay together."""
    times = moments(market)
    for start in range(0, len(times), BATCH):
        first = int(times[start])
        end = int(times[min(start + BATCH, len(times)) - 1]) + 1
        yield tuple(candles.between(first, end) for candles in market)


async def simulate(
    plan: Plan, progressed: Callable[[Decimal, int], Any], stopped: Callable[[], bool]
) -> Outcome | None:
    """The whole market through the pipeline, off the event loop; None when it was stopped on the way.

    StrategyRaised where the strategy raises.
    """
    total, done = sum(map(len, plan.market)), 0
    backtest, parts = await asyncio.to_thread(_begun, plan, total), batches(plan.market)
    while (fed := await asyncio.to_thread(_feed, backtest, parts)) is not None:
        done += fed.candles
        await progressed((Decimal(done) / total).quantize(Decimal("0.0001")), fed.last)
        if stopped():
            return None
    return await asyncio.to_thread(_outcome, backtest)


def _begun(plan: Plan, candles: int) -> Backtest:
    """In numbers, compiled where that is to be had and the job is long enough to pay for it."""
    fast = candles >= PAYS_FROM and installed()
    return Backtest(plan.run, kernel=_compiled() if fast else PLAIN)


@cache
def _compiled() -> Kernel:
    """Its machine code is kept with the user's other caches, where there is such a place."""
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(home) / "medha" / "kernel"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return compiled()
    return compiled(str(folder) if os.access(folder, os.W_OK) else None)


class Fed(NamedTuple):
    """A batch that is through: how many candles it had, and when the last of them opened."""

    candles: int
    last: int


def _feed(backtest: Backtest, parts: Iterator[Chunk]) -> Fed | None:
    """The next batch; None when there is none. What the strategy raises is wrapped in the thread already: a
    StopIteration would never come out of it."""
    batch = next(parts, None)
    if batch is None:
        return None
    try:
        backtest.feed(batch)
    except MoneyOverflow as cause:
        raise RunRefused(str(cause)) from cause
    except Exception as cause:
        raise StrategyRaised from cause
    return Fed(sum(map(len, batch)), max(int(each.time[-1]) for each in batch if len(each)))


def _outcome(backtest: Backtest) -> Outcome:
    backtest.settle()
    return backtest.outcome()


def results(run: RunIdentity, outcome: Outcome) -> dict[ResultKind, pa.Table]:
    """Everything a backtest leaves behind, in the columns the paper ledger has."""
    at = _Stamp(run)
    return {
        ResultKind.INTENTS: _intents(run, outcome),
        ResultKind.DECISIONS: _decisions(run, outcome, at),
        ResultKind.ORDERS: _orders(run, outcome, at),
        ResultKind.FILLS: table_of(
            ["fills"],
            [rows.fill(run, each, to_moment(each.fill.time)) for each in _of(outcome, FillBooked)],
        ),
        ResultKind.TRADES: table_of(
            ["trades"],
            [rows.trade(run, each, at(each.intent.time)) for each in outcome.trades.by_intent.values()],
        ),
        ResultKind.POSITIONS: _positions(run, outcome, at),
        ResultKind.SETTLEMENTS: _settlements(run, outcome),
        ResultKind.EQUITY: pa.table(
            {
                "at": moment_column(run.closes(outcome.curve.time)),
                "equity": money_column(outcome.curve.equity),
            }
        ),
        ResultKind.FIGURES: _figures(outcome.figures),
    }


class _Stamp:
    """A decision is stamped with the close of the candle it was made at; many are made at the same one."""

    def __init__(self, run: RunIdentity) -> None:
        self._run = run
        self._known: dict[int, datetime] = {}

    def __call__(self, opened: int) -> datetime:
        if opened not in self._known:
            self._known[opened] = to_moment(self._run.closed_at(opened))
        return self._known[opened]


def _of(outcome: Outcome, kind: type) -> Iterator[Any]:
    return (each for each in outcome.effects if isinstance(each, kind))


def _intents(run: RunIdentity, outcome: Outcome) -> pa.Table:
    return pa.table(
        {
            "sequence": pa.array([each.sequence for each in outcome.intents], pa.int64()),
            "candle_at": moment_column(np.array([each.time for each in outcome.intents], np.int64)),
            "instrument_id": pa.array(
                [str(run.instrument_ids[each.instrument]) for each in outcome.intents], pa.string()
            ),
            "target": pa.array([each.target for each in outcome.intents], pa.int64()),
        }
    )


def _decisions(run: RunIdentity, outcome: Outcome, at: _Stamp) -> pa.Table:
    """Refusals as `risk_events` rows, and every decision's verdicts beside them."""
    found = []
    for each in _of(outcome, Decided):
        row = rows.refusal(run, each, at(each.request.time)) if each.decision.verdicts else {}
        verdict = "APPROVED" if each.decision.permitted else "REFUSED"
        found.append({**row, "verdict": verdict, "verdicts": rows.verdicts(each.decision)})
    extra = {"verdict": pa.string(), "verdicts": pa.string()}
    return table_of(["risk_events"], found, extra)


def _orders(run: RunIdentity, outcome: Outcome, at: _Stamp) -> pa.Table:
    made = {
        each.request.key: rows.order(run, each.request, at(each.request.time)) for each in _of(outcome, Place)
    }
    for each in outcome.effects:
        if isinstance(each, OrderMoved):
            state = rows.order_state(run, each, 0, at(each.request.time))
            made[each.request.key] |= {name: value for name, value in state.items() if name not in _SEQUENCED}
        elif isinstance(each, Modify):
            made[each.request.key] |= rows.asked_now(each.request)
    return table_of(["orders", "order_states"], list(made.values()))


_SEQUENCED = ("last_sequence", "user_id", "run_id")


def _settlements(run: RunIdentity, outcome: Outcome) -> pa.Table:
    """Each stamped with the end of the day it settles."""
    found: list[rows.Row] = []
    before = Counter[tuple[int, int]]()
    for each in _of(outcome, ChargesSettled):
        place = each.day, each.instrument
        found.append(rows.settlement(run, each, before[place], to_moment((each.day + 1) * DAY - IST)))
        before[place] += 1
    return table_of(["charge_settlements"], found)


def _positions(run: RunIdentity, outcome: Outcome, at: _Stamp) -> pa.Table:
    last = {each.instrument: each for each in _of(outcome, PositionChanged)}
    marks = [each.mark for each in outcome.state.holdings]
    stamp = at(outcome.state.time)
    return table_of(
        ["positions"],
        [rows.position(run, each, marks[place], stamp) for place, each in sorted(last.items())],
    )


_AMOUNTS = ("starting_capital", "final_equity", "realised_pnl", "unrealised_pnl", "charges", "max_drawdown")


def _figures(figures: Figures) -> pa.Table:
    row = {
        name: rows.amount(value) if name in _AMOUNTS else value for name, value in figures._asdict().items()
    }
    schema = pa.schema([(name, MONEY if name in _AMOUNTS else pa.int64()) for name in row])
    return pa.Table.from_pylist([row], schema=schema)
