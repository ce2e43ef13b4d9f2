"""How fast candles go into the store and come back: `python -m tests.benchmarks.bench_candles`."""

import asyncio
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

from app.clock import utc_now
from app.importing.exporting import export_candles
from app.importing.importer import Imported, Request, import_files
from app.importing.synthetic import SYNTHETIC, full_sessions, synthetic_candles
from app.settings import Settings
from app.store.candles import driver_connection, read_candles
from app.store.database import Database
from app.store.driver import to_micros
from app.store.embedded import EmbeddedPostgres
from app.store.engine import Store
from app.store.instruments import find_instrument
from app.store.migrate import migrate
from streams.domain.market import Candles, Instrument, Interval

ONE_MINUTE = Interval.ONE_MINUTE
ROUNDS = 5


SHORT, LONG = SYNTHETIC[:2]


def candles(instrument: Instrument, rows: int) -> Candles:
    """Synthetic minutes up to the end of 2024."""
    days = full_sessions(date(2024, 12, 31), -(-rows // 375))
    return synthetic_candles(instrument.key, ONE_MINUTE, days, 1).rows(0, rows)


async def import_once(store: Store, instrument: Instrument, path: Path) -> None:
    """Prints the seconds from a file's bytes to the commit."""
    request = Request((path,), instrument, ONE_MINUTE)
    started = time.perf_counter()
    async with store.trading() as connection:
        outcome = await import_files(connection, request, to_micros(utc_now()))
    seconds = time.perf_counter() - started
    if not isinstance(outcome, Imported):
        raise SystemExit("the import was refused")
    written = outcome.written
    print(f"import of {path.name}: {seconds:.2f} s, {written.added:,} added, {written.unchanged:,} unchanged")


async def read_back(store: Store) -> tuple[float, int]:
    """Seconds to have the long series as columns, through the API's own session."""
    async with store.anonymous() as session:
        connection = await driver_connection(session)
        known = await find_instrument(connection, LONG.key)
        if known is None:
            raise SystemExit("nothing was imported")
        started = time.perf_counter()
        found = await read_candles(connection, known.instrument, known.id, ONE_MINUTE)
        return time.perf_counter() - started, len(found)


async def measure(database: Database, folder: Path) -> None:
    """Prints a line for each figure."""
    await migrate(database)
    store = await Store.open(database)
    try:
        for instrument, rows, suffix in (
            (SHORT, 279_000, "csv"),
            (SHORT, 279_000, "parquet"),
            (LONG, 1_000_000, "parquet"),
        ):
            path = folder / f"{rows}.{suffix}"
            export_candles(candles(instrument, rows), path)
            await import_once(store, instrument, path)
        cold, rows = await read_back(store)
        warm = statistics.median([(await read_back(store))[0] for _ in range(ROUNDS)])
        print(f"read of {rows:,} candles as columns: {cold * 1e3:.0f} ms at first, {warm * 1e3:.0f} ms then")
    finally:
        await store.close()


def main() -> None:
    """A server of its own in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="medha-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        with EmbeddedPostgres(home, Settings.from_environment().pg_bindir) as server:
            asyncio.run(measure(Database.embedded(server.dsn()), home))


if __name__ == "__main__":
    main()
