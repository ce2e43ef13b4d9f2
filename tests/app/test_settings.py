"""Settings: what MEDHA_* may say, and how a mistake in it is answered."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError

from app.settings import Settings, SettingsError


def refusal_of(**variables: str) -> str:
    """The message that refuses these variables."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(variables)
    return str(refused.value)


def test_an_empty_environment_gives_a_server_for_this_machine_alone() -> None:
    """Without a single variable the server listens on loopback and anybody there may register."""
    settings = Settings.from_environment({"HOME": "/nowhere"})
    assert (settings.host, settings.port, settings.env) == ("127.0.0.1", 8000, "development")
    assert settings.registration_policy == "open"


def test_every_kind_of_value_is_read() -> None:
    """Numbers, paths, lists and addresses arrive in their own types."""
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    settings = Settings.from_environment(
        {
            "MEDHA_PORT": "9000",
            "MEDHA_DATA_DIR": "~/medha data",
            "MEDHA_DATABASE_URL": "postgresql://me@db/medha",
            "MEDHA_SECRET_KEYS": ", ".join(keys),
            "MEDHA_ALLOWED_ORIGINS": "https://a.example,https://b.example",
        }
    )
    assert settings.port == 9000
    assert settings.data_dir == Path.home() / "medha data"
    assert settings.database_url == "postgresql://me@db/medha"
    assert settings.secret_keys == tuple(keys)
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


def test_an_unknown_variable_is_named_with_the_one_that_was_meant() -> None:
    """A slip of the pen stops the start instead of being ignored."""
    assert refusal_of(MEDHA_DATABSE_URL="x") == (
        "MEDHA_DATABSE_URL is not a setting; did you mean MEDHA_DATABASE_URL?"
    )


def test_every_malformed_variable_is_named_at_once() -> None:
    """One start tells all that is wrong."""
    message = refusal_of(MEDHA_PORT="http", MEDHA_ENV="prod", MEDHA_DHAN_FEED_URL="https://x")
    assert all(name in message for name in ("MEDHA_PORT", "MEDHA_ENV", "MEDHA_DHAN_FEED_URL"))


def test_an_empty_variable_is_refused_by_name() -> None:
    """MEDHA_DATA_DIR= would else mean the current folder."""
    assert refusal_of(MEDHA_DATA_DIR="") == "MEDHA_DATA_DIR is empty: give it a value, or unset it"


def test_a_refusal_never_shows_the_value() -> None:
    """The message goes to a terminal or a log; a mistyped secret must not."""
    message = refusal_of(MEDHA_SECRET_KEYS="hunter2", MEDHA_DATABASE_URL="mysql://me:hunter2@db/x")
    assert "MEDHA_SECRET_KEYS" in message
    assert "MEDHA_DATABASE_URL" in message
    assert "hunter2" not in message


def test_secrets_stay_out_of_the_representation() -> None:
    """Printing the settings shows neither keys nor the database's password."""
    key = Fernet.generate_key().decode()
    shown = repr(
        Settings.from_environment({"MEDHA_SECRET_KEYS": key, "MEDHA_DATABASE_URL": "postgres://me:pw@db/x"})
    )
    assert key not in shown
    assert "pw@" not in shown


def test_listening_beyond_this_machine_asks_for_tls_in_front() -> None:
    """Tokens and passwords do not cross a network in clear."""
    assert "MEDHA_BEHIND_TLS_PROXY=true" in refusal_of(MEDHA_HOST="0.0.0.0")
    behind = Settings.from_environment({"MEDHA_HOST": "0.0.0.0", "MEDHA_BEHIND_TLS_PROXY": "true"})
    assert behind.registration_policy == "closed"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_loopback_has_several_names(host: str) -> None:
    """Each of them keeps the server to this machine."""
    assert Settings.from_environment({"MEDHA_HOST": host}).on_loopback


def test_settings_are_frozen() -> None:
    """Nothing changes a setting after the start."""
    settings = Settings.from_environment({})
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1
