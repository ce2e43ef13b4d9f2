"""What a run takes next: a person's word before a candle, nothing lost, nothing out of turn."""

import asyncio
from collections.abc import Iterable

from app.engine.inbox import Commands, Inbox, WaitingCommand
from streams.domain.market import Chunk, Interval, empty
from tests.ledgers import NOON


class Told:
    """A feed that gives a candle each time it is told to."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = list(chunks)
        self.told = asyncio.Event()

    def ready(self) -> bool:
        """Only when told."""
        return False

    async def next(self) -> Chunk | None:
        """The next one, when told."""
        await self.told.wait()
        return self._chunks.pop(0) if self._chunks else None


def command(number: int) -> WaitingCommand:
    """A command told apart by its id."""
    return WaitingCommand(number, {"command": "PAUSE"}, NOON)


async def test_commands_that_come_with_a_candle_go_first_in_their_order_and_the_candle_is_kept() -> None:
    """Two commands and a candle at the same moment: nothing is lost and the commands keep their turns."""
    # given an inbox that waits
    chunk = (empty("NSE:TEST", Interval.ONE_MINUTE),)
    feed, commands = Told([chunk]), Commands()
    inbox = Inbox(feed, commands)
    first = asyncio.ensure_future(inbox.next())
    await asyncio.sleep(0)

    # when everything comes at once
    feed.told.set()
    commands.put_nowait(command(1))
    commands.put_nowait(command(2))

    # then
    assert await first == command(1)
    assert await inbox.next() == command(2)
    assert inbox.ready()
    assert await inbox.next() is chunk
    assert await inbox.next() is None
