"""One row in every table, for migrations and for the laws that hold for each of them."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import asyncpg
from sqlmodel import SQLModel

from app.store.tables.accounts import ApiKey, IdempotencyKey, RiskLimit, Session
from app.store.tables.actions import CorporateActionRow
from app.store.tables.market import CandleChunk, ChargeTariff, LiveCandle
from app.store.tables.strategies import RunInput, RunResult
from app.store.tables.system import Alert, Event, EventHead, SystemLog, WatchList
from app.store.tables.trading import (
    ChargeSettlement,
    Fill,
    Order,
    OrderEvent,
    OrderState,
    PnlSnapshot,
    Position,
    RiskEvent,
    Trade,
)
from tests.ledgers import (
    NOON,
    Ledger,
    Row,
    fill,
    insert,
    make_ledger,
    order,
    order_event,
    order_state,
    position,
    risk_event,
    settlement,
    snapshot,
    trade,
)


async def fill_every_table(connection: asyncpg.Connection, name: str = "asha") -> Ledger:
    """A user who has one of everything, beside shared rows of the market's."""
    ids = await make_ledger(connection, name)
    for row in (*_market(ids), *_own(ids), *_trading(ids), *_outbox(ids)):
        await insert(connection, row)
    return ids


def _market(ids: Ledger) -> list[SQLModel]:
    day = NOON.date()
    chunk: Row = {"rows": 1, "first_at": NOON, "last_at": NOON, "payload": b"arrow", "source": "test"}
    prices = dict.fromkeys(("open", "high", "low", "close"), 100.05)
    return [
        ChargeTariff(broker="PAPER", segment="EQ", product_type="CNC", rules={}, valid_from=day),
        CandleChunk(instrument_id=ids.instrument_id, interval="1m", month=day.replace(day=1), **chunk),
        LiveCandle(instrument_id=ids.instrument_id, interval="1m", at=NOON, volume=1, **prices),
        CorporateActionRow(
            instrument_id=ids.instrument_id, ex_date=day, kind="SPLIT", numerator=5, denominator=1
        ),
    ]


def _own(ids: Ledger) -> list[SQLModel]:
    mine: Row = {"user_id": ids.user_id}
    tomorrow = NOON + timedelta(days=1)
    return [
        Session(**mine, refresh_hash=uuid4().bytes, expires_at=tomorrow),
        ApiKey(**mine, name="bot", key_hash=uuid4().bytes, scopes=["READ"]),
        IdempotencyKey(**mine, key="once", operation="startRun", request_hash=b"hash"),
        RiskLimit(**mine, broker_account_id=ids.account_id, max_daily_loss=Decimal(5000)),
        WatchList(**mine, name="Mine", instrument_ids=[ids.instrument_id]),
        Alert(**mine, kind="FILL", settings={}),
    ]


def _trading(ids: Ledger) -> list[SQLModel]:
    mine: Row = {"user_id": ids.user_id, "run_id": ids.run_id}
    account: Row = {**mine, "broker_account_id": ids.account_id}
    chain: Row = {"chain_position": 1, "chain_hash": bytes(32)}
    made = order(ids, 1)
    return [
        Trade(**account, **trade(ids, 1)),
        Order(**account, **made, **chain),
        OrderEvent(**account, **order_event(made["id"], 1), **chain),
        OrderState(**mine, **order_state(made["id"])),
        Fill(**account, **fill(ids, made["id"], 1), **chain),
        Position(**account, **position(ids)),
        PnlSnapshot(**account, **snapshot(1)),
        RiskEvent(**account, **risk_event(ids), **chain),
        ChargeSettlement(**account, **settlement(ids), **chain),
    ]


def _outbox(ids: Ledger) -> list[SQLModel]:
    mine: Row = {"user_id": ids.user_id, "run_id": ids.run_id}
    return [
        RunInput(**mine, sequence=1, kind="CANDLES", payload={}),
        RunResult(**mine, kind="FIGURES", rows=1, payload=b"arrow"),
        EventHead(user_id=ids.user_id, position=1),
        Event(**mine, position=1, kind="ORDER", payload={}),
        SystemLog(**mine, level="INFO", event="run.started", context={}),
    ]
