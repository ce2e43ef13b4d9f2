"""From expressions to a plan: which columns of which candles to compute, in order, each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from streams.columns.column import Column, on_own
from streams.columns.kinds import Aligned, AsOf, Frame, Kind, Rowwise, Ways, Windowed
from streams.domain.market import Instrument, Interval


class FrameError(ValueError):
    """Candles that a run cannot provide: an interval that does not fit, a market it does not have."""


class Place(NamedTuple):
    """One stream of candles: an instrument by its position, at the run's interval or a longer one."""

    instrument: int
    every: Interval | None = None


class Cell(NamedTuple):
    """One column on one stream of candles."""

    column: Column
    place: int
    inputs: tuple[int, ...]
    kind: Kind
    """How its values come about."""
    keep: int = 0
    """Rows of history its consumers look back on."""


class Plan:
    """What to compute: the streams of candles, the cells in order of dependence, and each root's cell."""

    def __init__(
        self,
        roots: Sequence[Sequence[Column]],
        interval: Interval,
        instruments: Sequence[Instrument],
        ways: Ways,
    ) -> None:
        self._ways = ways
        self.interval = interval
        self.instruments = tuple(instruments)
        self.places = [Place(position) for position in range(len(instruments))]
        self.cells: list[Cell] = []
        self._cell_of: dict[tuple[int, int], int] = {}
        self.roots = tuple(
            tuple(self._visit(on_own(root), own, own) for root in wanted) for own, wanted in enumerate(roots)
        )
        self.constants = [_constant(cell.column) for cell in self.cells]
        """The value of each cell that has the same on every candle, None for the others."""

    def _visit(self, column: Column, own: int, on: int) -> int:
        """The cell of a column asked for by the instrument `own`; a constant stands where it is wanted."""
        place = on if column.frame is None else self._place(column.frame, own)
        key = (id(column), place)
        if key not in self._cell_of:
            inputs = tuple(self._visit(each, own, place) for each in column.inputs)
            if isinstance(column.kind, AsOf):
                inputs = (self._place(column.kind.source, own),)
            self._cell_of[key] = len(self.cells)
            self.cells.append(Cell(column, place, inputs, _by(column.kind, self._ways)))
            self._look_back(column.kind, inputs)
        return self._cell_of[key]

    def _look_back(self, kind: Kind, inputs: tuple[int, ...]) -> None:
        """Makes the inputs keep what a window needs."""
        for each, rows in zip(inputs, kind.rows if isinstance(kind, Windowed) else (), strict=False):
            self.cells[each] = self.cells[each]._replace(keep=max(rows, self.cells[each].keep))

    def _place(self, frame: Frame, own: int) -> int:
        position = own if frame.market is None else _position(frame.market, self.instruments)
        place = Place(position, frame.every and fitting(frame.every, self.interval))
        if place not in self.places:
            self.places.append(place)
        return self.places.index(place)


def _by(kind: Kind, ways: Ways) -> Kind:
    """The kind, evaluated the fastest way there is."""
    if isinstance(kind, AsOf | Aligned) or kind.evaluate not in ways:
        return kind
    return kind._replace(evaluate=ways[kind.evaluate])


def _constant(column: Column) -> Any:
    if column.inputs or column.frame is not None or not isinstance(column.kind, Rowwise):
        return None
    return column.kind.evaluate(*column.parameters)


def fitting(every: Interval, interval: Interval) -> Interval:
    """The longer interval. FrameError when candles of `interval` do not fill it evenly."""
    if every is Interval.ONE_DAY:
        return every
    if every.microseconds % interval.microseconds or interval is Interval.ONE_DAY:
        raise FrameError(
            f'every("{every}") cannot be made of {interval} candles: '
            f"write an interval that is a whole number of them, or run on a shorter one"
        )
    return every


def _position(market: str | int, instruments: Sequence[Instrument]) -> int:
    """Which of a run's instruments a market is. FrameError when it has none such."""
    if isinstance(market, int):
        if market < len(instruments):
            return market
        raise FrameError(f"market({market}) is not there: the run has {len(instruments)} instruments")
    found = [n for n, each in enumerate(instruments) if market in (each.key, each.key.partition(":")[2])]
    if len(found) == 1:
        return found[0]
    keys = ", ".join(each.key for each in instruments)
    raise FrameError(f"market({market!r}) is {'ambiguous' if found else 'not there'}: the run has {keys}")


def markets(roots: Sequence[Column]) -> tuple[str | int, ...]:
    """The other markets that columns read, each once: by key, or by position in the run."""
    found: dict[str | int, None] = {}
    for each in reachable(roots):
        if each.frame is not None and each.frame.market is not None:
            found.setdefault(each.frame.market)
    return tuple(found)


def reachable(roots: Sequence[Column]) -> tuple[Column, ...]:
    """The columns and all their inputs, each once, inputs first."""
    known: dict[int, Column] = {}

    def visit(column: Column) -> None:
        if id(column) not in known:
            for each in column.inputs:
                visit(each)
            known[id(column)] = column

    for root in roots:
        visit(root)
    return tuple(known.values())
