"""Places in a user's log of events, as cursors."""

from uuid import UUID

from app.api.context import Api, Context
from app.api.errors import Refusal
from app.api.scalars import Cursor
from app.store import events


def scope(user_id: UUID) -> str:
    """What event cursors are bound to: the user alone, so any subscription goes on from any event."""
    return f"{user_id}/events"


def cursor_of(context: Context, position: int) -> Cursor:
    """The cursor of a place in the viewer's log."""
    return context.api.cursors.write(scope(context.viewer.user_id), [position])


async def end_of(api: Api, user_id: UUID) -> Cursor:
    """The cursor of a user's last event."""
    return api.cursors.write(scope(user_id), [await _head(api, user_id)])


async def start_of(context: Context, after: str | None) -> int:
    """The position to start after: the cursor's, or the log's end when there is none."""
    end = await _head(context.api, context.viewer.user_id)
    if after is None:
        return end
    place = context.api.cursors.read(scope(context.viewer.user_id), after)
    if place is None or place[0] > end:
        raise Refusal(
            "CURSOR_INVALID",
            "This cursor is not of your events: leave `after` out to start from now.",
            startAfter=cursor_of(context, end),
        )
    return int(place[0])


async def _head(api: Api, user_id: UUID) -> int:
    async with api.store.reader(user_id, fresh=True) as session:
        return await events.head(session)
