"""The kernel's arguments: what is fixed for a run, what it remembers, and a batch of moments."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Column = Any
"""64-bit integers: a list when the kernel runs as plain Python, an array when it is compiled."""


class Fixed(NamedTuple):
    """What is fixed for a run.

    `ticks` and `lots` are the instruments' sizes, `limits` the house's rules' (on or off, limit). `numbers`
    are the flat charge, the slippage, and how wide a row of `asks` is.
    """

    ticks: Column
    lots: Column
    limits: Column
    numbers: Column


class Flight(NamedTuple):
    """What a run remembers between two batches, laid out as `layout` says."""

    book: Column
    lots: Column
    working: Column
    errands: Column
    asks: Column
    log: Column


class Batch(NamedTuple):
    """Moments m and instruments i, at m * instruments + i; intents in order, by their moment.

    `closes` are the last known ones, whether a candle was `present` or not.
    """

    times: Column
    present: Column
    opens: Column
    highs: Column
    lows: Column
    closes: Column
    asked_at: Column
    asked_of: Column
    targets: Column


Advance = Callable[[Fixed, Flight, Batch, int, int, int], tuple[int, int]]


class Kernel(NamedTuple):
    """The kernel as it is run: its function, and what makes a column of numbers for it."""

    name: str
    advance: Advance
    column: Callable[[Any], Column]


def as_list(numbers: Any) -> Column:
    """A column that plain Python reads fast."""
    return np.asarray(numbers, np.int64).tolist()
