"""Law 5 through crashes: an engine that ends at any step leaves a run that the next one takes to its end."""

import asyncio
import random
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.store.audit import Verified, verify
from app.store.database import Database
from tests.app.engine.facts import TERMS, facts
from tests.builders import market
from tests.engines import AheadClock, Engine, lose_connections, running, started
from tests.traders import Market, Trader


async def ended_or(trader: Trader, run_id: UUID, beyond: int) -> bool:
    """Waits until the run has ended (True) or something is committed beyond a position (False)."""
    ended = asyncio.ensure_future(trader.ended(run_id))
    moved = asyncio.ensure_future(trader.changed(beyond))
    done, waiting = await asyncio.wait({ended, moved}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return ended in done and bool(ended.result())


async def live_through(database: Database, trader: Trader, run_id: UUID, chance: random.Random) -> int:
    """Engines in turn, each killed after a few more events, until one brings the run to its end; how many."""
    for generation in range(100):
        engine = await started(database, clock=AheadClock(10 * generation))
        position = await trader.head()
        if await ended_or(trader, run_id, position + chance.randrange(1, 40)):
            await engine.close()
            return generation + 1
        await engine.kill()
    raise AssertionError("the run does not get on")


@pytest.fixture
async def stored(watcher: Trader) -> Market:
    """Two instruments with holes, one of which must wait for the other to be sold."""
    return await watcher.market(market(8, bars=50, count=2, missing=0.15))


@pytest.fixture
async def undisturbed(database: Database, watcher: Trader, stored: Market) -> dict[str, list[Any]]:
    """The facts of a run that nothing happened to."""
    async with running(database) as engine:
        watcher.wake = engine.supervisor.wake
        run_id = await watcher.start(stored, **TERMS)
        await watcher.ended(run_id)
    watcher.wake = lambda: None
    found = await facts(watcher, run_id)
    assert len(found["fills"]) > 20
    assert len(found["risk_events"]) > 5
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_a_run_survives_engines_that_are_killed_again_and_again(
    database: Database, watcher: Trader, stored: Market, undisturbed: dict[str, list[Any]], seed: int
) -> None:
    """No order and no fill twice, none lost, and the same tape as if nothing had happened."""
    run_id = await watcher.start(stored, **TERMS)

    engines = await live_through(database, watcher, run_id, random.Random(seed))

    assert engines > 3
    assert await facts(watcher, run_id) == undisturbed
    await check_chain(database, watcher)
    statuses = [
        event.payload["status"] for event in await told(watcher, run_id) if event.kind == "RUN_STATUS"
    ]
    assert statuses == ["RUNNING", "COMPLETED"], "taken over is no change of status"


async def told(trader: Trader, run_id: UUID) -> list[Any]:
    """All events of a run; their positions are dense together with those of the user's other runs."""
    found: list[Any] = []
    while page := await trader.events(run_id, found[-1].position if found else 0):
        found += page
    return found


async def check_chain(database: Database, trader: Trader) -> None:
    """The account's audit chain is whole."""
    async with running(database) as engine, engine.store.trading() as connection:
        assert isinstance(await verify(connection, trader.account_id), Verified)


@pytest.mark.parametrize("seed", range(3))
async def test_a_run_survives_a_database_that_goes_away(
    database: Database, watcher: Trader, stored: Market, undisturbed: dict[str, list[Any]], seed: int
) -> None:
    """Connections are cut at random commits, in the same engine: what was written is not written again."""
    chance = random.Random(seed)
    async with running(database) as engine:
        watcher.wake = engine.supervisor.wake
        run_id = await watcher.start(stored, **TERMS)
        while not await ended_or(watcher, run_id, await watcher.head() + chance.randrange(1, 60)):
            await lose_connections(database)

    assert await facts(watcher, run_id) == undisturbed
    await check_chain(database, watcher)


async def test_an_orderly_stop_lets_the_next_engine_begin_at_once(
    database: Database, watcher: Trader, stored: Market, undisturbed: dict[str, list[Any]]
) -> None:
    """The lease is given back: nobody waits for it to run out, and no clock needs to be ahead."""
    first = await started(database)
    run_id = await watcher.start(stored, **TERMS)
    await watcher.until(run_id, "FILL")
    await first.close()
    row = await watcher.run(run_id)
    assert (row["status"], row["lease_owner"]) == ("RUNNING", None)

    async with running(database):
        await watcher.ended(run_id)

    assert await facts(watcher, run_id) == undisturbed


async def test_a_lease_that_has_not_run_out_is_respected(
    database: Database, watcher: Trader, stored: Market
) -> None:
    """A second engine beside the first claims only what nobody holds."""
    async with running(database), running(database) as second:
        run_id = await watcher.start(stored, speed=Decimal(3000), **TERMS)
        second.supervisor.wake()
        await watcher.ended(run_id)
        assert (await watcher.run(run_id))["fencing_token"] == 1


async def test_commands_survive_a_crash_between_giving_and_taking(
    database: Database, watcher: Trader, stored: Market
) -> None:
    """The stop that no engine had taken is there for the next one."""
    first = await started(database)
    run_id = await watcher.start(stored, speed=Decimal(600), **TERMS)
    await watcher.until(run_id, "RUN_STATUS", status="RUNNING")
    await first.kill()
    await watcher.command(run_id, "STOP")

    async with running(database, clock=AheadClock(10)):
        await watcher.ended(run_id, "STOPPED")
    (command,) = [row for row in await watcher.rows("run_inputs", run_id) if row["kind"] == "COMMAND"]
    assert command["sequence"] is not None


async def test_two_runs_recover_beside_each_other(
    database: Database, watcher: Trader, stored: Market, undisturbed: dict[str, list[Any]]
) -> None:
    """One killed engine leaves both, and both go on."""
    runs = [await watcher.start(stored, **TERMS) for _ in range(2)]
    engine: Engine = await started(database)
    await watcher.changed(await watcher.head() + 60)
    await engine.kill()

    async with running(database, clock=AheadClock(10)):
        for run_id in runs:
            await watcher.ended(run_id)
    for run_id in runs:
        assert await facts(watcher, run_id) == undisturbed
