"""What `medha candles` does, given the words of its command line and an open store."""

import argparse
import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from app.clock import utc_now
from app.importing.asking import date_of, request_of
from app.importing.checks import Judged
from app.importing.exporting import SUFFIXES, export_candles
from app.importing.findings import ist, write_report
from app.importing.importer import Imported, Progress, Request, import_files
from app.importing.summary import told
from app.store.candles import Written, list_candles, read_candles, write_candles
from app.store.driver import to_micros
from app.store.engine import Store
from app.store.instruments import Known, find_instrument, key_of
from streams.candles import is_coarser, resample
from streams.domain.market import Candles, Interval
from streams.sessions import DAY, midnight, trading_date

WIDEST = 300


class Declined(Exception):
    """Ends the command; its message says why, for a person."""


async def import_words(store: Store, words: argparse.Namespace) -> None:
    """Imports and tells what came of it. Raises Declined when nothing was imported."""
    try:
        request = request_of(words)
    except ValueError as error:
        raise Declined(str(error)) from error
    async with store.trading() as connection:
        with _shown(request) as progress:
            outcome = await import_files(connection, request, to_micros(utc_now()), progress)
    complaints = list(told(outcome, request))
    if isinstance(outcome, Imported):
        print("\n".join(complaints))
        complaints = []
    if words.report and outcome.judged is not None:
        complaints += await asyncio.to_thread(_unreported, outcome.judged, words.report)
    if complaints:
        raise Declined("\n".join(complaints))


async def list_stored(store: Store, words: argparse.Namespace) -> None:
    """Lists what is stored, times in IST."""
    async with store.trading() as connection:
        holdings = await list_candles(connection)
    table = Table("instrument", "interval", "candles", "first", "last", box=None, pad_edge=False)
    for key, synthetic, interval, held in holdings:
        label = f"{key} (synthetic)" if synthetic else key
        table.add_row(label, interval.value, f"{held.rows:,}", ist(held.first), ist(held.last))
    # Wider than any row: a row that is wrapped cannot be read by eye nor by a program.
    Console(width=WIDEST).print(table if holdings else "no candles yet: medha candles import brings some")


async def export_words(store: Store, words: argparse.Namespace) -> None:
    """Exports one series. Raises Declined when there is nothing to export, or nowhere to put it."""
    if words.file.suffix.lower() not in SUFFIXES:
        raise Declined(f"{words.file} must end in {' or '.join(SUFFIXES)}")
    _, candles = await _stored(store, words)
    try:
        await asyncio.to_thread(export_candles, candles, words.file)
    except OSError as error:
        raise Declined(f"{words.file} could not be written: {os.strerror(error.errno or 0)}") from error
    print(f"{len(candles):,} candles to {words.file}: {ist(int(candles.time[0]))}", end="")
    print(f" to {ist(int(candles.time[-1]))}")


async def resample_words(store: Store, words: argparse.Namespace) -> None:
    """Makes longer candles of stored ones and stores them. Raises Declined when that cannot be.

    Before today a candle is over when its time is; of today, when its last shorter one is there.
    """
    interval, into = Interval(words.interval), Interval(words.into)
    if not is_coarser(interval, into):
        raise Declined(
            f"{interval.value} candles do not make {into.value} ones: name longer ones with --into"
        )
    known, candles = await _stored(store, words)
    today = midnight(trading_date(to_micros(utc_now())))
    longer = await asyncio.to_thread(resample, candles, known.instrument.kind, into, today)
    if not len(longer):
        raise Declined(f"no {into.value} candle of {known.instrument.key} is over yet")
    written = await _put(store, known, longer, f"{interval.value} candles resampled", words.replace)
    print(f"{known.instrument.key} {into.value}: {written.added:,} added, ", end="")
    print(f"{written.unchanged:,} unchanged, {written.replaced:,} replaced, ", end="")
    print(f"from {len(candles):,} {interval.value} candles")


async def _put(store: Store, known: Known, candles: Candles, source: str, replace: bool) -> Written:
    async with store.trading() as connection, connection.transaction():
        written = await write_candles(
            connection, known.id, candles.interval, candles, source=source, replace=replace
        )
        if len(written.conflicts):
            first = ist(int(candles.time[written.conflicts[0]]))
            raise Declined(
                f"nothing was stored: {len(written.conflicts):,} candles differ from the store, the first of"
                f" {first}; --replace puts the new ones there"
            )
    return written


async def _stored(store: Store, words: argparse.Namespace) -> tuple[Known, Candles]:
    start, end = _day("--from", words.since), _day("--to", words.until)
    try:
        key = key_of(words.instrument)
    except ValueError as error:
        raise Declined(str(error)) from error
    interval = Interval(words.interval)
    async with store.trading() as connection:
        known = await find_instrument(connection, key)
        if known is None:
            raise Declined(f"{key} is not known here: see medha candles list")
        candles = await read_candles(connection, known.instrument, known.id, interval, start, end + DAY)
    if not len(candles):
        raise Declined(f"no {interval.value} candles of {key} between {words.since} and {words.until}")
    return known, candles


@contextmanager
def _shown(request: Request) -> Iterator[Progress]:
    """A progress bar on standard error, when that is a terminal."""
    console = Console(stderr=True)
    amount = TextColumn("{task.completed:,.0f} {task.fields[unit]}")
    columns = (TextColumn("{task.description}"), BarColumn(), amount, TimeRemainingColumn())
    total = sum(path.stat().st_size for path in request.files if path.is_file())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        reading = bar.add_task("reading", total=total, unit="bytes")
        storing = bar.add_task("storing", total=None, visible=False, unit="candles")
        yield Progress(
            lambda count: bar.advance(reading, count),
            lambda count: bar.update(storing, advance=count, visible=True),
        )


def _unreported(judged: Judged, path: Path) -> list[str]:
    """Writes the report; what has to be said when it cannot be."""
    try:
        write_report(judged, path)
    except OSError as error:
        return [f"the report {path} could not be written: {error.strerror}"]
    return []


def _day(name: str, text: str) -> int:
    """When a date of the command line begins in India."""
    try:
        return midnight(date_of(name, text))
    except ValueError as error:
        raise Declined(str(error)) from error
