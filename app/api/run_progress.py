"""How far a run is: one message that is always whole, folded from its events."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.context import Context
from app.api.enums import EventKind
from app.api.event import Seen, moment
from app.api.event_cursors import cursor_of, start_of
from app.api.following import Wanted, follow
from app.api.ids import global_id
from app.api.rows import Row, row_of
from app.api.scalars import Cursor
from app.store.tables import metadata
from app.store.tables.strategies import RunStatus

EVENTS = metadata.tables["events"]
KINDS = (EventKind.RUN_STATUS, EventKind.RUN_PROGRESS)


@strawberry.type(description="How far a run is.")
class RunProgress:
    """How far a run is."""

    cursor: Cursor = strawberry.field(description="`after` resumes from here.")
    run_id: strawberry.ID = strawberry.field(description="The run.")
    status: RunStatus = strawberry.field(description="Where it stands.")
    reason: str | None = strawberry.field(description="Why, if there is more to say.")
    progress: Decimal = strawberry.field(description="How much of its candles is behind it, 0 to 1.")
    last_candle_at: datetime | None = strawberry.field(description="The last candle it worked through.")


async def progress_of(context: Context, run: Row, after: Cursor | None) -> AsyncGenerator[RunProgress, None]:
    """The run as it is now, then after each change; with a cursor, after each change since."""
    position = await start_of(context, after)
    known = await _known(context, run, position, now=after is None)
    if after is None:
        yield known
    async for batch in follow(context, position, Wanted(KINDS, run["id"])):
        for seen in batch:
            known = _folded(known, seen)
            yield known


def _folded(known: RunProgress, seen: Seen) -> RunProgress:
    said, known = seen.payload, replace(known, cursor=seen.cursor)
    if seen.event.kind == EventKind.RUN_STATUS:
        return replace(known, status=RunStatus(said["status"]), reason=said.get("reason"))
    return replace(
        known, progress=Decimal(str(said["progress"])), last_candle_at=moment(said.get("lastCandleAt"))
    )


async def _known(context: Context, run: Row, position: int, now: bool) -> RunProgress:
    """What the run's events up to a position add up to; its row fills in what is no longer kept."""
    known = RunProgress(
        cursor=cursor_of(context, position),
        run_id=global_id("StrategyRun", run["id"]),
        status=RunStatus(run["status"]) if now else RunStatus.QUEUED,
        reason=run["status_reason"] if now else None,
        progress=run["progress"] if now else Decimal(0),
        last_candle_at=run["last_candle_at"] if now else None,
    )
    async with context.reading_fresh() as session:
        said = {kind: await _last(session, run["id"], kind, position) for kind in KINDS}
    if status := said[EventKind.RUN_STATUS]:
        known = replace(known, status=RunStatus(status["status"]), reason=status.get("reason"))
    if progress := said[EventKind.RUN_PROGRESS]:
        last = moment(progress.get("lastCandleAt"))
        known = replace(known, progress=Decimal(str(progress["progress"])), last_candle_at=last)
    return known


async def _last(session: AsyncSession, run_id: UUID, kind: EventKind, position: int) -> dict[str, Any] | None:
    statement = select(EVENTS.c.payload).where(
        EVENTS.c.run_id == run_id, EVENTS.c.kind == kind.value, EVENTS.c.position <= position
    )
    newest = statement.order_by(EVENTS.c.position.desc()).limit(1)
    row = await row_of(session, newest)
    return row["payload"] if row else None
