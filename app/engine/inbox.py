"""What a run waits for: the next candles of its feed, or what a person asks; a person goes first."""

import asyncio
from datetime import datetime
from typing import NamedTuple

from app.engine.rows import Row
from app.feeds.base import Feed
from streams.domain.market import Chunk


class WaitingCommand(NamedTuple):
    """A command its run has not taken yet: the stored input's id, payload and time."""

    id: int
    payload: Row
    at: datetime


Commands = asyncio.Queue[WaitingCommand]


class Inbox:
    """A feed and a queue of commands, taken one thing at a time."""

    def __init__(self, feed: Feed, commands: Commands) -> None:
        self._feed, self._commands = feed, commands
        self._come: list[Chunk | None] = []

    def asked(self) -> bool:
        """Whether a person waits: a run does not end before it has heard them."""
        return not self._commands.empty()

    def ready(self) -> bool:
        """Whether `next` would answer at once."""
        return self.asked() or bool(self._come) or self._feed.ready()

    async def next(self) -> Chunk | WaitingCommand | None:
        """What comes first; None at the end of the feed."""
        if self.asked():
            return self._commands.get_nowait()
        if self._come:
            return self._come.pop()
        return await (self._feed.next() if self._feed.ready() else self._first())

    async def _first(self) -> Chunk | WaitingCommand | None:
        candle = asyncio.ensure_future(self._feed.next())
        command = asyncio.ensure_future(self._commands.get())
        try:
            await asyncio.wait({candle, command}, return_when=asyncio.FIRST_COMPLETED)
            if not command.done():
                return candle.result()
            if candle.done():  # both at once: the feed has given this candle and will not give it again
                self._come.append(candle.result())
            return command.result()
        finally:
            candle.cancel()
            command.cancel()
