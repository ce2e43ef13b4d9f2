"""Claims on runs when clocks are not what they should be."""

import pytest

from app.store.database import Database
from tests.engines import AheadClock, running, started, watching
from tests.feeds import Gate
from tests.walks import zigzag


@pytest.mark.parametrize("ahead", [3600, 86_400 * 400])
async def test_a_run_is_taken_up_at_once_though_the_clock_was_set_back(
    database: Database, ahead: float
) -> None:
    """The killed engine's clock was ahead; its claim would have outlived it by as much."""
    async with watching(database) as trader:
        run_id = await trader.start(await trader.market((zigzag(),)))
        engine = await started(database, clock=AheadClock(ahead), gate=Gate())
        await trader.until(run_id, "RUN_STATUS", status="RUNNING")
        await engine.kill()

        async with running(database):
            await trader.ended(run_id)
