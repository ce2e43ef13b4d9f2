"""From expressions to arrays: each shared part once, batch by batch, the same bits whatever the batches."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from streams.columns.column import Column, Values, column
from streams.domain.market import Candles, joined


def field(name: str) -> Column:
    """One of the candle's own columns."""
    return column(name, _read)


def _read(candles: Candles, name: str) -> Values:
    return np.asarray(getattr(candles, name), dtype=np.float64)


def evaluate(roots: Sequence[Column], candles: Candles) -> tuple[Values, ...]:
    """Each root's value on each candle; the first `root.lookback` rows are not to be used."""
    known: dict[int, Values] = {}
    with np.errstate(all="ignore"):
        for root in roots:
            _compute(root, candles, known)
    return tuple(_rows(known[id(root)], len(candles)) for root in roots)


def _rows(values: Values, count: int) -> Values:
    """A constant has the same value on every candle."""
    return values if np.ndim(values) else np.full(count, values)


def _compute(node: Column, candles: Candles, known: dict[int, Values]) -> Values:
    if id(node) not in known:
        known[id(node)] = _value(node, candles, known)
    return known[id(node)]


def _value(node: Column, candles: Candles, known: dict[int, Values]) -> Values:
    if node.evaluate is _read:
        return _read(candles, node.name)
    inputs = [_compute(each, candles, known) for each in node.inputs]
    return node.evaluate(*inputs, *node.parameters)


class Tail(NamedTuple):
    """What an evaluation remembers of a series: its last `lookback` candles."""

    candles: Candles


class Evaluated(NamedTuple):
    """A batch's values: `warm` is the first row whose look-back was complete."""

    values: tuple[Values, ...]
    warm: int


def advance(roots: Sequence[Column], tail: Tail, batch: Candles) -> tuple[Tail, Evaluated]:
    """The values on the batch's rows, computed from the tail and the batch; and the tail after it."""
    lookback = max(root.lookback for root in roots)
    window = joined(tail.candles, batch)
    before = len(tail.candles)
    values = tuple(each[before:] for each in evaluate(roots, window))
    kept = window.rows(max(0, len(window) - lookback), len(window))
    return Tail(kept), Evaluated(values, max(0, lookback - before))
