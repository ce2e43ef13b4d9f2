"""How fast a paper run goes with everything persisted: `python -m tests.benchmarks.bench_paper`.

Prints candles a second of a replay as fast as it can, and the time from a candle to its durable order when
candles come one at a time, beside a bare INSERT on the same server in the same minute.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import asyncpg

from app.brokers.base import Answer, BrokerOrder
from app.brokers.paper import PaperBroker
from app.importing.synthetic import SYNTHETIC, full_sessions, synthetic_candles
from app.settings import Settings
from app.store.database import Database
from app.store.embedded import EmbeddedPostgres
from app.store.migrate import migrate
from streams.domain.market import Interval
from streams.events import CandlesClosed
from tests.engines import Engine, registered, running, trader_of
from tests.stores import as_superuser
from tests.traders import Market, Trader

CANDLES = 20 * 375
CONFIG = {"fast": 10, "slow": 30, "quantity": 10}
INSERTS = 500


class Timed(PaperBroker):
    """Notes when a moment's prices came and when its orders arrived: by then they are committed."""

    latencies: ClassVar[list[float]] = []
    came = 0.0

    def market(self, closed: CandlesClosed) -> None:
        """The moment begins."""
        self.came = time.perf_counter()
        super().market(closed)

    async def place_order(self, order: BrokerOrder) -> Answer:
        """The order is durable."""
        self.latencies.append(time.perf_counter() - self.came)
        return await super().place_order(order)


async def replay(engine: Engine, trader: Trader, stored: Market, speed: Decimal | None) -> float:
    """Seconds from the claim of a run to its end; nobody watches it meanwhile."""
    run_id = await trader.start(stored, config=CONFIG, speed=speed)
    await trader.until(run_id, "RUN_STATUS", status="RUNNING")
    await asyncio.wait([task for task in engine.tasks() if task.get_name() == f"run {run_id}"])
    row = await trader.run(run_id)
    if row["status"] != "COMPLETED":
        raise SystemExit(f"the run ended {row['status']}: {row['status_reason']}")
    return float((row["ended_at"] - row["started_at"]).total_seconds())


async def bare_inserts(connection: asyncpg.Connection) -> list[float]:
    """Seconds of single-row inserts, each a commit of its own."""
    await connection.execute("CREATE TABLE bare (id bigint PRIMARY KEY, body jsonb NOT NULL)")
    taken = []
    for number in range(INSERTS):
        started = time.perf_counter()
        await connection.execute("INSERT INTO bare VALUES ($1, $2)", number, {"quantity": 10, "side": "BUY"})
        taken.append(time.perf_counter() - started)
    return taken


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    return cuts[49] * 1e3, cuts[98] * 1e3


async def measure(database: Database) -> None:
    """Prints a line for each figure."""
    await migrate(database)
    instrument = SYNTHETIC[0]
    days = full_sessions(date(2024, 12, 31), CANDLES // 375)
    candles = synthetic_candles(instrument.key, Interval.ONE_MINUTE, days, 1)
    async with running(database) as engine, as_superuser(database) as connection:
        trader = await trader_of(engine, connection)
        stored = await trader.market((candles,))
        with registered(Timed):
            seconds = await replay(engine, trader, stored, None)
            print(f"paper replay: {len(candles) / seconds:,.0f} candles/s, {len(Timed.latencies)} orders")
            Timed.latencies.clear()
            lived = await trader.market((candles.rows(0, 1500),))
            await replay(engine, trader, lived, Decimal(6000))
        p50, p99 = percentiles(Timed.latencies)
        bare, worst = percentiles(await bare_inserts(connection))
        print(f"candle to durable order: p50 {p50:.2f} ms, p99 {p99:.2f} ms, {len(Timed.latencies)} orders")
        print(f"a bare INSERT: p50 {bare:.2f} ms, p99 {worst:.2f} ms; ratio of the p50s {p50 / bare:.1f}")


def main() -> None:
    """A server of its own in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="medha-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        with EmbeddedPostgres(home, Settings.from_environment().pg_bindir) as server:
            asyncio.run(measure(Database.embedded(server.dsn())))


if __name__ == "__main__":
    main()
