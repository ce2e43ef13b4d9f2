"""Everything a strategy can ask for, through the engine and its database, undisturbed and killed."""

import random
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.database import Database
from tests.app.engine.facts import GUARDED, facts
from tests.app.engine.test_recovery import check_chain, live_through
from tests.brackets import Bracketed
from tests.builders import SEED, market
from tests.engines import Engine, running, trader_of
from tests.laws.test_parity import Sides, check_parity, few
from tests.traders import Market, Row, Trader


@st.composite
def bracketed(draw: st.DrawFn) -> Row:
    """A config of the strategy."""
    return {
        "window": draw(st.integers(2, 5)),
        "quantity": draw(st.sampled_from([1, 5, 40])),
        "order": draw(st.sampled_from(["market", "limit", "stop", "stop_limit"])),
        "validity": draw(st.sampled_from(["DAY", "IOC"])),
        "stop": draw(st.integers(1, 20)),
        "target": draw(st.integers(1, 30)),
        "trail": draw(st.sampled_from([0, 3, 10])),
        "leave": draw(st.booleans()),
        "pyramiding": draw(st.integers(1, 3)),
        "exit_after": draw(st.sampled_from([0, 4])),
    }


@st.composite
def options(draw: st.DrawFn) -> Row:
    """The options of a run."""
    return {
        "product_type": draw(st.sampled_from(["INTRADAY", "MARGIN"])),
        "charges": draw(st.sampled_from(["INDIAN", "FLAT", "NONE"])),
        "slippage_model": draw(st.sampled_from(["BPS", "TICKS", "HALF_SPREAD", "VOLUME_SHARE"])),
        "slippage_amount": "2",
        "participation_percent": draw(st.sampled_from([None, "3", "25"])),
        "latency_bars": draw(st.sampled_from([0, 0, 1])),
        "square_off_before": draw(st.sampled_from([None, 345])),
    }


@few
@given(
    seed=SEED,
    count=st.integers(1, 3),
    missing=st.sampled_from([0.0, 0.3]),
    config=bracketed(),
    chosen=options(),
)
async def test_brackets_partial_fills_and_charges_are_the_same_in_backtest_and_paper(
    engine: Engine,
    superuser: asyncpg.Connection,
    seed: int,
    count: int,
    missing: float,
    config: Row,
    chosen: Row,
) -> None:
    """Random markets with holes, orders of every type, under every option."""
    trader = await trader_of(engine, superuser)
    candles = await trader.market(market(seed, bars=40, count=count, missing=missing))

    sides = await both(trader, candles, config, options=chosen)

    await check_parity(engine, trader, sides)


async def both(trader: Trader, candles: Market, config: Row, **columns: Any) -> Sides:
    """Starts the two and waits for both to complete."""
    asked: Row = {"strategy": Bracketed, "config": config, "charge_per_order": Decimal(20), **columns}
    sides = Sides(
        await trader.start(candles, "BACKTEST", **asked), await trader.start(candles, "PAPER", **asked)
    )
    for run_id in sides:
        await trader.ended(run_id)
    return sides


@pytest.fixture
async def stored(watcher: Trader) -> Market:
    """Two instruments with holes."""
    return await watcher.market(market(8, bars=50, count=2, missing=0.15))


@pytest.fixture
async def undisturbed(database: Database, watcher: Trader, stored: Market) -> dict[str, list[Any]]:
    """The facts of a run that nothing happened to; all there is to guard a position has happened in it."""
    async with running(database) as engine:
        watcher.wake = engine.supervisor.wake
        run_id = await watcher.start(stored, **GUARDED)
        await watcher.ended(run_id)
    watcher.wake = lambda: None
    found = await facts(watcher, run_id)
    happened = {(what.split(":")[0], kind) for what, _, kind in found["order_events"]}
    kinds = {kind for _, kind in happened}
    assert {"MODIFIED", "PARTIALLY_FILLED", "FILLED", "CANCELLED"} <= kinds
    assert found["charge_settlements"]
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_a_guarded_run_survives_engines_that_are_killed_again_and_again(
    database: Database, watcher: Trader, stored: Market, undisturbed: dict[str, list[Any]], seed: int
) -> None:
    """What rested at the exchange rests there again, however far the candle had got with it."""
    run_id = await watcher.start(stored, **GUARDED)

    engines = await live_through(database, watcher, run_id, random.Random(seed))

    assert engines > 3
    assert await facts(watcher, run_id) == undisturbed
    await check_chain(database, watcher)
