"""The one place that reads the wall clock; everything else is given the time."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from: the machine's, or a test's."""

    def now(self) -> datetime:
        """The present moment, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, UTC."""
        return datetime.now(UTC)


def utc_now() -> datetime:
    """The present moment, UTC, for stamps on rows: never an input to a decision."""
    return datetime.now(UTC)
