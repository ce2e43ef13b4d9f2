"""The market's own tables, shared by all users: instruments, tariffs, candles."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Float, Index, text
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
    optional_reference,
    rate,
    reference,
    words,
)
from streams.domain.market import Exchange, InstrumentKind, Interval


class InstrumentRow(SQLModel, table=True):
    """What can be traded or watched, as it was from `valid_from` until `valid_to`."""

    __tablename__ = "instruments"
    __table_args__ = (
        one_of("exchange", Exchange, "instruments"),
        one_of("kind", InstrumentKind, "instruments"),
        Index(
            "uq_instruments_symbol",
            "exchange",
            "symbol",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
        Index("ix_instruments_security", "exchange", "segment", "security_id"),
    )
    id: UUID = key()
    exchange: str = words()
    segment: str = words()
    kind: str = words()
    symbol: str = words()
    name: str = words()
    security_id: str | None = words(default=None)
    isin: str | None = words(default=None)
    tick_size: Decimal = money()
    lot_size: int = count(default=1)
    freeze_quantity: int | None = count(default=None)
    underlying_id: UUID | None = optional_reference("instruments.id")
    expiry: date | None = Field(default=None)
    strike: Decimal | None = money(default=None)
    option_type: str | None = words(default=None)
    synthetic: bool = Field(default=False)
    price_band_percent: Decimal | None = rate(default=None)
    valid_from: date = Field()
    valid_to: date | None = Field(default=None)


class ChargeTariff(SQLModel, table=True):
    """What an order costs at a broker, by segment and product, from one date to another."""

    __tablename__ = "charge_tariffs"
    id: UUID = key()
    broker: str = words()
    segment: str = words()
    product_type: str = words()
    rules: Document = document()
    valid_from: date = Field()
    valid_to: date | None = Field(default=None)


class CandleChunk(SQLModel, table=True):
    """A month (IST) of candles of one instrument and interval: columns as Arrow IPC with zstd."""

    __tablename__ = "candle_chunks"
    __table_args__ = (one_of("interval", Interval, "candle_chunks"),)
    instrument_id: UUID = reference("instruments.id", index=False, primary_key=True)
    interval: str = Field(primary_key=True)
    month: date = Field(primary_key=True)
    rows: int = count()
    first_at: datetime = moment(default=None)
    last_at: datetime = moment(default=None)
    payload: bytes = blob()
    source: str = words()
    updated_at: datetime = moment()


class LiveCandle(SQLModel, table=True):
    """A candle of the session in progress; folded into its chunk after the close."""

    __tablename__ = "live_candles"
    __table_args__ = (one_of("interval", Interval, "live_candles"),)
    instrument_id: UUID = reference("instruments.id", index=False, primary_key=True)
    interval: str = Field(primary_key=True)
    at: datetime = Field(primary_key=True, sa_type=moment().sa_type)
    open: float = Field(sa_type=Float)
    high: float = Field(sa_type=Float)
    low: float = Field(sa_type=Float)
    close: float = Field(sa_type=Float)
    volume: int = count()
