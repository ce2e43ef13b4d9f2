"""Sliding windows by a fixed tree of stretches: log2(window) passes, the same bits wherever a series starts.

The value over a window is merged from the values over its parts: stretches of 1, 2, 4, 8... rows, each made
of two halves. Which rows are merged in which order depends on the window's length only, so a row's value
depends on the rows of its window and on nothing else; a running sum would carry rounding from rows long gone.
Where all values are equal, means are that value exactly: no merge adds what a difference of zero does not.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
State = tuple[Floats, ...]
Merge = Callable[[State, State, int, int], State]
"""`merge(newer, older, rows of newer, rows of older)`: the state over both stretches."""


def over_window(window: int, merge: Merge, *rows: Floats) -> State:
    """The state over each `window` rows, for the last len - window + 1 of them; a single row's is `rows`."""
    level, width = rows, 1
    newest, size = rows, 0
    while True:
        if window & width:
            newest = _joined(newest, level, size, width, merge) if size else level
            size += width
        if size == window:
            return newest
        level = _joined(level, level, width, width, merge)
        width *= 2


def _joined(newer: State, older: State, size: int, width: int, merge: Merge) -> State:
    """State i of a stretch of n rows ends at row i + n - 1."""
    rows = len(newer[0]) - width
    return merge(tuple(each[width:] for each in newer), tuple(each[:rows] for each in older), size, width)


def mean(values: Floats, window: int) -> Floats:
    """The mean of each window."""
    return over_window(window, _mean, values)[0]


def _mean(newer: State, older: State, size: int, width: int) -> State:
    return (_between(newer[0], older[0], width / (size + width)),)


def _between(newer: Floats, older: Floats, weight: float) -> Floats:
    """`weight` of the older, the rest of the newer."""
    found = older - newer
    found *= weight
    found += newer
    return found


def total(values: Floats, window: int) -> Floats:
    """The sum of each window."""
    return over_window(window, _total, values)[0]


def _total(newer: State, older: State, size: int, width: int) -> State:
    return (newer[0] + older[0],)


def highest(values: Floats, window: int) -> Floats:
    """The greatest value of each window."""
    return over_window(window, lambda newer, older, *_: (np.maximum(newer[0], older[0]),), values)[0]


def lowest(values: Floats, window: int) -> Floats:
    """The least value of each window."""
    return over_window(window, lambda newer, older, *_: (np.minimum(newer[0], older[0]),), values)[0]


def decayed(values: Floats, window: int, decay: float) -> Floats:
    """The mean of each window, every row weighing `decay` times what the next later one does."""

    def merge(newer: State, older: State, size: int, width: int) -> State:
        faded, kept = power(decay, size), power(decay, width)
        return (_between(newer[0], older[0], faded * (1.0 - kept) / (1.0 - faded * kept)),)

    return over_window(window, merge, values)[0]


def power(base: float, exponent: int) -> float:
    """By squaring: plain multiplications, so the same bits on every machine."""
    found = 1.0
    while exponent:
        if exponent & 1:
            found *= base
        base *= base
        exponent >>= 1
    return found


def weighted(values: Floats, window: int) -> Floats:
    """The mean of each window, its rows weighing 1, 2, 3... from the oldest on."""
    return over_window(window, _weighted, values, values)[0]


def _weighted(newer: State, older: State, size: int, width: int) -> State:
    """Of (weighted mean, mean): the newer rows weigh `width` more than they do among themselves."""
    whole = (size + width) * (size + width + 1) / 2
    found = (newer[0] - older[0]) * (size * (size + 1) / 2 / whole)
    found += (newer[1] - older[0]) * (size * width / whole)
    found += older[0]
    return found, _between(newer[1], older[1], width / (size + width))


def deviation(values: Floats, window: int) -> Floats:
    """The standard deviation of each window, of the whole population (divided by n)."""
    _, squares = over_window(window, _squares, values, np.zeros_like(values) * values)
    return np.sqrt(squares / window)


def _squares(newer: State, older: State, size: int, width: int) -> State:
    """Of (mean, sum of squared distances from it): Chan's merge of two stretches."""
    apart = older[0] - newer[0]
    middle = apart * (width / (size + width)) + newer[0]
    apart *= apart
    apart *= size * width / (size + width)
    apart += newer[1]
    apart += older[1]
    return middle, apart


def correlation(left: Floats, right: Floats, window: int) -> Floats:
    """Pearson's correlation of each window; NaN where one side does not move."""
    zero = np.zeros_like(left)
    _, _, both, lefts, rights = over_window(window, _products, left, right, zero, zero, zero)
    found: Floats = np.clip(both / np.sqrt(lefts * rights), -1.0, 1.0)
    return found


def _products(newer: State, older: State, size: int, width: int) -> State:
    """Of (mean, mean, sum of products, sums of squares), distances from the means."""
    share, scale = width / (size + width), size * width / (size + width)
    x, y = older[0] - newer[0], older[1] - newer[1]
    return (
        x * share + newer[0],
        y * share + newer[1],
        newer[2] + older[2] + x * y * scale,
        newer[3] + older[3] + x * x * scale,
        newer[4] + older[4] + y * y * scale,
    )
