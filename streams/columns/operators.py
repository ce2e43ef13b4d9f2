"""The elementwise and shifting operators strategies are written with."""

import numpy as np

from streams.columns.column import (
    Column,
    LookAheadError,
    Operand,
    Values,
    as_column,
    column,
    condition,
    constant,
    numeric,
)

HOLD = constant(float("nan"))
"""No opinion: the target stays what it was."""


def when(test: Column, then: Operand, otherwise: Operand) -> Column:
    """`then` on candles where the condition is true, `otherwise` elsewhere."""
    return column("when", np.where, condition(test), numeric(then), numeric(otherwise))


def lag(operand: Column, k: int = 1) -> Column:
    """The value k candles earlier, k >= 1. LookAheadError for less: later candles do not exist yet."""
    if k < 1:
        raise LookAheadError(f"lag({operand!r}, {k}) would look ahead: k counts candles back, from 1")
    source = as_column(operand)
    shift = _shifted_condition if source.logical else _shifted
    return column("lag", shift, source, parameters=(k,), own_lookback=k, logical=source.logical)


def _shifted(values: Values, k: int) -> Values:
    return _moved(values, k, np.nan)


def _shifted_condition(values: Values, k: int) -> Values:
    return _moved(values, k, False)


def _moved(values: Values, k: int, missing: float | bool) -> Values:
    if np.ndim(values) == 0:
        return values
    moved = np.full_like(values, missing)
    moved[k:] = values[:-k]
    return moved
