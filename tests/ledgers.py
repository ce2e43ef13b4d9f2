"""Rows for the store's tests: a user with an account and a run, and what such a run writes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sqlmodel import SQLModel

from app.store.entries import Entry
from app.store.tables.accounts import BrokerAccount, User
from app.store.tables.market import InstrumentRow
from app.store.tables.strategies import Strategy, StrategyRun, StrategyVersion

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
Row = dict[str, Any]


@dataclass(frozen=True)
class Ledger:
    """The ids that a run's rows refer to."""

    user_id: UUID
    account_id: UUID
    instrument_id: UUID
    strategy_id: UUID
    version_id: UUID
    run_id: UUID

    def entry(self, **parts: Any) -> Entry:
        """An entry of this run, under its first lease."""
        lease: Row = {"account_id": self.account_id, "run_id": self.run_id, "fencing_token": 1}
        return Entry(user_id=self.user_id, **(lease | parts))


async def insert(connection: asyncpg.Connection, model: SQLModel) -> None:
    """Insert one row as it stands; nulls are left to the database."""
    row = {name: value for name, value in model.model_dump().items() if value is not None}
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    statement = f"INSERT INTO {model.__tablename__} ({', '.join(row)}) VALUES ({places})"
    await connection.execute(statement, *row.values())


async def make_ledger(connection: asyncpg.Connection, name: str = "asha", mode: str = "PAPER") -> Ledger:
    """A user, `name`@example.com, with a paper account, a strategy and a RUNNING run of it."""
    ids = Ledger(*(uuid4() for _ in range(6)))
    await insert(connection, User(id=ids.user_id, email=f"{name}@example.com", password_hash="argon2"))
    await insert(
        connection, BrokerAccount(id=ids.account_id, user_id=ids.user_id, name="Paper", broker="PAPER")
    )
    await insert(connection, instrument(ids.instrument_id, f"{name}-{ids.instrument_id}"))
    await insert(connection, Strategy(id=ids.strategy_id, user_id=ids.user_id, name="SMA", kind="sma"))
    await insert(
        connection,
        StrategyVersion(
            id=ids.version_id, strategy_id=ids.strategy_id, user_id=ids.user_id, version=1, config={}
        ),
    )
    await insert(connection, run(ids, id=ids.run_id, mode=mode, status="RUNNING", fencing_token=1))
    return ids


def instrument(id: UUID, symbol: str) -> InstrumentRow:
    """An NSE share."""
    return InstrumentRow(
        id=id,
        exchange="NSE",
        segment="EQ",
        kind="EQUITY",
        symbol=symbol,
        name=symbol,
        tick_size=Decimal("0.05"),
        valid_from=NOON.date(),
    )


def run(ids: Ledger, **columns: Any) -> StrategyRun:
    """A run of the ledger's strategy on its account."""
    values: Row = {
        "user_id": ids.user_id,
        "mode": "PAPER",
        "strategy_id": ids.strategy_id,
        "strategy_version_id": ids.version_id,
        "broker_account_id": ids.account_id,
        "strategy_kind": "sma",
        "config": {},
        "instrument_ids": [ids.instrument_id],
        "capital": Decimal(100_000),
        "limits": {},
    }
    return StrategyRun(**(values | columns))


def order(ids: Ledger, number: int, **columns: Any) -> Row:
    """The run's `number`th order: one share at the market."""
    values: Row = {
        "id": uuid4(),
        "instrument_id": ids.instrument_id,
        "cause": f"intent:{number}",
        "leg": "ENTRY",
        "correlation_id": f"{ids.run_id.hex[:12]}-{number}",
        "side": "BUY",
        "order_type": "MARKET",
        "product_type": "INTRADAY",
        "validity": "DAY",
        "quantity": 1,
    }
    return values | columns


def order_event(order_id: UUID, sequence: int, kind: str = "DECIDED", **payload: Any) -> Row:
    """What happened to an order."""
    return {"order_id": order_id, "sequence": sequence, "kind": kind, "payload": payload}


def order_state(order_id: UUID, status: str = "PENDING", **columns: Any) -> Row:
    """Where an order stands."""
    return {"order_id": order_id, "status": status, **columns}


def fill(ids: Ledger, order_id: UUID, number: int, **columns: Any) -> Row:
    """One share at 100.05 rupees."""
    values: Row = {
        "id": uuid4(),
        "order_id": order_id,
        "instrument_id": ids.instrument_id,
        "broker_trade_id": f"T{number}",
        "side": "BUY",
        "quantity": 1,
        "price": Decimal("100.05"),
        "traded_at": NOON,
    }
    return values | columns


def risk_event(ids: Ledger, **columns: Any) -> Row:
    """A refusal."""
    values: Row = {
        "id": uuid4(),
        "instrument_id": ids.instrument_id,
        "rule": "max_daily_loss",
        "limit_value": Decimal("5000"),
        "observed_value": Decimal("5000.0001"),
        "message": "The day's loss has reached its limit.",
    }
    return values | columns


def settlement(ids: Ledger, **columns: Any) -> Row:
    """Nine paise that a day's contract note adds."""
    values: Row = {
        "id": uuid4(),
        "instrument_id": ids.instrument_id,
        "day": NOON.date(),
        "charges": Decimal("0.09"),
        "charge_parts": {"stt": "0.0900"},
    }
    return values | columns


def trade(ids: Ledger, number: int, **columns: Any) -> Row:
    """A decision to buy one share."""
    values: Row = {
        "id": uuid4(),
        "instrument_id": ids.instrument_id,
        "intent_sequence": number,
        "candle_at": NOON,
        "target_quantity": 1,
        "side": "BUY",
        "quantity": 1,
        "verdict": "APPROVED",
        "verdicts": {},
    }
    return values | columns


def position(ids: Ledger, **columns: Any) -> Row:
    """One share held."""
    values: Row = {
        "id": uuid4(),
        "instrument_id": ids.instrument_id,
        "product_type": "INTRADAY",
        "quantity": 1,
        "cost": Decimal("100.05"),
    }
    return values | columns


def snapshot(sequence: int, **columns: Any) -> Row:
    """The run's P&L after an input."""
    zero = dict.fromkeys(("realised", "unrealised", "charges", "equity", "exposure"), Decimal(0))
    return {"sequence": sequence, "at": NOON, **zero, **columns}


def candle_input(sequence: int) -> Row:
    """What the run was given."""
    return {"sequence": sequence, "kind": "CANDLES", "payload": {"count": 1}}
