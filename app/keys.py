"""The secret keys: MEDHA_SECRET_KEYS, or else a file in the data folder, made at the first start."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet

from app.settings import Settings, SettingsError


def secret_keys(settings: Settings) -> tuple[str, ...]:
    """The Fernet keys, newest first: the first one encrypts, every one decrypts.

    Raise SettingsError when the file is readable by others or holds anything but keys.
    """
    return settings.secret_keys or _kept_in(settings.data_dir / "secret_keys")


def _kept_in(file: Path) -> tuple[str, ...]:
    if not file.exists():
        _make(file)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise SettingsError(f"{file} can be read by others; make it yours alone with: chmod 600 '{file}'")
    keys = tuple(file.read_text().split())
    if not keys or not all(map(_is_key, keys)):
        raise SettingsError(f"{file} does not hold Fernet keys, one a line; restore it from a backup")
    return keys


def _is_key(word: str) -> bool:
    try:
        Fernet(word)
    except ValueError:
        return False
    return True


def _make(file: Path) -> None:
    """Write one new key; of several processes that try at once, the first one's stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=".secret_keys-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(Fernet.generate_key() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        os.unlink(draft)
