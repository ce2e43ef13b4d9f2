"""Columns as expressions: what a strategy writes instead of loops, and the reason it cannot look ahead.

A `Column` stands for one value a candle. It is built from the candle's own columns by causal operators
only: none of them can name a later row, a column cannot be indexed, iterated or asked for its truth. Equal
expressions are one object (hash-consed), so whatever is shared is computed once. A column knows its
`lookback`: how many earlier candles its value needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]
Evaluate = Callable[..., Values]


class LookAheadError(ValueError):
    """An expression that would have needed a later candle, or the truth of a whole column."""


class Column:
    """One value a candle: an operator, its inputs and its parameters."""

    __array_ufunc__ = None  # numpy's numbers leave arithmetic with a column to the column

    __slots__ = ("__weakref__", "evaluate", "inputs", "logical", "lookback", "name", "parameters")

    name: str
    inputs: tuple[Column, ...]
    parameters: tuple[Any, ...]
    evaluate: Evaluate
    logical: bool
    lookback: int

    def __repr__(self) -> str:
        parts = [*map(repr, self.inputs), *map(repr, self.parameters)]
        return f"{self.name}({', '.join(parts)})" if parts else self.name

    def __add__(self, other: Operand) -> Column:
        return arithmetic("add", np.add, self, other)

    def __radd__(self, other: Operand) -> Column:
        return arithmetic("add", np.add, other, self)

    def __sub__(self, other: Operand) -> Column:
        return arithmetic("subtract", np.subtract, self, other)

    def __rsub__(self, other: Operand) -> Column:
        return arithmetic("subtract", np.subtract, other, self)

    def __mul__(self, other: Operand) -> Column:
        return arithmetic("multiply", np.multiply, self, other)

    def __rmul__(self, other: Operand) -> Column:
        return arithmetic("multiply", np.multiply, other, self)

    def __truediv__(self, other: Operand) -> Column:
        return arithmetic("divide", np.divide, self, other)

    def __rtruediv__(self, other: Operand) -> Column:
        return arithmetic("divide", np.divide, other, self)

    def __neg__(self) -> Column:
        return arithmetic("subtract", np.subtract, 0.0, self)

    def __lt__(self, other: Operand) -> Column:
        return comparison("less", np.less, self, other)

    def __le__(self, other: Operand) -> Column:
        return comparison("less_equal", np.less_equal, self, other)

    def __gt__(self, other: Operand) -> Column:
        return comparison("greater", np.greater, self, other)

    def __ge__(self, other: Operand) -> Column:
        return comparison("greater_equal", np.greater_equal, self, other)

    def __eq__(self, other: object) -> Column:  # type: ignore[override]  # a comparison of columns is a column
        return comparison("equal", np.equal, self, other)

    def __ne__(self, other: object) -> Column:  # type: ignore[override]  # a comparison of columns is a column
        return comparison("not_equal", _differs, self, other)

    __hash__ = object.__hash__

    def __and__(self, other: Column) -> Column:
        return logic("and", np.logical_and, self, other)

    def __or__(self, other: Column) -> Column:
        return logic("or", np.logical_or, self, other)

    def __invert__(self) -> Column:
        return logic("not", np.logical_not, self)

    def __bool__(self) -> NoReturn:
        raise LookAheadError(f"{self!r} has no truth value: write when(condition, then, otherwise)")

    def __getitem__(self, _: object) -> NoReturn:
        raise LookAheadError(f"{self!r} cannot be indexed: write lag({self!r}, k) for k candles earlier")

    def __iter__(self) -> NoReturn:
        raise LookAheadError(f"{self!r} cannot be iterated: it stands for one value a candle")


Operand = Column | float | int

_interned: WeakValueDictionary[tuple[Any, ...], Column] = WeakValueDictionary()


def column(
    name: str,
    evaluate: Evaluate,
    *inputs: Column,
    parameters: tuple[Any, ...] = (),
    own_lookback: int = 0,
    logical: bool = False,
) -> Column:
    """The one column with this operator, these inputs and parameters.

    `evaluate(*input arrays, *parameters)` gives an array of the same length in which row r depends on rows
    r - own_lookback .. r of the inputs, and on nothing else.
    """
    identity = (name, evaluate, *map(id, inputs), *map(repr, parameters))
    found = _interned.get(identity)
    if found is not None:
        return found
    made = Column()
    made.name, made.inputs, made.parameters, made.evaluate = name, inputs, parameters, evaluate
    made.logical = logical
    made.lookback = own_lookback + max((each.lookback for each in inputs), default=0)
    _interned[identity] = made
    return made


def constant(value: float) -> Column:
    """The same number on every candle."""
    return column("constant", _repeat, parameters=(float(value),))


def _repeat(value: float) -> Values:
    return np.float64(value)  # type: ignore[return-value]  # a scalar broadcasts; rows are made when asked for


def as_column(operand: object) -> Column:
    """The operand as a column. TypeError for anything but a column or a number."""
    if isinstance(operand, Column):
        return operand
    if isinstance(operand, int | float | np.integer) and not isinstance(operand, bool):
        return constant(float(operand))
    raise TypeError(f"a column or a number is wanted, not {operand!r}")


def _differs(left: Values, right: Values) -> Values:
    """A missing value differs from nothing: NaN compares false here as everywhere."""
    return np.less(left, right) | np.greater(left, right)


def arithmetic(name: str, function: Evaluate, left: object, right: object) -> Column:
    """Elementwise arithmetic."""
    return column(name, function, numeric(left), numeric(right))


def comparison(name: str, function: Evaluate, left: object, right: object) -> Column:
    """Elementwise comparison; false where a value is missing."""
    return column(name, function, numeric(left), numeric(right), logical=True)


def logic(name: str, function: Evaluate, *operands: object) -> Column:
    """Elementwise logic over conditions."""
    return column(name, function, *map(condition, operands), logical=True)


def numeric(operand: object) -> Column:
    """The operand as a column of numbers. TypeError for a condition."""
    found = as_column(operand)
    if found.logical:
        raise TypeError(f"{found!r} is a condition, not a number: write when({found!r}, 1, 0)")
    return found


def condition(operand: object) -> Column:
    """The operand as a condition. TypeError for a column of numbers."""
    found = as_column(operand)
    if not found.logical:
        raise TypeError(f"{found!r} is a number, not a condition: compare it with something")
    return found
