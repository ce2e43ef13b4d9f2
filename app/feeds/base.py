"""What a run takes its candles from."""

from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from streams.domain.market import Chunk, Interval


class Feed(Protocol):
    """Closed candles in order of time, one moment a chunk (all instruments that closed at it)."""

    async def next(self) -> Chunk | None:
        """The next moment, when it has come; None at the end of the feed."""
        ...

    def ready(self) -> bool:
        """Whether `next` would answer at once."""
        ...


Feeds = Callable[[Chunk, Interval, Decimal | None], Feed]
"""Makes a run's feed from the candles that are still to come, their interval, and the run's speed."""
