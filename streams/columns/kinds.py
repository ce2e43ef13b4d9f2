"""How a column's values come about: the five kinds of operator, as data the evaluation acts on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from numpy.typing import NDArray

from streams.domain.market import Interval

Values = NDArray[Any]
Evaluate = Callable[..., Any]
Ways = Mapping[Evaluate, Evaluate]
"""Functions that do what others do, to the bit, and faster."""
NO_WAYS: Ways = MappingProxyType({})


class Frame(NamedTuple):
    """Whose candles a column stands on: a market (None: the instrument's own) and a higher time-frame."""

    market: str | int | None = None
    every: Interval | None = None


OWN = Frame()
"""The candles the strategy is asked about."""


class Reading(NamedTuple):
    """Read off the candles: `evaluate(rows)` gives one value a row."""

    evaluate: Evaluate


class Rowwise(NamedTuple):
    """`evaluate(*inputs)` in which each row depends on the same row of the inputs only."""

    evaluate: Evaluate


class Windowed(NamedTuple):
    """`evaluate(*inputs)` over this and earlier rows.

    Input i comes with `rows[i]` earlier rows before the batch's own (what is missing before the first candle
    is padded); the last n rows of the answer count. A value depends on `lookback` earlier candles.
    """

    evaluate: Evaluate
    rows: tuple[int, ...]
    lookback: int


class Recursive(NamedTuple):
    """`evaluate(state, *inputs)` gives the state after the batch and its values, from `initial` on.

    With `session` the value is anchored at the opening of a session which begins at least so many rows after
    the inputs' first.
    """

    evaluate: Evaluate
    initial: Any
    session: int | None = None


class AsOf(NamedTuple):
    """Which row of another frame was the last one known when each of the own candles closed."""

    source: Frame


class Aligned(NamedTuple):
    """Another frame's column on the own candles: its last value known by each one's close."""


Kind = Reading | Rowwise | Windowed | Recursive | AsOf | Aligned
