"""Law 9: a run that fails fails alone, and says why; what cannot be run is refused with what to do."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.store.database import Database
from streams.strategies import StrategyRegistry
from streams.strategies.sma_crossover import SmaCrossover
from tests.app.engine.fragile import POISON, Fragile, Unbearable
from tests.builders import candles, market
from tests.engines import AheadClock, Engine, lose_connections, running, trader_of
from tests.traders import PATIENCE, Market, Trader
from tests.walks import zigzag

POISONED = [100.0, 101.0, 102.0, 103.0, 104.0, POISON, 104.0]


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[Engine]:
    """One that knows the fragile strategy too."""
    async with running(database, registry=StrategyRegistry([SmaCrossover, Fragile])) as made:
        yield made


@pytest.fixture
async def other(engine: Engine, superuser: asyncpg.Connection) -> Trader:
    """A second user, whom the first one's failures are no concern of."""
    return await trader_of(engine, superuser)


@pytest.mark.parametrize("mode", ["PAPER", "BACKTEST"])
async def test_a_strategy_that_raises_fails_its_own_run_only(
    trader: Trader, other: Trader, mode: str
) -> None:
    """Status, reason, event and the traceback in the log; the runs beside it complete."""
    beside = [await other.start(await other.market(market(1)), each) for each in ("PAPER", "BACKTEST")]
    failing = await trader.start(await trader.market((candles(POISONED),)), mode, strategy=Fragile)

    row = await trader.ended(failing, "FAILED")

    assert row["status_reason"] == "Unbearable: the price is 666"
    assert (row["lease_owner"], row["lease_expires_at"]) == (None, None)
    assert row["ended_at"] is not None
    (log,) = await trader.rows("system_logs", failing)
    assert (log["level"], log["event"]) == ("error", "run.failed")
    assert "in _checked" in log["context"]["traceback"]
    assert [event.kind for event in await trader.events(failing)][-2:] == ["RUN_STATUS", "LOG"]
    for run_id in beside:
        await other.ended(run_id)


async def test_what_happened_before_the_failure_is_kept(trader: Trader) -> None:
    """The order and its fill are there; of the candle it failed on nothing is."""
    run_id = await trader.start(await trader.market((candles(POISONED),)), strategy=Fragile)
    await trader.ended(run_id, "FAILED")

    assert len(await trader.rows("orders", run_id)) == 1
    assert len(await trader.rows("fills", run_id)) == 1
    assert len(await trader.rows("pnl_snapshots", run_id)) == POISONED.index(POISON)


async def test_a_failed_run_may_be_restarted_and_fails_where_it_failed(trader: Trader) -> None:
    """Nothing is done twice on the way there."""
    run_id = await trader.start(await trader.market((candles(POISONED),)), strategy=Fragile)
    await trader.ended(run_id, "FAILED")
    last = (await trader.events(run_id))[-1].position

    await trader.restart(run_id)

    await trader.ended(run_id, "FAILED", beyond=last)
    assert len(await trader.rows("orders", run_id)) == len(await trader.rows("fills", run_id)) == 1


async def refused(
    trader: Trader, mode: str = "PAPER", *, stored: Market | None = None, **columns: Any
) -> str:
    """Starts a run that cannot be executed; the reason it failed with."""
    where = stored or await trader.market((zigzag(),))
    row = await trader.ended(await trader.start(where, mode, **columns), "FAILED")
    return str(row["status_reason"])


@pytest.mark.parametrize("mode", ["PAPER", "BACKTEST"])
@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"code_hash": "0" * 64}, "code has changed since this run was started. Start a new run."),
        ({"strategy_kind": "lost"}, "The strategy 'lost' is not installed here."),
        ({"config": {"fast": 9, "slow": 3, "quantity": 1}}, "no longer fits its strategy"),
        ({"config": {"fast": 2, "slow": 3, "quantity": 1, "spare": 1}}, "no longer fits its strategy"),
        ({"instrument_ids": [uuid4()]}, "are gone. Start a new run."),
    ],
    ids=["changed code", "unknown strategy", "config out of bounds", "config unknown", "lost instrument"],
)
async def test_what_cannot_be_executed_as_pinned_is_refused(
    trader: Trader, mode: str, columns: dict[str, Any], reason: str
) -> None:
    """The reason says what to do; no order was made."""
    assert reason in await refused(trader, mode, **columns)


async def test_a_backtest_without_candles_is_refused(trader: Trader) -> None:
    """Rather than completing with nothing."""
    stored = await trader.market((zigzag(),))
    bounds = {"from_at": stored.bounds["to_at"], "to_at": None}
    assert "no candles in the range" in await refused(trader, "BACKTEST", stored=stored, **bounds)


async def test_an_account_whose_broker_has_no_adapter_is_refused(
    trader: Trader, superuser: asyncpg.Connection
) -> None:
    """It is named."""
    await superuser.execute("UPDATE broker_accounts SET broker = 'DHAN' WHERE id = $1", trader.account_id)
    assert "no adapter for DHAN" in await refused(trader)


async def test_lost_connections_stop_neither_runs_nor_the_supervisor(
    engine: Engine, trader: Trader, database: Database
) -> None:
    """Cut again and again while a run is on its way; then a new run is executed too."""
    stored = await trader.market(market(3, bars=60))
    run_id = await trader.start(stored, speed=Decimal(6000))
    for _ in range(3):
        await trader.until(run_id, "PNL", beyond=await trader.head())
        await lose_connections(database)

    await trader.ended(run_id)
    await trader.ended(await trader.start(stored))
    assert engine.supervisor.alive()
    assert len(await trader.rows("pnl_snapshots", run_id)) == 120


class FaultyClock(AheadClock):
    """A clock that fails when asked the first times."""

    def __init__(self, faults: int) -> None:
        super().__init__()
        self._faults = faults
        self.mended = asyncio.Event()

    def now(self) -> datetime:
        """The present moment, at last."""
        if not self._faults:
            self.mended.set()
            return super().now()
        self._faults -= 1
        raise Unbearable("no idea what time it is")


async def test_a_round_that_fails_is_not_the_supervisors_last(
    database: Database, superuser: asyncpg.Connection
) -> None:
    """Whatever went wrong, it looks again, and runs are executed."""
    clock = FaultyClock(2)
    async with running(database, clock=clock) as engine:
        await asyncio.wait_for(clock.mended.wait(), PATIENCE)
        trader = await trader_of(engine, superuser)
        await trader.ended(await trader.start(await trader.market((zigzag(),))))
        assert engine.supervisor.alive()
