"""The outbox every subscription reads, the log, and the users' own lists and alerts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, Identity, Index, Uuid
from sqlmodel import Field, SQLModel

from app.store.tables.columns import (
    Document,
    count,
    document,
    key,
    moment,
    optional_moment,
    optional_reference,
    reference,
    words,
)


class EventHead(SQLModel, table=True):
    """The last position given out to a user's events; the row that makes positions dense."""

    __tablename__ = "event_heads"
    user_id: UUID = reference("users.id", index=False, primary_key=True)
    position: int = count(default=0)
    pruned_to: int = count(default=0)


class Event(SQLModel, table=True):
    """A change of a user's state, written in the transaction that made it."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_run", "user_id", "run_id", "position"),)
    user_id: UUID = reference("users.id", index=False, primary_key=True)
    position: int = count(primary_key=True)
    run_id: UUID | None = optional_reference("strategy_runs.id", ondelete="SET NULL")
    kind: str = words()
    payload: Document = document()
    at: datetime = moment()


class SystemLog(SQLModel, table=True):
    """What the system said about a run, or about itself where `user_id` is null."""

    __tablename__ = "system_logs"
    __table_args__ = (Index("ix_system_logs_page", "user_id", "id"),)
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    user_id: UUID | None = optional_reference("users.id", index=False)
    run_id: UUID | None = optional_reference("strategy_runs.id", ondelete="CASCADE")
    level: str = words()
    event: str = words()
    context: Document = document()
    trace_id: str | None = words(default=None)
    at: datetime = moment()


class WatchList(SQLModel, table=True):
    """Instruments a user keeps an eye on."""

    __tablename__ = "watch_lists"
    id: UUID = key()
    user_id: UUID = reference("users.id")
    name: str = words()
    instrument_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    created_at: datetime = moment()


class Alert(SQLModel, table=True):
    """Where and about what a user wants to be told."""

    __tablename__ = "alerts"
    id: UUID = key()
    user_id: UUID = reference("users.id")
    kind: str = words()
    settings: Document = document()
    created_at: datetime = moment()
    deleted_at: datetime | None = optional_moment()
