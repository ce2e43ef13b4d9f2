"""Secrets that people and programs sign in with: passwords, access tokens, refresh tokens."""

import asyncio
import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from jose import JWTError, jwt

from app.clock import Clock

ALGORITHM = "HS256"
ISSUER = AUDIENCE = "medha"
ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=30)
# Argon2id takes 64 MiB a hash: two at once bound what a flood of log-ins can take.
CONCURRENT_HASHES = 2

_REQUIRED = {f"require_{claim}": True for claim in ("exp", "iat", "sub", "aud", "iss", "jti")}


def derived_keys(secret_keys: Sequence[str], purpose: str) -> tuple[bytes, ...]:
    """A key of its own for each purpose from each secret key, in their order: the first one signs."""
    return tuple(
        hmac.digest(urlsafe_b64decode(secret), f"medha {purpose}".encode(), "sha256")
        for secret in secret_keys
    )


class Passwords:
    """Argon2id with the library's parameters, off the event loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(CONCURRENT_HASHES)
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """The encoded hash to keep."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, encoded: str | None) -> bool:
        """Whether the password is right; no hash (nobody of that name) takes the same work and is wrong."""
        against = encoded or await self._decoy_hash()
        async with self._turn:
            matches = await asyncio.to_thread(self._matches, against, password)
        return matches and encoded is not None

    async def _decoy_hash(self) -> str:
        self._decoy = self._decoy or await self.hash(secrets.token_urlsafe())
        return self._decoy

    def _matches(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False


class Viewer(NamedTuple):
    """Who is asking, by an access token: until when, and in which session."""

    user_id: UUID
    session_id: UUID
    expires_at: datetime


class AccessTokens:
    """Signs and checks access tokens; a key taken into service signs, older ones still verify."""

    def __init__(
        self, secret_keys: Sequence[str], clock: Clock, lifetime: timedelta = ACCESS_LIFETIME
    ) -> None:
        keys = derived_keys(secret_keys, "access token")
        self._keys = {hashlib.sha256(key).hexdigest()[:16]: key for key in keys}
        self._clock, self._lifetime = clock, lifetime

    def issue(self, user_id: UUID, session_id: UUID) -> tuple[str, datetime]:
        """A token for this user and session, and when it ends."""
        key_id, key = next(iter(self._keys.items()))
        issued = self._clock.now()
        expires = (issued + self._lifetime).replace(microsecond=0)
        claims = {
            "sub": str(user_id),
            "sid": str(session_id),
            "jti": str(uuid4()),
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": int(issued.timestamp()),
            "exp": int(expires.timestamp()),
        }
        return str(jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key_id})), expires

    def verify(self, token: str) -> Viewer | None:
        """Whose token it is; None when it is forged, expired or not ours."""
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token, key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, options=_REQUIRED
            )
            ends = datetime.fromtimestamp(claims["exp"], self._clock.now().tzinfo)
            return Viewer(UUID(claims["sub"]), UUID(claims["sid"]), ends)
        except (JWTError, KeyError, TypeError, ValueError):
            return None


class Family(NamedTuple):
    """The session that refresh tokens follow one another in."""

    user_id: UUID
    session_id: UUID


def new_refresh_token(family: Family) -> str:
    """A secret of 256 random bits, shown once, behind the name of its family."""
    return ".".join((*(each.hex for each in family), secrets.token_urlsafe(32)))


def family_of(token: str) -> Family | None:
    """Whose token it claims to be, however long ago it was spent; proof of nothing else."""
    try:
        user_id, session_id, _ = token.split(".")
        return Family(UUID(user_id), UUID(session_id))
    except ValueError:
        return None


def token_hash(token: str) -> bytes:
    """What the database keeps of a random token; it has no need of a slow hash."""
    return hashlib.sha256(token.encode()).digest()
