"""What a run asks of the market: instruments to trade in whole lots, and candles that are there."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeGuard

from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.enums import UserErrorCode
from app.api.errors import Refused, UserError, refused
from app.api.ids import row_id
from app.api.rows import Row, rows_of
from app.store.candles import Held, candle_range, driver_connection, holds_candles
from app.store.driver import to_micros, to_moment
from app.store.instruments import find_instrument, instrument_of
from app.store.tables import metadata
from streams.domain.intents import Sizing
from streams.domain.market import InstrumentKind, Interval
from streams.sessions import IST, candle_close
from streams.strategies.asks import Intents
from streams.strategies.base import StrategyConfig
from streams.strategies.sizes import Size

MOST_INSTRUMENTS = 50
INSTRUMENTS_TABLE = metadata.tables["instruments"]


class Asked(NamedTuple):
    """What a strategy asks for under its settings."""

    config: StrategyConfig
    intents: Intents

    @property
    def quantities(self) -> tuple[int, ...]:
        """The sizes in units that are known before any candle is."""
        named = getattr(self.config, "quantity", 0)
        fixed = (each.size.column for each in self.intents.asks if _in_units(each.size))
        known = (each.parameters[0] for each in fixed if each.name == "constant")
        return tuple(int(each) for each in (named, *known) if isinstance(each, int | float))


def _in_units(size: Size | None) -> TypeGuard[Size]:
    return size is not None and size.sizing is Sizing.QUANTITY


async def checked_instruments(session: AsyncSession, given: Sequence[str], asked: Asked) -> list[Row]:
    """The instruments' rows, in the order given."""
    if not 1 <= len(given) <= MOST_INSTRUMENTS or len(set(given)) != len(given):
        message = f"Name 1 to {MOST_INSTRUMENTS} instruments, each once."
        raise refused(UserErrorCode.INVALID, message, "instrumentIds")
    if len(given) < asked.intents.instruments:
        message = (
            f"This strategy trades {asked.intents.instruments} instruments against each other: name them."
        )
        raise refused(UserErrorCode.INVALID, message, "instrumentIds")
    ids = [row_id(each, "Instrument") for each in given]
    statement = select(INSTRUMENTS_TABLE).where(INSTRUMENTS_TABLE.c.id.in_([each for each in ids if each]))
    found = {row["id"]: row for row in await rows_of(session, statement)}
    rows = [found.get(each) if each else None for each in ids]
    errors = [error for place, row in enumerate(rows) if (error := _unfit(row, asked, str(place)))]
    if errors:
        raise Refused(*errors)
    return [row for row in rows if row is not None]


def _unfit(row: Row | None, asked: Asked, place: str) -> UserError | None:
    path = ["instrumentIds", place]
    if row is None:
        return UserError(code=UserErrorCode.NOT_FOUND, message="There is no such instrument.", path=path)
    if row["kind"] == InstrumentKind.INDEX:
        message = f"{row['symbol']} is an index: it has a price, and no order book to trade in."
        return UserError(code=UserErrorCode.NOT_TRADABLE, message=message, path=path)
    odd = [each for each in asked.quantities if each % row["lot_size"]]
    if odd:
        message = f"{row['symbol']} trades in lots of {row['lot_size']}; the strategy's quantity is {odd[0]}."
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
    closes = (_closed(row, interval, stored) for row, stored in zip(instruments, held, strict=True))
    end = to_micros(bounds[1]) if bounds[1] else max(closes)
    errors = [
        _uncovered(row, interval, stored, place)
        for place, (row, stored) in enumerate(zip(instruments, held, strict=True))
        if not await holds_candles(connection, instrument_of(row), row["id"], interval, start, end)
    ]
    if errors:
        raise Refused(*errors)
    return to_moment(start), to_moment(end)


async def check_detail(
    session: AsyncSession,
    instruments: Sequence[Row],
    finer: Interval | None,
    bounds: tuple[datetime, datetime],
) -> None:
    """Refuses finer candles that are not there."""
    if finer is None:
        return
    connection = await driver_connection(session)
    start, end = map(to_micros, bounds)
    for row in instruments:
        if not await holds_candles(connection, instrument_of(row), row["id"], finer, start, end):
            message = f"There are no {finer.value} candles of {row['symbol']} in this range."
            raise refused(UserErrorCode.NO_CANDLES, message, "intrabarInterval")


async def check_references(
    session: AsyncSession, instruments: Sequence[Row], interval: Interval, intents: Intents
) -> None:
    """Refuses a strategy that reads a market nobody has imported."""
    connection = await driver_connection(session)
    for key in intents.references([instrument_of(row).key for row in instruments]):
        known = await find_instrument(connection, key)
        if known is None or await candle_range(connection, known.id, interval) is None:
            message = f"The strategy reads {key}: import its {interval.value} candles first."
            raise refused(UserErrorCode.NO_CANDLES, message, "strategyId")


def _closed(row: Row, interval: Interval, stored: Held | None) -> int:
    """When the last stored candle closed."""
    traded = instrument_of(row)
    return candle_close(traded.exchange, traded.kind, interval, stored.last) if stored else 0


def _uncovered(row: Row, interval: Interval, stored: Held | None, place: int) -> UserError:
    there = f"from {_day(stored.first)} to {_day(stored.last)}" if stored else "none at all"
    message = f"No {interval.value} candles of {row['symbol']} in this range; there are {there}."
    return UserError(code=UserErrorCode.NO_CANDLES, message=message, path=["instrumentIds", str(place)])


def _day(micros: int) -> date:
    return (to_moment(micros) + timedelta(microseconds=IST)).date()
