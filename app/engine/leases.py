"""Claims on runs: who executes one, until when, and the token that proves it."""

import os
import secrets
from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from app.store.events import EventDraft, append
from app.store.tables.columns import Document
from app.store.tables.strategies import RunStatus, StrategyRun

TERM = timedelta(seconds=5)
"""A claim not renewed for this long is anybody's."""

FARTHEST = timedelta(minutes=5)
"""A claim that ends later than this was made by a clock that has been set back since: it is anybody's too.
The clocks of engines on one database agree better than this."""

RENEWAL = 1.5
"""Seconds between renewals."""


def engine_name() -> str:
    """This engine, told apart from every other that ever ran."""
    return f"{os.getpid()}-{secrets.token_hex(4)}"


async def claim(
    connection: asyncpg.Connection, owner: str, now: datetime, known: list[UUID], limit: int
) -> list[StrategyRun]:
    """Takes runs that wait, and those whose engine has gone; each claim raises the run's fencing token.

    A run that begins or goes on says so in the same transaction; one that is only taken over says nothing.
    """
    async with connection.transaction():
        rows = await connection.fetch(CLAIM, owner, now + TERM, now, known, limit, now + FARTHEST)
        begun: defaultdict[UUID, list[EventDraft]] = defaultdict(list)
        for row in rows:
            if row["former"] == RunStatus.QUEUED:
                begun[row["user_id"]].append(_begun(row["id"]))
        for user_id in sorted(begun):
            await append(connection, user_id, begun[user_id])
    return [StrategyRun.model_validate(dict(row)) for row in rows]


CLAIM = """
    WITH free AS (
        SELECT id, status FROM strategy_runs
        WHERE kind = 'STRATEGY' AND id <> ALL($4)
          AND (status = 'QUEUED'
               OR (status IN ('RUNNING', 'PAUSED', 'STOPPING')
                   AND (lease_expires_at < $3 OR lease_expires_at > $6)))
        ORDER BY created_at LIMIT $5 FOR UPDATE SKIP LOCKED)
    UPDATE strategy_runs AS run SET lease_owner = $1, lease_expires_at = $2,
        fencing_token = fencing_token + 1,
        status = CASE free.status WHEN 'QUEUED' THEN 'RUNNING' ELSE free.status END,
        started_at = coalesce(started_at, $3), ended_at = NULL, status_reason = NULL
    FROM free WHERE run.id = free.id
    RETURNING run.*, free.status AS former
"""


def _begun(run_id: UUID) -> EventDraft:
    status: Document = {"runId": str(run_id), "status": RunStatus.RUNNING.value, "reason": None}
    return EventDraft("RUN_STATUS", run_id, status)


async def renew(connection: asyncpg.Connection, owner: str, now: datetime, runs: list[UUID]) -> set[UUID]:
    """Keeps this engine's claims on these runs; those it still holds."""
    rows = await connection.fetch(
        "UPDATE strategy_runs SET lease_expires_at = $2 WHERE lease_owner = $1 AND id = ANY($3) RETURNING id",
        *(owner, now + TERM, runs),
    )
    return {row["id"] for row in rows}


async def release(connection: asyncpg.Connection, owner: str, now: datetime) -> None:
    """Gives every claim back at once, for whoever comes next."""
    await connection.execute(
        "UPDATE strategy_runs SET lease_expires_at = $2, lease_owner = NULL WHERE lease_owner = $1",
        owner,
        now,
    )
