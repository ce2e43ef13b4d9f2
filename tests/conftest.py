"""What every test may ask for: a real PostgreSQL, one for the whole run."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import Settings
from app.store.embedded import EmbeddedPostgres, RunningPostgres


@pytest.fixture
def open_tmp() -> Iterator[Path]:
    """A folder like tmp_path that other accounts may pass through, as root's server needs it."""
    with tempfile.TemporaryDirectory(prefix="medha-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[RunningPostgres]:
    """The run's PostgreSQL; tests/databases.py makes databases on it."""
    with tempfile.TemporaryDirectory(prefix="medha-test-") as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder), Settings.from_environment().pg_bindir) as server:
            yield server
