"""Columns anchored at the opening of a session, and what they make of several sessions.

A session is a day: both parts of a day that a halt or a drill broke, the one hour of a muhurat, a Saturday's
session. Missing candles are not made up: a session begins with its first candle there is. Nothing goes on
over a night, so a value does not depend on where the series starts, once a session was seen from its start.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from streams.columns.bars import Bars
from streams.columns.column import Column, Operand, Values, numeric, recursion, titled
from streams.columns.kinds import Evaluate
from streams.columns.operators import count, when


class Anchored(NamedTuple):
    """The session going on, the value in it so far, and the value with which the one before it ended."""

    session: float = -1.0
    value: float = np.nan
    former: float = np.nan


_START = Anchored()


def session_total(operand: Operand, bars: Bars) -> Column:
    """Sum of the values since the session opened, oldest first; a halt changes nothing."""
    return _since_open("session_total", _total, operand, bars)


def session_high(operand: Operand, bars: Bars) -> Column:
    """Greatest value since the session opened; missing values are passed over."""
    return _since_open("session_high", _highest, operand, bars)


def session_low(operand: Operand, bars: Bars) -> Column:
    """Least value since the session opened; missing values are passed over."""
    return _since_open("session_low", _lowest, operand, bars)


def session_first(operand: Operand, bars: Bars) -> Column:
    """The value of the session's first candle there is, from that candle on."""
    return _since_open("session_first", _first, operand, bars)


def former_session(operand: Operand, bars: Bars) -> Column:
    """The value with which the last completed session ended; it changes with a session's first candle.

    The session before is the last one there are candles of: a muhurat's hour, a Saturday, or one days ago.
    """
    source = numeric(operand)
    found = recursion("former_session", _former, _START, bars.session, source, session=1)
    return titled(found, "former_session", source)


def _since_open(name: str, evaluate: Evaluate, operand: Operand, bars: Bars) -> Column:
    source = numeric(operand)
    return titled(recursion(name, evaluate, _START, bars.session, source, session=0), name, source)


def day_high(bars: Bars) -> Column:
    """The session's high so far, this candle's included; over a halt or a drill's break it goes on."""
    return titled(session_high(bars.high, bars), "day_high")


def day_low(bars: Bars) -> Column:
    """The session's low so far, this candle's included; over a halt or a drill's break it goes on."""
    return titled(session_low(bars.low, bars), "day_low")


def vwap(bars: Bars) -> Column:
    """Volume-weighted average of the typical price (high + low + close) / 3 since the session opened.

    Missing until the session has volume (an index has none). A halt changes nothing.
    """
    typical = (bars.high + bars.low + bars.close) / 3
    traded = session_total(typical * bars.volume, bars)
    return titled(traded / session_total(bars.volume, bars), "vwap")


class OpeningRange(NamedTuple):
    """The first minutes' extremes."""

    high: Column
    low: Column


def opening_range(bars: Bars, minutes: int) -> OpeningRange:
    """High and low of the session's first `minutes`, of the candles that close within them, none before.

    Missing until a candle closes at or after their end; on that candle the range is known, and stays for the
    session. Missing all session when no candle closed within them: a late opening, or a candle longer than
    the range. They are minutes by the clock from the session's opening: a halt does not stretch them.
    """
    length = count("opening_range", "bars", minutes, "the range lasts at least 1 minute")
    since = bars.minutes_since_open
    within, complete = (since > 0) & (since <= length), since >= length
    high = session_high(when(within, bars.high, np.nan), bars)
    low = session_low(when(within, bars.low, np.nan), bars)
    return OpeningRange(
        titled(when(complete, high, np.nan), "opening_range_high", length),
        titled(when(complete, low, np.nan), "opening_range_low", length),
    )


class Pivots(NamedTuple):
    """A pivot and the supports and resistances around it."""

    pivot: Column
    r1: Column
    s1: Column
    r2: Column
    s2: Column
    r3: Column
    s3: Column


def pivot_points(bars: Bars) -> Pivots:
    """Classic floor pivots from high, low and close of the last completed session, all session long.

    The close is the session's last candle's. A muhurat or another short session counts like any other.
    """
    high = former_session(day_high(bars), bars)
    low = former_session(day_low(bars), bars)
    pivot = (high + low + former_session(bars.close, bars)) / 3
    span = high - low
    levels = (
        pivot,
        2 * pivot - low,
        2 * pivot - high,
        pivot + span,
        pivot - span,
        high + 2 * (pivot - low),
        low - 2 * (high - pivot),
    )
    return Pivots(
        *(titled(level, f"pivot_{name}") for name, level in zip(Pivots._fields, levels, strict=True))
    )


def gap(bars: Bars) -> Column:
    """The session's opening price over the last session's last close, less one: 0.01 is a gap up of 1 %.

    Known from the session's first candle on, and the same all session long. Both are of the candles
    there are: a missing first minute moves the opening price, and a muhurat's hour is the session before.
    """
    opened, closed = session_first(bars.open, bars), former_session(bars.close, bars)
    return titled(opened / closed - 1, "gap")


def _segments(sessions: Values) -> list[tuple[int, int]]:
    """Where the batch's sessions begin and end."""
    edges = np.flatnonzero(sessions[1:] != sessions[:-1]) + 1
    bounds = [0, *edges.tolist(), len(sessions)]
    return list(pairwise(bounds))


def _running(state: Anchored, sessions: Values, values: Values, function: Any) -> tuple[Anchored, Values]:
    """Accumulates each session's values, the first one's after what came before the batch."""
    found = np.empty(len(values))
    for first, end in _segments(sessions):
        if sessions[first] == state.session:
            joined = np.concatenate(([state.value], values[first:end]))
            found[first:end] = function.accumulate(joined)[1:]
        else:
            function.accumulate(values[first:end], out=found[first:end])
    return Anchored(float(sessions[-1]), float(found[-1])), found


def _total(state: Anchored, sessions: Values, values: Values) -> tuple[Anchored, Values]:
    return _running(state, sessions, values, np.add)


def _highest(state: Anchored, sessions: Values, values: Values) -> tuple[Anchored, Values]:
    return _running(state, sessions, values, np.fmax)


def _lowest(state: Anchored, sessions: Values, values: Values) -> tuple[Anchored, Values]:
    return _running(state, sessions, values, np.fmin)


def _first(state: Anchored, sessions: Values, values: Values) -> tuple[Anchored, Values]:
    segments = _segments(sessions)
    firsts = values[[first for first, _ in segments]]
    if sessions[0] == state.session:
        firsts[0] = state.value
    found = np.repeat(firsts, [end - first for first, end in segments])
    return Anchored(float(sessions[-1]), float(found[-1])), found


def _former(state: Anchored, sessions: Values, values: Values) -> tuple[Anchored, Values]:
    segments = _segments(sessions)
    lasts = np.array([state.value, *(values[end - 1] for _, end in segments)])
    formers = lasts[:-1].copy()
    if sessions[0] == state.session:
        formers[0] = state.former
    found = np.repeat(formers, [end - first for first, end in segments])
    return Anchored(float(sessions[-1]), float(values[-1]), float(found[-1])), found


__all__ = [
    "OpeningRange",
    "Pivots",
    "day_high",
    "day_low",
    "former_session",
    "gap",
    "opening_range",
    "pivot_points",
    "session_first",
    "session_high",
    "session_low",
    "session_total",
    "vwap",
]
