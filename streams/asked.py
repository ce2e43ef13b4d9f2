"""The intents of a chunk as columns; `Intent` tuples are made only for who asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.domain.intents import NOWHERE, Action, Distance, Intent, Manner

Ints = NDArray[np.int64]

ACTIONS = tuple(Action)
"""What the numbers of an action column mean."""

TARGET, ENTER, EXIT = (ACTIONS.index(each) for each in (Action.TARGET, Action.ENTER, Action.EXIT))


class Distances(NamedTuple):
    """A column of `Distance`: points in units, and parts per million."""

    points: Ints
    ppm: Ints


class Acting(NamedTuple):
    """One instrument's intents: the rows of the candles asked on, ascending, and columns as in `Asked`."""

    row: Ints
    target: Ints
    action: Ints
    limit_price: Ints
    trigger_price: Ints
    stop_loss: Distances
    take_profit: Distances
    trailing_stop: Distances

    def moved(self, rows: int) -> Acting:
        """The same, so many rows later."""
        return self._replace(row=self.row + rows) if rows else self


class Placed(NamedTuple):
    """The intents of the instrument at `position`, and the open time of the candle each is asked on."""

    position: int
    time: Ints
    acting: Acting


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """n intents in order of time, then instrument; on one candle EXIT comes before ENTER.

    Columns of n, int64, with the meaning of `Intent`'s fields (0 for a price or distance that is not named).
    `row` is the last candle of the intent's instrument, in this chunk, that opened at or before `time`: the
    candle itself, but for a leg whose instrument has none then (-1: none yet in this chunk).
    `manners` has one for each instrument of the run; `first` is the sequence of the first intent.
    """

    first: int
    manners: tuple[Manner, ...]
    time: Ints
    row: Ints
    instrument: Ints
    target: Ints
    action: Ints
    limit_price: Ints
    trigger_price: Ints
    stop_loss: Distances
    take_profit: Distances
    trailing_stop: Distances

    def __len__(self) -> int:
        return len(self.time)

    def __iter__(self) -> Iterator[Intent]:
        return iter(self.intents())

    def intents(self) -> tuple[Intent, ...]:
        """The same as tuples."""
        columns = (self.time, self.instrument, self.target, self.action, self.limit_price, self.trigger_price)
        rows = zip(*(each.tolist() for each in columns), strict=True)
        away = (_distances(each) for each in (self.stop_loss, self.take_profit, self.trailing_stop))
        numbered = enumerate(zip(rows, *away, strict=False), self.first)
        return tuple(
            Intent(
                n,
                time,
                place,
                target,
                ACTIONS[action],
                limit,
                trigger,
                stop,
                profit,
                trail,
                self.manners[place],
            )
            for n, ((time, place, target, action, limit, trigger), stop, profit, trail) in numbered
        )


def _distances(column: Distances) -> Iterator[Distance]:
    if not (column.points.any() or column.ppm.any()):
        return repeat(NOWHERE)
    return map(Distance, column.points.tolist(), column.ppm.tolist())


def merged(first: int, manners: tuple[Manner, ...], parts: Sequence[Placed]) -> Asked:
    """The intents of all instruments in order; what one instrument asks on a candle stays in its order."""
    if len(parts) == 1:
        (only,) = parts
        instrument = np.full(len(only.time), only.position)
        return _asked(first, manners, only.time, instrument, only.acting)
    time = np.concatenate([each.time for each in parts])
    instrument = np.repeat([each.position for each in parts], [len(each.time) for each in parts])
    order = np.lexsort((instrument, time))
    return _asked(first, manners, time[order], instrument[order], _ordered(parts, order))


def _ordered(parts: Sequence[Placed], order: NDArray[np.intp]) -> Acting:
    columns = zip(*(each.acting for each in parts), strict=True)
    return Acting(*(_taken(each, order) for each in columns))


def _taken(parts: Sequence[Any], order: NDArray[np.intp]) -> Any:
    if isinstance(parts[0], Distances):
        return Distances(*(_taken(each, order) for each in zip(*parts, strict=True)))
    return np.concatenate(parts)[order]


def _asked(first: int, manners: tuple[Manner, ...], time: Ints, instrument: Ints, acting: Acting) -> Asked:
    row, target, action, limit, trigger, stop, profit, trail = acting
    return Asked(first, manners, time, row, instrument, target, action, limit, trigger, stop, profit, trail)
