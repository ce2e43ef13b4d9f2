"""A run's profit and loss over time: from its snapshots, or from a backtest's equity curve."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import strawberry
from sqlalchemy import select

from app.api.activity import is_backtest
from app.api.context import Info
from app.api.ids import row_id
from app.api.market import DEFAULT_POINTS, From, Points, To, checked_points
from app.api.portfolio import PNL_COLUMNS, PnlSeries
from app.api.rows import rows_of
from app.api.thinning import spread
from app.store.results import table_of
from app.store.tables import metadata
from app.store.tables.strategies import ResultKind

SNAPSHOTS = metadata.tables["pnl_snapshots"]


@strawberry.input(description="Whose profit and loss.")
class PnlFilter:
    """Whose profit and loss."""

    run_id: strawberry.ID = strawberry.field(description="Of this run.")


async def pnl_of_run(
    info: Info, run_id: UUID | None, start: datetime | None, end: datetime | None, points: int
) -> PnlSeries:
    """The series in [start, end); empty for a run that is not the viewer's."""
    limit = checked_points(points)
    if run_id is not None and await is_backtest(info, run_id):
        table = await info.context.loaders.results.load((run_id, ResultKind.EQUITY))
    else:
        table = await _snapshots(info, run_id)
    kept = _between(table, start, end) if table is not None else table_of(["pnl_snapshots"], [])
    # Thinned as columns: of a million points only those that are shown become Python objects.
    shown = kept.take(pa.array(spread(len(kept), limit))) if len(kept) else kept
    columns = {name: shown[name].to_pylist() for name in PNL_COLUMNS if name in shown.column_names}
    return PnlSeries.of(columns, len(kept))


def _between(table: pa.Table, start: datetime | None, end: datetime | None) -> pa.Table:
    if start:
        table = table.filter(pc.greater_equal(table["at"], pa.scalar(start, table["at"].type)))
    if end:
        table = table.filter(pc.less(table["at"], pa.scalar(end, table["at"].type)))
    return table


async def _snapshots(info: Info, run_id: UUID | None) -> pa.Table:
    columns = [SNAPSHOTS.c[name] for name in PNL_COLUMNS]
    statement = select(*columns).where(SNAPSHOTS.c.run_id == run_id).order_by(SNAPSHOTS.c.sequence)
    async with info.context.reading() as session:
        rows = await rows_of(session, statement)
    return table_of(["pnl_snapshots"], [dict(row) for row in rows])


@strawberry.type
class PnlQueries:
    """Root fields about profit and loss."""

    @strawberry.field(description="A run's profit and loss as columns, condensed to what a chart can show.")
    async def pnl(
        self,
        info: Info,
        filter: Annotated[PnlFilter, strawberry.argument(description="Whose.")],
        from_: From = None,
        to: To = None,
        points: Points = DEFAULT_POINTS,
    ) -> PnlSeries:
        """A run's profit and loss."""
        return await pnl_of_run(info, row_id(filter.run_id, "StrategyRun"), from_, to, points)
