"""Columns as expressions: what a strategy writes instead of loops, and the reason it cannot look ahead.

A `Column` stands for one value a candle. It is built from candles' columns by causal operators only: none of
them can name a later row, a column cannot be indexed, iterated or asked for its truth. Equal expressions are
one object (hash-consed), so whatever is shared is computed once.

A column stands on the candles of one frame: the instrument's own, those of a higher time-frame, or those of
another market. An operator whose inputs stand on different frames works on the own candles; what comes from
elsewhere enters with its last value known by each own candle's close. A missing value is NaN; a comparison
with it is false.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self
from weakref import WeakValueDictionary

import numpy as np

from streams.columns.kinds import (
    OWN,
    Aligned,
    AsOf,
    Evaluate,
    Frame,
    Kind,
    Recursive,
    Rowwise,
    Values,
    Windowed,
)
from streams.columns.opaque import LookAheadError, Opaque

__all__ = ["Column", "LookAheadError", "Operand", "Values", "as_column", "column", "condition", "numeric"]


class Column(Opaque):
    """One value a candle: an operator, its inputs and its parameters."""

    __array_ufunc__ = None  # numpy's numbers leave arithmetic with a column to the column

    __slots__ = (
        "__weakref__",
        "frame",
        "inputs",
        "kind",
        "logical",
        "missing",
        "name",
        "parameters",
        "title",
    )

    name: str
    kind: Kind
    inputs: tuple[Column, ...]
    parameters: tuple[Any, ...]
    logical: bool
    missing: float | int | bool
    """What stands where there is no candle to read."""
    frame: Frame | None
    """None for a constant, which stands on any."""
    title: tuple[Any, ...] | None
    """The name and operands it was asked for by, where that says more than the operator."""

    def __repr__(self) -> str:
        name, *operands = self.title or (self.name, *self.inputs, *self.parameters)
        shown = [repr(each) for each in operands if not (isinstance(each, Column) and each.name[0] == "_")]
        return f"{name}({', '.join(shown)})" if shown else str(name)

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

    def __abs__(self) -> Column:
        return arithmetic("absolute", np.absolute, self)

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

    def __xor__(self, other: Column) -> Column:
        return logic("xor", np.logical_xor, self, other)

    def __invert__(self) -> Column:
        return logic("not", np.logical_not, self)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self


Operand = Column | float | int

_interned: WeakValueDictionary[tuple[Any, ...], Column] = WeakValueDictionary()


def made(
    name: str,
    kind: Kind,
    *inputs: Column,
    parameters: tuple[Any, ...] = (),
    logical: bool = False,
    missing: float | int | bool = float("nan"),
    frame: Frame | None = None,
) -> Column:
    """The one column with this operator, these inputs and parameters; of NaN too there is one."""
    identity = (name, type(kind), kind, frame, *map(id, inputs), *map(_identity, parameters))
    found = _interned.get(identity)
    if found is not None:
        return found
    new = Column()
    new.name, new.kind, new.inputs, new.parameters, new.logical = name, kind, inputs, parameters, logical
    new.missing, new.frame, new.title = (False if logical else missing), frame, None
    _interned[identity] = new
    return new


def _identity(parameter: object) -> str | int:
    """1 is not True, 0.0 not -0.0 and NaN itself; what may only look alike is the one object."""
    plain = parameter is None or isinstance(parameter, bool | int | float | str)
    return repr(parameter) if plain else id(parameter)


def together(inputs: Iterable[Column]) -> tuple[Frame | None, tuple[Column, ...]]:
    """The frame the inputs share, and the inputs on it: the own candles when they come from several."""
    columns = tuple(inputs)
    frames = {each.frame for each in columns if each.frame is not None}
    if len(frames) <= 1:
        return next(iter(frames), None), columns
    return OWN, tuple(map(on_own, columns))


def on_own(source: Column) -> Column:
    """A column on the own candles: its last value known by each candle's close; missing before the first."""
    if source.frame is None or source.frame == OWN:
        return source
    known = made("_as_of", AsOf(source.frame), frame=OWN)
    found = made(
        "aligned", Aligned(), source, known, logical=source.logical, missing=source.missing, frame=OWN
    )
    return titled(found, *(source.title or (source.name, *source.inputs, *source.parameters)))


def titled(found: Column, *title: Any) -> Column:
    """The column, shown by the name and operands it was first asked for by."""
    found.title = found.title or title
    return found


def column(
    name: str,
    evaluate: Evaluate,
    *inputs: Column,
    parameters: tuple[Any, ...] = (),
    own_lookback: int = 0,
    rows: tuple[int, ...] | None = None,
    logical: bool = False,
) -> Column:
    """The one column with this operator, these inputs and parameters.

    `evaluate(*input arrays, *parameters)` gives an array in which row r depends on rows r - own_lookback .. r
    of the inputs, and on nothing else. Each array holds `own_lookback` rows before those that are asked for,
    or as many as `rows` says of each input; the answer's last ones count.
    """
    frame, standing = together(inputs)
    if not own_lookback and rows is None:
        return made(name, Rowwise(evaluate), *standing, parameters=parameters, logical=logical, frame=frame)
    kind = Windowed(evaluate, rows or (own_lookback,) * len(inputs), own_lookback)
    return made(name, kind, *standing, parameters=parameters, logical=logical, frame=frame or OWN)


def recursion(
    name: str,
    evaluate: Evaluate,
    initial: Any,
    *inputs: Column,
    parameters: tuple[Any, ...] = (),
    session: int | None = None,
    missing: float | int = float("nan"),
) -> Column:
    """A column that goes on from a state: `evaluate(state, *input arrays, *parameters) → state, values`."""
    frame, standing = together(inputs)
    kind = Recursive(evaluate, initial, session)
    return made(name, kind, *standing, parameters=parameters, missing=missing, frame=frame or OWN)


def constant(value: float) -> Column:
    """The same number on every candle."""
    return made("constant", Rowwise(_repeat), parameters=(float(value),))


def _repeat(value: float) -> Values:
    return np.float64(value)  # type: ignore[return-value]  # a scalar broadcasts; rows are made when asked for


def as_column(operand: object) -> Column:
    """The operand as a column. TypeError for anything but a column or a number."""
    if isinstance(operand, Column):
        return operand
    if isinstance(operand, int | float | np.integer | np.floating) and not isinstance(operand, bool):
        return constant(float(operand))
    raise TypeError(f"a column or a number is wanted, not {operand!r}")


def _differs(left: Values, right: Values) -> Values:
    """A missing value differs from nothing: NaN compares false here as everywhere."""
    return np.less(left, right) | np.greater(left, right)


def arithmetic(name: str, function: Evaluate, *operands: object) -> Column:
    """Row by row arithmetic."""
    return column(name, function, *map(numeric, operands))


def comparison(name: str, function: Evaluate, left: object, right: object) -> Column:
    """Row by row comparison; false where a value is missing."""
    return column(name, function, numeric(left), numeric(right), logical=True)


def logic(name: str, function: Evaluate, *operands: object) -> Column:
    """Row by row logic over conditions."""
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
