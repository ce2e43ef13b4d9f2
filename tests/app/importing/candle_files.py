"""Candles written into files, the way vendors do and the way they should not."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from app.clock import utc_now
from app.importing.importer import Imported, Refused, Request, import_files
from app.importing.newcomers import Said, described
from app.importing.opening import Word
from app.store.candles import read_candles
from app.store.driver import to_micros
from app.store.engine import Store
from app.store.instruments import find_instrument
from streams.domain.market import Candles, Instrument, InstrumentKind, Interval

INDIA = timezone(timedelta(hours=5, minutes=30))
HEADER = "timestamp,open,high,low,close,volume"
ONE_MINUTE = Interval.ONE_MINUTE
DAY = date(2025, 1, 2)
"""An ordinary Thursday."""


def stamp(clock: str, day: date = DAY) -> str:
    """An Indian time of day as a standard file writes it: UTC, with its zone."""
    moment = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=INDIA)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def row(clock: str, close: str = "100.0", *, day: date = DAY, volume: str = "10") -> str:
    """A sound candle."""
    return f"{stamp(clock, day)},100.0,101.0,99.0,{close},{volume}"


def written(folder: Path, lines: Iterable[str], name: str = "candles.csv", header: str = HEADER) -> Path:
    """A CSV file of these lines under the header; none for an empty one."""
    path = folder / name
    path.write_text("\n".join([*([header] if header else []), *lines]) + "\n", encoding="utf-8")
    return path


def instrument(key: str = "NSE:TESTED", kind: InstrumentKind | None = None) -> Instrument:
    """An instrument as the import describes it."""
    found = described(key, Said(kind))
    assert isinstance(found, Instrument)
    return found


async def imported(
    store: Store,
    *files: Path,
    interval: Interval = ONE_MINUTE,
    of: Instrument | None = None,
    zone: int | None = None,
    closing: bool = False,
    skip_bad: bool = False,
    replace: bool = False,
) -> Imported | Refused:
    """The outcome of importing the files now."""
    request = Request(files, of or instrument(), interval, Word(zone, closing), skip_bad, replace)
    async with store.trading() as connection:
        return await import_files(connection, request, to_micros(utc_now()))


async def stored(store: Store, of: Instrument | None = None, interval: Interval = ONE_MINUTE) -> Candles:
    """All the store holds of the series."""
    key = (of or instrument()).key
    async with store.trading() as connection:
        known = await find_instrument(connection, key)
        assert known is not None
        return await read_candles(connection, known.instrument, known.id, interval)


def clocks(candles: Candles) -> Sequence[str]:
    """When the candles opened, in India."""
    return [datetime.fromtimestamp(t / 1e6, INDIA).strftime("%H:%M") for t in candles.time.tolist()]
