"""The proof a strategy gives when it is registered: it cannot see the future, and says the same thing twice.

Its columns are computed over a synthetic market at once and in pieces. In pieces the first rows are computed
before there are later ones; a value that differs has seen what came after it. `CausalityError` names the
innermost column that does.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

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


def prove(build: Callable[[], Intents]) -> None:
    """CausalityError naming the column when the strategy's columns see the future or differ when repeated.

    FrameError when no interval suits them.
    """
    intents = build()
    interval, lookback = _interval(intents)
    instruments = _instruments(intents)
    since = min(lookback, MOST - BEYOND)
    whole = walks(instruments, interval, since + BEYOND)
    columns, again = _columns(intents), _columns(build())
    if len(columns) != len(again):
        raise CausalityError("intents() builds other columns when it is asked again: it must be pure")
    once = _bits(columns, instruments, [whole], since)
    twice = _bits(again, instruments, [whole], since)
    by_pieces = _bits(columns, instruments, _pieces(whole, since), since)
    for column, value, repeated, lived in zip(columns, once, twice, by_pieces, strict=True):
        if value != repeated:
            raise CausalityError(
                f"{column!r} does not come to the same values twice: it may read candles only"
            )
        if value != lived:
            raise CausalityError(f"{column!r} looks ahead: its value on a candle changes with later candles")


def _columns(intents: Intents) -> tuple[Column, ...]:
    """All that the intents rest on, inputs first; what the operators keep to themselves left out."""
    return tuple(
        each
        for each in reachable(intents.roots)
        if not isinstance(each.kind, AsOf) and not each.name.startswith("_")
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


def _pieces(whole: Chunk, since: int) -> list[Chunk]:
    """The market cut at the edges."""
    clock = whole[0].time
    edges = [0, *(int(clock[since + edge]) for edge in EDGES), int(clock[-1]) + 1]
    return [tuple(each.between(a, b) for each in whole) for a, b in pairwise(edges)]


def _bits(
    columns: Sequence[Column], instruments: Sequence[Instrument], chunks: Sequence[Chunk], since: int
) -> list[bytes]:
    """Each column's values on the first instrument's candles, past the look-back."""
    carry = start([columns, *((),) * (len(instruments) - 1)], chunks[0][0].interval, instruments)
    parts = []
    for chunk in chunks:
        carry, (first, *_) = advance(carry, chunk)
        parts.append(first.values)
    return [np.concatenate(each)[since:].tobytes() for each in zip(*parts, strict=True)]
