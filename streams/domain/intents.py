"""Intents: what a strategy asks for, before anyone has said whether it may."""

from typing import NamedTuple


class Intent(NamedTuple):
    """A target that changed.

    `time` is the candle's open time in microseconds UTC; `sequence` counts a run's intents from 0.
    """

    sequence: int
    time: int
    instrument: int
    target: int
