"""Rows of one or several files as columns: cells turned into instants and numbers, not yet judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.importing.files import PRICES, Cells, Unreadable
from app.importing.numbers import reals, wholes
from app.importing.opening import Opened, Series, Word, opened
from app.importing.stamps import Stamps, read_stamps
from streams.domain.market import Candles, Interval, Prices, Times, Volumes
from streams.sessions import DAY, MINUTE, Mask

COLUMNS = ("time", *PRICES, "volume")
_ONE_VALUED = ("symbol", "code", "ticker", "tradingsymbol", "expiry", "strike", "option_type")


@dataclass(frozen=True, eq=False)
class Rows:
    """n rows in file order: where each stands, its values, and which of its cells could be read."""

    sources: tuple[Cells, ...]
    file: NDArray[np.int32]
    position: NDArray[np.int64]
    time: Times
    open: Prices
    high: Prices
    low: Prices
    close: Prices
    volume: Volumes
    time_read: Mask
    prices_read: Mask
    volume_read: Mask

    def __len__(self) -> int:
        return len(self.time)

    def line(self, row: int) -> int:
        """The line or row number of a row in its file."""
        return int(self.sources[self.file[row]].lines[self.position[row]])

    def candles(self, chosen: NDArray[np.intp], series: Series, key: str) -> Candles:
        """The chosen rows, in the order given, as candles of the instrument."""
        columns = {name: getattr(self, name)[chosen] for name in COLUMNS}
        return Candles(key, series.interval, **columns)


def read_rows(cells: Cells, series: Series, word: Word) -> tuple[Rows, str] | Unreadable:
    """One file's rows and the format they were recognised as."""
    wrong = _wrong_columns(cells)
    if wrong:
        return Unreadable(cells.path, wrong)
    stamps = read_stamps(cells.table)
    if isinstance(stamps, str):
        return Unreadable(cells.path, stamps)
    found = opened(stamps, tuple(cells.table.column_names), series, word)
    if isinstance(found, str):
        return Unreadable(cells.path, found)
    spacing = _wrong_spacing(stamps, series)
    if spacing:
        return Unreadable(cells.path, spacing)
    return _rows(cells, found, stamps.readable), found.format


def together(parts: Sequence[Rows]) -> Rows:
    """Several files' rows, one after another."""
    sources = tuple(part.sources[0] for part in parts)
    files = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])
    names = ("position", *COLUMNS, "time_read", "prices_read", "volume_read")
    return Rows(sources, files, **{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})


def _rows(cells: Cells, found: Opened, time_read: Mask) -> Rows:
    count = len(cells.table)
    prices = {name: reals(cells.table[name]) for name in PRICES}
    volume = wholes(cells.table["volume"])
    return Rows(
        (cells,),
        np.zeros(count, np.int32),
        np.arange(count),
        found.times,
        volume=volume.values,
        time_read=time_read,
        prices_read=np.all([price.readable for price in prices.values()], axis=0),
        volume_read=volume.readable,
        **{name: price.values for name, price in prices.items()},
    )


def _wrong_columns(cells: Cells) -> str | None:
    names = cells.table.column_names
    missing = [name for name in (*PRICES, "volume") if name not in names]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if missing:
        return f"no column named {', '.join(missing)}"
    if twice:
        return f"two columns named {', '.join(twice)}"
    if not len(cells.table):
        return "it holds no candles"
    mixed = next((n for n in _ONE_VALUED if n in names and len(cells.table[n].unique()) > 1), None)
    return f"it mixes several instruments: its column {mixed} holds different values" if mixed else None


def _wrong_spacing(stamps: Stamps, series: Series) -> str | None:
    """A file of longer or shorter candles than said, where the grid alone would let it pass."""
    gaps = np.abs(np.diff(stamps.micros[stamps.readable]))
    gaps = gaps[gaps > 0]
    if len(gaps) < 10:
        return None
    daily = series.interval is Interval.ONE_DAY
    wrong = np.median(gaps) < DAY // 2 if daily else gaps.min() > series.interval.microseconds
    apart = int(np.median(gaps) if daily else gaps.min()) / MINUTE
    return f"its candles are {apart:g} min apart, not {series.interval.value}" if wrong else None
