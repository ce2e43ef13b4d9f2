"""The database, or what is read, goes away under an operation: it is said so, and what can go on does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from app.api.ids import row_id
from app.store.database import Database
from tests.api.client import PATIENCE, Client, document
from tests.api.markets import completed, crossover, started
from tests.stores import as_superuser

OURS = "FROM pg_stat_activity WHERE datname = current_database()"
WAITING = f"SELECT count(*) {OURS} AND wait_event_type = 'Lock'"
KILL = f"SELECT pg_terminate_backend(pid) {OURS} AND usename = $1"


async def somebody_waits(superuser: asyncpg.Connection) -> None:
    """Return when a statement waits for a lock."""
    async with asyncio.timeout(PATIENCE):
        while not await superuser.fetchval(WAITING):
            pass


@asynccontextmanager
async def cut_off(database: Database, superuser: asyncpg.Connection, table: str) -> AsyncIterator[None]:
    """Whatever the API asks of this table inside the block waits, and at the block's end is killed."""
    async with as_superuser(database) as holder, holder.transaction():
        await holder.execute(f"LOCK TABLE {table}")
        yield
        await somebody_waits(superuser)
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


async def test_a_backtest_deleted_while_it_is_read_is_gone_and_no_fault(
    asha: Client, instruments: list[str], database: Database, superuser: asyncpg.Connection
) -> None:
    """An order already read asks for its run, its trade and its fills in vain."""
    # given
    run = await started(asha, instruments[0])
    await completed(asha, run)
    order = (await asha.ask("Orders", filter={"runId": run}))["nodes"][0]["id"]
    query = (
        "query ($id: ID!) { node(id: $id) { ... on Order { side run { id } trade { id } fills { id } } } }"
    )

    # when
    async with as_superuser(database) as holder, holder.transaction():
        await holder.execute("LOCK TABLE strategy_runs")
        asking = asyncio.create_task(asha.answer(query, id=order))
        await somebody_waits(superuser)
        await holder.execute("DELETE FROM strategy_runs WHERE id = $1", row_id(run, "StrategyRun"))

    # then
    assert {error["extensions"]["code"] for error in (await asking)["errors"]} == {"NOT_FOUND"}
    assert await asha.codes(query, id=order) == []
