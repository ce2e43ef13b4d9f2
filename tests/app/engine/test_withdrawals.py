"""A cancel that was decided and never reached the broker is asked for again by the next engine."""

import asyncio

import asyncpg

from app.brokers.base import Answer
from app.brokers.paper import PaperBroker
from app.store.database import Database
from tests.builders import MINUTE, START
from tests.engines import AheadClock, registered, running, started, watching
from tests.feeds import Gate
from tests.traders import PATIENCE
from tests.walks import ENTRY, Walk, zigzag


def unreachable(asked: asyncio.Event) -> type[PaperBroker]:
    """A paper broker that never answers a cancel."""

    class Unreachable(PaperBroker):
        """Tells that it was asked, and goes silent."""

        async def cancel_order(self, broker_order_id: str) -> Answer:
            """No answer comes."""
            asked.set()
            return await asyncio.Future()

    return Unreachable


async def test_a_stop_withdraws_its_entry_though_the_engine_died_before_the_broker_heard(
    database: Database, superuser: asyncpg.Connection
) -> None:
    """The next engine cancels it before another candle comes: nothing is bought after the stop."""
    asked = asyncio.Event()
    async with watching(database) as trader:
        with registered(unreachable(asked)):
            engine = await started(database, gate=Gate())
            trader.wake = engine.supervisor.wake
            walk = Walk(engine, trader, await trader.start(await trader.market((zigzag(),))))
            await walk.to(ENTRY)
            await trader.command(walk.run_id, "STOP")
            await asyncio.wait_for(asked.wait(), PATIENCE)
            await engine.kill()

        upto = Gate(START + ENTRY * MINUTE)
        async with running(database, gate=upto, clock=AheadClock(10)) as walk.engine:
            await trader.ended(walk.run_id, "STOPPED")
            assert await walk.states() == ["CANCELLED"]
            assert await walk.rows("fills") == []
            await walk.check_tape()
