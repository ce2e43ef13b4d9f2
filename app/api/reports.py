"""What a backtest amounts to."""

from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

import strawberry

from app.api.context import Info
from app.api.ids import row_id
from app.api.rows import Row
from app.api.scalars import Long
from app.store.tables.strategies import ResultKind


@strawberry.type(description="The figures of a backtest; amounts in rupees.")
class BacktestReport:
    """The figures of a backtest."""

    starting_capital: Decimal = strawberry.field(description="What it began with.")
    final_equity: Decimal = strawberry.field(
        description="What it ended with, open positions at the last close."
    )
    realised_pnl: Decimal = strawberry.field(description="Profit of what was closed, before charges.")
    unrealised_pnl: Decimal = strawberry.field(
        description="What closing the rest at the last close would add."
    )
    charges: Decimal = strawberry.field(description="What its orders cost.")
    return_percent: Decimal = strawberry.field(
        description="Final equity over starting capital, less one, in %."
    )
    max_drawdown: Decimal = strawberry.field(description="The deepest fall from a former height.")
    trades: Long = strawberry.field(description="Trades taken.")
    wins: Long = strawberry.field(description="Closed trades that earned after their charges.")
    losses: Long = strawberry.field(description="Closed trades that did not.")
    win_percent: Decimal | None = strawberry.field(description="Wins among the closed trades, in %.")
    orders_count: Long = strawberry.field(description="Orders placed.")
    refusals: Long = strawberry.field(description="Decisions that risk refused.")
    candles: Long = strawberry.field(description="Candles it worked through.")

    @classmethod
    def of(cls, row: Row) -> Self:
        """From the one row of its figures."""
        closed = row["wins"] + row["losses"]
        return cls(
            return_percent=_percent(row["final_equity"] - row["starting_capital"], row["starting_capital"]),
            win_percent=_percent(Decimal(row["wins"]), Decimal(closed)) if closed else None,
            **{name: row[name] for name in _SAME},
        )


_SAME = (
    *("starting_capital", "final_equity", "realised_pnl", "unrealised_pnl", "charges", "max_drawdown"),
    *("trades", "wins", "losses", "orders_count", "refusals", "candles"),
)


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return round(part * 100 / whole, 4)


async def report_of_run(info: Info, run_id: UUID | None) -> BacktestReport | None:
    """The figures of a run; None when it has none, or is not the viewer's."""
    if run_id is None:
        return None
    table = await info.context.loaders.results.load((run_id, ResultKind.FIGURES))
    return BacktestReport.of(table.to_pylist()[0]) if table is not None else None


@strawberry.type
class ReportQueries:
    """Root fields about backtests."""

    @strawberry.field(description="The figures of a backtest that has completed; else null.")
    async def backtest_report(
        self, info: Info, run_id: Annotated[strawberry.ID, strawberry.argument(description="The backtest.")]
    ) -> BacktestReport | None:
        """The figures of a backtest."""
        return await report_of_run(info, row_id(run_id, "StrategyRun"))
