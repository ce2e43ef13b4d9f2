"""Logging in, and the sessions that come of it."""

from datetime import datetime
from uuid import UUID, uuid4

import strawberry
from sqlalchemy import insert, select, update
from starlette.responses import Response

from app.api.accounts import User
from app.api.context import Info
from app.api.enums import UserErrorCode
from app.api.errors import Refused, UserError, refused
from app.api.registration import normalized
from app.api.rows import Row, changed, only_row, row_of
from app.security import REFRESH_LIFETIME, Family, family_of, new_refresh_token, token_hash
from app.store import people
from app.store.people import FoundSession
from app.store.tables import metadata

SESSIONS = metadata.tables["sessions"]
USERS = metadata.tables["users"]
COOKIE = "medha_refresh"
COOKIE_PATH = "/graphql"


@strawberry.input(description="Who logs in.")
class LoginInput:
    """Who logs in."""

    email: str = strawberry.field(description="The e-mail given at registration.")
    password: str = strawberry.field(description="The password.")
    return_refresh_token: bool = strawberry.field(
        default=False,
        description="Have the refresh token in the payload, for programs. Otherwise it is set as a cookie"
        " that scripts cannot read, and over a socket, which sets no cookies, there is none.",
    )


@strawberry.type(description="A session: what to send with requests, and until when.")
class SessionPayload:
    """A session, or why there is none."""

    access_token: str | None = strawberry.field(
        default=None, description="To be sent as `Authorization: Bearer …`."
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="When the access token ends: refresh before."
    )
    refresh_token: str | None = strawberry.field(
        default=None, description="Good for one refresh; only when it was asked for."
    )
    user: User | None = strawberry.field(default=None, description="Who is logged in now.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done; empty when it was.")


@strawberry.input(description="Which session to go on with.")
class RefreshSessionInput:
    """Which session to go on with."""

    refresh_token: str | None = strawberry.field(
        default=None,
        description="The token of the last log-in or refresh; without it, the cookie's is taken.",
    )


@strawberry.input(description="What to end.")
class LogoutInput:
    """What to end."""

    everywhere: bool = strawberry.field(
        default=False, description="End every session of the viewer, not this one alone."
    )


@strawberry.type(description="What came of a log-out.")
class LogoutPayload:
    """What came of a log-out."""

    sessions_ended: int = strawberry.field(default=0, description="How many sessions it ended.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done; empty when it was.")


async def log_in(info: Info, given: LoginInput) -> SessionPayload:
    """A new session; for a wrong password and an unknown e-mail the same answer, after the same work."""
    api = info.context.api
    email = normalized(given.email)
    async with api.store.anonymous() as session:
        found = await people.find_login(session, email) if email else None
    matches = await api.passwords.verify(given.password, found and found.password_hash)
    if found is None or not matches or found.disabled:
        raise refused(UserErrorCode.BAD_CREDENTIALS, "The e-mail or the password is not right.")
    session_id = uuid4()
    refresh = new_refresh_token(Family(found.id, session_id))
    now = api.clock.now()
    row = {
        "id": session_id,
        "user_id": found.id,
        "refresh_hash": token_hash(refresh),
        "user_agent": info.context.request.headers.get("user-agent", "")[:200] or None,
        "address": info.context.request.client.host if info.context.request.client else None,
        "created_at": now,
        "used_at": now,
        "expires_at": now + REFRESH_LIFETIME,
    }
    async with api.store.viewer(found.id) as session:
        await changed(session, insert(SESSIONS).values(row))
        user = await only_row(session, select(USERS).where(USERS.c.id == found.id))
    return _session(info, user, session_id, refresh, given.return_refresh_token)


async def refresh_session(info: Info, given: RefreshSessionInput) -> SessionPayload:
    """The session goes on with new tokens; a refresh token shown twice ends it for everybody who has one."""
    api = info.context.api
    token = given.refresh_token or info.context.request.cookies.get(COOKIE)
    if not token:
        raise _bad_token()
    async with api.store.anonymous() as session:
        found = await people.find_session(session, token_hash(token))
    if found is None:
        await _end_family(info, token)
        raise _bad_token()
    if found.revoked_at or found.expires_at <= api.clock.now():
        raise _bad_token()
    refresh = new_refresh_token(Family(found.user_id, found.id))
    user = None if found.reused else await _rotate(info, found, token, refresh)
    if user is None:
        await _revoke(info, found.user_id, found.id)
        raise _bad_token()
    return _session(info, user, found.id, refresh, given.refresh_token is not None)


async def _end_family(info: Info, token: str) -> None:
    """A token that is no longer known was spent before the last one, by its owner or by a thief: end both."""
    if family := family_of(token):
        await _revoke(info, family.user_id, family.session_id)


async def _rotate(info: Info, found: FoundSession, old: str, new: str) -> Row | None:
    """Exchange the hashes; the user, or None when another refresh came first or the user is disabled."""
    rotation = update(SESSIONS).where(
        SESSIONS.c.id == found.id,
        SESSIONS.c.refresh_hash == token_hash(old),
        SESSIONS.c.revoked_at.is_(None),
    )
    values = {"refresh_hash": token_hash(new), "previous_hash": token_hash(old)}
    active = select(USERS).where(USERS.c.id == found.user_id, USERS.c.disabled_at.is_(None))
    async with info.context.api.store.viewer(found.user_id) as session:
        if not await changed(session, rotation.values(used_at=info.context.api.clock.now(), **values)):
            return None
        return await row_of(session, active)


async def log_out(info: Info, given: LogoutInput) -> LogoutPayload:
    """Ends this session, or all of the viewer's."""
    viewer = info.context.viewer
    ended = await _revoke(info, viewer.user_id, None if given.everywhere else viewer.session_id)
    if isinstance(info.context.response, Response):
        info.context.response.delete_cookie(COOKIE, path=COOKIE_PATH)
    return LogoutPayload(sessions_ended=ended, user_errors=[])


async def _revoke(info: Info, user_id: UUID, session_id: UUID | None) -> int:
    ending = update(SESSIONS).where(SESSIONS.c.user_id == user_id, SESSIONS.c.revoked_at.is_(None))
    if session_id is not None:
        ending = ending.where(SESSIONS.c.id == session_id)
    async with info.context.api.store.viewer(user_id) as session:
        return await changed(session, ending.values(revoked_at=info.context.api.clock.now()))


def _session(info: Info, user: Row, session_id: UUID, refresh: str, shown: bool) -> SessionPayload:
    access, expires = info.context.api.tokens.issue(user["id"], session_id)
    response = info.context.response
    if not shown and isinstance(response, Response):
        response.set_cookie(
            COOKIE,
            refresh,
            max_age=int(REFRESH_LIFETIME.total_seconds()),
            path=COOKIE_PATH,
            secure=info.context.api.settings.behind_tls_proxy or info.context.request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
    return SessionPayload(
        access_token=access,
        expires_at=expires,
        refresh_token=refresh if shown else None,
        user=User.of(user),
        user_errors=[],
    )


def _bad_token() -> Refused:
    return refused(UserErrorCode.BAD_CREDENTIALS, "The session is over: log in again.")
