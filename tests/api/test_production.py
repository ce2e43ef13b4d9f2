"""The server in production: no schema for strangers, no hints for guessers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from app.main import create_app
from app.settings import Settings
from app.store.database import Database
from tests.api.client import Client, raw_socket
from tests.serving import serving


@pytest.fixture
async def production(tmp_path: Path, database: Database) -> AsyncIterator[str]:
    """The address of a server in production."""
    settings = Settings(data_dir=tmp_path, env="production", allowed_origins=("https://trade.example.com",))
    async with create_app(settings, database) as app, serving(app) as url:
        yield url


async def test_strangers_read_no_schema_and_users_do(production: str) -> None:
    """Introspection, at the root or in a fragment, takes a log-in."""
    async with Client.at(production) as client:
        for text in (
            "{ __schema { queryType { name } } }",
            '{ ...F } fragment F on Query { ... { __type(name: "User") { name } } }',
        ):
            assert await client.codes(text) == ["INTROSPECTION_CLOSED"]
        await client.sign_up("asha@example.com")
        assert "errors" not in await client.answer("{ __schema { queryType { name } } }")


async def test_guessers_get_no_hints(production: str) -> None:
    """An error names what is wrong, and nothing that is near."""
    async with Client.at(production) as client:
        for text in ("{ mee { id } }", "{ me { emial } }", "{ node(di: 1) { id } }"):
            (first, *_) = (await client.answer(text))["errors"]
            assert "Did you mean" not in first["message"]


async def test_pages_of_the_origins_named_in_the_settings_open_sockets(production: str) -> None:
    """And of no others."""
    async with raw_socket(production, origin="https://trade.example.com"):
        pass
    with pytest.raises(InvalidStatus):
        async with raw_socket(production, origin="https://evil.example.com"):
            pass
