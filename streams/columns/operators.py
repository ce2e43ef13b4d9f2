"""The operators strategies are written with that look at one row, or back by a number of candles.

All of them count candles, not minutes: a halt, a missing candle or a night is no distance at all. What must
not reach over a night is anchored (`session_high`, `vwap`) or compared with `bars.session`.
"""

from operator import index
from typing import Any

import numpy as np

from streams.columns.column import (
    Column,
    LookAheadError,
    Operand,
    Values,
    arithmetic,
    as_column,
    column,
    condition,
    constant,
    numeric,
    recursion,
    titled,
)

HOLD = constant(float("nan"))
"""No opinion: the target stays what it was."""


def when(test: Column, then: Operand, otherwise: Operand) -> Column:
    """`then` on candles where the condition is true, `otherwise` elsewhere."""
    return column("when", np.where, condition(test), numeric(then), numeric(otherwise))


def absolute(operand: Operand) -> Column:
    """The value without its sign."""
    return arithmetic("absolute", np.absolute, operand)


def minimum(*operands: Operand) -> Column:
    """The least of the operands on each candle; missing where one is."""
    return _folded("minimum", np.minimum, operands)


def maximum(*operands: Operand) -> Column:
    """The greatest of the operands on each candle; missing where one is."""
    return _folded("maximum", np.maximum, operands)


def _folded(name: str, function: Any, operands: tuple[Operand, ...]) -> Column:
    if not operands:
        raise TypeError(f"{name}() wants at least one column or number")
    first, *rest = map(numeric, operands)
    for each in rest:
        first = arithmetic(name, function, first, each)
    return first


def sqrt(operand: Operand) -> Column:
    """The square root; missing below zero."""
    return arithmetic("sqrt", np.sqrt, operand)


def floor(operand: Operand) -> Column:
    """The greatest whole number not above the value."""
    return arithmetic("floor", np.floor, operand)


def ceil(operand: Operand) -> Column:
    """The least whole number not below the value."""
    return arithmetic("ceil", np.ceil, operand)


def sign(operand: Operand) -> Column:
    """-1, 0 or 1."""
    return arithmetic("sign", np.sign, operand)


def known(operand: Operand) -> Column:
    """Whether there is a value: false where it is missing."""
    return column("known", _known, numeric(operand), logical=True)


def _known(values: Values) -> Values:
    return ~np.isnan(values)


def otherwise(operand: Operand, instead: Operand) -> Column:
    """The first operand, and where that is missing the second."""
    return when(known(operand), operand, instead)


def lag(operand: Operand, k: int = 1) -> Column:
    """The value k candles earlier, k >= 1, whatever time lies between; missing (false) before the first.

    LookAheadError for less: later candles do not exist yet.
    """
    source = as_column(operand)
    back = count("lag", source, k, "k counts candles back, from 1")
    if source.frame is None:
        return source
    return column("lag", _earlier, source, parameters=(back,), own_lookback=back, logical=source.logical)


def _earlier(values: Values, back: int) -> Values:
    return values[:-back]


def count(name: str, source: object, number: Any, meaning: str) -> int:
    """A plain count of candles from 1. LookAheadError for anything else, naming the column."""
    try:
        whole = -1 if isinstance(number, bool | np.bool_) else index(number)
    except TypeError:
        whole = -1
    if whole < 1:
        raise LookAheadError(f"{name}({source!r}, {number!r}) would look ahead: {meaning}")
    return whole


def changed(operand: Operand) -> Column:
    """Whether the value differs from the candle before; false where one of the two is missing.

    The candle before is the last one there was, also over a night, a halt or missing candles.
    """
    source = as_column(operand)
    if source.logical:
        return titled(source ^ lag(source), "changed", source)
    return titled(source != lag(source), "changed", source)


def crossed_above(left: Operand, right: Operand) -> Column:
    """Above on this candle and not above on the one before; false where a value is missing.

    A night or a halt between the two candles is crossed like any other step.
    """
    over, under = numeric(left), numeric(right)
    found = (over > under) & (_before(over) <= _before(under))
    return titled(found, "crossed_above", over, under)


def crossed_below(left: Operand, right: Operand) -> Column:
    """Below on this candle and not below on the one before; false where a value is missing.

    A night or a halt between the two candles is crossed like any other step.
    """
    under, over = numeric(left), numeric(right)
    found = (under < over) & (_before(under) >= _before(over))
    return titled(found, "crossed_below", under, over)


def _before(source: Column) -> Column:
    return lag(source)


def bars_since(test: Column) -> Column:
    """Candles since the condition was last true, 0 on such a candle; missing before the first time.

    It counts candles from the series' first one on: a halt adds nothing, a night adds nothing.
    """
    return recursion("bars_since", _since, np.nan, condition(test))


def _since(last: float, true: Values) -> tuple[float, Values]:
    """`last` is what the candle before the batch counted."""
    rows = np.arange(len(true), dtype=np.float64)
    marks = np.where(true, rows, -1.0 - last)
    found: Values = rows - np.fmax.accumulate(marks)
    return float(found[-1]), found
