"""One batch through a plan: each cell's values from its inputs' and from what it remembers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from streams.columns.kinds import Aligned, AsOf, Reading, Recursive, Rowwise, Values, Windowed
from streams.columns.plan import Cell, Plan
from streams.columns.rows import Rows

LONG_AGO = -(2**62)


class Memory(NamedTuple):
    """What a cell remembers: its operator's state, and its last values for those who look back."""

    state: Any
    tail: Values | None


class Known(NamedTuple):
    """For each own candle the position of another frame's last known row, in the rows kept and the new ones.

    `first` is the absolute number of the first row kept; rows before `keep` will not be wanted again.
    """

    position: Values
    keep: int
    first: int


def fresh(cell: Cell) -> Memory:
    """What a cell remembers before the first candle."""
    kind, state = cell.kind, None
    if isinstance(kind, Recursive):
        state = kind.initial
    elif isinstance(kind, AsOf):
        state = np.array([[LONG_AGO], [LONG_AGO]]), -1
    elif isinstance(kind, Aligned):
        state = np.array([cell.column.missing])
    return Memory(state, np.full(cell.keep, cell.column.missing) if cell.keep else None)


class Pass:
    """The values of one batch, cell by cell: the state after it, and the values, from each operator's way."""

    def __init__(self, plan: Plan, streams: Sequence[Rows]) -> None:
        self._streams = streams
        self._counts = [len(each) for each in streams]
        self.values: list[Any] = plan.constants.copy()
        self._extended: list[Any] = [None] * len(plan.cells)

    def run(self, plan: Plan, memories: Sequence[Memory]) -> tuple[Memory, ...]:
        """Fills in every cell's values; what the cells remember afterwards."""
        # A list: in tuple(map(...)) a StopIteration of the strategy's would end the columns without a word.
        found = enumerate(zip(plan.cells, memories, strict=True))
        return tuple([self._compute(place, cell, memory) for place, (cell, memory) in found])

    def _compute(self, number: int, cell: Cell, memory: Memory) -> Memory:
        if self.values[number] is not None and memory.tail is None:
            return memory
        count = self._counts[cell.place]
        if not (count or type(cell.kind) in _TO_BE_TOLD):
            self.values[number] = self._extended[number] = NO_ROWS if cell.column.logical else NO_VALUES
            return memory
        state, values = _WAYS[type(cell.kind)](self, cell, memory.state)
        if memory.tail is not None and count:
            return Memory(state, self._kept(number, memory.tail, values, count))
        self.values[number] = values
        return memory if state is memory.state else Memory(state, memory.tail)

    def _kept(self, number: int, tail: Values, values: Any, count: int) -> Values:
        """The cell's last values for the next batch; for this one, its values with the former tail."""
        rows = values if isinstance(values, np.ndarray) else np.full(count, values)
        extended = self._extended[number] = np.concatenate((tail, rows))
        self.values[number] = extended[len(tail) :]
        return extended[count:]

    def _rowwise(self, cell: Any, state: Any) -> tuple[Any, Any]:
        known = self.values
        return state, cell.kind.evaluate(*[known[each] for each in cell.inputs], *cell.column.parameters)

    def _reading(self, cell: Any, state: Any) -> tuple[Any, Any]:
        return state, cell.kind.evaluate(self._streams[cell.place], *cell.column.parameters)

    def _windowed(self, cell: Any, state: Any) -> tuple[Any, Any]:
        inputs = map(self._back, cell.inputs, cell.kind.rows)
        values = cell.kind.evaluate(*inputs, *cell.column.parameters)
        return state, values[len(values) - self._counts[cell.place] :]

    def _back(self, number: int, rows: int) -> Any:
        """A cell's values with so many earlier ones before them."""
        extended = self._extended[number]
        if extended is None or not rows:
            return self.values[number]
        return extended[len(extended) - len(self.values[number]) - rows :]

    def _recursive(self, cell: Any, state: Any) -> tuple[Any, Any]:
        count, known = self._counts[cell.place], self.values
        inputs = [
            each if np.ndim(each) else np.full(count, each) for each in map(known.__getitem__, cell.inputs)
        ]
        after, values = cell.kind.evaluate(state, *inputs, *cell.column.parameters)
        return after, values

    def _as_of(self, cell: Cell, state: Any) -> tuple[Any, Known]:
        tail, first = state
        known = np.concatenate((tail, self._streams[cell.inputs[0]].known), axis=1)
        closed, opened = map(_reached, known, self._streams[cell.place].known)
        position = np.minimum(closed, opened)
        keep = int(position[-1]) if len(position) else 0
        return (known[:, keep:], first + keep), Known(position, keep, first)

    def _aligned(self, cell: Cell, state: Any) -> tuple[Values, Values]:
        source, known = self.values[cell.inputs[0]], self.values[cell.inputs[1]]
        values = np.concatenate((state, source)) if len(source) else state
        return values[known.keep :], values[known.position]


def _reached(known: Values, by: Values) -> Values:
    """The last position known by each instant."""
    return np.searchsorted(known, by, side="right") - 1


NO_VALUES, NO_ROWS = np.empty(0), np.empty(0, np.bool_)

_TO_BE_TOLD = frozenset({AsOf, Aligned})
"""Those that follow another stream also while their own stands still."""

_WAYS: dict[type, Callable[[Pass, Any, Any], tuple[Any, Any]]] = {
    Reading: Pass._reading,
    Rowwise: Pass._rowwise,
    Windowed: Pass._windowed,
    Recursive: Pass._recursive,
    AsOf: Pass._as_of,
    Aligned: Pass._aligned,
}
