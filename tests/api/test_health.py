"""Health, for people and for supervisors."""

import asyncio
from typing import Any

import pytest

from app.store.engine import READERS
from tests.api.client import PATIENCE, Client

CROWD = 80


@pytest.fixture
async def ready(nobody: Client) -> Client:
    """A client of a server whose engine has gone round once."""
    async with asyncio.timeout(PATIENCE):
        while (await nobody.http.get("/health/ready")).status_code != 200:
            pass
    return nobody


async def test_a_whole_server_says_so(ready: Client) -> None:
    """By query and by address, to anybody."""
    health = await ready.ask("Health")
    assert health["ok"]
    assert [check["name"] for check in health["checks"]] == ["database", "migrations", "engine"]
    for path in ("/health", "/health/live", "/health/ready"):
        response = await ready.http.get(path)
        assert (response.status_code, response.json()["status"]) == (200, "ok")


async def test_a_crowd_that_asks_for_health_takes_no_more_connections_than_one(
    ready: Client, superuser: Any
) -> None:
    """Strangers may ask: what they ask at once is asked of the database once."""
    # given
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, await superuser.fetchval(count))

    # when
    before = await superuser.fetchval(count)
    watching = asyncio.create_task(watch())
    answers = await asyncio.gather(*(ready.http.get("/health") for _ in range(CROWD)))
    watching.cancel()

    # then
    assert {answer.status_code for answer in answers} == {200}
    assert most - before <= READERS + 1


async def test_a_server_whose_schema_is_another_versions_is_alive_and_not_ready(
    ready: Client, superuser: Any
) -> None:
    """A supervisor keeps it running and sends it nothing."""
    # given
    await superuser.execute("UPDATE alembic_version SET version_num = '0001'")

    # when
    unready, live = [await ready.http.get(f"/health/{path}") for path in ("ready", "live")]

    # then
    assert (unready.status_code, live.status_code) == (503, 200)
    assert unready.json()["checks"] == {"database": True, "migrations": False, "engine": True}
