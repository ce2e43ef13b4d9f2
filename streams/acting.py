"""On which candles an ask acts, and with what numbers: one instrument's columns to its intents' columns.

A target acts where it differs from the last one that was a number. A condition acts where it has become true:
it holds, and did not on the candle before, both past the warm-up. Floats become whole numbers here, the same
ones in every run: quantities cut toward zero, prices and distances to the nearest unit (halves to even).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.asked import ENTER, EXIT, TARGET, Acting, Distances, Ints
from streams.domain.intents import Sizing
from streams.domain.money import MAX_PRICE, MAX_QUANTITY, PPM, UNIT
from streams.strategies.asks import Ask
from streams.strategies.protection import Away
from streams.strategies.sizes import PERCENT

Values = NDArray[Any]
Number = Values | np.float64
"""A column, or one number that holds on every candle."""

LARGEST = {
    Sizing.QUANTITY: MAX_QUANTITY,
    Sizing.LOTS: MAX_QUANTITY,
    Sizing.VALUE: MAX_PRICE * MAX_QUANTITY,
    Sizing.CAPITAL: 10 * PPM,
    Sizing.RISK: PPM,
}
"""The most a target may come to, in each measure."""

EXITS = 2
"""Of the four conditions the first two leave, the others enter."""

SIGNS = (1, -1, 1, -1)


class Memory(NamedTuple):
    """What an ask remembers of an instrument: its last target (NaN: none), the conditions at the last candle.

    A condition that has not been seen counts as true: only one seen false can become true.
    """

    target: float = float("nan")
    conditions: tuple[bool, bool, bool, bool] = (True, True, True, True)


class Read(NamedTuple):
    """An ask's columns over one stretch of candles, all past the warm-up; a scalar holds on every candle."""

    target: Values | None
    conditions: tuple[Values | None, ...]
    numbers: tuple[Number | None, ...]


def act(ask: Ask, memory: Memory, read: Read, count: int) -> tuple[Memory, Acting]:
    """The intents of `count` candles."""
    if not count:
        return memory, _acting(ask, read, *(np.empty(0, np.int64) for _ in range(3)))
    if read.target is not None:
        return _targets(ask, memory, read)
    return _entries(ask, memory, read, count)


def _targets(ask: Ask, memory: Memory, read: Read) -> tuple[Memory, Acting]:
    """Where the target changes; NaN is no opinion, and so is a target whose size or price is missing."""
    wanted = _opinions(ask, read)
    moved = np.flatnonzero(wanted[1:] != wanted[:-1]) + 1
    rows = np.concatenate(([0], moved))
    values = wanted[rows]
    known = ~np.isnan(values)
    rows, values = rows[known], values[known]
    if ask.size is None:
        values = np.trunc(np.clip(values, -MAX_QUANTITY, MAX_QUANTITY))
    changed = values != np.concatenate(([memory.target], values[:-1]))
    last = float(values[-1]) if len(values) else memory.target
    rows, values = rows[changed], values[changed]
    action = np.full(len(rows), TARGET)
    return memory._replace(target=last), _acting(ask, read, rows, _sized(ask, read, rows, values), action)


def _opinions(ask: Ask, read: Read) -> Values:
    assert read.target is not None
    wanted = read.target
    missing = _missing(ask, read)
    return wanted if missing is None else np.where(missing & (wanted != 0), np.nan, wanted)


def _missing(ask: Ask, read: Read) -> Values | None:
    """Where a size or a price is not above zero; None where all are there."""
    needed = [each for each in read.numbers[:3] if each is not None]
    absent = [~(each > 0) for each in needed]
    telling = [each for each in absent if np.ndim(each) or each]
    return None if not telling else np.logical_or.reduce(np.broadcast_arrays(*telling))


def _entries(ask: Ask, memory: Memory, read: Read, count: int) -> tuple[Memory, Acting]:
    """Where conditions become true: leave first, then enter; both ways at once enters neither."""
    rises, last = zip(*map(_rise, read.conditions, memory.conditions), strict=True)
    found = [np.empty(0, np.intp) if each is None else np.flatnonzero(each) for each in rises]
    found[2], found[3] = _one_way(found[2], found[3])
    missing = _missing(ask, read)
    if missing is not None:
        absent = np.broadcast_to(missing, count)
        found[EXITS:] = [rows[~absent[rows]] for rows in found[EXITS:]]
    kinds = np.repeat(np.arange(4), [len(each) for each in found])
    rows = np.concatenate(found)
    order = np.argsort(rows * 4 + kinds)
    rows, kinds = rows[order], kinds[order]
    signs, entering = np.array(SIGNS)[kinds], kinds >= EXITS
    sizes = np.where(entering, _sized(ask, read, rows, signs), signs)
    kept = sizes != 0
    action = np.where(entering, ENTER, EXIT)
    return memory._replace(conditions=last), _acting(ask, read, rows[kept], sizes[kept], action[kept])


def _rise(condition: Values | None, before: bool) -> tuple[Values | None, bool]:
    """Where a condition becomes true, and whether it is at the end."""
    if condition is None:
        return None, True
    former = np.empty_like(condition)
    former[0], former[1:] = before, condition[:-1]
    return condition & ~former, bool(condition[-1])


def _one_way(long: Ints, short: Ints) -> tuple[Ints, Ints]:
    return (
        (np.setdiff1d(long, short, True), np.setdiff1d(short, long, True))
        if len(long) and len(short)
        else (long, short)
    )


def _sized(ask: Ask, read: Read, rows: Ints, values: Values) -> Ints:
    """Signed sizes in the measure of the manner; 0 where there is none."""
    size = read.numbers[0]
    if size is None:
        return values.astype(np.int64)
    most = LARGEST[ask.manner.sizing]
    sized = values * _at(size, rows)
    sized = np.where((values == 0) | np.isnan(sized), 0, sized)
    # A measure beyond 2^53 has no odd floats: clipping to it is exact.
    whole: Ints = np.trunc(np.clip(sized, -most, most)).astype(np.int64)
    return whole


def _acting(ask: Ask, read: Read, rows: Ints, targets: Ints, action: Ints) -> Acting:
    opening = (action != EXIT) & (targets != 0)
    _, limit, trigger, *distances = read.numbers
    return Acting(
        rows,
        targets,
        action,
        _prices(limit, rows, opening),
        _prices(trigger, rows, opening),
        *(_distances(*each, rows, opening) for each in zip(ask.protection, distances, strict=True)),
    )


def _prices(column: Number | None, rows: Ints, opening: NDArray[np.bool_]) -> Ints:
    if column is None:
        return np.zeros(len(rows), np.int64)
    return _whole(_at(column, rows) * UNIT, opening, 0, MAX_PRICE)


def _distances(away: Away | None, column: Number | None, rows: Ints, opening: NDArray[np.bool_]) -> Distances:
    """NaN is no protection; what is not above zero is the least there is."""
    none = np.zeros(len(rows), np.int64)
    if away is None or column is None:
        return Distances(none, none)
    if away.relative:
        return Distances(none, _whole(_at(column, rows) * PERCENT, opening, 1, 10 * PPM))
    return Distances(_whole(_at(column, rows) * UNIT, opening, 1, MAX_PRICE), none)


def _whole(values: Values, wanted: NDArray[np.bool_], least: int, most: int) -> Ints:
    asked = wanted & ~np.isnan(values)
    return np.where(asked, np.clip(np.rint(np.where(asked, values, 0)), least, most), 0).astype(np.int64)


def _at(column: Number, rows: Ints) -> Values:
    return np.full(len(rows), column) if isinstance(column, np.float64) else column[rows]
