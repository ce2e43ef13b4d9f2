"""Claims on runs: who executes one, until when, and the token that proves it."""

import os
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from app.store.tables.strategies import StrategyRun

TERM = timedelta(seconds=5)
"""A claim not renewed for this long is anybody's."""

RENEWAL = 1.5
"""Seconds between renewals."""


def engine_name() -> str:
    """This engine, told apart from every other that ever ran."""
    return f"{os.getpid()}-{secrets.token_hex(4)}"


async def claim(
    connection: asyncpg.Connection, owner: str, now: datetime, known: list[UUID], limit: int
) -> list[StrategyRun]:
    """Takes runs that wait, and those whose engine has gone; each claim raises the run's fencing token."""
    rows = await connection.fetch(
        """
        UPDATE strategy_runs SET lease_owner = $1, lease_expires_at = $2, fencing_token = fencing_token + 1,
            status = CASE status WHEN 'QUEUED' THEN 'RUNNING' ELSE status END,
            started_at = coalesce(started_at, $3), ended_at = NULL, status_reason = NULL
        WHERE id IN (
            SELECT id FROM strategy_runs
            WHERE kind = 'STRATEGY' AND id <> ALL($4)
              AND (status = 'QUEUED'
                   OR (status IN ('RUNNING', 'PAUSED', 'STOPPING') AND lease_expires_at < $3))
            ORDER BY created_at LIMIT $5 FOR UPDATE SKIP LOCKED)
        RETURNING *
        """,
        *(owner, now + TERM, now, known, limit),
    )
    return [StrategyRun.model_validate(dict(row)) for row in rows]


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
