"""What runs bring forth, filtered and paged: out of the tables, or out of a backtest's results."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import strawberry
from sqlalchemy import Select

from app.api.connections import Connection, Pager, Request
from app.api.context import Info
from app.api.enums import RunMode
from app.api.ids import row_id
from app.api.loaders import statement_of
from app.api.orders import FILLS, ORDERS, Fill, Order
from app.api.paging import Listing, Page, Window, arrow_page, sql_page
from app.api.portfolio import POSITIONS, TRADES, Position, Trade
from app.api.risk import RISK_EVENTS, RiskEvent
from app.api.rows import Row
from app.api.settlements import SETTLEMENTS, ChargeSettlement
from app.store.tables.strategies import ResultKind
from app.store.tables.trading import TradeVerdict
from streams.domain.orders import OrderStatus, Side

T = TypeVar("T")
Wanted = Mapping[str, Any]
# What an id that is not one of ours stands for: no row has it, so the list is empty, as for a foreign one.
NOBODY = UUID(int=0)


@strawberry.input(
    description="Which of them; what is left out does not matter. A BACKTEST's are found by its run."
)
class ActivityFilter:
    """What every list of a run's doings can be filtered by."""

    run_id: strawberry.ID | None = strawberry.field(default=None, description="Of this run.")
    broker_account_id: strawberry.ID | None = strawberry.field(default=None, description="In this account.")
    instrument_id: strawberry.ID | None = strawberry.field(default=None, description="In this instrument.")

    def wanted(self) -> dict[str, Any]:
        """Column to value."""
        return {
            "run_id": chosen(self.run_id, "StrategyRun"),
            "broker_account_id": chosen(self.broker_account_id, "BrokerAccount"),
            "instrument_id": chosen(self.instrument_id, "Instrument"),
        }


@strawberry.input(
    description="Which orders; what is left out does not matter. A BACKTEST's are found by its run."
)
class OrderFilter(ActivityFilter):
    """Which orders."""

    statuses: list[OrderStatus] | None = strawberry.field(
        default=None, description="In one of these statuses."
    )
    side: Side | None = strawberry.field(default=None, description="Going this way.")

    def wanted(self) -> dict[str, Any]:
        """Column to value."""
        statuses = None if self.statuses is None else sorted(set(self.statuses))
        return {**super().wanted(), "status": statuses, "side": self.side}


@strawberry.input(
    description="Which trades; what is left out does not matter. A BACKTEST's are found by its run."
)
class TradeFilter(ActivityFilter):
    """Which trades."""

    verdict: TradeVerdict | None = strawberry.field(default=None, description="With this verdict of risk.")

    def wanted(self) -> dict[str, Any]:
        """Column to value."""
        return {**super().wanted(), "verdict": self.verdict}


class Activity(NamedTuple):
    """A list of a run's doings: where it is kept for paper runs and for backtests, and in what order."""

    table: str
    kind: ResultKind
    listing: Listing
    derive: Callable[[pa.Table], pa.Table] = lambda table: table


ORDER_ACTIVITY = Activity("orders", ResultKind.ORDERS, ORDERS)
FILL_ACTIVITY = Activity("fills", ResultKind.FILLS, FILLS)
TRADE_ACTIVITY = Activity("trades", ResultKind.TRADES, TRADES)
POSITION_ACTIVITY = Activity("positions", ResultKind.POSITIONS, POSITIONS)
SETTLEMENT_ACTIVITY = Activity("charge_settlements", ResultKind.SETTLEMENTS, SETTLEMENTS)
RISK_ACTIVITY = Activity(
    "risk_events",
    ResultKind.DECISIONS,
    RISK_EVENTS,
    lambda table: table.filter(pc.equal(table["verdict"], TradeVerdict.REFUSED.value)),
)

Maker = Callable[[Row, bool], T]


async def order_connection(info: Info, filter: OrderFilter, request: Request) -> Connection[Order]:
    """A page of orders."""
    return await _connection(info, ORDER_ACTIVITY, filter, request, Order.of)


async def fill_connection(info: Info, filter: ActivityFilter, request: Request) -> Connection[Fill]:
    """A page of fills."""
    return await _connection(info, FILL_ACTIVITY, filter, request, Fill.of)


async def trade_connection(info: Info, filter: TradeFilter, request: Request) -> Connection[Trade]:
    """A page of trades."""
    return await _connection(info, TRADE_ACTIVITY, filter, request, Trade.of)


async def position_connection(info: Info, filter: ActivityFilter, request: Request) -> Connection[Position]:
    """A page of positions."""
    return await _connection(info, POSITION_ACTIVITY, filter, request, Position.of)


async def risk_connection(info: Info, filter: ActivityFilter, request: Request) -> Connection[RiskEvent]:
    """A page of risk events."""
    return await _connection(info, RISK_ACTIVITY, filter, request, RiskEvent.of)


async def settlement_connection(
    info: Info, filter: ActivityFilter, request: Request
) -> Connection[ChargeSettlement]:
    """A page of settled charges."""
    return await _connection(info, SETTLEMENT_ACTIVITY, filter, request, ChargeSettlement.of)


def chosen(text: str | None, type_name: str) -> UUID | None:
    """The row a filter's id stands for; None where there is no such filter."""
    return None if text is None else row_id(text, type_name) or NOBODY


async def _connection(
    info: Info, activity: Activity, filter: ActivityFilter, request: Request, make: Maker[T]
) -> Connection[T]:
    pager = Pager(info, activity.listing, request, filter)
    wanted = {column: value for column, value in filter.wanted().items() if value is not None}
    if await is_backtest(info, wanted.get("run_id")):
        page = await _from_results(info, activity, wanted, pager)
        return pager.connection(page, lambda row: make(row, True))
    async with info.context.reading() as session:
        statement = _filtered(statement_of(activity.table), wanted)
        page = await sql_page(session, statement, activity.listing, pager.window)
    return pager.connection(page, lambda row: make(row, False))


async def is_backtest(info: Info, run_id: UUID | None) -> bool:
    """Whether this run keeps its doings in its results."""
    run = await info.context.loaders.row("strategy_runs", run_id)
    return run is not None and run["mode"] == RunMode.BACKTEST


async def _from_results(info: Info, activity: Activity, wanted: Wanted, pager: Pager) -> Page:
    table = await info.context.loaders.results.load((wanted["run_id"], activity.kind))
    if table is None:
        return Page([], False)
    # Ten thousand orders take longer to sort than others should wait for the event loop.
    return await asyncio.to_thread(_result_page, table, activity, wanted, pager.window)


def _result_page(table: pa.Table, activity: Activity, wanted: Wanted, window: Window) -> Page:
    shown = activity.derive(table)
    for column, value in wanted.items():
        shown = shown.filter(_matches(shown[column], value))
    return arrow_page(shown, activity.listing, window)


def _matches(column: Any, value: Any) -> Any:
    if isinstance(value, UUID | str):
        return pc.equal(column, str(value))
    return pc.is_in(column, pa.array([str(each) for each in value], pa.string()))


def _filtered(statement: Select[Any], wanted: Wanted) -> Select[Any]:
    for name, value in wanted.items():
        column = statement.selected_columns[name]
        many = isinstance(value, Sequence) and not isinstance(value, str)
        statement = statement.where(column.in_(value) if many else column == value)
    return statement
