"""What a run takes its candles from."""

from typing import Protocol

from streams.domain.market import Chunk


class Feed(Protocol):
    """Closed candles in order of time, one moment a chunk (all instruments that closed at it)."""

    async def next(self) -> Chunk | None:
        """The next moment, when it has come; None at the end of the feed."""
        ...

    def ready(self) -> bool:
        """Whether `next` would answer at once."""
        ...
