"""asyncpg's own connection, wherever it comes from, and the moments it speaks in."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IST = timedelta(hours=5, minutes=30)


class Connection(Protocol):
    """What is used of an asyncpg connection."""

    async def fetch(self, query: str, *arguments: Any) -> Sequence[Mapping[str, Any]]: ...
    async def execute(self, query: str, *arguments: Any) -> Any: ...
    def transaction(self) -> Any: ...


async def driver_connection(session: AsyncSession) -> Connection:
    """The asyncpg connection under a SQLAlchemy session, inside its transaction."""
    connection = await (await session.connection()).get_raw_connection()
    driver: Connection | None = connection.driver_connection
    assert driver is not None, "the session's connection is open"
    return driver


def to_micros(moment: datetime) -> int:
    """An aware datetime as microseconds since the epoch."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_moment(micros: int) -> datetime:
    """Microseconds since the epoch as a datetime, UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def indian_date(moment: datetime) -> date:
    """The date in India at an aware moment."""
    return (moment.astimezone(UTC) + _IST).date()


def date_of_day(day: int) -> date:
    """A day counted from 1970-01-01 as a date."""
    return _EPOCH.date() + timedelta(days=day)
