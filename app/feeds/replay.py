"""History as a feed: stored candles at a chosen speed."""

import asyncio
from decimal import Decimal

import numpy as np

from streams.domain.market import MICROSECONDS, Candles, Chunk, Interval
from streams.frames import moments


class ReplayFeed:
    """Candles one moment at a time, `speed` times as fast as they happened; None is as fast as possible.

    The night between two sessions passes like one more candle: nobody waits for it.
    """

    def __init__(self, chunk: Chunk, interval: Interval, speed: Decimal | None) -> None:
        self._chunk = chunk
        self._moments = moments(chunk)
        self._next = 0
        self._due = self._schedule(interval, speed)
        self._started = asyncio.get_running_loop().time()

    def _schedule(
        self, interval: Interval, speed: Decimal | None
    ) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """Seconds from the start at which each moment's candles close."""
        if speed is None or not len(self._moments):
            return np.zeros(len(self._moments))
        steps = np.minimum(np.diff(self._moments, prepend=self._moments[0]), interval.microseconds)
        return np.cumsum(steps) / MICROSECONDS / float(speed)

    def ready(self) -> bool:
        """Whether the next moment has come."""
        return self._next >= len(self._moments) or self._wait() <= 0

    def _wait(self) -> float:
        return float(self._started + self._due[self._next] - asyncio.get_running_loop().time())

    async def next(self) -> Chunk | None:
        """The next moment's candles, when they are due."""
        if self._next >= len(self._moments):
            return None
        await asyncio.sleep(max(0.0, self._wait()))
        moment = int(self._moments[self._next])
        self._next += 1
        return tuple(_at(candles, moment) for candles in self._chunk)


def _at(candles: Candles, moment: int) -> Candles:
    return candles.between(moment, moment + 1)
