"""The candles of a run: its market, what came before, and finer ones; splits and bonuses taken out."""

from collections.abc import Sequence
from typing import NamedTuple

from app.store.actions import read_actions
from app.store.candles import FAR, read_before, read_candles
from app.store.driver import Connection
from app.store.instruments import Known
from streams.actions import adjusted_chunk, unexplained_jumps
from streams.domain.market import Candles, Chunk, Interval


class Reading(NamedTuple):
    """What is read: the first `traded` of these are traded too; `finer` candles walk through theirs."""

    known: tuple[Known, ...]
    traded: int
    interval: Interval
    finer: Interval | None


class Range(NamedTuple):
    """From where to where, microseconds UTC; `end` None is all there is. `after` leaves out the candles up to
    that open time; `lookback` counts those wanted before the start."""

    start: int
    end: int | None
    after: int | None
    lookback: int


class Found(NamedTuple):
    """The candles, adjusted, and what to know about them; finer ones are those of the whole run."""

    history: Chunk
    market: Chunk
    detail: Chunk
    warnings: tuple[str, ...]


async def read_market(connection: Connection, wanted: Reading, span: Range) -> Found:
    """All candles of a run, in the shares of its last day."""
    history = tuple([await _before(connection, each, wanted.interval, span) for each in wanted.known])
    first = span.start if span.after is None else span.after + 1
    end = FAR if span.end is None else span.end
    market = await _between(connection, wanted.known, wanted.interval, first, end)
    traded = wanted.known[: wanted.traded]
    finer: Chunk = ()
    if wanted.finer is not None:
        finer = await _between(connection, traded, wanted.finer, span.start, end)
    actions = await read_actions(connection, [each.id for each in wanted.known])
    as_of = _as_of(market, span)
    jumps = [
        jump.sentence
        for candles, known in zip(market[: wanted.traded], actions, strict=False)
        for jump in unexplained_jumps(candles, known)
    ]
    return Found(
        adjusted_chunk(history, actions, as_of),
        adjusted_chunk(market, actions, as_of),
        adjusted_chunk(finer, actions[: len(finer)], as_of),
        (*_short(span, traded, history, market), *jumps),
    )


def _short(span: Range, traded: Sequence[Known], history: Chunk, market: Chunk) -> list[str]:
    """Which instruments have no more candles than the strategy looks back on: it may never act on them.
    A run that goes on has been told."""
    if span.after is not None:
        return []
    counted = [
        (known.instrument.key, len(before) + len(candles))
        for known, before, candles in zip(traded, history, market, strict=False)
    ]
    return [
        f"{key}: the strategy looks back on up to {span.lookback} candles before it acts, and"
        f" there are {count}. It may never act: import earlier candles, or give it shorter settings."
        for key, count in counted
        if count <= span.lookback
    ]


def _as_of(market: Chunk, span: Range) -> int:
    """The day whose shares all is told in: the same however much of the run is left."""
    if span.end is not None:
        return span.end - 1
    lived = span.start if span.after is None else span.after
    return max((int(each.time[-1]) for each in market if len(each)), default=lived)


async def _before(connection: Connection, known: Known, interval: Interval, span: Range) -> Candles:
    return await read_before(connection, known.instrument, known.id, interval, span.start, span.lookback)


async def _between(
    connection: Connection, known: Sequence[Known], interval: Interval, start: int, end: int
) -> Chunk:
    return tuple(
        [await read_candles(connection, each.instrument, each.id, interval, start, end) for each in known]
    )
