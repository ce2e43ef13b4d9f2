"""A feed that a test holds by the rein: candles come up to the moment it has opened, and no further."""

import asyncio
from decimal import Decimal

from app.feeds.replay import ReplayFeed
from streams.domain.market import Chunk, Interval
from streams.frames import moments

FOREVER = 2**62


class Gate:
    """Shared by all feeds of an engine; `upto` is the open time of the last candle let through."""

    def __init__(self, upto: int = 0) -> None:
        self._upto = upto
        self._moved = asyncio.Condition()

    async def open(self, upto: int = FOREVER) -> None:
        """Lets candles through up to a moment; without one, to the end."""
        async with self._moved:
            self._upto = upto
            self._moved.notify_all()

    def feed(self, chunk: Chunk, interval: Interval, speed: Decimal | None) -> "GatedFeed":
        """A feed behind this gate, for the engine."""
        return GatedFeed(self, chunk, ReplayFeed(chunk, interval, speed))

    def passes(self, time: int) -> bool:
        """Whether a moment is let through."""
        return time <= self._upto

    async def until(self, time: int) -> None:
        """Waits until a moment is let through."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.passes(time))


class GatedFeed:
    """A replayed feed behind a gate; its end too waits for the gate to be open for good."""

    def __init__(self, gate: Gate, chunk: Chunk, inner: ReplayFeed) -> None:
        self._gate, self._inner = gate, inner
        self._times = [*moments(chunk).tolist(), FOREVER]
        self._next = 0

    def ready(self) -> bool:
        """Whether the gate and the replay are."""
        return self._gate.passes(self._times[self._next]) and self._inner.ready()

    async def next(self) -> Chunk | None:
        """The next moment, once it is let through."""
        await self._gate.until(self._times[self._next])
        found = await self._inner.next()
        self._next += found is not None
        return found
