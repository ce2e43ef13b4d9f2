"""The import: every file read and judged before anything is stored, and all of it in one transaction."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.importing.checks import Fault, Judged, judge
from app.importing.files import Unreadable, read_cells
from app.importing.findings import refused
from app.importing.newcomers import NOTHING_SAID, Said, contradictions
from app.importing.opening import Series, Word
from app.importing.rows import Rows, read_rows, together
from app.store.candles import Connection, Written, write_candles
from app.store.instruments import ensure_instrument, find_instrument
from streams.domain.market import Exchange, Instrument, Interval


@dataclass(frozen=True)
class Request:
    """What is asked for; `instrument` describes it in case the store does not know it yet.

    What was `said` of it in so many words has to be so in the store.
    """

    files: tuple[Path, ...]
    instrument: Instrument
    interval: Interval
    word: Word = field(default_factory=Word)
    skip_bad: bool = False
    replace: bool = False
    said: Said = NOTHING_SAID


class Progress(NamedTuple):
    """Who hears how far an import is: bytes read, candles stored."""

    on_bytes: Callable[[int], None] = lambda count: None
    on_rows: Callable[[int], None] = lambda count: None


class Imported(NamedTuple):
    """Done: `made` when the instrument was new; `judged` tells what was skipped and dropped."""

    instrument: Instrument
    made: bool
    formats: tuple[str, ...]
    """One for each file."""
    written: Written
    first: int
    last: int
    """Open times of the first and last candle that are in the store now; 0 when there is none."""
    judged: Judged


class Refused(NamedTuple):
    """Nothing was stored: the instrument is another, files cannot be read, rows may not enter."""

    unreadable: tuple[Unreadable, ...] = ()
    judged: Judged | None = None
    contradictions: tuple[str, ...] = ()


class _Undone(Exception):
    """Takes the transaction back; never leaves this module."""


async def import_files(
    connection: Connection, request: Request, now: int, progress: Progress | None = None
) -> Imported | Refused:
    """Imports files of one instrument and interval, all or nothing unless `skip_bad`.

    `now` is in microseconds: a later candle is impossible.
    """
    hears = progress or Progress()
    known = await find_instrument(connection, request.instrument.key)
    contrary = contradictions(request.said, request.instrument, known.instrument) if known else ()
    if told := tuple(contrary):
        return Refused(contradictions=told)
    series = _series(known.instrument if known else request.instrument, request.interval)
    read = await asyncio.to_thread(_read, request, series, hears)
    if isinstance(read, Refused):
        return read
    rows, formats = read
    judged = await asyncio.to_thread(judge, rows, series, now)
    if _stands_in_the_way(judged, request):
        return Refused((), judged)
    try:
        async with connection.transaction():
            return await _store(connection, request, series, judged, formats, hears)
    except _Undone:
        return Refused((), judged)


def _series(instrument: Instrument, interval: Interval) -> Series:
    return Series(Exchange(instrument.key.split(":")[0]), instrument.kind, interval)


def _read(request: Request, series: Series, progress: Progress) -> tuple[Rows, tuple[str, ...]] | Refused:
    parts: list[Rows] = []
    formats: list[str] = []
    unreadable: list[Unreadable] = []
    for path in request.files:
        cells = read_cells(path, progress.on_bytes)
        read = cells if isinstance(cells, Unreadable) else read_rows(cells, series, request.word)
        if isinstance(read, Unreadable):
            unreadable.append(read)
        else:
            parts.append(read[0])
            formats.append(read[1])
    return Refused(tuple(unreadable), None) if unreadable else (together(parts), tuple(formats))


def _stands_in_the_way(judged: Judged, request: Request) -> bool:
    nothing_left = not len(judged.good)
    return nothing_left or (not request.skip_bad and next(refused(judged), None) is not None)


async def _store(
    connection: Connection,
    request: Request,
    series: Series,
    judged: Judged,
    formats: tuple[str, ...],
    progress: Progress,
) -> Imported:
    known, made = await ensure_instrument(connection, request.instrument)
    chosen = judged.good
    candles = judged.rows.candles(chosen, series, known.instrument.key)
    written = await write_candles(
        connection,
        known.id,
        series.interval,
        candles,
        source=f"import of {', '.join(path.name for path in request.files)}",
        replace=request.replace,
        on_month=progress.on_rows,
    )
    judged.faults[chosen[written.conflicts]] = Fault.STORED_OTHERWISE
    if len(written.conflicts) and not request.skip_bad:
        raise _Undone
    stored = np.delete(candles.time, written.conflicts)
    first, last = (int(stored[0]), int(stored[-1])) if len(stored) else (0, 0)
    return Imported(known.instrument, made, formats, written, first, last, judged)
