"""Registration, log-in and sessions, as a stranger and as an owner meet them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.keys import secret_keys
from app.main import create_app
from app.security import AccessTokens
from app.settings import Settings
from app.store.database import Database
from tests.api.client import PASSWORD, Client, document
from tests.serving import serving


async def test_the_first_user_is_admin_and_the_next_a_trader(asha: Client, ravi: Client) -> None:
    """Roles follow the order of registration."""
    assert (await asha.ask("Me"))["role"] == "ADMIN"
    assert (await ravi.ask("Me"))["role"] == "TRADER"


@pytest.mark.parametrize(
    ("email", "password", "refusal"),
    [
        ("new@example.com", "eleven char", ("INVALID", "password")),
        ("new.trader@example.com", "New.Trader@example.com", ("INVALID", "password")),
        ("not an e-mail", PASSWORD, ("INVALID", "email")),
        ("ASHA@example.com", PASSWORD, ("TAKEN", "email")),
    ],
)
async def test_a_registration_that_will_not_do_is_refused_with_its_path(
    asha: Client, email: str, password: str, refusal: tuple[str, str]
) -> None:
    """Short passwords, passwords that are the e-mail, bad and taken e-mails."""
    assert await asha.refusals("RegisterUser", email=email, password=password) == [refusal]


@pytest.mark.parametrize(
    ("registered", "typed"),
    [
        ("\u00c9va@example.com", "e\u0301va@example.com"),
        ("user@m\u00fcller.example.com", "USER@xn--mller-kva.example.com"),
        ("User@Example.com", " uSER@EXAMPLE.COM "),
    ],
)
async def test_an_email_is_the_same_however_it_is_typed(nobody: Client, registered: str, typed: str) -> None:
    """Composed or not, in either form of its domain, in any case: one user, who gets in."""
    await nobody.do("RegisterUser", email=registered, password=PASSWORD)
    assert await nobody.refusals("RegisterUser", email=typed, password=PASSWORD) == [("TAKEN", "email")]
    await nobody.log_in(typed)
    assert (await nobody.ask("Me"))["role"] == "ADMIN"


async def test_whoever_logs_in_is_told_the_end_of_their_own_log(asha: Client, ravi: Client) -> None:
    """With the log-in itself, and not that of whoever asked."""
    # given
    query = "mutation ($input: LoginInput!) { login(input: $input) { user { eventCursor } } }"
    given = {"email": "ravi@example.com", "password": PASSWORD}

    # when
    answer = await asha.answer(query, input=given)

    # then
    cursor = answer["data"]["login"]["user"]["eventCursor"]
    assert cursor == (await ravi.ask("Me"))["eventCursor"]
    assert cursor != (await asha.ask("Me"))["eventCursor"]
    asha.token = None
    assert await asha.answer(query, input=given) == answer


async def test_registration_is_closed_where_the_settings_say_so(tmp_path: Path, database: Database) -> None:
    """MEDHA_REGISTRATION=closed takes no new users, and so does a server others can reach."""
    reachable = Settings(data_dir=tmp_path, host="0.0.0.0", behind_tls_proxy=True)
    for closed in (Settings(data_dir=tmp_path, registration="closed"), reachable):
        async with create_app(closed, database) as app, serving(app) as url, Client.at(url) as client:
            refusals = await client.refusals("RegisterUser", email="new@example.com", password=PASSWORD)
            assert refusals == [("REGISTRATION_CLOSED", "")]


async def test_a_wrong_password_and_an_unknown_email_get_the_same_answer(asha: Client) -> None:
    """Nobody learns who is registered here."""
    # when
    wrong = await asha.answer(document("Login"), input={"email": "asha@example.com", "password": "x" * 12})
    unknown = await asha.answer(
        document("Login"), input={"email": "nobody@example.com", "password": "x" * 12}
    )

    # then
    assert wrong == unknown
    assert wrong["data"]["login"]["userErrors"][0]["code"] == "BAD_CREDENTIALS"


async def test_a_field_of_the_viewers_needs_a_good_token(nobody: Client, asha: Client) -> None:
    """No token, a forged one and a token signed by another server are all refused with a code."""
    for token in (None, "x.y.z", f"{asha.token}x"):
        nobody.token = token
        assert await nobody.codes(document("Me")) == ["UNAUTHENTICATED"]


async def test_an_expired_token_is_refused(nobody: Client, asha: Client, settings: Settings) -> None:
    """A token of an hour ago is over."""

    # given
    class HourAgo(SystemClock):
        def now(self) -> datetime:
            return datetime.fromtimestamp(super().now().timestamp() - 3600, UTC)

    viewer = AccessTokens(secret_keys(settings), SystemClock()).verify(asha.token or "")
    assert viewer is not None
    old = AccessTokens(secret_keys(settings), HourAgo())

    # when
    nobody.token, _ = old.issue(viewer.user_id, viewer.session_id)

    # then
    assert await nobody.codes(document("Me")) == ["UNAUTHENTICATED"]


async def test_a_refresh_token_is_good_once_and_its_reuse_ends_the_session(
    nobody: Client, asha: Client
) -> None:
    """Whoever shows a spent token ends the family, the thief's and the owner's."""
    # given
    first = await nobody.do("Login", email="asha@example.com", password=PASSWORD, returnRefreshToken=True)
    second = await nobody.do("RefreshSession", refreshToken=first["refreshToken"])
    nobody.token = second["accessToken"]
    assert (await nobody.ask("Me"))["email"] == "asha@example.com"

    # when
    reuse = await nobody.refusals("RefreshSession", refreshToken=first["refreshToken"])

    # then
    assert reuse == [("BAD_CREDENTIALS", "")]
    assert await nobody.refusals("RefreshSession", refreshToken=second["refreshToken"]) == reuse


async def test_a_token_spent_long_ago_ends_the_session_of_whoever_went_on_with_it(
    nobody: Client, asha: Client
) -> None:
    """A thief who refreshed twice is found out by the owner's one token."""
    # given
    owner = await nobody.do("Login", email="asha@example.com", password=PASSWORD, returnRefreshToken=True)
    thief = owner
    for _ in range(3):
        thief = await nobody.do("RefreshSession", refreshToken=thief["refreshToken"])

    # when
    found_out = await nobody.refusals("RefreshSession", refreshToken=owner["refreshToken"])

    # then
    assert found_out == [("BAD_CREDENTIALS", "")]
    assert await nobody.refusals("RefreshSession", refreshToken=thief["refreshToken"]) == found_out
    for forged in ("", ".", "a.b.c", thief["refreshToken"][:-1], "x" * 5000, "\u0663" * 32 + ".1.2"):
        assert await nobody.refusals("RefreshSession", refreshToken=forged) == found_out


async def test_a_refresh_token_is_no_access_token(nobody: Client, asha: Client) -> None:
    """Each is good for its own purpose alone."""
    session = await nobody.do("Login", email="asha@example.com", password=PASSWORD, returnRefreshToken=True)
    nobody.token = session["refreshToken"]
    assert await nobody.codes(document("Me")) == ["UNAUTHENTICATED"]
    assert await nobody.refusals("RefreshSession", refreshToken=session["accessToken"]) == [
        ("BAD_CREDENTIALS", "")
    ]


async def test_a_browser_gets_its_refresh_token_as_a_cookie_scripts_cannot_read(asha: Client) -> None:
    """The cookie is httpOnly and SameSite=Strict, refreshes by itself, and a log-out ends it."""
    # given
    response = await asha.http.post(
        "/graphql",
        json={
            "query": document("Login"),
            "variables": {"input": {"email": "asha@example.com", "password": PASSWORD}},
        },
    )
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert response.json()["data"]["login"]["refreshToken"] is None

    # when
    renewed = await asha.do("RefreshSession")
    asha.token = renewed["accessToken"]
    ended = await asha.do("Logout")

    # then
    assert ended["sessionsEnded"] == 1
    assert await asha.refusals("RefreshSession") == [("BAD_CREDENTIALS", "")]


async def test_logging_out_everywhere_ends_every_session(asha: Client, nobody: Client) -> None:
    """Other devices cannot go on."""
    other = await nobody.do("Login", email="asha@example.com", password=PASSWORD, returnRefreshToken=True)
    assert (await asha.do("Logout", everywhere=True))["sessionsEnded"] == 2
    refusals = await nobody.refusals("RefreshSession", refreshToken=other["refreshToken"])
    assert refusals == [("BAD_CREDENTIALS", "")]
