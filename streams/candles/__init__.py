"""Candles: made of ticks as they come, and of shorter candles.

ticks        what a feed says, and how candles are to be made of it
buckets      the candle an instant belongs to
book         one instrument's candles in the making
building     the pure fold over all instruments
resampling   longer candles of shorter ones
"""

from collections.abc import Callable

from reactivex import Observable
from reactivex import operators as ops

from streams.candles.building import Building, advance, begin
from streams.candles.resampling import is_coarser, resample, resampled
from streams.candles.ticks import Clock, Empty, Making, Tick
from streams.domain.market import Chunk
from streams.operators import fold

__all__ = [
    "Building",
    "Clock",
    "Empty",
    "Making",
    "Tick",
    "advance",
    "begin",
    "is_coarser",
    "made",
    "resample",
    "resampled",
]


def made(making: Making, since: int) -> Callable[[Observable[Tick | Clock]], Observable[Chunk]]:
    """What is heard in, closed candles out: one chunk for each tick or clock that closed some."""

    def operator(source: Observable[Tick | Clock]) -> Observable[Chunk]:
        return source.pipe(fold(advance, begin(making, since)), ops.filter(bool))

    return operator
