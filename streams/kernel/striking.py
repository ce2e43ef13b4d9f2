"""`curves.strike` candle by candle, which is the way to say it where it is compiled."""

import numpy as np
from numpy.typing import NDArray

from streams.curves import Changes, Fall, Ints
from streams.domain.money import UNIT


def struck(
    cash: int, held: int, changes: Changes, closes: NDArray[np.float64], equity: Ints, fall: Fall
) -> Fall:
    """One instrument's equity at each of its closes; the fall after it."""
    start = 0
    for change in range(len(changes.row) + 1):
        end = changes.row[change] if change < len(changes.row) else len(equity)
        if held == 0:
            fall = rested(cash, equity, start, end, fall)
        else:
            fall = followed(cash, held, closes, equity, start, end, fall)
        if change < len(changes.row):
            start = end
            cash += changes.cash[change]
            held += changes.quantity[change]
    return fall


def rested(cash: int, equity: Ints, start: int, end: int, fall: Fall) -> Fall:
    """A stretch without a position."""
    for row in range(start, end):
        equity[row] = cash
    return Fall(max(fall.height, cash), max(fall.deepest, fall.height - cash)) if start < end else fall


def followed(
    cash: int, held: int, closes: NDArray[np.float64], equity: Ints, start: int, end: int, fall: Fall
) -> Fall:
    """A stretch with one."""
    height, deepest = fall.height, fall.deepest
    for row in range(start, end):
        worth = cash + held * int(np.rint(closes[row] * UNIT))
        equity[row] = worth
        height = max(height, worth)
        deepest = max(deepest, height - worth)
    return Fall(height, deepest)
