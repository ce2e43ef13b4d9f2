"""Faults in words: file, line and reason, for people and for the report file."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.importing.checks import OLDEST, Fault, Judged
from app.importing.rows import Rows
from app.store.driver import to_moment
from streams.sessions import holiday_of, trading_date

INDIA = timezone(timedelta(hours=5, minutes=30), "IST")

LABELS: Mapping[Fault, str] = {
    Fault.CELLS: "wrong number of cells",
    Fault.TIME_UNREADABLE: "time not understood",
    Fault.PRICE_UNREADABLE: "price missing or not a number",
    Fault.VOLUME_UNREADABLE: "volume missing or not a whole number",
    Fault.PRICE_IMPOSSIBLE: "price not between 0 and 1 crore rupees",
    Fault.RANGE: "high, low, open and close contradict each other",
    Fault.VOLUME_NEGATIVE: "negative volume",
    Fault.TIME_IMPOSSIBLE: "impossible time",
    Fault.CLOSED_DAY: "no trading that day",
    Fault.OUTSIDE_SESSION: "outside the session",
    Fault.OFF_GRID: "not on the interval's grid",
    Fault.CONTRADICTED: "another row of the same time differs",
    Fault.OUT_OF_ORDER: "out of order",
    Fault.STORED_OTHERWISE: "the store holds a different candle of this time",
    Fault.REPEATED: "exact duplicate",
}


class Finding(NamedTuple):
    """What is the matter with one row: `unit` says whether `line` counts CSV lines or Parquet rows."""

    path: Path
    unit: str
    line: int
    fault: Fault
    detail: str

    def __str__(self) -> str:
        return f"{self.path.name} {self.unit} {self.line}: {LABELS[self.fault]} ({self.detail})"


def refused(judged: Judged) -> Iterator[Finding]:
    """The rows that may not enter, file by file."""
    for file, cells in enumerate(judged.rows.sources):
        for bad in cells.malformed:
            detail = f"{bad.actual} cells, the header has {bad.expected}"
            yield Finding(cells.path, cells.unit, cells.line_of(bad), Fault.CELLS, detail)
        mine = (judged.rows.file == file) & (judged.faults > Fault.NONE) & (judged.faults < Fault.REPEATED)
        yield from (_finding(judged, int(row)) for row in np.flatnonzero(mine))


def repeated(judged: Judged) -> Iterator[Finding]:
    """The rows dropped because the same candle had come before."""
    return (_finding(judged, int(row)) for row in np.flatnonzero(judged.faults == Fault.REPEATED))


def counts(judged: Judged) -> Mapping[Fault, int]:
    """How many rows were refused for each fault, the commonest first; duplicates are not among them."""
    found = Counter({Fault(fault): count for fault, count in Counter(judged.faults.tolist()).items()})
    found[Fault.CELLS] = sum(len(cells.malformed) for cells in judged.rows.sources)
    return {f: n for f, n in found.most_common() if n and f not in (Fault.NONE, Fault.REPEATED)}


def write_report(judged: Judged, path: Path) -> None:
    """Every refused and repeated row as CSV: file, line, reason, detail."""
    with path.open("w", newline="", encoding="utf-8") as file:
        report = csv.writer(file)
        report.writerow(("file", "line", "reason", "detail"))
        for finding in (*refused(judged), *repeated(judged)):
            report.writerow((finding.path, finding.line, LABELS[finding.fault], finding.detail))


def ist(micros: int) -> str:
    """A time as people here read it."""
    return f"{to_moment(micros).astimezone(INDIA):%Y-%m-%d %H:%M:%S} IST"


def _finding(judged: Judged, row: int) -> Finding:
    rows, fault = judged.rows, Fault(int(judged.faults[row]))
    cells = rows.sources[rows.file[row]]
    detail = _DETAILS[fault](judged, row)
    return Finding(cells.path, cells.unit, rows.line(row), fault, detail)


def _as_written(judged: Judged, row: int) -> str:
    """The cells themselves, for what could not be turned into numbers."""
    rows = judged.rows
    cells = rows.sources[rows.file[row]].table.slice(int(rows.position[row]), 1).to_pylist()[0]
    return ", ".join(f"{name} {value}" for name, value in cells.items())[:200]


def _prices(judged: Judged, row: int) -> str:
    rows: Rows = judged.rows
    return ", ".join(f"{name} {getattr(rows, name)[row]}" for name in ("open", "high", "low", "close"))


def _time(judged: Judged, row: int) -> str:
    return ist(int(judged.rows.time[row]))


def _closed_day(judged: Judged, row: int) -> str:
    day = trading_date(int(judged.rows.time[row]))
    reason = holiday_of(judged.exchange, day) or f"a {day:%A}"
    return f"{_time(judged, row)}, {reason}"


def _era(judged: Judged, row: int) -> str:
    return f"{_time(judged, row)} is {'before 1990' if judged.rows.time[row] < OLDEST else 'in the future'}"


def _other(judged: Judged, row: int) -> str:
    rows, other = judged.rows, int(judged.other[row])
    cells = rows.sources[rows.file[other]]
    return f"{ist(int(rows.time[row]))}; see {cells.path.name} {cells.unit} {rows.line(other)}"


def _volume(judged: Judged, row: int) -> str:
    return f"volume {judged.rows.volume[row]}"


_DETAILS: Mapping[Fault, Callable[[Judged, int], str]] = {
    Fault.TIME_UNREADABLE: _as_written,
    Fault.PRICE_UNREADABLE: _as_written,
    Fault.VOLUME_UNREADABLE: _as_written,
    Fault.PRICE_IMPOSSIBLE: _prices,
    Fault.RANGE: _prices,
    Fault.VOLUME_NEGATIVE: _volume,
    Fault.TIME_IMPOSSIBLE: _era,
    Fault.CLOSED_DAY: _closed_day,
    Fault.OUTSIDE_SESSION: _time,
    Fault.OFF_GRID: _time,
    Fault.CONTRADICTED: _other,
    Fault.OUT_OF_ORDER: _other,
    Fault.STORED_OTHERWISE: _time,
    Fault.REPEATED: _other,
}
