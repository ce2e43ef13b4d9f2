"""A store for a command: what it says when the database goes away under it."""

from pathlib import Path

import asyncpg
import pytest

from app.settings import Settings
from app.store.database import Database
from app.store.open import open_store
from app.store.unavailable import StoreUnavailable


async def cut_off(settings: Settings, superuser: asyncpg.Connection) -> None:
    """A command whose connections end while it is at work."""
    async with open_store(settings) as store, store.trading() as connection, connection.transaction():
        await superuser.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.execute("SELECT 1")


async def test_a_database_that_goes_away_under_a_command_is_said_in_a_line(
    database: Database, superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    """As when `medha serve` is stopped while an import runs beside it."""
    with pytest.raises(StoreUnavailable, match="went away"):
        await cut_off(Settings(data_dir=tmp_path, database_url=database.url), superuser)


async def test_other_errors_of_a_command_stay_what_they_are(database: Database, tmp_path: Path) -> None:
    """A file that is missing is not the database's doing."""
    with pytest.raises(FileNotFoundError):
        async with open_store(Settings(data_dir=tmp_path, database_url=database.url)):
            (tmp_path / "nowhere.csv").read_text()
