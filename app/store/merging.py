"""New candles laid over stored ones: pure, on columns."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.store.arrow import Columns
from streams.domain.market import Candles

KINDS = {
    "time": np.int64,
    "open": np.float64,
    "high": np.float64,
    "low": np.float64,
    "close": np.float64,
    "volume": np.int64,
}
"""A candle's columns and what each is made of, as stored."""


class Merged(NamedTuple):
    """The series as it shall be, and how many of the new candles did what.

    `conflicts` are the positions of new candles left out: they differ from the stored one of their time.
    """

    columns: Columns
    added: int
    unchanged: int
    replaced: int
    conflicts: NDArray[np.intp]

    @property
    def changed(self) -> bool:
        """Whether there is something to store."""
        return self.added + self.replaced > 0


def columns_of(candles: Candles) -> Columns:
    """The candles' columns by name, time first."""
    return {name: getattr(candles, name) for name in KINDS}


def merge(stored: Columns | None, new: Columns, replace: bool) -> Merged:
    """Both in ascending time; `replace` lets a new candle that differs take the stored one's place."""
    none = np.empty(0, np.intp)
    if stored is None:
        return Merged(new, len(new["time"]), 0, 0, none)
    at, known = _found(stored["time"], new["time"])
    equal = known.copy()
    for name in KINDS:
        equal[known] &= stored[name][at[known]] == new[name][known]
    differing = np.flatnonzero(known & ~equal)
    replaced, conflicts = (differing, none) if replace else (none, differing)
    columns = _overlaid(stored, new, at, ~known, replaced)
    return Merged(columns, int((~known).sum()), int(equal.sum()), len(replaced), conflicts)


def _found(stored: NDArray[np.int64], new: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where each new time would stand among the stored, and whether it is there."""
    at = np.searchsorted(stored, new)
    return at, stored[np.minimum(at, len(stored) - 1)] == new


def _overlaid(
    stored: Columns, new: Columns, at: NDArray[np.intp], added: NDArray[np.bool_], replaced: NDArray[np.intp]
) -> Columns:
    columns = {}
    for name in KINDS:
        column = stored[name].copy()
        column[at[replaced]] = new[name][replaced]
        columns[name] = np.insert(column, at[added], new[name][added])
    return columns
