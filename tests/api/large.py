"""A backtest with more to it than a test could run: its results are written as the engine writes them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import numpy as np
import pyarrow as pa

from app.store.results import moment_column, money_column, save_results, table_of
from app.store.tables.strategies import ResultKind

START = datetime(2025, 1, 1, tzinfo=UTC)
MINUTE = 60_000_000
Row = dict[str, Any]


async def enlarge(connection: asyncpg.Connection, run_id: UUID, orders: int, points: int) -> None:
    """Replace a backtest's orders, fills, trades and equity by so many; each order has a fill, a trade."""
    kinds = (ResultKind.ORDERS, ResultKind.FILLS, ResultKind.TRADES, ResultKind.EQUITY)
    user, instruments = await connection.fetchrow(
        "SELECT user_id, instrument_ids FROM strategy_runs WHERE id = $1", run_id
    )
    shared = {
        "user_id": user,
        "run_id": run_id,
        "instrument_id": instruments[0],
        "side": "BUY",
        "quantity": 10,
    }
    placed = [_order(number) for number in range(orders)]
    await connection.execute(
        "DELETE FROM run_results WHERE run_id = $1 AND kind = ANY($2)", run_id, [kind.value for kind in kinds]
    )
    tables = (
        table_of(["orders", "order_states"], [shared | row for row in placed]),
        table_of(["fills"], [shared | _fill(row) for row in placed]),
        table_of(["trades"], [shared | _trade(row) for row in placed]),
        equity(points),
    )
    await save_results(connection, run_id, user, dict(zip(kinds, tables, strict=True)), START)


def equity(points: int) -> pa.Table:
    """A curve that wanders, with one spike up and one down."""
    heights = np.cumsum(np.random.default_rng(7).integers(-500, 501, points)) + 1_000_000_000
    heights[points // 3], heights[points // 2] = heights.max() + 10_000, heights.min() - 10_000
    times = np.arange(points) * MINUTE + int(START.timestamp()) * 1_000_000
    return pa.table({"at": moment_column(times), "equity": money_column(heights.astype(np.int64))})


def _order(number: int) -> Row:
    at = START + timedelta(minutes=number)
    columns = {"order_type": "MARKET", "product_type": "INTRADAY", "validity": "DAY", "leg": "ENTRY"}
    moments = dict.fromkeys(("candle_at", "created_at", "updated_at"), at)
    state = {"status": "FILLED", "filled_quantity": 10, "filled_value": Decimal(1000)}
    return {"id": uuid4(), "trade_id": uuid4(), "cause": f"intent:{number}", **columns, **moments, **state}


def _fill(order: Row) -> Row:
    money = {"price": Decimal(100), "charges": Decimal(0)}
    moments = dict.fromkeys(("traded_at", "created_at"), order["created_at"])
    return {"id": uuid4(), "order_id": order["id"], "broker_trade_id": order["cause"], **money, **moments}


def _trade(order: Row) -> Row:
    counts = {"intent_sequence": 0, "target_quantity": 10, "entry_quantity": 10, "exit_quantity": 0}
    money = dict.fromkeys(("entry_value", "exit_value", "charges", "realised_pnl"), Decimal(0))
    moments = dict.fromkeys(("candle_at", "decided_at", "opened_at"), order["created_at"])
    said = {"verdict": "APPROVED", "verdicts": {"verdicts": []}}
    return {"id": order["trade_id"], **counts, **money, **moments, **said}
