"""kill -9 of the real server, ten times in one paper run: it resumes, with nothing twice and nothing lost."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from app.store.audit import Verified, verify
from app.store.database import Database
from app.store.embedded import attach_or_start
from tests.app.engine.facts import TERMS, facts
from tests.builders import market
from tests.engines import watching
from tests.servers import Server, start_server
from tests.stores import as_superuser
from tests.traders import Market, Trader

KILLS = 10
SEED = 20250101
SPEED = Decimal(3000)
"""A candle each 20 ms: five seconds of a run, were it left alone."""


@asynccontextmanager
async def beside(server: Server, known: Trader | None = None) -> AsyncIterator[Trader]:
    """A user who looks into the server's own database over its socket."""
    running = attach_or_start(server.data_dir)
    async with watching(Database.embedded(running.dsn()), known) as trader:
        yield trader


async def test_a_paper_run_survives_ten_kills_of_the_server(open_tmp: Path) -> None:
    """Orders, fills, positions, P&L and the tape equal those of a twin that nobody disturbed."""
    chance = random.Random(SEED)
    server = await start_server(open_tmp / "data")
    try:
        async with beside(server) as trader:
            stored = await trader.market(market(8, bars=125, count=2, missing=0.15))
            run_id = await trader.start(stored, speed=SPEED, **TERMS)
        for number in range(KILLS):
            async with beside(server, trader) as eyes:
                await eyes.changed(await eyes.head() + chance.randrange(25))
                assert (await eyes.run(run_id))["status"] == "RUNNING", "it was over too soon"
            await server.kill()
            server = await start_server(open_tmp / "data")
            if number:  # the first time the lease runs out by itself; then time is made to pass
                await expire_leases(server)
        async with beside(server, trader) as eyes:
            await check(eyes, run_id, stored)
            await check_chain(server, eyes)
    finally:
        await server.stop()


async def expire_leases(server: Server) -> None:
    """What the dead engine held is anybody's, as five seconds later."""
    running = attach_or_start(server.data_dir)
    async with as_superuser(Database.embedded(running.dsn())) as connection:
        await connection.execute(
            "UPDATE strategy_runs SET lease_expires_at = now() - interval '1 second'"
            " WHERE status = 'RUNNING' AND lease_expires_at < now() + interval '4 seconds'"
        )


async def check(trader: Trader, run_id: UUID, stored: Market) -> None:
    """Brings the run and a twin to their ends and compares all that they did."""
    row = await trader.ended(run_id)
    twin = await trader.start(stored, **TERMS)
    await trader.ended(twin)

    lived, undisturbed = await facts(trader, run_id), await facts(trader, twin)

    assert row["fencing_token"] == KILLS + 1
    assert len(undisturbed["fills"]) > 20
    assert lived == undisturbed


async def check_chain(server: Server, trader: Trader) -> None:
    """The account's audit chain is whole."""
    running = attach_or_start(server.data_dir)
    async with as_superuser(Database.embedded(running.dsn())) as connection:
        found = await verify(connection, trader.account_id)
    assert isinstance(found, Verified)
