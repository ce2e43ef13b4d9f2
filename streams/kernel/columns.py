"""The kernel's arguments: what is fixed for a run, what it remembers, and a batch of moments."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from streams.columns.kinds import NO_WAYS, Ways
from streams.curves import Strike

Column = Any
"""64-bit integers: a list when the kernel runs as plain Python, an array when it is compiled."""


class Fixed(NamedTuple):
    """What is fixed for a run, laid out as `layout` says.

    `limits` are the house's rules' (on or off, limit), the others as they are named there.
    """

    numbers: Column
    traits: Column
    limits: Column
    rates: Column


class Flight(NamedTuple):
    """What a run remembers between two batches, laid out as `layout` says."""

    book: Column
    lots: Column
    working: Column
    errands: Column
    met: Column
    asks: Column
    log: Column
    plans: Column


class Batch(NamedTuple):
    """Moments m and instruments i, at m * instruments + i; `asked_at` are the intents' moments, in order.

    `closes` are the last known ones, whether a candle was `present` or not; `late` says that positions have
    to end by the clock; a moment that `matters` is one whatever rests.
    """

    times: Column
    matters: Column
    present: Column
    late: Column
    opens: Column
    highs: Column
    lows: Column
    closes: Column
    volumes: Column
    asked_at: Column


Advance = Callable[[Fixed, Flight, Batch, int, int, int], tuple[int, int]]
"""From a moment and an intent's place in the batch on, the batch's first intent having this sequence. Where
it stopped: at the end, or where there was no more room to write."""


class Kernel(NamedTuple):
    """The kernel as it is run: its function, what makes a column of numbers for it, how a curve is
    struck, and faster ways of some operators of a strategy's columns."""

    name: str
    advance: Advance
    column: Callable[[Any], Column]
    strike: Strike
    ways: Ways = NO_WAYS


def as_list(numbers: Any) -> Column:
    """A column that plain Python reads fast."""
    return numbers if isinstance(numbers, list) else np.asarray(numbers, np.int64).tolist()
