"""The outbox: what changed for a user, appended in the transaction that changed it, read by position."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.database import spoken
from app.store.tables.columns import Document
from app.store.tables.system import Event, EventHead

APPEND = text("SELECT append_events(:user_id, CAST(:drafts AS jsonb))")


class EventDraft(NamedTuple):
    """An event that has no position yet."""

    kind: str
    run_id: UUID | None
    payload: Document


class CursorExpired(NamedTuple):
    """Events after the cursor are pruned; `first` is the earliest cursor that misses nothing still kept."""

    first: int


async def append(
    target: AsyncSession | asyncpg.Connection, user_id: UUID, drafts: Iterable[EventDraft]
) -> int:
    """Append a user's events; call it last in the transaction: it locks the user's head until commit.

    Return the position of the last one. A session may write for its own user only.
    """
    listed = [draft._asdict() for draft in drafts]
    if not isinstance(target, AsyncSession):
        return int(await target.fetchval("SELECT append_events($1, $2)", user_id, listed))
    await target.flush()  # an event may refer to a run that is only pending
    connection = await target.connection()
    values = {"user_id": user_id, "drafts": orjson.dumps(listed, default=spoken).decode()}
    return int((await connection.execute(APPEND, values)).scalar_one())


async def head(session: AsyncSession) -> int:
    """The position of the user's last event, 0 before the first."""
    found = (await session.exec(select(EventHead.position))).one_or_none()
    return found or 0


async def after(
    session: AsyncSession,
    position: int,
    *,
    kinds: Sequence[str] | None = None,
    run_id: UUID | None = None,
    limit: int = 500,
) -> list[Event] | CursorExpired:
    """The session's user's events after `position`, in order, `limit` at most."""
    wanted = select(Event).where(col(Event.position) > position).order_by(col(Event.position)).limit(limit)
    if kinds is not None:
        wanted = wanted.where(col(Event.kind).in_(set(kinds)))
    if run_id is not None:
        wanted = wanted.where(Event.run_id == run_id)
    events = list((await session.exec(wanted)).all())
    # Asked after the events: pruning between the two is noticed, in the other order it would be a gap.
    pruned_to = (await session.exec(select(EventHead.pruned_to))).one_or_none() or 0
    return CursorExpired(pruned_to) if position < pruned_to else events


async def prune(connection: asyncpg.Connection, before: datetime) -> int:
    """Delete events older than `before`, as medha_engine; the number deleted.

    A transaction for each user: no head stays locked longer than that user's rows need.
    """
    due = await connection.fetch(
        "SELECT user_id, max(position) AS last FROM events WHERE at < $1 GROUP BY user_id", before
    )
    return sum([await _prune_one(connection, row) for row in due])


async def _prune_one(connection: asyncpg.Connection, due: Any) -> int:
    async with connection.transaction():
        await connection.execute(
            "UPDATE event_heads SET pruned_to = greatest(pruned_to, $2) WHERE user_id = $1",
            due["user_id"],
            due["last"],
        )
        deleted = await connection.execute(
            "DELETE FROM events WHERE user_id = $1 AND position <= $2", due["user_id"], due["last"]
        )
    return int(deleted.rpartition(" ")[2])
