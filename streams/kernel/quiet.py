"""A quiet batch: where nothing but market orders on targets can happen, orders follow from what is wanted.

It supposes that risk will permit every order, and that there is never more than one lot. Then exits and
entries come by turns, and every order fills on the candle after the one it was asked on.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.asked import TARGET, Asked
from streams.domain.money import MAX_QUANTITY
from streams.kernel import layout as at
from streams.kernel.columns import Fixed, Flight
from streams.pricing import VOLUME_SHARE
from streams.sessions import DAY, IST
from streams.sizing import LOTS, QUANTITY

Ints = NDArray[np.int64]
HOME = at.RUN


class Steps(NamedTuple):
    """What is wanted, step by step. The first step stands for the orders that rest from before; `row` is the
    candle asked on, `before` and `wanted` are positions."""

    row: Ints
    before: Ints
    wanted: Ints


class Orders(NamedTuple):
    """The orders of a batch, exits and entries by turns: each one's step, the candle it is asked on, its
    signed quantity. The first entry is at `first`; so many rest from before, so many fill in the batch."""

    step: Ints
    row: Ints
    signed: Ints
    first: int
    resting: int
    filled: int

    @property
    def entries(self) -> slice:
        """Those that take a position."""
        return slice(self.first, None, 2)

    @property
    def exits(self) -> slice:
        """Those that give one back."""
        return slice(1 - self.first, None, 2)

    def asked(self, leg: slice) -> slice:
        """Those of a leg that are asked for in this batch."""
        start: int = leg.start
        return slice(start + max(0, self.resting - start + 1) // 2 * 2, None, 2)


def simple(fixed: Fixed, flight: Flight, asked: Asked) -> bool:
    """Whether run, position and intents are of the kind that can be reckoned at once."""
    book = flight.book
    return (
        len(fixed.traits) == at.TRAIT
        and fixed.numbers[at.MODEL] != VOLUME_SHARE
        and fixed.traits[at.MEASURE] in (QUANTITY, LOTS)
        and book[HOME + at.LOTS] <= 1
        and book[HOME + at.WAITING] == book[HOME + at.GUARD] == at.NOBODY
        and bool((asked.action == TARGET).all())
        and not rests_oddly(flight)
    )


def resting(flight: Flight, place: int) -> list[int]:
    """One number of each resting order."""
    end = flight.book[at.WORKING] * at.ORDER
    return [int(each) for each in flight.working[place : end + place : at.ORDER]]


def rests_oddly(flight: Flight) -> bool:
    """Whether anything rests but an exit, an entry, or an exit before an entry that turns the position."""
    legs, held = resting(flight, at.ORDER_LEG), flight.book[HOME + at.HELD]
    if at.EXIT in legs and resting(flight, at.ORDER_SIGNED)[0] != -held:
        return True
    if legs == [at.ENTRY]:
        return bool(held != 0)
    return legs not in ([], [at.EXIT], [at.EXIT, at.ENTRY])


def steps(fixed: Fixed, flight: Flight, asked: Asked) -> Steps | None:
    """The positions wanted; None where more than one lot would have to be kept."""
    held = int(flight.book[HOME + at.HELD])
    row, wanted = (np.empty(len(asked) + 1, np.int64) for _ in range(2))
    row[0], row[1:] = -1, asked.row
    wanted[0], wanted[1:] = held + sum(resting(flight, at.ORDER_SIGNED)), _whole(fixed, asked.target)
    before = np.empty_like(wanted)
    before[0], before[1:] = held, wanted[:-1]
    growing = (before != wanted) & ((before ^ wanted) >= 0) & (before != 0) & (wanted != 0)
    return None if growing.any() else Steps(row, before, wanted)


def _whole(fixed: Fixed, target: Ints) -> Ints:
    """Targets in whole lots."""
    lot = fixed.traits[at.LOT_SIZE]
    if fixed.traits[at.MEASURE] == LOTS:
        return np.asarray(np.clip(target, -(MAX_QUANTITY // lot), MAX_QUANTITY // lot) * lot)
    bounded = np.clip(target, -MAX_QUANTITY, MAX_QUANTITY)
    return bounded if lot == 1 else bounded - np.fmod(bounded, lot)


def orders(flight: Flight, made: Steps, count: int) -> Orders:
    """What the steps ask for on `count` candles."""
    moved = made.before != made.wanted
    entry, leave = (np.flatnonzero(moved & (each != 0)) for each in (made.wanted, made.before))
    first = int(flight.book[HOME + at.HELD] != 0)
    step, signed = (np.empty(len(entry) + len(leave), np.int64) for _ in range(2))
    step[first::2], step[1 - first :: 2] = entry, leave
    signed[first::2], signed[1 - first :: 2] = made.wanted[entry], -made.before[leave]
    row = made.row[step]
    return Orders(
        step, row, signed, first, int(flight.book[at.WORKING]), int(np.searchsorted(row, count - 1))
    )


def turns(flight: Flight, times: Ints) -> Ints:
    """The first candle of each day that begins in a batch."""
    first, last = ((int(time) + IST) // DAY for time in (times[0], times[-1]))
    days = np.arange(max(int(flight.book[at.DAY]) + 1, first), last + 1)
    found = np.searchsorted(times, days * DAY - IST)
    here: Ints = found[(times[found] + IST) // DAY == days]
    return here
