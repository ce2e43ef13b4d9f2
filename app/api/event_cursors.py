"""Places in the viewer's log of events, as cursors."""

from app.api.context import Context
from app.api.errors import Refusal
from app.api.scalars import Cursor
from app.store import events


def scope(context: Context) -> str:
    """What event cursors are bound to: the viewer alone, so any subscription goes on from any event."""
    return f"{context.viewer.user_id}/events"


def cursor_of(context: Context, position: int) -> Cursor:
    """The cursor of a place in the viewer's log."""
    return context.api.cursors.write(scope(context), [position])


async def end_of(context: Context) -> int:
    """The position of the viewer's last event."""
    async with context.reading_fresh() as session:
        return await events.head(session)


async def start_of(context: Context, after: str | None) -> int:
    """The position to start after: the cursor's, or the log's end when there is none."""
    end = await end_of(context)
    if after is None:
        return end
    place = context.api.cursors.read(scope(context), after)
    if place is None or place[0] > end:
        raise Refusal(
            "CURSOR_INVALID",
            "This cursor is not of your events: leave `after` out to start from now.",
            startAfter=cursor_of(context, end),
        )
    return int(place[0])
