"""The outbox: positions are dense and in commit order, whoever overlaps with whom."""

import asyncio
import random
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from app.clock import utc_now
from app.store.engine import Store
from app.store.events import CursorExpired, EventDraft, after, append, head, prune
from app.store.tables.system import Event
from tests.ledgers import make_ledger, run


def draft(kind: str = "ORDER", run_id: UUID | None = None, **payload: object) -> EventDraft:
    """An event to append."""
    return EventDraft(kind, run_id, payload)


async def read(store: Store, user_id: UUID, position: int = 0) -> list[Event]:
    """A user's events, none of them pruned."""
    async with store.reader(user_id) as session:
        found = await after(session, position, limit=10_000)
    assert isinstance(found, list)
    return found


async def test_events_come_back_in_order_from_a_cursor(store: Store, superuser: asyncpg.Connection) -> None:
    """Kind, run and payload as given; positions from one."""
    asha = await make_ledger(superuser)

    async with store.trading() as connection:
        last = await append(connection, asha.user_id, [draft("ORDER", asha.run_id, n=1), draft("FILL", n=2)])
    async with store.viewer(asha.user_id) as session:
        assert await append(session, asha.user_id, [draft("RUN", n=3)]) == 3
        assert await head(session) == 3

    assert last == 2
    found = await read(store, asha.user_id)
    assert [(e.position, e.kind, e.run_id, e.payload) for e in found] == [
        (1, "ORDER", asha.run_id, {"n": 1}),
        (2, "FILL", None, {"n": 2}),
        (3, "RUN", None, {"n": 3}),
    ]
    assert [event.position for event in await read(store, asha.user_id, 2)] == [3]


async def test_events_are_chosen_by_kind_and_run(store: Store, superuser: asyncpg.Connection) -> None:
    """A filter leaves positions as they are, and the limit holds."""
    asha = await make_ledger(superuser)
    async with store.trading() as connection:
        kinds = ["ORDER", "FILL", "ORDER", "RISK"]
        await append(connection, asha.user_id, [draft(kind, asha.run_id) for kind in kinds] + [draft("FILL")])

    async with store.reader(asha.user_id) as session:
        by_kind = await after(session, 0, kinds=["FILL", "RISK"])
        by_run = await after(session, 1, run_id=asha.run_id, limit=2)

    assert isinstance(by_kind, list)
    assert isinstance(by_run, list)
    assert [event.position for event in by_kind] == [2, 4, 5]
    assert [event.position for event in by_run] == [2, 3]


async def test_an_event_may_tell_of_a_run_of_the_same_session(
    store: Store, superuser: asyncpg.Connection
) -> None:
    """What the session holds pending is written first."""
    asha = await make_ledger(superuser)
    started = run(asha, id=uuid4())

    async with store.viewer(asha.user_id) as session:
        session.add(started)
        await append(session, asha.user_id, [draft("RUN", started.id)])

    assert [event.run_id for event in await read(store, asha.user_id)] == [started.id]


async def test_no_event_is_skipped_by_a_reader_while_transactions_overlap(
    store: Store, superuser: asyncpg.Connection
) -> None:
    """The second append waits for the first's commit: a later position is never visible first."""
    asha = await make_ledger(superuser)
    first, second = await store.dedicated(), await store.dedicated()

    slow, quick = first.transaction(), second.transaction()
    await slow.start()
    await append(first, asha.user_id, [draft(by="slow")])
    await quick.start()
    overtaking = asyncio.create_task(append(second, asha.user_id, [draft(by="quick")]))
    await _until_blocked(superuser, second)

    assert await read(store, asha.user_id) == []
    await slow.commit()
    assert await overtaking == 2
    assert [event.payload["by"] for event in await read(store, asha.user_id)] == ["slow"]
    await quick.commit()
    assert [event.payload["by"] for event in await read(store, asha.user_id, 1)] == ["quick"]
    await asyncio.gather(first.close(), second.close())


async def test_a_rollback_leaves_no_hole(store: Store, superuser: asyncpg.Connection) -> None:
    """The positions of what never happened are given out again, to one that waited for them."""
    asha = await make_ledger(superuser)
    first, second = await store.dedicated(), await store.dedicated()

    failing = first.transaction()
    await failing.start()
    await append(first, asha.user_id, [draft(), draft(), draft()])
    waiting = asyncio.create_task(append(second, asha.user_id, [draft(by="waiting")]))
    await _until_blocked(superuser, second)
    await failing.rollback()

    assert await waiting == 1
    assert [event.payload for event in await read(store, asha.user_id)] == [{"by": "waiting"}]
    await asyncio.gather(first.close(), second.close())


@pytest.mark.parametrize("seed", range(3))
async def test_positions_are_dense_and_in_commit_order_under_random_interleaving(
    store: Store, superuser: asyncpg.Connection, seed: int
) -> None:
    """Sixty transactions of random sizes, some rolled back, on four connections, read all the while."""
    chance = random.Random(seed)
    asha = await make_ledger(superuser)
    writers = [await store.dedicated() for _ in range(4)]
    plans = [[(chance.randint(1, 5), chance.random() < 0.3) for _ in range(15)] for _ in writers]

    finished = asyncio.Event()
    tailing = asyncio.create_task(_tail(store, asha.user_id, finished))
    written = await asyncio.gather(
        *(_write(*each, asha.user_id) for each in zip(writers, plans, strict=True))
    )
    finished.set()

    committed = sorted(span for spans in written for span in spans)
    firsts, lasts = [first for first, _ in committed], [last for _, last in committed]
    assert await tailing == list(range(1, lasts[-1] + 1)), "the reader missed nothing and met nothing twice"
    assert firsts == [1, *(last + 1 for last in lasts[:-1])], "no hole between two transactions, no overlap"
    await asyncio.gather(*(connection.close() for connection in writers))


async def _write(
    connection: asyncpg.Connection, plan: list[tuple[int, bool]], user_id: UUID
) -> list[tuple[int, int]]:
    """Append as planned: sizes, and whether to roll back; the first and last position of each commit."""
    committed = []
    for size, fails in plan:
        transaction = connection.transaction()
        await transaction.start()
        last = await append(connection, user_id, [draft() for _ in range(size)])
        if fails:
            await transaction.rollback()
        else:
            await transaction.commit()
            committed.append((last - size + 1, last))
    return committed


async def _tail(store: Store, user_id: UUID, finished: asyncio.Event) -> list[int]:
    """Read on from the last position until nothing more can come; the positions met."""
    seen: list[int] = []
    while not finished.is_set():
        seen.extend(event.position for event in await read(store, user_id, seen[-1] if seen else 0))
    return seen + [event.position for event in await read(store, user_id, seen[-1] if seen else 0)]


async def test_users_have_positions_of_their_own(store: Store, superuser: asyncpg.Connection) -> None:
    """One user's open transaction holds up nobody else's."""
    asha, ravi = await make_ledger(superuser, "asha"), await make_ledger(superuser, "ravi")
    first, second = await store.dedicated(), await store.dedicated()

    async with first.transaction():
        await append(first, asha.user_id, [draft()])
        assert await append(second, ravi.user_id, [draft()]) == 1

    await asyncio.gather(first.close(), second.close())


async def test_nobody_appends_for_another_user(store: Store, superuser: asyncpg.Connection) -> None:
    """The API writes for its viewer alone; without a viewer for nobody."""
    asha, ravi = await make_ledger(superuser, "asha"), await make_ledger(superuser, "ravi")

    for scope in (store.viewer(asha.user_id), store.anonymous()):
        with pytest.raises(DBAPIError, match="events of another user"):
            async with scope as session:
                await append(session, ravi.user_id, [draft()])

    assert await read(store, ravi.user_id) == []


async def test_appending_nothing_changes_nothing(store: Store, superuser: asyncpg.Connection) -> None:
    """The answer is the present head."""
    asha = await make_ledger(superuser)

    async with store.trading() as connection:
        assert await append(connection, asha.user_id, []) == 0
        assert await append(connection, asha.user_id, [draft()]) == 1
        assert await append(connection, asha.user_id, []) == 1


async def test_a_pruned_cursor_is_told_where_to_start(store: Store, superuser: asyncpg.Connection) -> None:
    """Old events go, positions stay; a cursor that would miss some is refused."""
    asha = await make_ledger(superuser)
    async with store.trading() as connection:
        await append(connection, asha.user_id, [draft(n=n) for n in range(1, 6)])
        week_ago = utc_now() - timedelta(days=7)
        await superuser.execute("UPDATE events SET at = $1 WHERE position <= 3", week_ago)

        assert await prune(connection, week_ago + timedelta(seconds=1)) == 3
        assert await prune(connection, week_ago + timedelta(seconds=1)) == 0
        assert await append(connection, asha.user_id, [draft(n=6)]) == 6

    async with store.reader(asha.user_id) as session:
        assert await after(session, 0) == CursorExpired(first=3)
        assert await after(session, 2) == CursorExpired(first=3)
    assert [event.position for event in await read(store, asha.user_id, 3)] == [4, 5, 6]


async def test_a_deleted_backtest_leaves_its_events_in_their_places(
    store: Store, superuser: asyncpg.Connection
) -> None:
    """The client's count stays whole; the events just name no run any more."""
    asha = await make_ledger(superuser, mode="BACKTEST")
    async with store.trading() as connection:
        await append(connection, asha.user_id, [draft("RUN", asha.run_id), draft("RUN", asha.run_id)])

    await superuser.execute("DELETE FROM strategy_runs WHERE id = $1", asha.run_id)

    assert [(event.position, event.run_id) for event in await read(store, asha.user_id)] == [
        (1, None),
        (2, None),
    ]


async def test_a_session_reads_its_own_users_events_only(store: Store, superuser: asyncpg.Connection) -> None:
    """The outbox is under row-level security like everything else."""
    asha, ravi = await make_ledger(superuser, "asha"), await make_ledger(superuser, "ravi")
    async with store.trading() as connection:
        await append(connection, asha.user_id, [draft()])

    assert await read(store, ravi.user_id) == []
    async with store.reader(ravi.user_id) as session:
        assert await head(session) == 0
        assert (await session.exec(select(Event))).all() == []


async def _until_blocked(superuser: asyncpg.Connection, waiting: asyncpg.Connection) -> None:
    """Return when the connection waits for a lock."""
    blocked = "SELECT cardinality(pg_blocking_pids($1)) > 0"
    async with asyncio.timeout(10):
        while not await superuser.fetchval(blocked, waiting.get_server_pid()):
            continue
