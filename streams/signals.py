"""Candles to intents: evaluates a strategy's columns batch by batch and says where they act.

What a run reads. A `Chunk` holds one `Candles` for each traded instrument, in the run's order, and after
them one for each reference: a market the strategy reads by key and the run does not trade
(`Intents.references(keys of the traded)` names them in order). `form` takes such a chunk whole; everything
after it (fold, exchange, figures) takes the traded ones only: `chunk[:len(traded)]`. A run's history is
shaped alike: the last `Intents.lookback(interval, instruments)` candles before its start, of every
instrument and reference. An intent's `instrument` is a position among the traded.

    known = signals.start(intents, interval, traded, references)   nothing seen
    known = signals.warmed(known, history)                         look-back filled; nothing acts
    known, asked = signals.form(known, chunk)                      columns; asked.intents() gives tuples
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams import columns
from streams.acting import Memory, Number, Read, Values, act
from streams.asked import Acting, Asked, Placed, merged
from streams.columns.column import Column
from streams.columns.kinds import NO_WAYS, Ways
from streams.domain.intents import Manner
from streams.domain.market import Chunk, Instrument, Interval
from streams.strategies.asks import Ask, Intents, fixed


class Signals(NamedTuple):
    """What the signals of a run remember between two chunks."""

    asks: tuple[Ask | None, ...]
    """What is asked of each traded instrument."""
    roots: tuple[tuple[Column, ...], ...]
    """The columns evaluated on each one's candles."""
    led: bool
    """Whether all act on the candles of the first instrument, as legs do."""
    carry: columns.Carry
    memories: tuple[Memory, ...]
    formed: int
    """Intents so far: the next one's sequence."""


def start(
    intents: Intents,
    interval: Interval,
    traded: Sequence[Instrument],
    references: Sequence[Instrument] = (),
    ways: Ways = NO_WAYS,
) -> Signals:
    """Signals that have seen nothing. ValueError when the run lacks instruments the strategy needs."""
    asks = intents.dealt(len(traded))
    own = [() if ask is None else ask.roots for ask in asks]
    roots = own if intents.positions is None else [intents.roots, *((),) * (len(asks) - 1)]
    carry = columns.start([*roots, *((),) * len(references)], interval, (*traded, *references), ways)
    return Signals(asks, tuple(roots), intents.positions is not None, carry, (Memory(),) * len(asks), 0)


def warmed(signals: Signals, history: Chunk) -> Signals:
    """Signals that know what came before the run: its candles fill the look-back and never act."""
    after, _ = form(signals, history)
    # No target has been asked for yet; what the conditions came to is known.
    memories = tuple(each._replace(target=float("nan")) for each in after.memories)
    return after._replace(memories=memories, formed=0)


def form(signals: Signals, chunk: Chunk) -> tuple[Signals, Asked]:
    """The intents a chunk gives rise to."""
    carry, evaluated = columns.advance(signals.carry, chunk)
    memories, parts = list(signals.memories), []
    for position, ask in enumerate(signals.asks):
        if ask is not None:
            base = 0 if signals.led else position
            values, warm = evaluated[base]
            read = _read(ask, dict(zip(map(id, signals.roots[base]), values, strict=True)), warm)
            memories[position], acting = act(ask, memories[position], read, len(chunk[base]) - warm)
            parts.append(_placed(position, chunk, base, acting.moved(warm)))
    asked = merged(signals.formed, _manners(signals), parts)
    formed = signals.formed + len(asked)
    return signals._replace(carry=carry, memories=tuple(memories), formed=formed), asked


def _manners(signals: Signals) -> tuple[Manner, ...]:
    return tuple(Manner() if ask is None else ask.manner for ask in signals.asks)


def _placed(position: int, chunk: Chunk, base: int, acting: Acting) -> Placed:
    """With the time of the candle asked on, and the row of the instrument's own last candle by then."""
    time = chunk[base].time[acting.row]
    if base == position:
        return Placed(position, time, acting)
    own = np.searchsorted(chunk[position].time, time, side="right") - 1
    return Placed(position, time, acting._replace(row=own))


def _read(ask: Ask, known: Mapping[int, Values], warm: int) -> Read:
    """The ask's columns past the warm-up; of those that are numbers only, a constant stays one number."""
    target, *conditions = (
        None if each is None else known[id(each)][warm:] for each in (ask.target, *ask.conditions)
    )
    return Read(target, tuple(conditions), tuple(_number(each, known, warm) for each in ask.numbers))


def _number(column: Column | None, known: Mapping[int, Values], warm: int) -> Number | None:
    if column is None:
        return None
    return np.float64(column.parameters[0]) if fixed(column) else known[id(column)][warm:]
