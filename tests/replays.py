"""What a run did, from three sources: simulated again, replayed from its tape, and as its rows say."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from app.engine.backtests import results, simulate
from app.engine.machine import Machine
from app.engine.plan import plan
from app.engine.recorder import Recorder
from app.engine.recovery import Input, Retraced, planned, recorded, retrace, together
from app.store.engine import Store
from app.store.entries import Entry
from app.store.rows import plain, shape
from app.store.tables.strategies import StrategyRun
from streams.domain.intents import Intent
from streams.events import Effect
from streams.parity import Projection, projection, struck_equity
from tests.brackets import REGISTRY
from tests.traders import Row, Trader

LEDGER = (
    *("trades", "orders", "order_events", "order_states", "fills", "charge_settlements"),
    *("pnl_snapshots", "risk_events"),
)
CHAIN = {"chain_position", "chain_hash"}

Rows = dict[str, dict[tuple[Any, ...], Row]]
"""Plain rows by table and primary key."""


class Replayed(NamedTuple):
    """A run as its tape tells it: what it did, and the rows that are written for that."""

    did: Projection
    rows: Rows


class Simulated(NamedTuple):
    """A backtest computed once more: what it did, and the result tables that are saved for that."""

    did: Projection
    tables: dict[str, list[Row]]


async def run_of(trader: Trader, run_id: UUID) -> StrategyRun:
    """The run's row as the engine claims it."""
    return StrategyRun.model_validate(await trader.run(run_id))


async def simulated(store: Store, row: StrategyRun) -> Simulated:
    """A backtest is a pure function of its row and the stored candles."""
    async with store.trading() as connection:
        ready = await plan(connection, row, REGISTRY)

    async def nobody_listens(*_: object) -> None:
        """Progress is not what this is about."""

    outcome = await simulate(ready, nobody_listens, lambda: False)
    assert outcome is not None
    curve = zip(outcome.curve.time.tolist(), outcome.curve.equity.tolist(), strict=True)
    tables = {kind.value: table.to_pylist() for kind, table in results(ready.identity, outcome).items()}
    return Simulated(projection(outcome.intents, outcome.effects, curve), tables)


async def replayed(store: Store, row: StrategyRun, *, one_by_one: bool = True) -> Replayed:
    """The run again from its recorded inputs, one by one or in groups as after a crash."""
    async with store.trading() as connection:
        tape = await recorded(connection, row)
        ready = await planned(connection, row, REGISTRY, tape)
    machine, recorder = Machine(ready.run), Recorder(ready.identity)
    intents, effects, rows = list[Intent](), list[Effect](), Rows({table: {} for table in LEDGER})
    for found in retrace(machine, ready, _alone(tape) if one_by_one else together(tape)):
        _keep(rows, _entry(recorder, found))
        intents += [step.event for step in found.steps if isinstance(step.event, Intent)]
        effects += [effect for step in found.steps for effect in step.effects]
    return Replayed(projection(intents, effects, struck_equity(effects)), rows)


def _alone(tape: Iterable[Input]) -> Iterator[list[Input]]:
    return ([each] for each in tape)


def _entry(recorder: Recorder, found: Retraced) -> Entry:
    recorder.stamp(found.last["at"])
    for step in found.steps:
        recorder.record(step.event, step.effects, found.last["sequence"])
    return recorder.take()


def _keep(rows: Rows, entry: Entry) -> None:
    for given in (entry.inserts, entry.upserts):
        for table, listed in given.items():
            if table in rows:
                rows[table] |= by_key(table, map(dict, listed))


def by_key(table: str, listed: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    """Rows in their plain form, without what the writer seals them with, by primary key."""
    found = [plain(table, {name: row[name] for name in row if name not in CHAIN}) for row in listed]
    return {tuple(row[name] for name in shape(table).key): row for row in found}


async def stored(trader: Trader, run_id: UUID) -> Rows:
    """The run's rows as the database has them."""
    return {table: by_key(table, await trader.rows(table, run_id)) for table in LEDGER}
