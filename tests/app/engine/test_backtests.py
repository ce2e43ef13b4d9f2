"""Backtests through the engine: results that add up, progress, stop, and nothing in the audit tables."""

from decimal import Decimal

import asyncpg
import numpy as np
import pytest

from app.store.tables import metadata
from app.store.tables.strategies import ResultKind
from tests.builders import MINUTE, START, candles, market
from tests.engines import Engine, trader_of
from tests.traders import Market, Row, Trader

TERMS: Row = {
    "config": {"fast": 2, "slow": 4, "quantity": 3},
    "slippage_bps": Decimal(3),
    "charge_per_order": Decimal("7.5"),
    "limits": {"per_strategy_cap": "3100", "max_daily_loss": "60"},
}
LEDGER = (
    *("orders", "order_events", "order_states", "fills", "risk_events", "trades", "positions"),
    "pnl_snapshots",
)


@pytest.fixture
async def stored(trader: Trader) -> Market:
    """Three instruments with holes, two sessions."""
    return await trader.market(market(11, bars=60, count=3, missing=0.2))


async def test_results_have_the_columns_of_the_ledger(trader: Trader, stored: Market) -> None:
    """All eight kinds; what has an SQL table has its columns, with their exact types."""
    run_id = await trader.start(stored, "BACKTEST", **TERMS)
    await trader.ended(run_id)

    found = await trader.results(run_id)

    assert set(found) == {kind.value for kind in ResultKind}
    for kind, table in (("FILLS", "fills"), ("TRADES", "trades"), ("POSITIONS", "positions")):
        assert set(found[kind][0]) == {column.name for column in metadata.tables[table].columns}
    assert {column.name for column in metadata.tables["orders"].columns} < set(found["ORDERS"][0])
    assert {"verdict", "verdicts", "rule", "limit_value", "observed_value"} < set(found["DECISIONS"][0])
    assert all(type(row["price"]) is Decimal for row in found["FILLS"])


async def test_results_add_up(trader: Trader, stored: Market) -> None:
    """Figures, trades, positions and the end of the curve tell the same sums."""
    run_id = await trader.start(stored, "BACKTEST", **TERMS)
    await trader.ended(run_id)
    found = await trader.results(run_id)
    (figures,) = found["FIGURES"]

    for column in ("realised_pnl", "charges"):
        assert total(found["TRADES"], column) == total(found["POSITIONS"], column) == figures[column]
    assert total(found["FILLS"], "charges") == figures["charges"]
    assert found["EQUITY"][-1]["equity"] == figures["final_equity"]
    expected = figures["starting_capital"] + figures["realised_pnl"] + figures["unrealised_pnl"]
    assert figures["final_equity"] == expected - figures["charges"]
    assert figures["orders_count"] == len(found["ORDERS"])
    refused = [row for row in found["DECISIONS"] if row["verdict"] == "REFUSED"]
    assert figures["refusals"] == len(refused) > 5
    assert {row["rule"] for row in refused} == {"per_strategy_cap", "max_daily_loss"}
    assert all(row["message"] for row in refused)


def total(rows: list[Row], column: str) -> Decimal:
    """The sum of a column."""
    return sum((row[column] for row in rows), Decimal(0))


async def test_a_backtest_writes_nothing_but_its_results_and_status(trader: Trader, stored: Market) -> None:
    """The ledger and the audit chain hold paper and live only."""
    run_id = await trader.start(stored, "BACKTEST", **TERMS)
    row = await trader.ended(run_id)

    for table in (*LEDGER, "run_inputs"):
        assert await trader.rows(table, run_id) == [], table
    assert {event.kind for event in await trader.events(run_id)} == {"RUN_STATUS", "RUN_PROGRESS"}
    assert (row["progress"], row["lease_owner"]) == (1, None)


async def test_progress_is_told_up_to_the_end(trader: Trader, stored: Market) -> None:
    """Ascending, the last one whole, with the last candle's time."""
    run_id = await trader.start(stored, "BACKTEST")
    row = await trader.ended(run_id)

    told = [event for event in await trader.events(run_id) if event.kind == "RUN_PROGRESS"]

    shares = [Decimal(event.payload["progress"]) for event in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert told[-1].payload["lastCandleAt"] == row["last_candle_at"].isoformat()


async def test_a_backtest_stops_when_told(trader: Trader) -> None:
    """STOP is given before it is claimed: it ends STOPPED, without results, the command taken."""
    prices = 500 + 50 * np.sin(np.arange(150_000) / 40)
    times = (START + MINUTE * np.arange(len(prices))).tolist()
    stored = await trader.market((candles(np.round(prices, 2).tolist(), times=times),))
    wake, trader.wake = trader.wake, lambda: None
    run_id = await trader.start(stored, "BACKTEST")
    await trader.command(run_id, "STOP")
    wake()

    row = await trader.ended(run_id, "STOPPED")

    assert row["ended_at"] is not None
    assert await trader.results(run_id) == {}
    (command,) = await trader.rows("run_inputs", run_id)
    assert command["sequence"] == 1


async def test_two_backtests_and_a_paper_run_go_on_at_once(
    engine: Engine, superuser: asyncpg.Connection
) -> None:
    """And a third backtest waits its turn; the same market gives the same fills to all of them."""
    trader = await trader_of(engine, superuser)
    stored = await trader.market(market(21, bars=100, count=2))
    runs = [
        await trader.start(stored, mode, **TERMS) for mode in ("BACKTEST", "PAPER", "BACKTEST", "BACKTEST")
    ]
    for run_id in runs:
        await trader.ended(run_id)

    backtests = [await trader.results(run_id) for run_id in (runs[0], *runs[2:])]

    fills = [[(row["price"], row["traded_at"]) for row in each["FILLS"]] for each in backtests]
    paper = [(row["price"], row["traded_at"]) for row in await trader.rows("fills", runs[1])]
    assert len(paper) > 10
    assert fills == [paper] * 3
