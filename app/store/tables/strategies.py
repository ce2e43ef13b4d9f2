"""What is run: strategies, their versions, runs, what each run was given and what it gave."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, Identity, Index, Text, Uuid, text
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


class RunKind(StrEnum):
    """MANUAL holds orders placed by hand, EXTERNAL those the broker reports and we never sent."""

    STRATEGY = "STRATEGY"
    MANUAL = "MANUAL"
    EXTERNAL = "EXTERNAL"


class RunMode(StrEnum):
    """Where a run's orders go: a simulation over history, a simulation over a feed, a broker."""

    BACKTEST = "BACKTEST"
    PAPER = "PAPER"
    LIVE = "LIVE"


class RunStatus(StrEnum):
    """QUEUED until an engine claims it; STOPPING until its orders are terminal."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class InputKind(StrEnum):
    """What a run is given, in the order it took it."""

    CANDLES = "CANDLES"
    REPORT = "REPORT"
    COMMAND = "COMMAND"
    TICK = "TICK"


class ResultKind(StrEnum):
    """The Arrow tables a backtest leaves behind."""

    INTENTS = "INTENTS"
    DECISIONS = "DECISIONS"
    ORDERS = "ORDERS"
    FILLS = "FILLS"
    TRADES = "TRADES"
    POSITIONS = "POSITIONS"
    EQUITY = "EQUITY"
    FIGURES = "FIGURES"
    SETTLEMENTS = "SETTLEMENTS"


class Strategy(SQLModel, table=True):
    """A registered kind under a name of the user's own."""

    __tablename__ = "strategies"
    __table_args__ = (
        Index(
            "uq_strategies_name",
            "user_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )
    id: UUID = key()
    user_id: UUID = reference("users.id")
    name: str = words()
    kind: str = words()
    created_at: datetime = moment()
    archived_at: datetime | None = optional_moment()


class StrategyVersion(SQLModel, table=True):
    """A config, validated against the kind's class; never changed."""

    __tablename__ = "strategy_versions"
    __table_args__ = (Index("uq_strategy_versions_number", "strategy_id", "version", unique=True),)
    id: UUID = key()
    strategy_id: UUID = reference("strategies.id", index=False)
    user_id: UUID = reference("users.id")
    version: int = Field(ge=1)
    config: Document = document()
    created_at: datetime = moment()


class StrategyRun(SQLModel, table=True):
    """One execution; everything that decides its outcome is pinned here."""

    __tablename__ = "strategy_runs"
    __table_args__ = (
        one_of("kind", RunKind, "strategy_runs"),
        one_of("mode", RunMode, "strategy_runs"),
        one_of("status", RunStatus, "strategy_runs"),
        CheckConstraint(
            "num_nulls(strategy_kind, config) = CASE kind WHEN 'STRATEGY' THEN 0 ELSE 2 END",
            name="ck_strategy_runs_strategy",
        ),
        CheckConstraint(
            "mode = 'BACKTEST' OR broker_account_id IS NOT NULL", name="ck_strategy_runs_account"
        ),
        Index("ix_strategy_runs_claim", "status", "lease_expires_at"),
        Index("ix_strategy_runs_page", "user_id", "created_at", "id"),
    )
    id: UUID = key()
    user_id: UUID = reference("users.id", index=False)
    kind: str = words(default=RunKind.STRATEGY)
    mode: str = words()
    status: str = words(default=RunStatus.QUEUED)
    status_reason: str | None = words(default=None)
    strategy_id: UUID | None = optional_reference("strategies.id")
    strategy_version_id: UUID | None = optional_reference("strategy_versions.id")
    broker_account_id: UUID | None = optional_reference("broker_accounts.id")
    restarted_from_id: UUID | None = optional_reference("strategy_runs.id", ondelete="SET NULL")
    strategy_kind: str | None = words(default=None)
    config: Document | None = document(optional=True)
    code_hash: str | None = words(default=None)
    instrument_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    interval: str | None = words(default=None)
    from_at: datetime | None = optional_moment()
    to_at: datetime | None = optional_moment()
    capital: Decimal = money()
    slippage_bps: Decimal = rate(default=Decimal(0))
    charge_per_order: Decimal = money(default=Decimal(0))
    speed: Decimal | None = rate(default=None)
    limits: Document = document()
    options: Document = document(default=dict)
    path_note: str | None = words(default=None)
    warnings: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    lease_owner: str | None = words(default=None)
    lease_expires_at: datetime | None = optional_moment()
    fencing_token: int = count(default=0)
    last_candle_at: datetime | None = optional_moment()
    progress: Decimal = rate(default=Decimal(0))
    created_at: datetime = moment()
    started_at: datetime | None = optional_moment()
    ended_at: datetime | None = optional_moment()


class RunInput(SQLModel, table=True):
    """What a run was given. `sequence` is null for a command its engine has not taken yet."""

    __tablename__ = "run_inputs"
    __table_args__ = (
        one_of("kind", InputKind, "run_inputs"),
        Index("uq_run_inputs_sequence", "run_id", "sequence", unique=True),
        Index("ix_run_inputs_waiting", "run_id", "id", postgresql_where=text("sequence IS NULL")),
    )
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    run_id: UUID = reference("strategy_runs.id", index=False, ondelete="CASCADE")
    user_id: UUID = reference("users.id")
    sequence: int | None = count(default=None)
    kind: str = words()
    payload: Document = document()
    at: datetime = moment()


class RunResult(SQLModel, table=True):
    """A backtest's outcome as Arrow IPC (zstd), one row per kind; the run's owner may delete it."""

    __tablename__ = "run_results"
    __table_args__ = (one_of("kind", ResultKind, "run_results"),)
    run_id: UUID = reference("strategy_runs.id", index=False, primary_key=True, ondelete="CASCADE")
    kind: str = Field(primary_key=True)
    user_id: UUID = reference("users.id")
    rows: int = count()
    payload: bytes = blob()
    created_at: datetime = moment()
