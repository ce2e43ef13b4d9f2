"""Runs: one execution of a strategy, and everything it brought forth."""

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

import strawberry

from app.api.accounts import BrokerAccount
from app.api.activity import (
    ActivityFilter,
    OrderFilter,
    TradeFilter,
    fill_connection,
    order_connection,
    position_connection,
    risk_connection,
    settlement_connection,
    trade_connection,
)
from app.api.connections import After, Before, Connection, First, Last, Request
from app.api.context import Info
from app.api.enums import RunMode
from app.api.ids import global_id
from app.api.logs import SystemLog, log_connection
from app.api.market import DEFAULT_POINTS, Instrument, Points
from app.api.node import Node
from app.api.orders import Fill, Order
from app.api.pnl import pnl_of_run
from app.api.portfolio import PnlSeries, Position, Trade
from app.api.reports import BacktestReport, report_of_run
from app.api.risk import RiskEvent, RiskLimits
from app.api.rows import Row
from app.api.run_options import RunOptions
from app.api.scalars import JSON
from app.api.settlements import ChargeSettlement
from app.api.strategies import Strategy
from app.store.tables.strategies import RunStatus
from streams.domain.market import Interval


@strawberry.type(
    description="One execution of a strategy; everything that decides its outcome is pinned in it."
)
class StrategyRun(Node):
    """One execution of a strategy."""

    mode: RunMode = strawberry.field(description="Where its orders go.")
    status: RunStatus = strawberry.field(description="Where it stands.")
    status_reason: str | None = strawberry.field(description="Why it stands there, if there is more to say.")
    strategy_kind: str | None = strawberry.field(description="Key of the kind it runs.")
    config: JSON | None = strawberry.field(description="The settings it runs with.")
    code_hash: str | None = strawberry.field(
        description="SHA-256 of the strategy's source when it was started."
    )
    interval: Interval | None = strawberry.field(description="How long its candles last.")
    from_: datetime | None = strawberry.field(name="from", description="Its candles open at or after this.")
    to: datetime | None = strawberry.field(description="Its candles open before this.")
    capital: Decimal = strawberry.field(description="What it was given, in rupees.")
    slippage_bps: Decimal = strawberry.field(description="What a simulated fill loses, in basis points.")
    charge_per_order: Decimal = strawberry.field(description="What a simulated order costs, in rupees.")
    options: RunOptions = strawberry.field(description="How it trades.")
    path_note: str | None = strawberry.field(
        description="Of a backtest: why it went candle by candle, if it could not go the fast way."
    )
    warnings: list[str] = strawberry.field(
        description="What to know before believing its figures, like a jump in a price that nothing explains."
    )
    speed: Decimal | None = strawberry.field(description="Times real time; null is as fast as possible.")
    limits: RiskLimits = strawberry.field(description="The numbers its rules hold to.")
    progress: Decimal = strawberry.field(description="How much of its candles is behind it, 0 to 1.")
    last_candle_at: datetime | None = strawberry.field(description="The last candle it worked through.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(description="When an engine first took it up.")
    ended_at: datetime | None = strawberry.field(description="When it ended.")
    row: strawberry.Private[Row]

    @classmethod
    def of(cls, row: Row) -> Self:
        """From its row."""
        same = {name: row[name] for name in _SAME}
        return cls(
            id=global_id("StrategyRun", row["id"]),
            mode=RunMode(row["mode"]),
            status=RunStatus(row["status"]),
            interval=Interval(row["interval"]) if row["interval"] else None,
            config=None if row["config"] is None else JSON(row["config"]),
            from_=row["from_at"],
            to=row["to_at"],
            limits=RiskLimits.of(row["limits"]),
            options=RunOptions.of(row),
            row=row,
            **same,
        )

    @strawberry.field(description="The strategy it runs.")
    async def strategy(self, info: Info) -> Strategy | None:
        """The strategy."""
        row = await info.context.loaders.row("strategies", self.row["strategy_id"])
        return Strategy.of(row) if row else None

    @strawberry.field(description="Which of the strategy's versions it runs.")
    async def strategy_version(self, info: Info) -> int | None:
        """The version's number."""
        row = await info.context.loaders.row("strategy_versions", self.row["strategy_version_id"])
        return row["version"] if row else None

    @strawberry.field(description="The account it trades in; null for a backtest without one.")
    async def broker_account(self, info: Info) -> BrokerAccount | None:
        """The account."""
        row = await info.context.loaders.row("broker_accounts", self.row["broker_account_id"])
        return BrokerAccount.of(row) if row else None

    @strawberry.field(description="The run it repeats, if it was restarted from one that is still there.")
    async def restarted_from(
        self, info: Info
    ) -> Annotated["StrategyRun", strawberry.lazy("app.api.runs")] | None:
        """The run before it."""
        row = await info.context.loaders.row("strategy_runs", self.row["restarted_from_id"])
        return StrategyRun.of(row) if row else None

    @strawberry.field(description="What it trades, in its order.")
    async def instruments(self, info: Info) -> list[Instrument]:
        """Its instruments."""
        loaders = info.context.loaders
        rows = await asyncio.gather(
            *(loaders.row("instruments", each) for each in self.row["instrument_ids"])
        )
        return [Instrument.of(row) for row in rows if row]

    @strawberry.field(description="Its orders, newest first.")
    async def orders(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Order]:
        """Its orders."""
        return await order_connection(info, OrderFilter(run_id=self.id), Request(first, last, after, before))

    @strawberry.field(description="Its executions, newest first.")
    async def fills(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Fill]:
        """Its fills."""
        return await fill_connection(
            info, ActivityFilter(run_id=self.id), Request(first, last, after, before)
        )

    @strawberry.field(description="Its trades, newest first.")
    async def trades(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Trade]:
        """Its trades."""
        return await trade_connection(info, TradeFilter(run_id=self.id), Request(first, last, after, before))

    @strawberry.field(description="Its positions, the last changed first.")
    async def positions(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Position]:
        """Its positions."""
        request = Request(first, last, after, before)
        return await position_connection(info, ActivityFilter(run_id=self.id), request)

    @strawberry.field(description="What risk refused it, newest first.")
    async def risk_events(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[RiskEvent]:
        """Its refusals."""
        return await risk_connection(
            info, ActivityFilter(run_id=self.id), Request(first, last, after, before)
        )

    @strawberry.field(description="What contract notes made of its provisional charges, newest first.")
    async def charge_settlements(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[ChargeSettlement]:
        """Its settled charges."""
        return await settlement_connection(
            info, ActivityFilter(run_id=self.id), Request(first, last, after, before)
        )

    @strawberry.field(description="What the system said about it, newest first.")
    async def system_logs(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[SystemLog]:
        """Its log."""
        return await log_connection(info, self.id, None, Request(first, last, after, before))

    @strawberry.field(description="Its profit and loss over time.")
    async def pnl(self, info: Info, points: Points = DEFAULT_POINTS) -> PnlSeries:
        """Its profit and loss."""
        return await pnl_of_run(info, self.row["id"], None, None, points)

    @strawberry.field(description="The figures of a backtest that has completed; else null.")
    async def report(self, info: Info) -> BacktestReport | None:
        """Its figures."""
        return await report_of_run(info, self.row["id"])


_SAME = (
    "status_reason",
    "strategy_kind",
    "code_hash",
    "capital",
    "slippage_bps",
    "charge_per_order",
    "path_note",
    "warnings",
    "speed",
    "progress",
    "last_candle_at",
    "created_at",
    "started_at",
    "ended_at",
)
