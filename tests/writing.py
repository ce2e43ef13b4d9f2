"""What the writer's tests write, and who listens to it."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from app.store.events import EventDraft
from app.store.writer import Entry
from tests.ledgers import (
    NOON,
    Ledger,
    candle_input,
    fill,
    order,
    order_event,
    order_state,
    position,
    risk_event,
    snapshot,
    trade,
)


class Heard:
    """Whom the writer tells of new events."""

    def __init__(self) -> None:
        self.woken: list[tuple[UUID, int | None]] = []

    def wake(self, user_id: UUID, position: int | None = None) -> None:
        """Remember it."""
        self.woken.append((user_id, position))


def placed(ids: Ledger, number: int, **parts: Any) -> Entry:
    """One step: a decision, its order with its first event and state, and what was told of it."""
    decided, asked = trade(ids, number), order(ids, number)
    return ids.entry(
        upserts={"trades": [decided], "order_states": [order_state(asked["id"])]},
        inserts={
            "orders": [asked | {"trade_id": decided["id"]}],
            "order_events": [order_event(asked["id"], 1, n=number)],
        },
        inputs=[candle_input(number)],
        events=[EventDraft("ORDER", ids.run_id, {"n": number})],
        **parts,
    )


async def count(connection: asyncpg.Connection, table: str) -> int:
    """How many rows a table has."""
    return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


def whole_step(ids: Ledger) -> Entry:
    """One step that touches every table an entry may name."""
    asked, bought = order(ids, 1), trade(ids, 1)
    return ids.entry(
        inserts={
            "orders": [asked | {"trade_id": bought["id"]}],
            "order_events": [order_event(asked["id"], 1), order_event(asked["id"], 2, "FILLED")],
            "fills": [fill(ids, asked["id"], 1)],
            "risk_events": [risk_event(ids)],
            "pnl_snapshots": [snapshot(1)],
        },
        upserts={
            "trades": [bought],
            "order_states": [order_state(asked["id"], "FILLED")],
            "positions": [position(ids)],
        },
        run={"status": "PAUSED", "last_candle_at": NOON, "progress": Decimal("0.5")},
        inputs=[candle_input(1)],
        events=[EventDraft("ORDER", ids.run_id, {}), EventDraft("FILL", ids.run_id, {"at": NOON})],
        logs=[{"level": "INFO", "event": "run.paused", "context": {"why": "asked"}}],
    )
