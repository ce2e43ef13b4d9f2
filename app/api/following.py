"""Following the viewer's log of events from a place on: every one once, in order, for as long as one may."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import NamedTuple
from uuid import UUID

import structlog

from app.api.context import Context
from app.api.enums import EventKind
from app.api.errors import Refusal, unauthenticated
from app.api.event import Seen
from app.api.event_cursors import cursor_of
from app.store import events
from app.store.engine import is_lost
from app.store.events import CursorExpired
from app.store.relay import RelayClosed
from app.store.tables.system import Event as EventRow

BATCH = 500
PAUSE = 0.5
"""Seconds between two attempts at a database that does not answer."""

_log = structlog.get_logger(__name__)


class Wanted(NamedTuple):
    """Which of the viewer's events."""

    kinds: Sequence[EventKind] | None = None
    run_id: UUID | None = None


async def follow(context: Context, position: int, wanted: Wanted) -> AsyncGenerator[list[Seen], None]:
    """The viewer's events after a position, in batches, as they come.

    Waits for a database that is gone. Ends with UNAUTHENTICATED when the access token ends, and with
    CURSOR_EXPIRED when events were pruned.
    """
    while True:
        found, position = await _read_patiently(context, position, wanted)
        if found:
            yield [Seen(event, cursor_of(context, event.position)) for event in found]
        if len(found) < BATCH:
            await _changed(context, position)


async def _read_patiently(context: Context, position: int, wanted: Wanted) -> tuple[list[EventRow], int]:
    """The same, whatever becomes of the database meanwhile: the log is there again when it is."""
    while True:
        try:
            return await _read(context, position, wanted)
        except Exception as cause:
            if not is_lost(cause):
                raise
            _log.warning("following.database_lost", reason=str(cause))
        await asyncio.sleep(PAUSE)


async def _read(context: Context, position: int, wanted: Wanted) -> tuple[list[EventRow], int]:
    """Events after the position, and the position up to which nothing wanted is left."""
    async with context.reading_fresh() as session:
        # The end is asked for first: what commits after it is found again from there.
        end = await events.head(session)
        found = await events.after(session, position, kinds=wanted.kinds, run_id=wanted.run_id, limit=BATCH)
    if isinstance(found, CursorExpired):
        raise Refusal(
            "CURSOR_EXPIRED",
            "Events after this cursor are no longer kept: read the state anew and go on from `startAfter`.",
            startAfter=cursor_of(context, found.first),
        )
    last = found[-1].position if found else position
    return found, last if len(found) == BATCH else max(last, end)


async def _changed(context: Context, position: int) -> None:
    viewer = context.viewer
    left = (viewer.expires_at - context.api.clock.now()).total_seconds()
    try:
        async with asyncio.timeout(left):
            await context.api.relay.changed(viewer.user_id, position)
    except TimeoutError:
        raise unauthenticated("The access token is over: refresh the session and resume.") from None
    except RelayClosed:
        raise Refusal("SERVER_STOPPING", "The server stops: connect again and resume.") from None
