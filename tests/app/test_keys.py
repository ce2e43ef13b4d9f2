"""The secret keys: from the environment, or made once and kept."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.keys import secret_keys
from app.settings import Settings, SettingsError


def test_keys_of_the_environment_leave_no_file(tmp_path: Path) -> None:
    """Whoever keeps the keys elsewhere finds none on the disk."""
    key = Fernet.generate_key().decode()
    assert secret_keys(Settings(data_dir=tmp_path, secret_keys=(key,))) == (key,)
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    """The second start reads what the first one made, and no other account can."""
    settings = Settings(data_dir=tmp_path / "new")
    made = secret_keys(settings)
    assert secret_keys(settings) == made
    [file] = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    """Of several makers one wins and all read its key."""
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(secret_keys, [settings] * 32))
    assert len(made) == 1


def test_keys_that_others_can_read_are_refused(tmp_path: Path) -> None:
    """A leaked key decrypts broker credentials, so a careless mode stops the start."""
    settings = Settings(data_dir=tmp_path)
    secret_keys(settings)
    (tmp_path / "secret_keys").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        secret_keys(settings)


@pytest.mark.parametrize("content", ["", "not a key\n"])
def test_a_spoilt_file_is_refused_and_kept(tmp_path: Path, content: str) -> None:
    """Making a new key over a spoilt one would lose what the old one encrypted."""
    file = tmp_path / "secret_keys"
    file.touch(0o600)
    file.write_text(content)
    with pytest.raises(SettingsError, match="backup"):
        secret_keys(Settings(data_dir=tmp_path))
    assert file.read_text() == content
