"""The server as it runs, over a database of the test's own, and clients of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.main import create_app
from app.settings import Settings
from app.store.database import Database
from tests.api.client import Client
from tests.api.markets import stock
from tests.serving import serving
from tests.stores import database, store, superuser, template

__all__ = ["database", "store", "superuser", "template"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Development, on loopback: registration is open."""
    return Settings(data_dir=tmp_path)


@pytest.fixture
async def base_url(settings: Settings, database: Database) -> AsyncIterator[str]:
    """The whole server, engine included; its address."""
    async with create_app(settings, database) as app, serving(app) as url:
        yield url


@pytest.fixture
async def nobody(base_url: str) -> AsyncIterator[Client]:
    """A client without a user."""
    async with Client.at(base_url) as client:
        yield client


@pytest.fixture
async def asha(base_url: str) -> AsyncIterator[Client]:
    """The first user: ADMIN."""
    async with Client.at(base_url) as client:
        await client.sign_up("asha@example.com")
        yield client


@pytest.fixture
async def ravi(base_url: str, asha: Client) -> AsyncIterator[Client]:
    """Another user, who came after."""
    async with Client.at(base_url) as client:
        await client.sign_up("ravi@example.com")
        yield client


@pytest.fixture
async def instruments(database: Database) -> list[str]:
    """Global ids of two shares with an hour of candles on each of two days, and of an index with none."""
    return await stock(database)
