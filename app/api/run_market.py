"""What a run asks of the market: instruments to trade in whole lots, and candles that are there."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.enums import UserErrorCode
from app.api.errors import Refused, UserError, refused
from app.api.ids import row_id
from app.api.rows import Row, rows_of
from app.store.candles import Held, candle_range, driver_connection, holds_candles
from app.store.driver import to_micros, to_moment
from app.store.instruments import instrument_of
from app.store.tables import metadata
from streams.domain.market import InstrumentKind, Interval
from streams.sessions import IST
from streams.strategies.base import StrategyConfig

MOST_INSTRUMENTS = 50
INSTRUMENTS_TABLE = metadata.tables["instruments"]


async def checked_instruments(
    session: AsyncSession, given: Sequence[str], config: StrategyConfig
) -> list[Row]:
    """The instruments' rows, in the order given."""
    if not 1 <= len(given) <= MOST_INSTRUMENTS or len(set(given)) != len(given):
        message = f"Name 1 to {MOST_INSTRUMENTS} instruments, each once."
        raise refused(UserErrorCode.INVALID, message, "instrumentIds")
    ids = [row_id(each, "Instrument") for each in given]
    statement = select(INSTRUMENTS_TABLE).where(INSTRUMENTS_TABLE.c.id.in_([each for each in ids if each]))
    found = {row["id"]: row for row in await rows_of(session, statement)}
    rows = [found.get(each) if each else None for each in ids]
    errors = [error for place, row in enumerate(rows) if (error := _unfit(row, config, str(place)))]
    if errors:
        raise Refused(*errors)
    return [row for row in rows if row is not None]


def _unfit(row: Row | None, config: StrategyConfig, place: str) -> UserError | None:
    path = ["instrumentIds", place]
    if row is None:
        return UserError(code=UserErrorCode.NOT_FOUND, message="There is no such instrument.", path=path)
    if row["kind"] == InstrumentKind.INDEX:
        message = f"{row['symbol']} is an index: it has a price, and no order book to trade in."
        return UserError(code=UserErrorCode.NOT_TRADABLE, message=message, path=path)
    quantity = getattr(config, "quantity", 0)
    if quantity % row["lot_size"]:
        message = (
            f"{row['symbol']} trades in lots of {row['lot_size']}; the strategy's quantity is {quantity}."
        )
        return UserError(code=UserErrorCode.LOT_SIZE, message=message, path=path)
    return None


async def covered(
    session: AsyncSession,
    instruments: Sequence[Row],
    interval: Interval,
    bounds: tuple[datetime | None, datetime | None],
) -> tuple[datetime, datetime]:
    """The bounds, open ends closed by what is stored. Refuses an instrument without a candle between."""
    connection = await driver_connection(session)
    held = [await candle_range(connection, row["id"], interval) for row in instruments]
    start = to_micros(bounds[0]) if bounds[0] else min((stored.first for stored in held if stored), default=0)
    last = max((stored.last for stored in held if stored), default=0)
    end = to_micros(bounds[1]) if bounds[1] else last + interval.microseconds
    errors = [
        _uncovered(row, interval, stored, place)
        for place, (row, stored) in enumerate(zip(instruments, held, strict=True))
        if not await holds_candles(connection, instrument_of(row), row["id"], interval, start, end)
    ]
    if errors:
        raise Refused(*errors)
    return to_moment(start), to_moment(end)


def _uncovered(row: Row, interval: Interval, stored: Held | None, place: int) -> UserError:
    there = f"from {_day(stored.first)} to {_day(stored.last)}" if stored else "none at all"
    message = f"No {interval.value} candles of {row['symbol']} in this range; there are {there}."
    return UserError(code=UserErrorCode.NO_CANDLES, message=message, path=["instrumentIds", str(place)])


def _day(micros: int) -> date:
    return (to_moment(micros) + timedelta(microseconds=IST)).date()
