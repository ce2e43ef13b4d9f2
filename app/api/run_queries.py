"""Root fields about runs and what they brought forth."""

from typing import Annotated

import strawberry
from sqlalchemy import Select, select

from app.api.activity import (
    ActivityFilter,
    OrderFilter,
    TradeFilter,
    chosen,
    order_connection,
    position_connection,
    risk_connection,
    trade_connection,
)
from app.api.connections import After, Before, Connection, First, Last, Pager, Request
from app.api.context import Info
from app.api.enums import RunMode
from app.api.ids import row_id
from app.api.orders import Order
from app.api.paging import Listing, id_key, moment_key, sql_page
from app.api.portfolio import Position, Trade
from app.api.risk import RiskEvent
from app.api.runs import StrategyRun
from app.store.tables import metadata
from app.store.tables.strategies import RunStatus

RUNS_TABLE = metadata.tables["strategy_runs"]
RUN_LIST = Listing("runs", (moment_key("created_at"), id_key()))


@strawberry.input(description="Which runs; what is left out does not matter.")
class RunFilter:
    """Which runs."""

    mode: RunMode | None = strawberry.field(default=None, description="In this mode.")
    statuses: list[RunStatus] | None = strawberry.field(default=None, description="In one of these statuses.")
    strategy_id: strawberry.ID | None = strawberry.field(default=None, description="Of this strategy.")
    broker_account_id: strawberry.ID | None = strawberry.field(default=None, description="In this account.")


Filtered = strawberry.argument(description="Which of them; all when absent.")


@strawberry.type
class RunQueries:
    """Root fields about runs."""

    @strawberry.field(description="One of the viewer's runs; null when there is no such run.")
    async def run(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The run.")]
    ) -> StrategyRun | None:
        """One run."""
        row = await info.context.loaders.row("strategy_runs", row_id(id, "StrategyRun"))
        return StrategyRun.of(row) if row else None

    @strawberry.field(description="The viewer's runs, newest first.")
    async def runs(
        self,
        info: Info,
        filter: Annotated[RunFilter | None, Filtered] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[StrategyRun]:
        """A page of runs."""
        pager = Pager(info, RUN_LIST, Request(first, last, after, before), filter)
        async with info.context.reading() as session:
            page = await sql_page(session, _wanted(filter or RunFilter()), RUN_LIST, pager.window)
        return pager.connection(page, StrategyRun.of)

    @strawberry.field(description="The viewer's orders, newest first.")
    async def orders(
        self,
        info: Info,
        filter: Annotated[OrderFilter | None, Filtered] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Order]:
        """A page of orders."""
        return await order_connection(info, filter or OrderFilter(), Request(first, last, after, before))

    @strawberry.field(description="The viewer's trades, newest first.")
    async def trades(
        self,
        info: Info,
        filter: Annotated[TradeFilter | None, Filtered] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Trade]:
        """A page of trades."""
        return await trade_connection(info, filter or TradeFilter(), Request(first, last, after, before))

    @strawberry.field(description="The viewer's positions, the last changed first.")
    async def positions(
        self,
        info: Info,
        filter: Annotated[ActivityFilter | None, Filtered] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Position]:
        """A page of positions."""
        request = Request(first, last, after, before)
        return await position_connection(info, filter or ActivityFilter(), request)

    @strawberry.field(description="What risk refused the viewer's runs, newest first.")
    async def risk_events(
        self,
        info: Info,
        filter: Annotated[ActivityFilter | None, Filtered] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[RiskEvent]:
        """A page of risk events."""
        return await risk_connection(info, filter or ActivityFilter(), Request(first, last, after, before))


def _wanted(filter: RunFilter) -> Select[tuple[object, ...]]:
    table = RUNS_TABLE.c
    # MANUAL and EXTERNAL runs stand for what no strategy did: they are not among the runs a person started.
    statement = select(RUNS_TABLE).where(table.kind == "STRATEGY")
    if filter.mode is not None:
        statement = statement.where(table.mode == filter.mode.value)
    if filter.statuses is not None:
        statement = statement.where(table.status.in_({status.value for status in filter.statuses}))
    if filter.strategy_id is not None:
        statement = statement.where(table.strategy_id == chosen(filter.strategy_id, "Strategy"))
    if filter.broker_account_id is not None:
        account = chosen(filter.broker_account_id, "BrokerAccount")
        statement = statement.where(table.broker_account_id == account)
    return statement
