"""One answer for all who ask at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """A question with a price: while it is being answered, whoever asks it too gets that answer."""

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        """Take how it is asked."""
        self._ask = ask
        self._asking: asyncio.Task[T] | None = None

    async def __call__(self) -> T:
        """The answer. Raises what asking raises; one who gives up leaves it to the others."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._answered())
        return await asyncio.shield(self._asking)

    async def _answered(self) -> T:
        return await self._ask()
