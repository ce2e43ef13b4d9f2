"""Access tokens: ours, whole, in time, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from jose import jwt

from app.clock import SystemClock
from app.security import AccessTokens, Passwords, derived_keys

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
USER, SESSION = uuid4(), uuid4()


def forged(**changes: Any) -> str:
    """A token signed with our key whose claims or header differ."""
    tokens = AccessTokens([NEW], SystemClock())
    token, _ = tokens.issue(USER, SESSION)
    claims = {**jwt.get_unverified_claims(token), **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    (key,) = derived_keys([NEW], "access token")
    return str(jwt.encode(kept, key, "HS256", jwt.get_unverified_header(token)))


def test_a_token_says_whose_it_is_until_when() -> None:
    """Fifteen minutes, to the second."""
    token, expires = AccessTokens([NEW], SystemClock()).issue(USER, SESSION)
    viewer = AccessTokens([NEW], SystemClock()).verify(token)
    assert viewer == (USER, SESSION, expires)
    assert timedelta(minutes=14) < expires - datetime.now(UTC) <= timedelta(minutes=15)


def test_a_new_key_signs_and_the_old_ones_tokens_hold_until_it_is_taken_away() -> None:
    """Keys are rotated without anybody being logged out."""
    token, _ = AccessTokens([OLD], SystemClock()).issue(USER, SESSION)
    assert AccessTokens([NEW, OLD], SystemClock()).verify(token)
    assert AccessTokens([NEW], SystemClock()).verify(token) is None


@pytest.mark.parametrize("claim", ["exp", "iat", "sub", "aud", "iss", "jti", "sid"])
def test_a_token_that_lacks_a_claim_is_none(claim: str) -> None:
    """Even when it is signed by us."""
    tokens = AccessTokens([NEW], SystemClock())
    assert tokens.verify(forged()) is not None
    assert tokens.verify(forged(**{claim: None})) is None


@pytest.mark.parametrize("changes", [{"aud": "other"}, {"iss": "other"}, {"exp": 1}, {"sub": "nobody"}])
def test_a_token_for_something_else_is_none(changes: dict[str, Any]) -> None:
    """Another audience, another issuer, another time, no user."""
    assert AccessTokens([NEW], SystemClock()).verify(forged(**changes)) is None


def test_a_token_of_another_algorithm_is_none() -> None:
    """The algorithm is pinned, whatever the header says."""
    # given
    tokens = AccessTokens([NEW], SystemClock())
    token, _ = tokens.issue(USER, SESSION)
    (key,) = derived_keys([NEW], "access token")
    kid = jwt.get_unverified_header(token)["kid"]

    # when
    other = str(jwt.encode(jwt.get_unverified_claims(token), key, "HS512", {"kid": kid}))

    # then
    assert tokens.verify(other) is None
    unsigned = token.split(".")
    assert tokens.verify(f"{unsigned[0]}.{unsigned[1]}.") is None


async def test_a_password_matches_its_own_hash_alone() -> None:
    """And nobody's hash matches nothing."""
    passwords = Passwords()
    encoded = await passwords.hash("correct horse battery")
    assert encoded.startswith("$argon2id$")
    assert await passwords.verify("correct horse battery", encoded)
    assert not await passwords.verify("another horse battery", encoded)
    assert not await passwords.verify("correct horse battery", None)
