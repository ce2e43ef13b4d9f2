"""The writer when the line breaks: every entry is written once or not at all, and is told which."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import asyncpg
import pytest

from app.store.audit import Verified, verify
from app.store.database import Database, DatabaseRole, connect
from app.store.embedded import RunningPostgres
from app.store.engine import Store
from app.store.events import EventDraft, append
from app.store.unavailable import StoreUnavailable
from app.store.writer import Entry, OutcomeUnknown, Writer
from tests.ledgers import Ledger, make_ledger, order, order_event
from tests.proxy import Loss, Proxy


class Deaf:
    """Nobody to tell."""

    def wake(self, user_id: UUID, position: int | None = None) -> None:
        """Nothing comes of it."""


@pytest.fixture
async def proxy(postgres: RunningPostgres) -> AsyncIterator[Proxy]:
    """A line that can break."""
    async with Proxy(postgres) as opened:
        yield opened


@pytest.fixture
async def asha(superuser: asyncpg.Connection) -> Ledger:
    """A user with a RUNNING paper run."""
    return await make_ledger(superuser)


def through(proxy: Proxy, database: Database) -> Callable[[], Awaitable[asyncpg.Connection]]:
    """How to connect as the engine over the line, giving up soon."""
    door = Database.embedded(proxy.url(database.name))
    return lambda: connect(door, DatabaseRole.ENGINE, patience=0.5)


def placed(ids: Ledger, number: int) -> Entry:
    """An order with its event."""
    asked = order(ids, number)
    return ids.entry(
        inserts={"orders": [asked], "order_events": [order_event(asked["id"], 1)]},
        events=[EventDraft("ORDER", ids.run_id, {"n": number})],
    )


@pytest.mark.parametrize("loss", [Loss.REQUEST, Loss.REPLY])
async def test_a_commit_lost_on_the_line_is_written_once(
    proxy: Proxy, database: Database, superuser: asyncpg.Connection, asha: Ledger, loss: Loss
) -> None:
    """Whether it was the request or the reply that was lost, the database knows; it is asked."""
    writer = Writer(through(proxy, database), Deaf())
    await writer.start()
    proxy.losses = [loss, loss]

    await writer.write(placed(asha, 1))
    await writer.write(placed(asha, 2))
    await writer.close()

    assert proxy.losses == []
    assert proxy.arrivals >= 3
    causes = await superuser.fetch("SELECT cause FROM orders ORDER BY chain_position")
    assert [row["cause"] for row in causes] == ["intent:1", "intent:2"]
    told = await superuser.fetch("SELECT payload->>'n' AS n FROM events ORDER BY position")
    assert [row["n"] for row in told] == ["1", "2"]
    assert isinstance(await verify(superuser, asha.account_id), Verified)


async def test_a_commit_whose_outcome_cannot_be_asked_makes_the_run_recover(
    proxy: Proxy, database: Database, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """The reply is lost and the server cannot be reached again: neither yes nor no would be true."""
    writer = Writer(through(proxy, database), Deaf())
    await writer.start()
    proxy.losses, proxy.refusals = [Loss.REPLY], 1000

    with pytest.raises(OutcomeUnknown):
        await writer.write(placed(asha, 1))

    proxy.refusals = 0
    await writer.write(placed(asha, 2))
    await writer.close()
    assert await superuser.fetchval("SELECT count(*) FROM orders") == 2


async def test_an_entry_that_certainly_was_not_written_says_so(
    proxy: Proxy, database: Database, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """No connection, no commit; when the line is back the writer goes on."""
    writer = Writer(through(proxy, database), Deaf())
    await writer.start()
    proxy.losses, proxy.refusals = [Loss.REQUEST], 1000
    await _end_engine_connections(superuser)

    with pytest.raises(StoreUnavailable):
        await writer.write(placed(asha, 1))
    assert await superuser.fetchval("SELECT count(*) FROM orders") == 0

    proxy.losses, proxy.refusals = [], 0
    await writer.write(placed(asha, 1))
    await writer.close()
    assert await superuser.fetchval("SELECT count(*) FROM orders") == 1


async def test_connections_killed_under_load_lose_nothing_and_repeat_nothing(
    store: Store, superuser: asyncpg.Connection
) -> None:
    """Three runs write one entry after another until the writer's connection was killed a dozen times."""
    ledgers = [await make_ledger(superuser, f"user{number}") for number in range(3)]
    writer = Writer(store.dedicated, Deaf())
    await writer.start()
    enough = asyncio.Event()

    async def trade(ids: Ledger) -> int:
        number = 0
        while not enough.is_set():
            number += 1
            await writer.write(placed(ids, number))
        return number

    trading = [asyncio.create_task(trade(ids)) for ids in ledgers]
    killed = 0
    async with asyncio.timeout(60):
        while killed < 12:
            before = await superuser.fetchval("SELECT count(*) FROM orders")
            killed += await _end_engine_connections(superuser)
            while await superuser.fetchval("SELECT count(*) FROM orders") < before + 10:
                assert not any(task.done() for task in trading), "a write failed"
    enough.set()

    for ids, written in zip(ledgers, await asyncio.gather(*trading), strict=True):
        await _assert_written_once(superuser, ids, written)
    await writer.close()


async def test_a_deadlock_is_tried_again(store: Store, superuser: asyncpg.Connection, asha: Ledger) -> None:
    """Somebody takes the locks in the wrong order; the writer, chosen as the victim, starts over."""
    writer = Writer(store.dedicated, Deaf())
    await writer.start()
    await superuser.execute("SET deadlock_timeout = '30s'")
    rival = superuser.transaction()
    await rival.start()
    await superuser.execute("INSERT INTO event_heads VALUES ($1, 0, 0)", asha.user_id)

    writing = asyncio.create_task(writer.write(placed(asha, 1)))
    await _until_blocked(store)
    await superuser.execute("UPDATE strategy_runs SET status_reason = 'rival' WHERE id = $1", asha.run_id)
    assert not writing.done()
    await rival.commit()

    await writing
    await writer.close()
    assert await superuser.fetchval("SELECT count(*) FROM orders") == 1


async def test_the_api_and_the_writer_write_for_one_user_without_deadlock(
    store: Store, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """Commands and events from the API, steps from the engine, all at once, many times."""
    writer = Writer(store.dedicated, Deaf())
    await writer.start()

    async def command(number: int) -> None:
        async with store.viewer(asha.user_id) as session:
            await append(session, asha.user_id, [EventDraft("COMMAND", asha.run_id, {"n": number})])

    await asyncio.gather(
        *(writer.write(placed(asha, number)) for number in range(1, 101)), *(command(n) for n in range(100))
    )
    await writer.close()

    positions = await superuser.fetch("SELECT position FROM events ORDER BY position")
    assert [row["position"] for row in positions] == list(range(1, 201))


async def _assert_written_once(superuser: asyncpg.Connection, ids: Ledger, count: int) -> None:
    """Every entry is there once, in its order, in the ledger, the outbox and the chain."""
    causes = await superuser.fetch(
        "SELECT cause FROM orders WHERE run_id = $1 ORDER BY chain_position", ids.run_id
    )
    positions = await superuser.fetch(
        "SELECT position FROM events WHERE user_id = $1 ORDER BY position", ids.user_id
    )
    assert [row["cause"] for row in causes] == [f"intent:{number}" for number in range(1, count + 1)]
    assert [row["position"] for row in positions] == list(range(1, count + 1))
    assert isinstance(await verify(superuser, ids.account_id), Verified)


async def _end_engine_connections(superuser: asyncpg.Connection) -> int:
    """Kill what the engine has; the number of connections that were there."""
    killed = await superuser.fetch(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE usename = 'medha_engine' AND datname = current_database()"
    )
    return len(killed)


async def _until_blocked(store: Store) -> None:
    """Return when one of the engine's connections waits for a lock."""
    blocked = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())"
        " OR NOT granted AND locktype = 'transactionid'"
    )
    async with store.trading() as connection, asyncio.timeout(10):
        while not await connection.fetchval(blocked):
            continue
