"""Instruments: found by `EXCHANGE:SYMBOL`, made on import."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from app.store.driver import Connection
from app.store.tables.market import InstrumentRow
from streams.domain.market import Exchange, Instrument, InstrumentKind
from streams.domain.money import to_units

_FIRST_DAY = date(1990, 1, 1)
COLUMNS = "id, exchange, symbol, kind, tick_size, lot_size, freeze_quantity, price_band_percent, expiry"
"""What `instrument_of` reads, and the id."""


class Known(NamedTuple):
    """A stored instrument and its id."""

    id: UUID
    instrument: Instrument


def key_of(text: str) -> str:
    """`NSE:RELIANCE` for `NSE:RELIANCE`, and for `reliance`: NSE unless said otherwise.

    Raises ValueError when the exchange is unknown or the symbol is missing.
    """
    exchange, _, symbol = text.strip().upper().rpartition(":")
    if not symbol:
        raise ValueError(f"{text!r} names no symbol; write it like NSE:RELIANCE")
    if (exchange or Exchange.NSE) not in Exchange.__members__:
        raise ValueError(f"{exchange!r} is no exchange known here: {', '.join(Exchange)}")
    return f"{exchange or Exchange.NSE.value}:{symbol}"


def instrument_of(row: InstrumentRow | Mapping[str, Any]) -> Instrument:
    """A row as the core sees it; the tick in units of 1e-4 rupee."""
    values = row.model_dump() if isinstance(row, InstrumentRow) else row
    return Instrument(
        f"{values['exchange']}:{values['symbol']}",
        InstrumentKind(values["kind"]),
        to_units(values["tick_size"]),
        values["lot_size"],
        values["freeze_quantity"] or 0,
        percent_to_ppm(values["price_band_percent"]),
        values["expiry"].toordinal() if values["expiry"] else 0,
    )


def percent_to_ppm(percent: Decimal | None) -> int:
    """Per cent as parts per million, half to even; 0 for none."""
    return 0 if percent is None else int((percent * 10_000).to_integral_value(ROUND_HALF_EVEN))


async def find_instrument(connection: Connection, text: str) -> Known | None:
    """The instrument of a key like `NSE:RELIANCE` or `RELIANCE`, as it is today."""
    exchange, symbol = key_of(text).split(":")
    rows = await connection.fetch(
        f"SELECT {COLUMNS} FROM instruments WHERE exchange = $1 AND symbol = $2 AND valid_to IS NULL",
        *(exchange, symbol),
    )
    return Known(rows[0]["id"], instrument_of(rows[0])) if rows else None


async def ensure_instrument(
    connection: Connection, instrument: Instrument, *, name: str | None = None, synthetic: bool = False
) -> tuple[Known, bool]:
    """The stored instrument of this key, made when there was none; True when it was made.

    One that is there stays as it is.
    """
    exchange, symbol = instrument.key.split(":")
    made = await connection.fetch(
        "INSERT INTO instruments (id, exchange, segment, kind, symbol, name, tick_size, lot_size, synthetic,"
        " valid_from, freeze_quantity, price_band_percent, expiry)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        f" ON CONFLICT (exchange, symbol) WHERE valid_to IS NULL DO NOTHING RETURNING {COLUMNS}",
        *(uuid4(), exchange, segment_of(instrument), instrument.kind.value, symbol, name or symbol),
        *(Decimal(instrument.tick_size).scaleb(-4), instrument.lot_size, synthetic, _FIRST_DAY),
        *_optional(instrument),
    )
    known = await find_instrument(connection, instrument.key)
    assert known is not None, "an instrument is there after its insertion"
    return known, bool(made)


def _optional(instrument: Instrument) -> tuple[int | None, Decimal | None, date | None]:
    """Freeze quantity, price band in per cent and expiry, null where the core has 0 for none."""
    band = Decimal(instrument.price_band).scaleb(-4) if instrument.price_band else None
    expiry = date.fromordinal(instrument.expiry) if instrument.expiry else None
    return instrument.freeze_quantity or None, band, expiry


def segment_of(instrument: Instrument) -> str:
    """The exchange's segment that lists it, in Dhan's words."""
    exchange, _ = instrument.key.split(":")
    if instrument.kind is InstrumentKind.INDEX:
        return "IDX_I"
    if exchange == Exchange.MCX:
        return "MCX_COMM"
    return f"{exchange}_EQ" if instrument.kind is InstrumentKind.EQUITY else f"{exchange}_FNO"
