"""A database, our three roles in it, and how a connection comes to be one of them."""

import asyncio
import time
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
import orjson

from app.store.unavailable import StoreUnavailable

PATIENCE = 10.0
"""Seconds for which a server that does not answer is asked again."""

LONGEST_PAUSE = 0.5
SESSION = {"application_name": "medha", "timezone": "UTC", "jit": "off"}
NOT_NOW = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
LOST = (*NOT_NOW, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What a statement raises when its connection is gone, the last two when it is closed or just closing."""


class NoSuchDatabase(StoreUnavailable):
    """The server answers; the database named is not there."""


class DatabaseRole(StrEnum):
    """OWNER migrates, ENGINE writes for every user, API sees one user at a time."""

    OWNER = "medha_owner"
    ENGINE = "medha_engine"
    API = "medha_api"


@dataclass(frozen=True)
class Database:
    """Where a database is.

    `logins`: our roles log in by themselves, as the socket of the embedded server lets them;
    otherwise the login in `url` takes them on.
    """

    url: str = field(repr=False)
    logins: bool

    @classmethod
    def embedded(cls, dsn: str) -> Self:
        """The server we run: trusts its socket; `dsn` names its superuser."""
        return cls(dsn, logins=True)

    @classmethod
    def external(cls, url: str) -> Self:
        """A server somebody else runs, with a login of theirs."""
        return cls(url, logins=False)

    @property
    def name(self) -> str:
        """The database's name in the URL."""
        return unquote(urlsplit(self.url).path.lstrip("/"))

    @property
    def place(self) -> str:
        """Host and database as a person may read them: no password."""
        parts = urlsplit(self.url)
        host = (parse_qs(parts.query).get("host") or [parts.hostname or "the local socket"])[0]
        return f"{self.name or 'the default database'} at {host}"

    def connect_args(self, role: DatabaseRole | None = None, **session: str) -> dict[str, Any]:
        """Arguments for asyncpg.connect as `role`, or as the login of `url` for None."""
        settings = SESSION | session
        if role is None:
            return {"dsn": self.url, "server_settings": settings}
        if self.logins:
            return {"dsn": self.url, "user": role.value, "server_settings": settings}
        return {"dsn": self.url, "server_settings": settings | {"role": role.value}}


async def connect(
    database: Database,
    role: DatabaseRole | None = None,
    *,
    name: str | None = None,
    patience: float = PATIENCE,
    **session: str,
) -> asyncpg.Connection:
    """Connect as `role`, to the database called `name` if given; ask again for `patience` seconds.

    Raise StoreUnavailable when the server does not answer in time or lets us not in, NoSuchDatabase
    when it has no such database.
    """
    arguments = database.connect_args(role, **session) | ({"database": name} if name else {})
    deadline, pause = time.monotonic() + patience, 0.02
    while True:
        try:
            connection = await asyncpg.connect(**arguments, timeout=max(patience, 1.0))
            await set_codecs(connection)
            return connection
        except NOT_NOW as refused:
            if time.monotonic() + pause > deadline:
                raise StoreUnavailable(_no_answer(database, refused)) from refused
        except asyncpg.InvalidCatalogNameError as refused:
            raise NoSuchDatabase(f"{database.place} does not exist: {refused}") from refused
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as refused:
            raise StoreUnavailable(f"{database.place} lets us not in: {refused}") from refused
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _no_answer(database: Database, refused: BaseException) -> str:
    return (
        f"{database.place} does not answer ({str(refused) or type(refused).__name__}): "
        "start it, or correct MEDHA_DATABASE_URL"
    )


async def set_codecs(connection: asyncpg.Connection) -> None:
    """Take and give jsonb as Python values: numbers with a point as float, so money is written as text."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_encode, decoder=_decode, format="binary"
    )


def spoken(value: Any) -> str:
    """What JSON has no form for, as text: money in plain notation."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _encode(value: Any) -> bytes:
    return b"\x01" + orjson.dumps(value, default=spoken)


def _decode(value: bytes) -> Any:
    return orjson.loads(memoryview(value)[1:])
