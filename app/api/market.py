"""The market: instruments, and candles as columns."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self

import strawberry
from sqlalchemy import Select, case, literal, or_, select

from app.api.connections import After, Before, Connection, First, Last, Pager, Request
from app.api.context import Info
from app.api.errors import Refusal
from app.api.ids import global_id, row_id
from app.api.node import Node
from app.api.paging import Listing, id_key, plain_key, sql_page
from app.api.rows import Row
from app.api.scalars import Long
from app.api.thinning import condensed
from app.store.candles import driver_connection, read_candles
from app.store.driver import to_micros, to_moment
from app.store.instruments import instrument_of
from app.store.tables import metadata
from streams.domain.market import Candles, Exchange, InstrumentKind, Interval

INSTRUMENTS = Listing(
    "instruments",
    (plain_key("rank"), plain_key("symbol"), plain_key("exchange"), id_key()),
    descending=False,
)
DEFAULT_POINTS, MAX_POINTS = 1000, 5000

From = Annotated[
    datetime | None,
    strawberry.argument(name="from", description="The first moment; from the start when absent."),
]
To = Annotated[
    datetime | None, strawberry.argument(description="The moment to stop before; to the end when absent.")
]
Points = Annotated[int, strawberry.argument(description="How many points to condense to at most, 2 to 5000.")]


@strawberry.type(description="What can be traded or watched.")
class Instrument(Node):
    """What can be traded or watched."""

    key: str = strawberry.field(description="Exchange and symbol, like NSE:RELIANCE.")
    exchange: Exchange = strawberry.field(description="Where it trades.")
    symbol: str = strawberry.field(description="Its symbol at the exchange.")
    name: str = strawberry.field(description="Its name.")
    kind: InstrumentKind = strawberry.field(description="What it is.")
    tradable: bool = strawberry.field(description="Whether orders can be placed in it.")
    tick_size: Decimal = strawberry.field(description="The step of its price, in rupees.")
    lot_size: int = strawberry.field(description="Quantities are multiples of this.")
    freeze_quantity: Long | None = strawberry.field(
        description="The most the exchange takes in one order; null: any. What is larger is sent in slices."
    )
    price_band_percent: Decimal | None = strawberry.field(
        description="How far a day's prices may be from the last close, in %; null: any."
    )
    expiry: date | None = strawberry.field(description="The last trading date of a derivative; else null.")
    synthetic: bool = strawberry.field(description="Whether its candles were made up for a demonstration.")

    @classmethod
    def of(cls, row: Row) -> Self:
        """From its row."""
        return cls(
            id=global_id("Instrument", row["id"]),
            key=f"{row['exchange']}:{row['symbol']}",
            exchange=Exchange(row["exchange"]),
            symbol=row["symbol"],
            name=row["name"],
            kind=InstrumentKind(row["kind"]),
            tradable=row["kind"] != InstrumentKind.INDEX,
            tick_size=row["tick_size"],
            lot_size=row["lot_size"],
            freeze_quantity=None if row["freeze_quantity"] is None else Long(row["freeze_quantity"]),
            price_band_percent=row["price_band_percent"],
            expiry=row["expiry"],
            synthetic=row["synthetic"],
        )


@strawberry.type(description="Candles of one instrument as columns: the n-th of each belong together.")
class CandleSeries:
    """Candles as columns."""

    instrument: Instrument | None = strawberry.field(
        description="Whose; null when there is no such instrument."
    )
    interval: Interval = strawberry.field(description="How long each candle lasts, before condensing.")
    condensed_from: Long = strawberry.field(description="How many candles the range holds before condensing.")
    time: list[datetime] = strawberry.field(description="When each opens.")
    open: list[float] = strawberry.field(description="Opening prices, in rupees.")
    high: list[float] = strawberry.field(description="Highest prices.")
    low: list[float] = strawberry.field(description="Lowest prices.")
    close: list[float] = strawberry.field(description="Closing prices.")
    volume: list[Long] = strawberry.field(description="What was traded, in units of the instrument.")

    @classmethod
    def of(
        cls, instrument: Instrument | None, interval: Interval, candles: Candles | None, points: int
    ) -> Self:
        """From the core's columns, condensed to at most `points` candles."""
        shown = condensed(candles, points) if candles is not None else None
        columns: dict[str, list[Any]] = {
            name: getattr(shown, name).tolist() if shown is not None else []
            for name in ("time", "open", "high", "low", "close", "volume")
        }
        columns["time"] = [to_moment(micros) for micros in columns["time"]]
        rows = len(candles) if candles is not None else 0
        return cls(instrument=instrument, interval=interval, condensed_from=Long(rows), **columns)


@strawberry.type
class MarketQueries:
    """Root fields about the market."""

    @strawberry.field(description="Instruments; those whose symbol begins with the search come first.")
    async def instruments(
        self,
        info: Info,
        search: Annotated[str | None, strawberry.argument(description="Part of a symbol or name.")] = None,
        exchange: Annotated[
            Exchange | None, strawberry.argument(description="Only of this exchange.")
        ] = None,
        kind: Annotated[InstrumentKind | None, strawberry.argument(description="Only of this kind.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Instrument]:
        """A page of the instrument master."""
        pager = Pager(info, INSTRUMENTS, Request(first, last, after, before), search, exchange, kind)
        async with info.context.reading() as session:
            page = await sql_page(session, _instruments(search, exchange, kind), INSTRUMENTS, pager.window)
        return pager.connection(page, Instrument.of)

    @strawberry.field(description="Candles of one instrument, condensed to what a chart can show.")
    async def candles(
        self,
        info: Info,
        instrument_id: Annotated[strawberry.ID, strawberry.argument(description="Whose.")],
        interval: Annotated[Interval, strawberry.argument(description="How long each lasts.")],
        from_: From = None,
        to: To = None,
        points: Points = DEFAULT_POINTS,
    ) -> CandleSeries:
        """A stretch of candles."""
        limit = checked_points(points)
        instrument = row_id(instrument_id, "Instrument")
        row = await info.context.loaders.row("instruments", instrument)
        if instrument is None or row is None:
            return CandleSeries.of(None, interval, None, limit)
        bounds = {name: to_micros(at) for name, at in (("start", from_), ("end", to)) if at}
        async with info.context.reading() as session:
            connection = await driver_connection(session)
            candles = await read_candles(connection, instrument_of(row), instrument, interval, **bounds)
        return CandleSeries.of(Instrument.of(row), interval, candles, limit)


def checked_points(points: int) -> int:
    """The number of points, refused when out of bounds."""
    if not 2 <= points <= MAX_POINTS:
        raise Refusal("PAGE_TOO_LARGE", f"A series holds 2 to {MAX_POINTS} points; {points} were asked for.")
    return points


def _instruments(search: str | None, exchange: Exchange | None, kind: InstrumentKind | None) -> Select[Any]:
    table = metadata.tables["instruments"]
    typed = (search or "").strip()
    begins = table.c.symbol.istartswith(typed, autoescape=True)
    rank = case((begins, literal(0)), else_=literal(1)).label("rank")
    statement = select(table, rank).where(table.c.valid_to.is_(None))
    if typed:
        named = table.c.name.icontains(typed, autoescape=True)
        statement = statement.where(or_(table.c.symbol.icontains(typed, autoescape=True), named))
    if exchange:
        statement = statement.where(table.c.exchange == exchange.value)
    return statement.where(table.c.kind == kind.value) if kind else statement
