"""Before there is a user: registration and the look-ups that a sign-in needs."""

import asyncio
from datetime import timedelta
from uuid import UUID

from app.clock import utc_now
from app.store.engine import Store
from app.store.people import (
    Registered,
    find_api_key,
    find_login,
    find_session,
    register_user,
)
from app.store.tables.accounts import ApiKey, Session, User


async def register(store: Store, email: str, *, demo: bool = False) -> Registered | None:
    """Register in a transaction of its own."""
    async with store.anonymous() as session:
        return await register_user(session, email, "argon2", demo=demo)


async def registered(store: Store) -> UUID:
    """A user's id."""
    made = await register(store, "asha@example.com")
    assert made
    return made.id


async def test_the_first_user_is_admin_and_the_second_a_trader(store: Store) -> None:
    """Somebody has to hold the global switches."""
    first, second = await register(store, "asha@example.com"), await register(store, "ravi@example.com")

    assert first
    assert second
    assert (first.role, second.role) == ("ADMIN", "TRADER")


async def test_the_demo_never_becomes_admin(store: Store) -> None:
    """Whoever tries the demo first is not locked out of their own machine."""
    demo, owner = (
        await register(store, "demo@example.com", demo=True),
        await register(store, "a@example.com"),
    )

    assert demo
    assert owner
    assert (demo.role, demo.demo, owner.role) == ("TRADER", True, "ADMIN")


async def test_of_many_who_register_at_once_one_is_admin(store: Store) -> None:
    """The race for the first place has one winner."""
    made = await asyncio.gather(*(register(store, f"user{n}@example.com") for n in range(8)))

    assert sorted(user.role for user in made if user) == ["ADMIN"] + ["TRADER"] * 7


async def test_an_email_is_taken_in_any_case_of_its_letters(store: Store) -> None:
    """One person, one account."""
    made = await asyncio.gather(
        register(store, "asha@example.com"),
        register(store, "ASHA@Example.com"),
        register(store, "asha@example.com"),
    )

    assert len([user for user in made if user]) == 1


async def test_a_login_is_found_by_email_and_says_whether_it_is_disabled(store: Store) -> None:
    """What a password is checked against; an unknown e-mail is None."""
    user_id = await registered(store)

    async with store.anonymous() as session:
        found, unknown = await find_login(session, "Asha@EXAMPLE.com"), await find_login(session, "x@y.z")

    assert found
    assert (found.id, found.password_hash, found.role, found.disabled) == (user_id, "argon2", "ADMIN", False)
    assert unknown is None


async def test_a_session_is_found_by_its_token_and_by_the_one_before(store: Store) -> None:
    """The token before is a sign of theft: `reused` tells."""
    user_id = await registered(store)
    ends = utc_now() + timedelta(days=30)
    async with store.viewer(user_id) as session:
        session.add(Session(user_id=user_id, refresh_hash=b"new", previous_hash=b"old", expires_at=ends))

    async with store.anonymous() as session:
        present, before, unknown = [await find_session(session, hash) for hash in (b"new", b"old", b"none")]

    assert present
    assert before
    assert (present.user_id, present.reused, present.expires_at) == (user_id, False, ends)
    assert (before.id, before.reused) == (present.id, True)
    assert unknown is None


async def test_an_api_key_is_found_by_its_hash(store: Store) -> None:
    """Whose it is and what it may."""
    user_id = await registered(store)
    async with store.viewer(user_id) as session:
        session.add(ApiKey(user_id=user_id, name="bot", key_hash=b"key", scopes=["READ", "TRADE"]))

    async with store.anonymous() as session:
        found, unknown = await find_api_key(session, b"key"), await find_api_key(session, b"other")

    assert found
    assert (found.user_id, found.scopes, found.revoked_at) == (user_id, ["READ", "TRADE"], None)
    assert unknown is None


async def test_a_registration_that_is_rolled_back_leaves_nobody(store: Store) -> None:
    """The function is part of the caller's transaction."""
    async with store.anonymous() as session:
        made = await register_user(session, "asha@example.com", "argon2")
        await session.rollback()

    again = await register(store, "asha@example.com")
    assert made
    assert again
    assert again.role == "ADMIN"
    async with store.viewer(again.id) as session:
        user = await session.get_one(User, again.id)
        assert user.email == "asha@example.com"
