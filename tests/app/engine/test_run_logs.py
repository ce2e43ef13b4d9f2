"""What a run logs: its id on every line of its own, and the line its user reads tied to the server's."""

import io

import asyncpg

from app.logging import configure_logging
from app.store.database import Database
from streams.strategies import StrategyRegistry
from tests.app.engine.fragile import POISON, Fragile
from tests.builders import candles
from tests.engines import running, trader_of
from tests.logs import lines_of, stream
from tests.walks import zigzag

__all__ = ["stream"]  # a fixture


async def test_every_line_of_a_run_carries_its_id(
    stream: io.StringIO, database: Database, superuser: asyncpg.Connection
) -> None:
    """Two runs at once, one of which fails: each line names its own, the failure's trace is the user's."""
    configure_logging("production", stream=stream)
    async with running(database, registry=StrategyRegistry([Fragile])) as engine:
        trader = await trader_of(engine, superuser)
        poisoned = (candles([100.0, 101.0, 102.0, POISON, 102.0]),)
        failing = await trader.start(await trader.market(poisoned), strategy=Fragile)
        sound = await trader.start(await trader.market((zigzag(),)), strategy=Fragile)
        await trader.ended(failing, "FAILED")
        await trader.ended(sound)

    logged = [line for line in lines_of(stream) if line["logger"] == "app.engine.supervisor"]
    said = {(line["event"], line["run_id"]): line for line in logged}
    assert ("run.ended", str(sound)) in said
    assert "Unbearable" in said["run.failed", str(failing)]["exception"]
    (stored,) = await trader.rows("system_logs", failing)
    assert stored["trace_id"] == said["run.failed", str(failing)]["trace_id"]
