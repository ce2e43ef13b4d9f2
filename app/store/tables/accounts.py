"""Who may do what: users, their sessions and keys, and their accounts at brokers."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, Index, Text, text
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
    rate,
    reference,
    words,
)
from streams.domain.orders import BrokerKind


class Role(StrEnum):
    """ADMIN holds the global switches; TRADER everything of their own."""

    ADMIN = "ADMIN"
    TRADER = "TRADER"


class BrokerAccountStatus(StrEnum):
    """NEEDS_LOGIN: the broker's token is missing or over; DELETED: credentials erased, row kept."""

    ACTIVE = "ACTIVE"
    NEEDS_LOGIN = "NEEDS_LOGIN"
    DELETED = "DELETED"


class User(SQLModel, table=True):
    """A person, or the demo."""

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_email", text("lower(email)"), unique=True),
        one_of("role", Role, "users"),
    )
    id: UUID = key()
    email: str = words()
    password_hash: str = words()
    role: str = words(default=Role.TRADER)
    totp_secret_encrypted: bytes | None = blob(optional=True)
    demo: bool = Field(default=False)
    created_at: datetime = moment()
    disabled_at: datetime | None = optional_moment()


class Session(SQLModel, table=True):
    """One sign-in: the family of its rotating refresh tokens."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("uq_sessions_refresh", "refresh_hash", unique=True),
        Index("ix_sessions_previous", "previous_hash"),
    )
    id: UUID = key()
    user_id: UUID = reference("users.id")
    refresh_hash: bytes = blob()
    previous_hash: bytes | None = blob(optional=True)
    user_agent: str | None = words(default=None)
    address: str | None = words(default=None)
    created_at: datetime = moment()
    used_at: datetime = moment()
    expires_at: datetime = moment(default=None)
    revoked_at: datetime | None = optional_moment()


class ApiKey(SQLModel, table=True):
    """A key for programs: hashed, shown once."""

    __tablename__ = "api_keys"
    id: UUID = key()
    user_id: UUID = reference("users.id")
    name: str = words()
    key_hash: bytes = Field(unique=True)
    scopes: list[str] = Field(sa_type=ARRAY(Text))
    created_at: datetime = moment()
    expires_at: datetime | None = optional_moment()
    used_at: datetime | None = optional_moment()
    revoked_at: datetime | None = optional_moment()


class BrokerAccount(SQLModel, table=True):
    """An account at a broker; PAPER ones trade against the simulated exchange."""

    __tablename__ = "broker_accounts"
    __table_args__ = (
        Index(
            "uq_broker_accounts_name",
            "user_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text("status <> 'DELETED'"),
        ),
        one_of("broker", BrokerKind, "broker_accounts"),
        one_of("status", BrokerAccountStatus, "broker_accounts"),
    )
    id: UUID = key()
    user_id: UUID = reference("users.id")
    name: str = words()
    broker: str = words()
    client_id: str | None = words(default=None)
    credentials_encrypted: bytes | None = blob(optional=True)
    status: str = words(default=BrokerAccountStatus.ACTIVE)
    opening_balance: Decimal = money(default=Decimal(0))
    slippage_bps: Decimal = rate(default=Decimal(0))
    charge_per_order: Decimal = money(default=Decimal(0))
    created_at: datetime = moment()
    deleted_at: datetime | None = optional_moment()
    killed_at: datetime | None = optional_moment()


class AuditHead(SQLModel, table=True):
    """The head of an account's hash chain; every append locks it."""

    __tablename__ = "audit_heads"
    broker_account_id: UUID = reference("broker_accounts.id", index=False, primary_key=True)
    user_id: UUID = reference("users.id")
    position: int = count(default=0)
    hash: bytes = blob()


class RiskLimit(SQLModel, table=True):
    """Limits of an account, or of one strategy in it; null means no limit of that kind."""

    __tablename__ = "risk_limits"
    __table_args__ = (
        Index(
            "uq_risk_limits_scope",
            "broker_account_id",
            "strategy_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )
    id: UUID = key()
    user_id: UUID = reference("users.id")
    broker_account_id: UUID = reference("broker_accounts.id")
    strategy_id: UUID | None = optional_reference("strategies.id")
    max_daily_loss: Decimal | None = money(default=None)
    max_open_positions: int | None = count(default=None)
    capital_allocation: Decimal | None = money(default=None)
    per_strategy_cap: Decimal | None = money(default=None)
    max_order_quantity: int | None = count(default=None)
    max_order_value: Decimal | None = money(default=None)
    max_account_daily_loss: Decimal | None = money(default=None)
    max_orders_per_day: int | None = count(default=None)
    max_trades_per_day: int | None = count(default=None)
    updated_at: datetime = moment()


class IdempotencyKey(SQLModel, table=True):
    """The first answer to a keyed mutation, to be given again."""

    __tablename__ = "idempotency_keys"
    user_id: UUID = reference("users.id", index=False, primary_key=True)
    key: str = Field(primary_key=True)
    operation: str = words()
    request_hash: bytes = blob()
    response: Document | None = document(optional=True)
    created_at: datetime = moment()
