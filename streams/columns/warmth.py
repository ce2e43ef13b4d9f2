"""From which candle on a column's value can be used: as found candle by candle, and as a bound beforehand.

A cell is ripe from the row on whose value rests on complete look-back: windows that lie wholly in the series,
sessions and longer candles seen from their beginning. Rows are counted from a stream's first candle ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from streams import sessions
from streams.columns.column import Column
from streams.columns.evaluating import Known
from streams.columns.kinds import OWN, Aligned, AsOf, Frame, Reading, Recursive, Windowed
from streams.columns.plan import Cell, Plan, fitting, reachable
from streams.columns.rows import Rows
from streams.domain.market import Exchange, Instrument, InstrumentKind, Interval

NEVER = 2**62
"""Not ripe yet, and no saying when."""


def ripened(
    plan: Plan, ripe: Sequence[int], streams: Sequence[Rows], values: Sequence[Any]
) -> tuple[int, ...]:
    """Each cell's first usable row after a batch; NEVER for those that have not come to it."""
    found = list(ripe)
    for number, cell in enumerate(plan.cells):
        if found[number] == NEVER:
            needs = max((found[each] for each in _sources(cell)), default=0)
            found[number] = _ripe(plan, cell, needs, streams[cell.place], values)
    return tuple(found)


def _sources(cell: Cell) -> tuple[int, ...]:
    return () if isinstance(cell.kind, AsOf) else cell.inputs


def _ripe(plan: Plan, cell: Cell, needs: int, rows: Rows, values: Sequence[Any]) -> int:
    kind = cell.kind
    if needs == NEVER:
        return NEVER
    if isinstance(kind, Reading):
        return _first_whole(rows, plan.places[cell.place].every)
    if isinstance(kind, Windowed):
        return needs + kind.lookback
    if isinstance(kind, Recursive) and kind.session is not None:
        begun = rows.openings[rows.openings >= needs + kind.session]
        return int(begun[0]) if len(begun) else NEVER
    return _reached(rows, values[cell.inputs[1]], needs) if isinstance(kind, Aligned) else needs


def _first_whole(rows: Rows, every: Interval | None) -> int:
    """The first candle, but of a longer interval the second when the first one's beginning was missed."""
    if every is None:
        return 0
    return NEVER if not rows.seen.candles else int(not rows.seen.whole)


def _reached(rows: Rows, known: Known, needs: int) -> int:
    """The first own candle by whose close the source's row `needs` was known."""
    reached = np.flatnonzero(known.position + known.first >= needs)
    return int(reached[0]) + rows.before.candles if len(reached) else NEVER


def lookback(column: Column, interval: Interval, instruments: Sequence[Instrument] = ()) -> int:
    """How many candles of `interval` a column needs before the one whose value is to be used, at most.

    What is anchored at a session's opening, and candles of a day, count the most candles a session of the
    given instruments can have (of any exchange, when none are given). Fewer do where candles are missing.
    What goes on from the first candle ever (supertrend, bars_since) needs those of its inputs only.
    FrameError when the interval does not fit.
    """
    known: dict[int, int] = {}
    markets = _markets(instruments)
    for each in reachable((column,)):
        needs = max((known[id(source)] for source in each.inputs), default=0)
        known[id(each)] = needs + _own(each, interval, markets)
        if isinstance(each.kind, Aligned):
            known[id(each)] = _carried(needs, each.inputs[0].frame or OWN, interval, markets)
    frame = column.frame or OWN
    needs = known[id(column)]
    return needs if frame == OWN else _carried(needs, frame, interval, markets)


Markets = frozenset[tuple[Exchange, InstrumentKind]]


def _markets(instruments: Sequence[Instrument]) -> Markets:
    given = frozenset((Exchange(each.key.partition(":")[0]), each.kind) for each in instruments)
    return given or frozenset((exchange, kind) for exchange in Exchange for kind in InstrumentKind)


def _own(column: Column, interval: Interval, markets: Markets) -> int:
    """What the operator itself looks back on, in candles of its frame."""
    if isinstance(column.kind, Windowed):
        return column.kind.lookback
    if isinstance(column.kind, Recursive) and column.kind.session is not None:
        every = (column.frame or OWN).every
        return _in_a_session(every or interval, markets)
    return 0


def _carried(needs: int, frame: Frame, interval: Interval, markets: Markets) -> int:
    """Candles of a frame in own ones: one more that may be cut at the start, one that is filling."""
    if frame.every is None:
        return needs + 1
    fitting(frame.every, interval)
    each = _in_a_session(interval, markets)
    if frame.every is not Interval.ONE_DAY:
        each = min(each, frame.every.microseconds // interval.microseconds)
    return (needs + 2) * each


def _in_a_session(interval: Interval, markets: Markets) -> int:
    return max(sessions.most_candles(exchange, kind, interval) for exchange, kind in markets)
