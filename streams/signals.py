"""Candles to intents: evaluates a strategy's columns batch by batch and keeps the targets that changed."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.columns.evaluation import Evaluated, Tail, advance
from streams.domain.intents import Intent
from streams.domain.market import Candles, Chunk, Interval, empty
from streams.domain.money import MAX_QUANTITY
from streams.strategies.base import Intents


class Signal(NamedTuple):
    """What the signals of one instrument remember: its tail of candles, its last target (NaN: none)."""

    tail: Tail
    target: float


class Signals(NamedTuple):
    """The same for all instruments of a run, and the number of intents formed so far."""

    each: tuple[Signal, ...]
    formed: int


def start(instruments: tuple[str, ...], interval: Interval) -> Signals:
    """Signals that have seen nothing."""
    each = tuple(Signal(Tail(empty(key, interval)), float("nan")) for key in instruments)
    return Signals(each, 0)


def warmed(intents: Intents, signals: Signals, history: Chunk) -> Signals:
    """Signals that know what came before the run: its candles fill the look-back and never act."""
    lookback = intents.target.lookback
    tails = (candles.rows(max(0, len(candles) - lookback), len(candles)) for candles in history)
    each = tuple(Signal(Tail(tail), signal.target) for signal, tail in zip(signals.each, tails, strict=True))
    return Signals(each, signals.formed)


def form(intents: Intents, signals: Signals, chunk: Chunk) -> tuple[Signals, tuple[Intent, ...]]:
    """The intents a chunk gives rise to, in order of time and then of instrument."""
    forming = [
        _changes(intents, signal, candles) for signal, candles in zip(signals.each, chunk, strict=True)
    ]
    found = sorted(
        (int(time), position, int(target))
        for position, (_, times, targets) in enumerate(forming)
        for time, target in zip(times, targets, strict=True)
    )
    numbered = tuple(Intent(signals.formed + n, *rest) for n, rest in enumerate(found))
    return Signals(tuple(signal for signal, _, _ in forming), signals.formed + len(numbered)), numbered


Changes = tuple[Signal, NDArray[np.int64], NDArray[np.float64]]


def _changes(intents: Intents, signal: Signal, candles: Candles) -> Changes:
    """One instrument's candles whose target differs from the last one that was not HOLD."""
    tail, evaluated = advance((intents.target,), signal.tail, candles)
    rows = _opinions(evaluated)
    targets = np.trunc(np.clip(evaluated.values[0][rows], -MAX_QUANTITY, MAX_QUANTITY))
    former = np.concatenate(([signal.target], targets[:-1])) if len(targets) else targets
    changed = targets != former
    last = float(targets[-1]) if len(targets) else signal.target
    return Signal(tail, last), candles.time[rows[changed]], targets[changed]


def _opinions(evaluated: Evaluated) -> NDArray[np.intp]:
    """Rows past the warm-up whose target is a number."""
    values = evaluated.values[0]
    rows = np.flatnonzero(~np.isnan(values))
    return rows[rows >= evaluated.warm]
