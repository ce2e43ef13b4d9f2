"""Finding and making a user before there is one: the only doors that cross users, by anonymous sessions."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession


class Registered(NamedTuple):
    """A user just made."""

    id: UUID
    email: str
    role: str
    demo: bool
    created_at: datetime


class Login(NamedTuple):
    """What a sign-in is checked against."""

    id: UUID
    password_hash: str
    role: str
    disabled: bool


class FoundSession(NamedTuple):
    """A sign-in by its refresh token; `reused`: the token was exchanged before, so revoke it all."""

    id: UUID
    user_id: UUID
    reused: bool
    expires_at: datetime
    revoked_at: datetime | None


class FoundApiKey(NamedTuple):
    """A program's key."""

    id: UUID
    user_id: UUID
    scopes: list[str]
    expires_at: datetime | None
    revoked_at: datetime | None


async def register_user(
    session: AsyncSession, email: str, password_hash: str, *, demo: bool = False
) -> Registered | None:
    """Make a user, ADMIN if there is none and this is no demo; None when the e-mail is taken."""
    row = await _one(
        session,
        "SELECT id, email, role, demo, created_at FROM register_user(:email, :hash, :demo)",
        email=email,
        hash=password_hash,
        demo=demo,
    )
    return Registered(*row) if row else None


async def find_login(session: AsyncSession, email: str) -> Login | None:
    """The user of that e-mail, in any case of its letters."""
    row = await _one(session, "SELECT * FROM find_login(:email)", email=email)
    return Login(*row) if row else None


async def find_session(session: AsyncSession, refresh_hash: bytes) -> FoundSession | None:
    """The sign-in whose refresh token, present or just exchanged, has that hash."""
    row = await _one(session, "SELECT * FROM find_session(:hash)", hash=refresh_hash)
    return FoundSession(*row) if row else None


async def find_api_key(session: AsyncSession, key_hash: bytes) -> FoundApiKey | None:
    """The key of that hash, expired and revoked ones too."""
    row = await _one(session, "SELECT * FROM find_api_key(:hash)", hash=key_hash)
    return FoundApiKey(*row) if row else None


async def _one(session: AsyncSession, statement: str, **values: object) -> Any:
    connection = await session.connection()
    return (await connection.execute(text(statement), values)).one_or_none()
