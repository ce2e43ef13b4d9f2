"""What a run has done, in a form in which two runs over the same candles are the same."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.brackets import Bracketed
from tests.traders import Row, Trader

TERMS: Row = {
    "config": {"fast": 2, "slow": 3, "quantity": 2},
    "slippage_bps": Decimal(3),
    "charge_per_order": Decimal(5),
    "limits": {"max_open_positions": 1},
}
GUARDED: Row = {
    "strategy": Bracketed,
    "config": {"quantity": 40, "stop": 6, "target": 9, "trail": 4, "order": "limit", "pyramiding": 2},
    "options": {
        "product_type": "MARGIN",
        "charges": "INDIAN",
        "participation_percent": "3",
        "slippage_model": "TICKS",
        "slippage_amount": "1",
    },
    "limits": {"max_open_positions": 1},
}
"""Everything at once: limits, trails, parts of fills, tariffs."""

OF_A_RUN = {
    "orders": "cause leg slice generation side quantity instrument_id candle_at",
    "fills": "side quantity price charges charge_parts traded_at instrument_id",
    "charge_settlements": "day instrument_id charges charge_parts",
    "trades": "intent_sequence verdict verdicts entry_value exit_value charges realised_pnl"
    " opened_at closed_at",
    "positions": "instrument_id quantity cost realised_pnl charges",
    "pnl_snapshots": "sequence at realised unrealised charges equity exposure",
    "risk_events": "rule limit_value observed_value message candle_at instrument_id",
}


async def facts(trader: Trader, run_id: UUID) -> dict[str, list[Any]]:
    """What a run has done, without the ids and times of its own."""
    found: dict[str, list[Any]] = {}
    for table, columns in OF_A_RUN.items():
        rows = await trader.rows(table, run_id)
        found[table] = sorted([str([row[name] for name in columns.split()]) for row in rows])
    events = {row["id"]: row["cause"] + row["leg"] for row in await trader.rows("orders", run_id)}
    happened = await trader.rows("order_events", run_id)
    found["order_events"] = [(events[row["order_id"]], row["sequence"], row["kind"]) for row in happened]
    tape = await trader.rows("run_inputs", run_id)
    found["run_inputs"] = [(row["sequence"], row["kind"], row["payload"].get("candles")) for row in tape]
    return found
