"""A deadline for each operation: nobody holds a connection, or the loop, for as long as they like."""

import asyncio
from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension

from app.api.errors import Refusal

DEADLINE = 20.0
"""Seconds; a single statement has fewer (`API_TIMEOUT` in app/store/engine.py)."""


class Deadline(SchemaExtension):
    """Ends a query or mutation that takes too long; of a subscription only its start is timed."""

    def __init__(self, seconds: float = DEADLINE) -> None:
        self._seconds = seconds

    async def on_execute(self) -> AsyncIterator[None]:
        """Time the execution."""
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except TimeoutError:
            message = (
                f"It took longer than {self._seconds:g} seconds. Ask for less; after a mutation look first."
            )
            raise Refusal("DEADLINE_EXCEEDED", message) from None
