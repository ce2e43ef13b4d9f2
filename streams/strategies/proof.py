"""The proof a strategy gives when it is registered: it cannot see the future, and says the same thing twice.

Its columns are computed over a synthetic market at once and in pieces. In pieces the first rows are computed
before there are later ones; a value that differs has seen what came after it. `CausalityError` names the
innermost column that does.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from streams.columns.column import Column
from streams.columns.evaluation import advance, start
from streams.columns.kinds import AsOf
from streams.columns.plan import FrameError, reachable
from streams.domain.market import Chunk, Instrument, InstrumentKind, Interval
from streams.strategies.asks import Intents
from streams.strategies.synthetic import walks

INTERVALS = (
    Interval.FIFTEEN_MINUTES,
    Interval.FIVE_MINUTES,
    Interval.ONE_MINUTE,
    Interval.ONE_HOUR,
    Interval.ONE_DAY,
)
"""Tried in turn: a strategy that reads 5-minute candles cannot run on longer ones."""

BEYOND = 200
"""Candles after the look-back."""

MOST = 20_000
"""Candles in all: a look-back of years is proven on what fits, its warm-up included."""

EDGES = (0, 1, 2, 3, 30, 31, 77, 140)
"""Where the pieces begin, in candles after the look-back."""


class CausalityError(ValueError):
    """A strategy whose columns depend on later candles, or on something else than candles."""


class Trial(NamedTuple):
    """The market a proof is given on, whole and in pieces."""

    interval: Interval
    instruments: tuple[Instrument, ...]
    whole: Chunk
    pieces: tuple[Chunk, ...]


def prove(build: Callable[[], Intents]) -> None:
    """CausalityError naming the column when the strategy's columns see the future or differ when repeated.

    FrameError when no interval suits them.
    """
    intents = build()
    _same(intents.roots, build().roots)
    interval, lookback = _interval(intents)
    whole = walks(_instruments(intents), interval, min(lookback + BEYOND, MOST))
    trial = Trial(interval, _instruments(intents), whole, _pieces(whole, min(lookback, MOST - BEYOND)))
    if _fault(intents.roots, trial):
        each = (column for column in reachable(intents.roots) if not isinstance(column.kind, AsOf))
        column, fault = next((column, fault) for column in each if (fault := _fault((column,), trial)))
        raise CausalityError(f"{column!r} {fault}")


def _same(first: Sequence[Column], again: Sequence[Column]) -> None:
    """Equal columns are one object: anything else was built of something that changes."""
    for one, other in zip(first, again, strict=True):
        if one is not other:
            raise CausalityError(
                f"asked again it builds {other!r} where it built {one!r}: intents() must be pure"
            )


def _interval(intents: Intents) -> tuple[Interval, int]:
    refused: FrameError | None = None
    for interval in INTERVALS:
        try:
            return interval, intents.lookback(interval)
        except FrameError as unfit:
            refused = unfit
    raise refused or FrameError("no interval suits it")


def _instruments(intents: Intents) -> tuple[Instrument, ...]:
    traded = [f"NSE:TRADED{n}" for n in range(intents.instruments)]
    keys = [*traded, *(each if ":" in each else f"NSE:{each}" for each in intents.references(traded))]
    return tuple(Instrument(each, InstrumentKind.EQUITY, 500, 1) for each in keys)


def _pieces(whole: Chunk, lookback: int) -> tuple[Chunk, ...]:
    """The market cut at the edges."""
    clock = whole[0].time
    starts = [clock[lookback + edge] for edge in EDGES if lookback + edge < len(clock)]
    edges = [0, *map(int, starts), int(clock[-1]) + 1]
    return tuple(tuple(each.between(a, b) for each in whole) for a, b in pairwise(edges))


def _fault(roots: Sequence[Column], trial: Trial) -> str:
    """What is wrong with the columns' values; nothing if all is well."""
    once, again, bit_by_bit = (
        _bits(roots, trial, chunks) for chunks in ((trial.whole,), (trial.whole,), trial.pieces)
    )
    if once != again:
        return "does not come to the same values twice: a column may depend on candles only"
    return (
        "" if once == bit_by_bit else "looks ahead: its value on a candle changes with the candles after it"
    )


def _bits(roots: Sequence[Column], trial: Trial, chunks: Sequence[Chunk]) -> list[bytes]:
    """Each column's values on the first instrument; past the warm-up, if that ends."""
    carry = start([roots, *((),) * (len(trial.instruments) - 1)], trial.interval, trial.instruments)
    parts, warm = [], 0
    for chunk in chunks:
        carry, (first, *_) = advance(carry, chunk)
        parts.append(first.values)
        warm += first.warm
    warm = warm if warm < len(trial.whole[0]) else 0
    return [np.concatenate(values)[warm:].tobytes() for values in zip(*parts, strict=True)]
