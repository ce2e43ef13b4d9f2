"""The database goes away under an operation: it is said so, and what can go on does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from app.store.database import Database
from tests.api.client import PATIENCE, Client, document
from tests.api.markets import crossover
from tests.stores import as_superuser

OURS = "FROM pg_stat_activity WHERE datname = current_database()"
WAITING = f"SELECT count(*) {OURS} AND wait_event_type = 'Lock'"
KILL = f"SELECT pg_terminate_backend(pid) {OURS} AND usename = $1"


@asynccontextmanager
async def cut_off(database: Database, superuser: asyncpg.Connection, table: str) -> AsyncIterator[None]:
    """Whatever the API asks of this table inside the block waits, and at the block's end is killed."""
    async with as_superuser(database) as holder, holder.transaction():
        await holder.execute(f"LOCK TABLE {table}")
        yield
        async with asyncio.timeout(PATIENCE):
            while not await superuser.fetchval(WAITING):
                pass
        await superuser.execute(KILL, "medha_api")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("Strategies", {}),
        ("CreateStrategy", {"input": {"name": "New", "kind": "sma_crossover", "config": {}}}),
    ],
)
async def test_an_operation_that_is_cut_off_is_answered_with_what_to_do(
    asha: Client, database: Database, superuser: asyncpg.Connection, name: str, given: dict[str, object]
) -> None:
    """UNAVAILABLE, for a query and a mutation; the next one is answered."""
    # when
    async with cut_off(database, superuser, "strategies"):
        asking = asyncio.create_task(asha.answer(document(name), **given))
    (error,) = (await asking)["errors"]

    # then
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert "Ask again" in error["message"]
    assert (await asha.ask("Strategies"))["nodes"] == []


async def test_a_subscription_outlives_its_connection(
    asha: Client, database: Database, superuser: asyncpg.Connection
) -> None:
    """Cut off while it reads, it reads again: every event once."""
    # given
    cursor = (await asha.ask("Me"))["eventCursor"]
    names = ["First", "Second", "Third"]
    await crossover(asha, names[0])

    # when
    async with asha.socket() as socket:
        async with cut_off(database, superuser, "events"):
            await socket.subscribe("1", document("WatchEvents"), {"after": cursor})
        seen = [await socket.next()]
        for name in names[1:]:
            await superuser.execute(KILL, "medha_engine")
            await crossover(asha, name)
            seen.append(await socket.next())

    # then
    assert [each["payload"]["data"]["events"]["strategy"]["name"] for each in seen] == names
