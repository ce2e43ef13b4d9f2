"""How far from the price of entry a position is protected, and when its day ends."""

import re
from typing import NamedTuple

from streams.columns.column import Column, Operand
from streams.strategies.numbers import number


class Away(NamedTuple):
    """A distance from the price of entry: rupees, or per cent of that price.

    NaN on the candle that enters means no protection; a distance not above zero is one tick.
    """

    column: Column
    relative: bool


class Protection(NamedTuple):
    """Where a position is to end by itself; None for nowhere."""

    stop_loss: Away | None = None
    take_profit: Away | None = None
    trailing_stop: Away | None = None


def points(rupees: Operand) -> Away:
    """So many rupees away; a column (an ATR, say) is read on the candle that enters."""
    return Away(number("points", rupees, above=0), relative=False)


def percent(share: Operand) -> Away:
    """So many per cent of the price of entry away."""
    return Away(number("percent", share, above=0, most=1000), relative=True)


def away(name: str, given: object) -> Away | None:
    """The distance as given; TypeError for a bare number, which does not say what it measures."""
    if given is None or isinstance(given, Away):
        return given
    raise TypeError(f"{name}={given!r}: write {name}=points({given!r}) or {name}=percent({given!r})")


def minutes_of(clock: object) -> int:
    """Minutes since midnight of "HH:MM"; ValueError for anything else."""
    if not isinstance(clock, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", clock):
        raise ValueError(f'square_off={clock!r}: write a time of day in India as "HH:MM", like "15:15"')
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
