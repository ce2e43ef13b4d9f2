"""Redaction: nothing secret is left, and what is not secret stays readable."""

import base64
import json
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.redaction import REDACTED, is_secret, redact, scrub

SECRET = "s3cr3tValue99"
SECRET_NAMES = """
    password newPassword passphrase access_token accessToken refresh-token client_secret SECRET_KEYS
    Authorization Set-Cookie totp totpSecret pin dhan_pin credentials api_key apiKey private_key
"""
JWT = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"x"}', b"{}", b"sig")
)


@dataclass
class Login:
    """Something with a password in its representation."""

    user: str
    password: str


@pytest.mark.parametrize("name", SECRET_NAMES.split())
def test_a_value_with_a_secrets_name_is_blanked(name: str) -> None:
    """Whatever the spelling, at any depth."""
    assert redact({"outer": [{name: SECRET}]}) == {"outer": [{name: REDACTED}]}


@pytest.mark.parametrize("name", ["fencing_token", "fencingToken", "pinned", "opinion", "passed", "spinning"])
def test_a_harmless_name_keeps_its_value(name: str) -> None:
    """Diagnostics stay useful: these only look like secrets."""
    assert not is_secret(name)
    assert redact({name: 7}) == {name: 7}


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: bearer   {SECRET}",
        f"GET /feed?version=2&token={SECRET}&clientId=1",
        f"password={SECRET}, user=me",
        f'{{"password": "{SECRET} and more {SECRET}", "user": "me"}}',
        json.dumps({"body": json.dumps({"pin": SECRET})}),
        f"postgresql://me:{SECRET}@db:5432/medha",
        f"Login(user='me', password='{SECRET}')",
        f"pin: {SECRET}",
        f"x-api-key={SECRET}",
    ],
)
def test_a_secret_inside_a_text_is_blanked(text: str) -> None:
    """Headers, queries, JSON, URLs and representations."""
    assert SECRET not in scrub(text)
    assert REDACTED in scrub(text)


def test_a_token_is_known_by_its_look_alone() -> None:
    """A JWT in the middle of a sentence needs no name beside it."""
    assert scrub(f"refused {JWT} at login") == f"refused {REDACTED} at login"


@pytest.mark.parametrize(
    "text",
    ["run 7 started", "fencing_token=12", "http://host:8000/health", "12:30:00 open"],
)
def test_plain_text_is_left_as_it_is(text: str) -> None:
    """Redaction does not eat ordinary lines."""
    assert scrub(text) == text


def test_an_object_is_shown_by_its_representation_without_its_secrets() -> None:
    """Anything may be logged; nothing of it slips past."""
    assert redact({"login": Login("me", SECRET)}) == {"login": f"Login(user='me', password={REDACTED})"}


def test_numbers_stay_numbers_and_exact_ones_become_text() -> None:
    """A JSON line has to be readable by any parser, with money to the last digit."""
    line = {"n": 3, "price": Decimal("101.0500"), "bad": float("nan"), "raw": b"abc", "none": None}
    assert redact(line) == {"n": 3, "price": "101.0500", "bad": "nan", "raw": "[3 bytes]", "none": None}


@given(st.recursive(st.none() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner)))
def test_whatever_is_logged_can_be_written_as_strict_json(value: object) -> None:
    """No value makes the log itself fail."""
    json.dumps(redact({"value": value}), allow_nan=False)


def test_a_structure_without_end_ends() -> None:
    """A list that holds itself is cut off instead of recursing for ever."""
    loop: list[object] = []
    loop.append(loop)
    json.dumps(redact(loop))
