"""The seam: a subscription resumed from a cursor gives every event once, in order, at no cost in memory."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from graphql import parse
from graphql.execution import Executor

from app.api.executor import FrugalExecutor
from app.api.schema import make_schema
from app.store.database import Database, DatabaseRole, connect
from app.store.events import EventDraft, append, prune
from tests.api.client import Client
from tests.api.markets import completed, started

MANY = 1200


async def say(database: Database, user_id: UUID, numbers: range) -> None:
    """Append one intent a transaction, as another process would."""
    connection = await connect(database, DatabaseRole.ENGINE)
    try:
        for number in numbers:
            await append(connection, user_id, [EventDraft("INTENT", None, intent(number))])
    finally:
        await connection.close()


def intent(number: int) -> dict[str, Any]:
    """An intent's payload."""
    return {
        "sequence": number,
        "instrumentId": str(UUID(int=1)),
        "candleAt": "2025-01-01T03:45:00+00:00",
        "target": number,
    }


async def user_of(superuser: asyncpg.Connection) -> UUID:
    """The only user."""
    found = await superuser.fetchval("SELECT id FROM users")
    assert isinstance(found, UUID)
    return found


async def test_a_resumed_subscription_has_no_gap_and_no_duplicate(
    asha: Client, database: Database, superuser: asyncpg.Connection
) -> None:
    """Cut again and again while events are written, by several connections at once."""
    # given
    user, cursor = await user_of(superuser), (await asha.ask("Me"))["eventCursor"]
    writers = [say(database, user, range(start, start + MANY // 4)) for start in range(0, MANY, MANY // 4)]

    # when
    async def read() -> list[int]:
        seen: list[int] = []
        place = cursor
        while len(seen) < MANY:
            async with asha.watching("WatchEvents", after=place) as watch:
                for event in await watch.take(min(137, MANY - len(seen))):
                    seen.append(event["sequence"])
                    place = event["cursor"]
        return seen

    seen, *_ = await asyncio.gather(read(), *writers)

    # then
    kept = await superuser.fetch("SELECT payload FROM events WHERE kind = 'INTENT' ORDER BY position")
    assert seen == [row["payload"]["sequence"] for row in kept]
    assert sorted(seen) == list(range(MANY))


async def test_a_filter_passes_over_what_was_not_asked_for(
    asha: Client, database: Database, superuser: asyncpg.Connection
) -> None:
    """What is filtered out moves the place on, so a far event is found after thousands of others."""
    # given
    user, cursor = await user_of(superuser), (await asha.ask("Me"))["eventCursor"]
    connection = await connect(database, DatabaseRole.ENGINE)
    drafts = [EventDraft("INTENT", None, intent(number)) for number in range(3 * MANY)]
    await append(connection, user, drafts)
    await append(connection, user, [EventDraft("LOG", None, {"level": "INFO", "event": "found"})])
    await connection.close()

    # then
    async with asha.watching("WatchEvents", after=cursor, filter={"kinds": ["LOG"]}) as watch:
        assert (await watch.next())["event"] == "found"


async def test_a_pruned_cursor_says_where_to_start_again(
    asha: Client, database: Database, superuser: asyncpg.Connection
) -> None:
    """CURSOR_EXPIRED carries a cursor after which everything is still there."""
    # given
    user, cursor = await user_of(superuser), (await asha.ask("Me"))["eventCursor"]
    await say(database, user, range(3))
    connection = await connect(database, DatabaseRole.ENGINE)
    await prune(connection, datetime.now(UTC))
    await connection.close()
    await say(database, user, range(3, 5))

    # when
    async with asha.watching("WatchEvents", after=cursor) as watch:
        (error,) = (await watch.payload())["errors"]

    # then
    assert error["extensions"]["code"] == "CURSOR_EXPIRED"
    async with asha.watching("WatchEvents", after=error["extensions"]["startAfter"]) as watch:
        assert [event["sequence"] for event in await watch.take(2)] == [3, 4]


async def test_a_runs_progress_resumes_whole(asha: Client, instruments: list[str]) -> None:
    """Resumed from any message, the rest is the same as it was."""
    # given
    before = (await asha.ask("Me"))["eventCursor"]
    run = await started(asha, instruments[0])
    await completed(asha, run)

    # when
    async with asha.watching("WatchRunProgress", runId=run, after=before) as watch:
        whole = [await watch.next()]
        while whole[-1]["status"] != "COMPLETED":
            whole.append(await watch.next())
    resumed = []
    async with asha.watching("WatchRunProgress", runId=run, after=whole[0]["cursor"]) as watch:
        resumed = await watch.take(len(whole) - 1)

    # then
    assert whole[0]["status"] == "QUEUED"
    assert resumed == whole[1:]


async def test_updates_of_orders_positions_and_pnl_are_parts_of_the_same_log(
    asha: Client, instruments: list[str]
) -> None:
    """Each narrower subscription gives its own kind, resumable by the same cursors."""
    # given
    before = (await asha.ask("Me"))["eventCursor"]
    async with asha.watching("WatchPnl") as pnl:
        run = await started(asha, instruments[0], mode="PAPER", name="First")
        await completed(asha, run)
        latest = await pnl.next()

    # then
    async with asha.watching("WatchOrders", after=before, filter={"runId": run}) as watch:
        assert [each["orderStatus"] for each in await watch.take(1)] == ["SENDING"]
    async with asha.watching("WatchPositions", after=before, filter={"runId": run}) as watch:
        assert (await watch.next())["position"]["quantity"] != 0
    assert latest["runId"] == run


async def test_a_subscription_takes_no_more_memory_with_every_event() -> None:
    """graphql-core keeps a memo an event for ever; our executor lets it go."""
    # given
    document = parse('subscription { runProgress(runId: "x") { status progress } }')
    executor = FrugalExecutor.build(make_schema()._schema, document)
    assert isinstance(executor, Executor)

    # when
    memos = [executor.build_per_event_executor(None)._relevant_sub_fields for _ in range(3)]

    # then
    assert len({id(memo) for memo in memos}) == len(memos)
    assert all(memo is not executor._relevant_sub_fields for memo in memos)
