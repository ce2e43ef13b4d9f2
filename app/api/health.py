"""Whether the server can do its work: the database, its schema, the engine."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import strawberry
import structlog
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from app.api.context import Api, Info
from app.api.rows import rows_of

PATIENCE = 3.0
_log = structlog.get_logger(__name__)


@strawberry.type(description="One thing the server needs, and whether it is there.")
class HealthCheck:
    """One thing the server needs."""

    name: str = strawberry.field(description="What it is: database, migrations or engine.")
    ok: bool = strawberry.field(description="Whether it is as it should be.")
    message: str = strawberry.field(description="In words.")


@strawberry.type(description="Whether the server can do its work.")
class Health:
    """Whether the server can do its work."""

    ok: bool = strawberry.field(description="Whether every check passed.")
    checks: list[HealthCheck] = strawberry.field(description="What was checked.")


class Part(NamedTuple):
    """A check: its name, how it is made, and what to say either way."""

    name: str
    check: Callable[[Api], Awaitable[bool]]
    fine: str
    wrong: str


async def _database(api: Api) -> bool:
    async with api.store.anonymous() as session:
        await rows_of(session, text("SELECT 1"))
    return True


async def _migrations(api: Api) -> bool:
    return await api.migrated()


async def _engine(api: Api) -> bool:
    return api.heartbeat()


PARTS = (
    Part("database", _database, "It answers.", "It does not answer."),
    Part("migrations", _migrations, "The schema is this version's.", "The schema is not this version's."),
    Part("engine", _engine, "Its heart beats.", "No heartbeat of late."),
)


async def examine(api: Api) -> Health:
    """Every check, at once; one that fails or takes too long is said to be wrong, never raised."""
    checks = list(await asyncio.gather(*(_examined(api, part) for part in PARTS)))
    return Health(ok=all(check.ok for check in checks), checks=checks)


async def _examined(api: Api, part: Part) -> HealthCheck:
    try:
        async with asyncio.timeout(PATIENCE):
            ok = await part.check(api)
    except Exception as cause:
        # Whatever it is, this is the place that reports it: details in the log, none to strangers.
        _log.warning("health.check_failed", check=part.name, reason=str(cause) or type(cause).__name__)
        ok = False
    return HealthCheck(name=part.name, ok=ok, message=part.fine if ok else part.wrong)


@strawberry.type
class HealthQueries:
    """Root fields about the server."""

    @strawberry.field(description="Whether the server can do its work.")
    async def health(self, info: Info) -> Health:
        """The server's health."""
        return await examine(info.context.api)


def health_routes(api: Api) -> list[BaseRoute]:
    """`/health` for people, `/health/live` and `/health/ready` for supervisors."""

    async def summary(request: Request) -> JSONResponse:
        health = await examine(api)
        return _answer(health.ok, {check.name: check.message for check in health.checks})

    async def live(request: Request) -> JSONResponse:
        return _answer(True, {})

    async def ready(request: Request) -> JSONResponse:
        health = await examine(api)
        return _answer(health.ok, {check.name: check.ok for check in health.checks})

    return [
        Route("/health", summary),
        Route("/health/live", live),
        Route("/health/ready", ready),
    ]


def _answer(ok: bool, checks: dict[str, Any]) -> JSONResponse:
    body = {"status": "ok" if ok else "failing", **({"checks": checks} if checks else {})}
    return JSONResponse(body, 200 if ok else 503, headers={"cache-control": "no-store"})
