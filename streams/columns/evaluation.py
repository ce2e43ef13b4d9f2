"""Columns over a stream of candles: each row computed once, the same bits whatever the batches.

    carry = start(roots, interval, instruments)      nothing seen
    carry, evaluated = advance(carry, chunk)         one `Evaluated` an instrument

The origin is the first candle ever advanced over: what has no bounded look-back goes on from there, or from
the opening of a session. Nothing given is changed; a carry may be advanced again from where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from streams.columns.column import Column
from streams.columns.evaluating import Memory, Pass, fresh
from streams.columns.kinds import NO_WAYS, Values, Ways
from streams.columns.plan import Plan
from streams.columns.resampling import Filling, resampled
from streams.columns.rows import Rows, Seen
from streams.columns.warmth import NEVER, ripened
from streams.domain.market import Chunk, Instrument, Interval


class Carry(NamedTuple):
    """What an evaluation remembers between two chunks."""

    plan: Plan
    seen: tuple[Seen, ...]
    fillings: tuple[Filling, ...]
    memories: tuple[Memory, ...]
    ripe: tuple[int, ...]
    """The first usable row of each of the plan's cells."""


class Evaluated(NamedTuple):
    """One instrument's rows of a chunk: each root's values, and the first row that may act.

    Numbers are float64, conditions bool. `warm` is at most the number of rows; rows before it lie in the
    warm-up of some root.
    """

    values: tuple[Values, ...]
    warm: int


def start(
    roots: Sequence[Sequence[Column]],
    interval: Interval,
    instruments: Sequence[Instrument],
    ways: Ways = NO_WAYS,
) -> Carry:
    """An evaluation that has seen nothing. `roots` are the columns wanted of each of the instruments.

    FrameError when the columns read candles the run does not have.
    """
    plan = Plan(roots, interval, instruments, ways)
    return Carry(
        plan,
        (Seen(),) * len(plan.instruments),
        (Filling(),) * (len(plan.places) - len(plan.instruments)),
        tuple(map(fresh, plan.cells)),
        (NEVER,) * len(plan.cells),
    )


def advance(carry: Carry, chunk: Chunk) -> tuple[Carry, tuple[Evaluated, ...]]:
    """The values on a chunk's rows, one `Candles` an instrument, and what is remembered after it."""
    plan, ripe = carry.plan, carry.ripe
    fillings, streams = _streams(carry, chunk)
    batch = Pass(plan, streams)
    with np.errstate(all="ignore"):
        memories = batch.run(plan, carry.memories)
    if NEVER in ripe:
        ripe = ripened(plan, ripe, streams, batch.values)
    seen = tuple(each.seen for each in streams[: len(plan.instruments)])
    after = Carry(plan, seen, fillings, memories, ripe)
    return after, tuple(_evaluated(after, batch, own, streams[own]) for own in range(len(plan.instruments)))


def _streams(carry: Carry, chunk: Chunk) -> tuple[tuple[Filling, ...], list[Rows]]:
    """Every stream of candles the plan reads: the chunk's own, then those of longer intervals."""
    plan = carry.plan
    streams = [Rows(*each) for each in zip(plan.instruments, chunk, carry.seen, strict=True)]
    fillings = []
    for place, filling in zip(plan.places[len(streams) :], carry.fillings, strict=True):
        assert place.every is not None  # a shorter place is an instrument's own
        filling, rows = resampled(filling, streams[place.instrument], place.every)
        fillings.append(filling)
        streams.append(rows)
    return tuple(fillings), streams


def _evaluated(carry: Carry, batch: Pass, own: int, rows: Rows) -> Evaluated:
    cells = carry.plan.roots[own]
    ripe = max((carry.ripe[each] for each in cells), default=0)
    count = len(rows)
    values = tuple(_rows(batch.values[each], count) for each in cells)
    return Evaluated(values, min(max(0, ripe - rows.before.candles), count))


def _rows(values: Values, count: int) -> Values:
    """A constant has the same value on every candle."""
    return values if np.ndim(values) else np.full(count, values)
