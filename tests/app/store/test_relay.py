"""The relay: whoever waits for a user's next event is woken, whichever process committed it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.store.engine import Store
from app.store.events import EventDraft, append
from app.store.relay import Relay, RelayClosed
from tests.ledgers import make_ledger

NEVER = 3600.0


@pytest.fixture
async def relay(store: Store) -> AsyncIterator[Relay]:
    """A relay that only listens: its poll is an hour away."""
    relay = Relay(store.dedicated, poll=NEVER)
    relay.start()
    yield relay
    await relay.close()


async def commit(store: Store, user_id: UUID, count: int = 1) -> int:
    """Append events in a transaction of another connection."""
    async with store.trading() as connection:
        return await append(connection, user_id, [EventDraft("ORDER", None, {})] * count)


async def waiting(relay: Relay, user_id: UUID, beyond: int) -> "asyncio.Task[int]":
    """Somebody who already waits."""
    task = asyncio.create_task(relay.changed(user_id, beyond))
    await asyncio.sleep(0)
    return task


async def test_a_wake_with_its_position_needs_no_query(relay: Relay) -> None:
    """The writer knows what it has committed."""
    user_id = uuid4()
    waiters = [await waiting(relay, user_id, 3) for _ in range(3)]

    relay.wake(user_id, 3)
    relay.wake(user_id, 5)

    assert await asyncio.gather(*waiters) == [5, 5, 5]


async def test_a_wake_without_a_position_looks_the_head_up(
    store: Store, superuser: asyncpg.Connection, relay: Relay
) -> None:
    """Enough for whoever does not know where its events went."""
    asha = await make_ledger(superuser)
    await commit(store, asha.user_id)
    waiter = await waiting(relay, asha.user_id, 1)

    await commit(store, asha.user_id)
    relay.wake(asha.user_id)

    async with asyncio.timeout(10):
        assert await waiter == 2


async def test_what_was_committed_before_anybody_waited_is_noticed(
    store: Store, superuser: asyncpg.Connection, relay: Relay
) -> None:
    """A subscriber that comes late does not sleep through what it missed."""
    asha = await make_ledger(superuser)
    await commit(store, asha.user_id, 4)

    async with asyncio.timeout(10):
        assert await relay.changed(asha.user_id, 2) == 4


async def test_another_processs_commit_is_noticed_by_the_poll(
    store: Store, superuser: asyncpg.Connection
) -> None:
    """Nobody wakes this relay: it looks by itself."""
    asha = await make_ledger(superuser)
    relay = Relay(store.dedicated, poll=0.01)
    relay.start()
    waiter = await waiting(relay, asha.user_id, 0)

    await commit(store, asha.user_id)

    async with asyncio.timeout(10):
        assert await waiter == 1
    await relay.close()


async def test_one_users_events_wake_nobody_else(
    store: Store, superuser: asyncpg.Connection, relay: Relay
) -> None:
    """Positions are a user's own."""
    asha, ravi = await make_ledger(superuser, "asha"), await make_ledger(superuser, "ravi")
    asha_waits, ravi_waits = await waiting(relay, asha.user_id, 0), await waiting(relay, ravi.user_id, 0)

    relay.wake(asha.user_id, await commit(store, asha.user_id))

    assert await asha_waits == 1
    assert not ravi_waits.done()
    ravi_waits.cancel()


async def test_a_follower_meets_every_position_once(
    store: Store, superuser: asyncpg.Connection, relay: Relay
) -> None:
    """Waiting from where one stands never repeats and never stalls."""
    asha = await make_ledger(superuser)
    met = [0]

    async def follow() -> None:
        while met[-1] < 50:
            met.append(await relay.changed(asha.user_id, met[-1]))

    following = asyncio.create_task(follow())
    for _ in range(50):
        relay.wake(asha.user_id, await commit(store, asha.user_id))
    async with asyncio.timeout(10):
        await following

    assert met == sorted(set(met))
    assert met[-1] == 50


async def test_the_relay_outlives_its_connection(store: Store, superuser: asyncpg.Connection) -> None:
    """A database that restarts costs a reconnection, no waiter."""
    asha = await make_ledger(superuser)
    relay = Relay(store.dedicated, poll=0.01)
    relay.start()
    await commit(store, asha.user_id)
    async with asyncio.timeout(10):
        assert await relay.changed(asha.user_id, 0) == 1
    waiter = await waiting(relay, asha.user_id, 1)

    killed = await superuser.fetch(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'medha_engine'"
        " AND datname = current_database()"
    )
    await commit(store, asha.user_id)

    assert len(killed) >= 2, "the relay's connection and the pool's"
    async with asyncio.timeout(10):
        assert await waiter == 2
    await relay.close()


async def test_a_waiter_that_leaves_is_forgotten(relay: Relay) -> None:
    """A closed socket leaves no watch behind."""
    user_id = uuid4()
    waiter = await waiting(relay, user_id, 0)
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)

    assert relay.watched == 0


async def test_closing_tells_whoever_waits(store: Store) -> None:
    """Nobody hangs on a relay that is gone, before or after."""
    relay = Relay(store.dedicated, poll=NEVER)
    relay.start()
    waiter = await waiting(relay, uuid4(), 0)

    await relay.close()

    with pytest.raises(RelayClosed):
        await waiter
    with pytest.raises(RelayClosed):
        await relay.changed(uuid4(), 0)
