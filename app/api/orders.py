"""Orders, what happened to them, and their fills; of paper runs and of backtests alike."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry

from app.api.charge_parts import ChargeParts, parts_of
from app.api.context import Info
from app.api.errors import Refusal
from app.api.ids import global_id
from app.api.loaders import InResult
from app.api.market import Instrument
from app.api.node import Node
from app.api.paging import Listing, id_key, moment_key
from app.api.rows import Row
from app.api.scalars import JSON, Long
from app.engine.options import RunOptions
from app.store.driver import indian_date
from app.store.tables.strategies import ResultKind, RunStatus
from streams.charges.schedules import ScheduleKind
from streams.domain.orders import Leg, OrderStatus, OrderType, ProductType, Side, Validity

if TYPE_CHECKING:
    from app.api.portfolio import Trade
    from app.api.runs import StrategyRun

ORDERS = Listing("orders", (moment_key("created_at"), id_key()))
FILLS = Listing("fills", (moment_key("traded_at"), id_key()))

LazyRun = Annotated["StrategyRun", strawberry.lazy("app.api.runs")]
LazyTrade = Annotated["Trade", strawberry.lazy("app.api.portfolio")]


@strawberry.type(description="What belongs to a run and an instrument.")
class InRun:
    """The fields shared by all that a run brings forth."""

    run_row: strawberry.Private[UUID]
    instrument_row: strawberry.Private[UUID]
    backtest: strawberry.Private[bool]

    @strawberry.field(description="The run it belongs to.")
    async def run(self, info: Info) -> LazyRun:
        """The run."""
        from app.api.runs import StrategyRun

        return StrategyRun.of(await existing(info, "strategy_runs", self.run_row))

    @strawberry.field(description="The instrument.")
    async def instrument(self, info: Info) -> Instrument:
        """The instrument."""
        return Instrument.of(await existing(info, "instruments", self.instrument_row))


async def existing(info: Info, table: str, row_id: UUID) -> Row:
    """A row that another refers to; gone only where both went, with a backtest, while they were read."""
    row = await info.context.loaders.row(table, row_id)
    if row is None:
        raise gone()
    return row


def gone() -> Refusal:
    """What is told of a backtest that is deleted while somebody reads it."""
    return Refusal("NOT_FOUND", "It was deleted while it was read: read its list again.")


@strawberry.type(description="An execution, in part or whole, of an order.")
class Fill(InRun, Node):
    """An execution."""

    side: Side = strawberry.field(description="Which way.")
    quantity: Long = strawberry.field(description="Units executed.")
    price: Decimal = strawberry.field(description="The price of one, in rupees.")
    charges: Decimal = strawberry.field(
        description="What it cost, in rupees; see `provisional` and the run's `chargeSettlements`."
    )
    charge_parts: ChargeParts = strawberry.field(description="The same, part by part.")
    broker_trade_id: str = strawberry.field(description="The broker's own name for it.")
    traded_at: datetime = strawberry.field(description="When it was executed, on the run's clock.")
    order_row: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: Row, backtest: bool = False) -> Self:
        """From its row."""
        return cls(
            id=global_id("Fill", row["id"], row["run_id"] if backtest else None),
            run_row=row["run_id"],
            instrument_row=row["instrument_id"],
            backtest=backtest,
            side=Side(row["side"]),
            quantity=Long(row["quantity"]),
            price=row["price"],
            charges=row["charges"],
            charge_parts=parts_of(row["charge_parts"], row["charges"]),
            broker_trade_id=row["broker_trade_id"],
            traded_at=row["traded_at"],
            order_row=row["order_id"],
        )

    @strawberry.field(
        description="Whether its day's contract note is still to come: what that adds or takes off is in the"
        " run's `chargeSettlements`."
    )
    async def provisional(self, info: Info) -> bool:
        """Whether its day has not been settled."""
        return unsettled(await existing(info, "strategy_runs", self.run_row), self.traded_at)

    @strawberry.field(description="The order it executed.")
    async def order(self, info: Info) -> Annotated["Order", strawberry.lazy("app.api.orders")]:
        """The order."""
        order = await order_of(info, self.run_row, self.order_row, self.backtest)
        if order is None:
            raise gone()
        return order


@strawberry.type(description="One thing that happened to an order.")
class OrderEvent:
    """One thing that happened to an order."""

    sequence: int = strawberry.field(description="Its place among the order's events, from 0.")
    kind: str = strawberry.field(
        description="DECIDED first, then the status the order took; MODIFIED where its numbers changed."
    )
    payload: JSON = strawberry.field(
        description="Its details; of DECIDED, each rule's verdict with its numbers; of MODIFIED, what it is"
        " for since."
    )
    at: datetime = strawberry.field(description="When.")


@strawberry.type(description="An order: what was asked, and where it stands.")
class Order(InRun, Node):
    """An order."""

    side: Side = strawberry.field(description="Which way.")
    leg: Leg = strawberry.field(description="What it is for.")
    cause: str = strawberry.field(
        description="What asked for it, with a number or a time: `intent:`, `command:`, `exit_after:` or"
        " `square_off:`."
    )
    order_type: OrderType = strawberry.field(description="How its price is set.")
    product_type: ProductType = strawberry.field(description="How the position is carried.")
    validity: Validity = strawberry.field(description="How long it rests.")
    quantity: Long = strawberry.field(description="Units asked for, as last modified.")
    limit_price: Decimal | None = strawberry.field(
        description="The limit, in rupees, where it has one, as last modified."
    )
    trigger_price: Decimal | None = strawberry.field(
        description="The trigger, in rupees, where it has one, as last modified."
    )
    status: OrderStatus = strawberry.field(description="Where it stands.")
    filled_quantity: Long = strawberry.field(description="Units executed so far.")
    average_price: Decimal | None = strawberry.field(description="Mean price of the executions, in rupees.")
    broker_order_id: str | None = strawberry.field(description="The broker's own name for it.")
    reason: str | None = strawberry.field(description="Why it stands where it stands, if someone said.")
    candle_at: datetime | None = strawberry.field(description="The candle it was decided on.")
    created_at: datetime = strawberry.field(
        description="When it was recorded; in a backtest, on the run's clock."
    )
    updated_at: datetime = strawberry.field(description="When its status changed last.")
    order_row: strawberry.Private[UUID]
    trade_row: strawberry.Private[UUID | None]

    @classmethod
    def of(cls, row: Row, backtest: bool = False) -> Self:
        """From its row, joined with its state."""
        filled = row["filled_quantity"]
        return cls(
            id=global_id("Order", row["id"], row["run_id"] if backtest else None),
            run_row=row["run_id"],
            instrument_row=row["instrument_id"],
            backtest=backtest,
            side=Side(row["side"]),
            leg=Leg(row["leg"]),
            cause=row["cause"],
            order_type=OrderType(row["order_type"]),
            product_type=ProductType(row["product_type"]),
            validity=Validity(row["validity"]),
            **_asked(row),
            status=OrderStatus(row["status"]),
            filled_quantity=Long(filled),
            average_price=average(row["filled_value"], filled),
            broker_order_id=row.get("broker_order_id"),
            reason=row.get("reason"),
            candle_at=row["candle_at"],
            created_at=row["created_at"],
            updated_at=row.get("updated_at") or row["created_at"],
            order_row=row["id"],
            trade_row=row["trade_id"],
        )

    @strawberry.field(description="The trade it belongs to; null for an order that no decision led to.")
    async def trade(self, info: Info) -> LazyTrade | None:
        """The trade."""
        from app.api.portfolio import Trade

        if self.trade_row is None:
            return None
        row = await result_or_row(info, "trades", self.run_row, self.trade_row, self.backtest)
        return Trade.of(row, self.backtest) if row else None

    @strawberry.field(description="Its executions, oldest first.")
    async def fills(self, info: Info) -> list[Fill]:
        """Its executions."""
        loaders = info.context.loaders
        if not self.backtest:
            return [Fill.of(row) for row in await loaders.fills_of_order.load(self.order_row)]
        wanted = InResult(self.run_row, ResultKind.FILLS, "order_id", self.order_row)
        return [Fill.of(row, backtest=True) for row in await loaders.result_rows.load(wanted)]

    @strawberry.field(description="What happened to it, in order; empty in a backtest, which keeps no audit.")
    async def events(self, info: Info) -> list[OrderEvent]:
        """Its audit."""
        if self.backtest:
            return []
        rows = await info.context.loaders.events_of_order.load(self.order_row)
        return [
            OrderEvent(sequence=row["sequence"], kind=row["kind"], payload=JSON(row["payload"]), at=row["at"])
            for row in rows
        ]


def _asked(row: Row) -> dict[str, Any]:
    """What it is for since it was last modified; rows from before that was kept have it as it was placed."""
    prefix = "" if row.get("asked_quantity") is None else "asked_"
    prices = {name: row[prefix + name] for name in ("limit_price", "trigger_price")}
    return {"quantity": Long(row[f"{prefix}quantity"]), **prices}


def unsettled(run: Row, traded_at: datetime) -> bool:
    """Whether a fill of this time waits for its contract note: a run settles a day when it has come to a
    later one, or has come to its end."""
    if RunOptions.of(run).charges is not ScheduleKind.INDIAN:
        return False
    reached = run["last_candle_at"]
    over = run["status"] in (RunStatus.STOPPED, RunStatus.COMPLETED)
    return not over and (reached is None or indian_date(reached) <= indian_date(traded_at))


def average(value: Decimal, quantity: int) -> Decimal | None:
    """A mean price to four decimals, or None where nothing was executed."""
    return round(value / quantity, 4) if quantity else None


RESULT_KINDS = {
    "orders": ResultKind.ORDERS,
    "fills": ResultKind.FILLS,
    "trades": ResultKind.TRADES,
    "positions": ResultKind.POSITIONS,
}


async def result_or_row(info: Info, table: str, run_id: UUID, row_id: UUID, backtest: bool) -> Row | None:
    """A row by id, in the run's results when it was a backtest, else in its table."""
    loaders = info.context.loaders
    if backtest:
        return await loaders.result_row(run_id, RESULT_KINDS[table], row_id)
    return await loaders.row(table, row_id)


async def order_of(info: Info, run_id: UUID, row_id: UUID, backtest: bool) -> Order | None:
    """An order by id, wherever its run keeps it."""
    row = await result_or_row(info, "orders", run_id, row_id, backtest)
    return Order.of(row, backtest) if row else None
