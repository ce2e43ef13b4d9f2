"""Law 3(b): what a run knew before its first candle is on its tape; later imports change nothing."""

from dataclasses import replace

from app.store.candles import Written, write_candles
from app.store.database import Database
from app.store.driver import to_moment
from app.store.engine import Store
from tests.app.engine.facts import TERMS, facts
from tests.builders import START, market
from tests.engines import AheadClock, running, started
from tests.feeds import Gate
from tests.traders import Market, Trader

SECOND_DAY = START + 86_400_000_000
THIRD_CANDLE = SECOND_DAY + 2 * 60_000_000
DURING = {"from_at": to_moment(SECOND_DAY), "to_at": to_moment(SECOND_DAY + 86_400_000_000)}


async def rewrite_first_day(store: Store, stored: Market) -> list[Written]:
    """Imports the day before the run anew: its prices fall where they rose."""
    written = []
    async with store.trading() as connection:
        for place, candles in zip(stored.ids, stored.chunk, strict=True):
            day = candles.between(START, SECOND_DAY)
            other = replace(day, **{name: 1000 - getattr(day, name) for name in ("open", "close")})
            other = replace(other, high=1000 - day.low, low=1000 - day.high)
            written.append(
                await write_candles(connection, place, day.interval, other, source="later", replace=True)
            )
    return written


async def test_candles_imported_later_before_a_runs_range_do_not_change_its_recovery(
    database: Database, watcher: Trader
) -> None:
    """Killed after a few candles and recovered over another history, it does what it would have done."""
    stored = await watcher.market(market(8, bars=40, count=2))
    config = {"fast": 4, "slow": 12, "quantity": 2}
    terms = {**TERMS, **DURING, "config": config}
    async with running(database) as engine:
        watcher.wake = engine.supervisor.wake
        undisturbed = await watcher.start(stored, **terms)
        await watcher.ended(undisturbed)
    watcher.wake = lambda: None

    engine = await started(database, gate=Gate(THIRD_CANDLE))
    run_id = await watcher.start(stored, **terms)
    await watcher.until(run_id, "PNL", at=to_moment(THIRD_CANDLE + 60_000_000).isoformat())
    assert all(done.replaced > 30 for done in await rewrite_first_day(engine.store, stored))
    await engine.kill()
    async with running(database, clock=AheadClock(10)):
        await watcher.ended(run_id)

    assert (await facts(watcher, undisturbed))["fills"]
    assert await facts(watcher, run_id) == await facts(watcher, undisturbed)
