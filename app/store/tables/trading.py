"""The ledger: orders and what became of them, fills, trades, positions, P&L, refusals."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from app.store.tables.columns import (
    Document,
    blob,
    count,
    document,
    key,
    moment,
    money,
    one_of,
    optional_moment,
    optional_reference,
    reference,
    words,
)
from streams.domain.orders import OrderStatus, OrderType, ProductType, Side, Validity


class RiskEventKind(StrEnum):
    """A refusal by a rule, or a change of trading state."""

    REFUSED = "REFUSED"
    STATE_CHANGED = "STATE_CHANGED"


class TradeVerdict(StrEnum):
    """What risk said of the decision that would have opened the trade."""

    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class Order(SQLModel, table=True):
    """What was asked: immutable, hash-chained. Its id is a UUIDv5 of run, cause, leg, slice, generation."""

    __tablename__ = "orders"
    __table_args__ = (
        one_of("side", Side, "orders"),
        one_of("order_type", OrderType, "orders"),
        one_of("product_type", ProductType, "orders"),
        one_of("validity", Validity, "orders"),
        CheckConstraint("quantity > 0", name="ck_orders_quantity"),
        Index("uq_orders_request", "run_id", "cause", "leg", "slice", "generation", unique=True),
        Index("uq_orders_correlation", "broker_account_id", "correlation_id", unique=True),
        Index("uq_orders_chain", "broker_account_id", "chain_position", unique=True),
        Index("ix_orders_page", "user_id", "created_at", "id"),
    )
    id: UUID = Field(primary_key=True)
    user_id: UUID = reference("users.id", index=False)
    broker_account_id: UUID = reference("broker_accounts.id", index=False)
    run_id: UUID = reference("strategy_runs.id", index=False)
    trade_id: UUID | None = optional_reference("trades.id")
    instrument_id: UUID = reference("instruments.id")
    cause: str = words()
    leg: str = words()
    slice: int = Field(default=0)
    generation: int = Field(default=0)
    correlation_id: str = words()
    side: str = words()
    order_type: str = words()
    product_type: str = words()
    validity: str = words()
    quantity: int = count()
    limit_price: Decimal | None = money(default=None)
    trigger_price: Decimal | None = money(default=None)
    candle_at: datetime | None = optional_moment()
    created_at: datetime = moment()
    chain_position: int = count()
    chain_hash: bytes = blob()


class OrderEvent(SQLModel, table=True):
    """What happened to an order, in its own order: DECIDED first, then each status."""

    __tablename__ = "order_events"
    __table_args__ = (Index("uq_order_events_chain", "broker_account_id", "chain_position", unique=True),)
    order_id: UUID = reference("orders.id", index=False, primary_key=True)
    sequence: int = Field(primary_key=True)
    user_id: UUID = reference("users.id")
    broker_account_id: UUID = reference("broker_accounts.id", index=False)
    run_id: UUID = reference("strategy_runs.id")
    kind: str = words()
    payload: Document = document()
    at: datetime = moment()
    chain_position: int = count()
    chain_hash: bytes = blob()


class OrderState(SQLModel, table=True):
    """Where an order stands now, and what it is for since it was last modified: its events' projection."""

    __tablename__ = "order_states"
    __table_args__ = (
        one_of("status", OrderStatus, "order_states"),
        Index("ix_order_states_run", "run_id", "status"),
    )
    order_id: UUID = reference("orders.id", index=False, primary_key=True)
    user_id: UUID = reference("users.id")
    run_id: UUID = reference("strategy_runs.id", index=False)
    status: str = words()
    filled_quantity: int = count(default=0)
    filled_value: Decimal = money(default=Decimal(0))
    asked_quantity: int | None = count(default=None)
    asked_limit_price: Decimal | None = money(default=None)
    asked_trigger_price: Decimal | None = money(default=None)
    broker_order_id: str | None = words(default=None)
    reason: str | None = words(default=None)
    last_sequence: int = Field(default=0)
    updated_at: datetime = moment()


class Fill(SQLModel, table=True):
    """An execution as the broker reported it: immutable, hash-chained, once per account."""

    __tablename__ = "fills"
    __table_args__ = (
        one_of("side", Side, "fills"),
        CheckConstraint("quantity > 0 AND price > 0", name="ck_fills_positive"),
        Index("uq_fills_broker_trade", "broker_account_id", "broker_trade_id", unique=True),
        Index("uq_fills_chain", "broker_account_id", "chain_position", unique=True),
        Index("ix_fills_page", "user_id", "traded_at", "id"),
    )
    id: UUID = Field(primary_key=True)
    user_id: UUID = reference("users.id", index=False)
    broker_account_id: UUID = reference("broker_accounts.id", index=False)
    run_id: UUID = reference("strategy_runs.id")
    order_id: UUID = reference("orders.id")
    instrument_id: UUID = reference("instruments.id")
    broker_trade_id: str = words()
    side: str = words()
    quantity: int = count()
    price: Decimal = money()
    charges: Decimal = money(default=Decimal(0))
    traded_at: datetime = moment(default=None)
    created_at: datetime = moment()
    charge_parts: Document | None = document(optional=True)
    chain_position: int = count()
    chain_hash: bytes = blob()


class ChargeSettlement(SQLModel, table=True):
    """What a day's contract note adds to an instrument's provisional charges, or takes off: insert-only."""

    __tablename__ = "charge_settlements"
    __table_args__ = (
        Index("uq_charge_settlements_chain", "broker_account_id", "chain_position", unique=True),
        Index("ix_charge_settlements_page", "user_id", "created_at", "id"),
    )
    id: UUID = Field(primary_key=True)
    user_id: UUID = reference("users.id", index=False)
    broker_account_id: UUID = reference("broker_accounts.id", index=False)
    run_id: UUID = reference("strategy_runs.id")
    instrument_id: UUID = reference("instruments.id")
    day: date = Field()
    charges: Decimal = money()
    charge_parts: Document = document()
    created_at: datetime = moment()
    chain_position: int = count()
    chain_hash: bytes = blob()


class Trade(SQLModel, table=True):
    """One decision to take risk and all that came of it; changed by fills only."""

    __tablename__ = "trades"
    __table_args__ = (
        one_of("side", Side, "trades"),
        one_of("verdict", TradeVerdict, "trades"),
        Index("uq_trades_intent", "run_id", "intent_sequence", unique=True),
        Index("ix_trades_page", "user_id", "decided_at", "id"),
    )
    id: UUID = Field(primary_key=True)
    user_id: UUID = reference("users.id", index=False)
    broker_account_id: UUID = reference("broker_accounts.id")
    run_id: UUID = reference("strategy_runs.id", index=False)
    instrument_id: UUID = reference("instruments.id")
    intent_sequence: int = count()
    candle_at: datetime = moment(default=None)
    decided_at: datetime = moment()
    target_quantity: int = count()
    side: str = words()
    quantity: int = count()
    verdict: str = words()
    verdicts: Document = document()
    entry_quantity: int = count(default=0)
    entry_value: Decimal = money(default=Decimal(0))
    exit_quantity: int = count(default=0)
    exit_value: Decimal = money(default=Decimal(0))
    charges: Decimal = money(default=Decimal(0))
    realised_pnl: Decimal = money(default=Decimal(0))
    opened_at: datetime | None = optional_moment()
    closed_at: datetime | None = optional_moment()


class Position(SQLModel, table=True):
    """What is held now: always the sum of the fills. `cost` is the exact signed total."""

    __tablename__ = "positions"
    __table_args__ = (
        one_of("product_type", ProductType, "positions"),
        Index("uq_positions_place", "run_id", "instrument_id", "product_type", unique=True),
        Index("ix_positions_page", "user_id", "updated_at", "id"),
    )
    id: UUID = key()
    user_id: UUID = reference("users.id", index=False)
    broker_account_id: UUID = reference("broker_accounts.id")
    run_id: UUID = reference("strategy_runs.id", index=False)
    instrument_id: UUID = reference("instruments.id")
    product_type: str = words()
    quantity: int = count(default=0)
    cost: Decimal = money(default=Decimal(0))
    realised_pnl: Decimal = money(default=Decimal(0))
    charges: Decimal = money(default=Decimal(0))
    mark_price: Decimal | None = money(default=None)
    updated_at: datetime = moment()


class PnlSnapshot(SQLModel, table=True):
    """A run's P&L after one input; `at` is the close of the candle it was struck at."""

    __tablename__ = "pnl_snapshots"
    __table_args__ = (Index("ix_pnl_snapshots_time", "user_id", "run_id", "at"),)
    run_id: UUID = reference("strategy_runs.id", index=False, primary_key=True)
    sequence: int = count(primary_key=True)
    user_id: UUID = reference("users.id", index=False)
    broker_account_id: UUID = reference("broker_accounts.id")
    at: datetime = moment(default=None)
    realised: Decimal = money()
    unrealised: Decimal = money()
    charges: Decimal = money()
    equity: Decimal = money()
    exposure: Decimal = money()


class RiskEvent(SQLModel, table=True):
    """A refusal with its numbers, or a change of trading state: immutable, hash-chained."""

    __tablename__ = "risk_events"
    __table_args__ = (
        one_of("kind", RiskEventKind, "risk_events"),
        Index("uq_risk_events_chain", "broker_account_id", "chain_position", unique=True),
        Index("ix_risk_events_page", "user_id", "created_at", "id"),
    )
    id: UUID = Field(primary_key=True)
    user_id: UUID = reference("users.id", index=False)
    broker_account_id: UUID = reference("broker_accounts.id", index=False)
    run_id: UUID | None = optional_reference("strategy_runs.id")
    trade_id: UUID | None = optional_reference("trades.id")
    instrument_id: UUID | None = optional_reference("instruments.id")
    kind: str = words(default=RiskEventKind.REFUSED)
    rule: str = words()
    limit_value: Decimal | None = money(default=None)
    observed_value: Decimal | None = money(default=None)
    message: str = words()
    candle_at: datetime | None = optional_moment()
    created_at: datetime = moment()
    chain_position: int = count()
    chain_hash: bytes = blob()
