"""A run's profit and loss over time: from its snapshots, or from a backtest's equity curve."""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import strawberry

from app.api.activity import is_backtest
from app.api.context import Info
from app.api.ids import row_id
from app.api.market import DEFAULT_POINTS, From, Points, To, checked_points
from app.api.portfolio import PNL_COLUMNS, PnlSeries
from app.api.thinning import spread
from app.store.driver import driver_connection
from app.store.tables.strategies import ResultKind

Bounds = tuple[datetime | None, datetime | None]
OUTLINE = """
    SELECT array_agg(sequence ORDER BY sequence) AS places,
           array_agg(equity::float8 ORDER BY sequence) AS heights
    FROM pnl_snapshots
    WHERE run_id = $1 AND at >= coalesce($2::timestamptz, '-infinity')
      AND at < coalesce($3::timestamptz, 'infinity')
"""
SHOWN = f"""
    SELECT {", ".join(PNL_COLUMNS)} FROM pnl_snapshots
    WHERE run_id = $1 AND sequence = ANY($2::bigint[]) ORDER BY sequence
"""
_NONE = PnlSeries.of({name: [] for name in PNL_COLUMNS}, 0)


@strawberry.input(description="Whose profit and loss.")
class PnlFilter:
    """Whose profit and loss."""

    run_id: strawberry.ID = strawberry.field(description="Of this run.")


async def pnl_of_run(
    info: Info, run_id: UUID | None, start: datetime | None, end: datetime | None, points: int
) -> PnlSeries:
    """The series in [start, end); empty for a run that is not the viewer's."""
    limit = checked_points(points)
    if run_id is None:
        return _NONE
    if not await is_backtest(info, run_id):
        return await _of_snapshots(info, run_id, (start, end), limit)
    table = await info.context.loaders.results.load((run_id, ResultKind.EQUITY))
    return _NONE if table is None else await asyncio.to_thread(_of_curve, table, (start, end), limit)


def _of_curve(table: pa.Table, bounds: Bounds, points: int) -> PnlSeries:
    """A backtest's equity, thinned as columns: only the points that are shown become Python objects."""
    for bound, within in zip(bounds, (pc.greater_equal, pc.less), strict=True):
        if bound:
            table = table.filter(within(table["at"], pa.scalar(bound, table["at"].type)))
    heights = pc.cast(table["equity"], pa.float64()).to_numpy()
    shown = table.take(pa.array(spread(heights, points)))
    return PnlSeries.of({name: shown[name].to_pylist() for name in ("at", "equity")}, len(table))


async def _of_snapshots(info: Info, run_id: UUID, bounds: Bounds, points: int) -> PnlSeries:
    """A paper run's snapshots: their heights first, then only the rows that are shown."""
    async with info.context.reading() as session:
        connection = await driver_connection(session)
        (outline,) = await connection.fetch(OUTLINE, run_id, *bounds)
        places = np.array(outline["places"] or [], np.int64)
        shown = places[spread(np.array(outline["heights"] or [], np.float64), points)]
        rows = await connection.fetch(SHOWN, run_id, shown.tolist())
    return PnlSeries.of({name: [row[name] for row in rows] for name in PNL_COLUMNS}, len(places))


@strawberry.type
class PnlQueries:
    """Root fields about profit and loss."""

    @strawberry.field(
        description="A run's profit and loss as columns. Condensed, it keeps the first point, the last, and"
        " of each stretch between those of the lowest and the highest equity."
    )
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
